"""Proofs of cards (R16): a keyed hash of what is printed on one. Its holder is known by it; nobody can pay with it.

The whole number never comes in, and nothing that is asked here is kept: not the digits, not the PIN.
"""

import calendar
import hashlib
import hmac
from datetime import date

from django.conf import settings

from accounts.models import Company, Person


def proof_of_card(owner: Person | Company | None, digits: str, expires_on: date) -> str:
    """HMAC-SHA256 under PROOF_KEY, in hex, of whose card it is, its last digits as asked, and the month it expires in.

    Parts go in with their lengths. For nobody (None) the work is the same and the proof fits no card.
    """
    if not is_as_asked(digits):
        raise ValueError("a proof takes as many digits as are asked, and no more")
    kind = type(owner).__name__.lower() if owner else "nobody"
    parts = ("card", kind, str(owner.pk if owner else 0), digits, f"{expires_on:%Y-%m}")
    message = b"".join(len(part).to_bytes(4, "big") + part for part in (text.encode() for text in parts))
    return hmac.new(settings.PROOF_KEY.encode(), message, hashlib.sha256).hexdigest()


def is_as_asked(digits: str) -> bool:
    """As many ASCII digits as are asked of a card (settings.CARD_DIGITS_ASKED), counted from its end."""
    return len(digits) == settings.CARD_DIGITS_ASKED and digits.isascii() and digits.isdigit()


def last_day_of(year: int, month: int) -> date:
    """A card that reads 09/28 is good to the end of September 2028."""
    return date(year, month, calendar.monthrange(year, month)[1])
