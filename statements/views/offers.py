"""What a period is had as, on its page: the paper and every format, whom each is for, and why one is not had."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Final

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount
from accounts.refusals import Refusal
from statements.exports import formats, pdf
from statements.exports.formats import FORMATS
from statements.periods import Period
from statements.views.archive import paper_url
from statements.views.exports import query_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PAPER: "Final[StrOrPromise]" = _("Dokument i numëruar, që kushdo mund ta kontrollojë nëse është i vërtetë.")
WORDS: "Final[dict[str, StrOrPromise]]" = {
    "csv": _("Hapet me dy klikime në Excel, me presje te shumat."),
    "csv_rfc4180": _("Për programe që lexojnë RFC 4180: pikë te shumat, data si 2026-11-20."),
    "xlsx": _("Fletë pune për Excel ose LibreOffice; shumat dhe datat janë gati për llogaritje."),
    "camt053": _("ISO 20022 (camt.053.001.08), për programin tuaj të kontabilitetit."),
    "mt940": _("Formati i SWIFT-it, për programe më të vjetra; ë dhe ç shkruhen e dhe c."),
}


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a period is had; or, without an address, why it is not."""

    label: "StrOrPromise"
    words: "StrOrPromise"
    url: str
    reason: "StrOrPromise" = ""


def offers(account: BankAccount, period: Period, *, lines: int) -> list[Offer]:
    """For a period of so many lines: what would be refused is told before anybody asks."""
    page = reverse("statements:statement", args=[account.uuid])
    found = [_offer("PDF", PAPER, paper_url(account, period), partial(pdf.require_few, lines=lines))]
    for form in FORMATS.values():
        url, require = f"{page}?{query_of(period, form)}", partial(formats.require_room, form, lines=lines)
        found.append(_offer(form.label, WORDS[form.code], url, require))
    return found


def _offer(label: "StrOrPromise", words: "StrOrPromise", url: str, require: Callable[[], None]) -> Offer:
    try:
        require()
    except Refusal as refusal:
        return Offer(label, words, "", refusal.sentence)
    return Offer(label, words, url)
