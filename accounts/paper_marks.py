"""What a paper is checked by: its code, and the QR that leads to the public page with number and code filled in.

Neither says anything of the customer: the code is drawn by lot, and the address holds the number and the code alone.
"""

from typing import Any, Final
from urllib.parse import urlencode

import qrcode
from django.conf import settings
from django.urls import reverse
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

# Without those that are mistaken for others: 0 O, 1 I L, 8 B.
CODE_SIGNS: Final = "2345679ACDEFGHJKMNPQRSTUVWXYZ"
CODE_LENGTH: Final = 8


def new_code() -> str:
    """Eight signs by lot: whoever has them has the paper before her."""
    return get_random_string(CODE_LENGTH, CODE_SIGNS)


def grouped(code: str) -> str:
    """As it is printed: ABCD-EFGH."""
    return f"{code[:4]}-{code[4:]}"


def plain(typed: str) -> str:
    """As it is kept, out of what somebody typed."""
    return "".join(typed.split()).replace("-", "").upper()


def check_of(number: str, code: str) -> dict[str, Any]:
    """What stands on the paper about its check. `qr` holds, for each row of modules, pairs of (place, width) that are
    dark; it is empty where the portal has no public address."""
    page = f"{settings.PUBLIC_URL.rstrip('/')}{reverse('paper_check')}"
    address = f"{page}?{urlencode({'number': number, 'code': code})}"
    return {
        "label": _("Kontrollojeni te"),
        "page": page.partition("://")[2],
        "code_label": _("Kodi i kontrollit"),
        "code": grouped(code),
        "address": address,
        "alt": _("Kod QR që hap faqen ku kontrollohet ky dokument"),
        "qr": _rows(address) if settings.PUBLIC_URL else [],
    }


def _rows(text: str) -> list[list[list[int]]]:
    code = qrcode.QRCode(border=0, error_correction=qrcode.constants.ERROR_CORRECT_M)
    code.add_data(text)
    return [_runs(row) for row in code.get_matrix()]


def _runs(row: list[bool | None]) -> list[list[int]]:
    runs: list[list[int]] = []
    for x, is_dark in enumerate(row):
        if is_dark and x and row[x - 1]:
            runs[-1][1] += 1
        elif is_dark:
            runs.append([x, 1])
    return runs
