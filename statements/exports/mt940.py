"""MT940, the Customer Statement Message of SWIFT: signs of the X set, messages of at most 2,000 signs.

A statement that is longer goes on in the next message: each but the first opens with what the one before handed on
(60M, 62M), and 28C counts them. What belongs to a line stands in its 86, in code words: /EREF/, /BENM/ or /ORDP/ with
/NAME/ and /ACCT/, /REMI/. The reference of a message, field 20, begins with F, or with P while the last day is not
closed: an 86 behind the last balance would say it in words, but programs take it for the last line's.
"""

import re
import unicodedata
from functools import lru_cache
from typing import IO, Final

from django.utils.translation import gettext_lazy as _

from accounts.models import Entry
from accounts.models.ledger import Kind
from accounts.refusals import Refusal
from accounts.sheets import sum_text
from statements.exports.columns import Labels, labels
from statements.exports.history import Head, History, Row

END: Final = "\r\n"
SIGNS_A_MESSAGE: Final = 2_000
# 28C counts messages in five digits, and a message holds three of the longest lines.
LINES_MAX: Final = 250_000
# 15d with its comma; what is larger stands in no field of MT940.
AMOUNT_END_MINOR: Final = 10**14
NOT_X: Final = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
# Signs that are no letter with a mark.
PLAIN: Final = str.maketrans(
    {"–": "-", "—": "-", "−": "-", "‘": "'", "’": "'", "“": "'", "”": "'", "„": "'", "«": "'", "»": "'", '"': "'"}
    | {"&": "+", "€": "EUR", "ß": "ss", "æ": "ae", "Æ": "AE", "œ": "oe", "Œ": "OE", "ø": "o", "Ø": "O", "đ": "d"}
    | {"Đ": "D", "ł": "l", "Ł": "L", "ı": "i"}
)
# As long as a name and a text may be in the books: what grows in plain letters must not push out what follows it.
VALUE_MAX: Final = 140
DETAILS_LINES: Final = 6
DETAILS_WIDTH: Final = 65
TRANSFER, CHARGE, RETURNED, OTHER = "NTRF", "NCHG", "NRTI", "NMSC"
TYPES: Final[dict[str, str]] = {Kind.CORE: OTHER, Kind.RETURN: RETURNED, Kind.REVERSAL: OTHER}


class TooLongForMt940(Refusal):
    sentence = _("Kjo periudhë ka %(count)s veprime; MT940 mban deri në %(max)s. Zgjidhni më pak ditë ose camt.053.")


class TooLargeForMt940(Refusal):
    sentence = _("MT940 nuk mban shuma mbi 999.999.999.999,99. Merreni pasqyrën si camt.053.")


def write(history: History, file: IO[bytes]) -> None:
    """Refuses what the format cannot say: too many lines, or a sum of more than 15 signs."""
    head, words = history.head, labels()
    if head.count > LINES_MAX:
        raise TooLongForMt940(count=head.count, max=LINES_MAX)
    # Every balance on the way lies within what was there and what came in, or what went out.
    if max(abs(head.opening_minor) + head.turnover_in_minor, abs(head.opening_minor) + head.turnover_out_minor) < (
        AMOUNT_END_MINOR
    ):
        _write(history, file, words)
        return
    for row in history.rows():
        if max(abs(row.amount_minor), abs(row.balance_after_minor)) >= AMOUNT_END_MINOR:
            raise TooLargeForMt940
    if max(abs(head.opening_minor), abs(head.closing_minor)) >= AMOUNT_END_MINOR:
        raise TooLargeForMt940
    _write(history, file, words)


def plain(text: str) -> str:
    """The text in the signs of the X set: ë is e, ç is c, and what has no plain letter a blank."""
    if text.isascii():
        return NOT_X.sub(" ", text.replace('"', "'").replace("&", "+"))
    parts = unicodedata.normalize("NFKD", text.translate(PLAIN))
    return NOT_X.sub(" ", "".join(sign for sign in parts if not unicodedata.combining(sign)))


def _write(history: History, file: IO[bytes], words: Labels) -> None:
    head = history.head
    message = _Message(head, 1, head.opening_minor, head.period.first)
    for row in history.rows():
        lines = _lines(row, words)
        if not message.has_room(lines):
            file.write(message.ended("62M", message.balance, row.booked_on).encode("ascii"))
            message = _Message(head, message.number + 1, message.balance, row.booked_on)
        message.add(lines, row.balance_after_minor)
    file.write(message.ended("62F", head.closing_minor, head.period.last).encode("ascii"))


class _Message:
    """One message, of which the last balance and the end are still to come."""

    CLOSING_SIGNS = len(":62M:D261120ALL") + 15 + len(END) + len("-") + len(END)

    def __init__(self, head: Head, number: int, opening_minor: int, opened_on: object) -> None:
        self.currency, self.number, self.balance = head.currency, number, opening_minor
        first = _balance("60F" if number == 1 else "60M", opening_minor, opened_on, head.currency)
        self._parts = [
            f":20:{'P' if head.is_provisional else 'F'}{head.period.last:%y%m%d}{head.last % 10**9:09d}{END}"
            f":25:{head.iban}{END}:28C:{head.period.last:%y%j}/{number}{END}{first}"
        ]
        self._room = SIGNS_A_MESSAGE - len(self._parts[0]) - self.CLOSING_SIGNS

    def has_room(self, lines: str) -> bool:
        return len(lines) <= self._room

    def add(self, lines: str, balance_minor: int) -> None:
        self._parts.append(lines)
        self._room -= len(lines)
        self.balance = balance_minor

    def ended(self, field: str, balance_minor: int, day: object) -> str:
        return f"{''.join(self._parts)}{_balance(field, balance_minor, day, self.currency)}-{END}"


def _balance(field: str, minor: int, day: object, currency: str) -> str:
    side = "D" if minor < 0 else "C"
    return f":{field}:{side}{day:%y%m%d}{currency}{sum_text(abs(minor), ',')}{END}"


def _lines(row: Row, words: Labels) -> str:
    """Fields 61 and 86 of an entry. A reversal has marks of its own: RC takes a credit back, RD gives a debit back."""
    side = "D" if row.amount_minor < 0 else "C"
    if row.kind == Kind.REVERSAL:
        side = "RC" if row.amount_minor < 0 else "RD"
    is_fee = row.part == Entry.Part.FEE
    type_code = CHARGE if is_fee else TYPES.get(row.kind, TRANSFER)
    own = _reference(row.end_to_end_id)
    return (
        f":61:{_short(row.value_on)}{_short(row.booked_on)[2:]}{side}{sum_text(abs(row.amount_minor), ',')}{type_code}"
        f"{own}//{row.sequence}{END}:86:{_wrapped(_details(row, words))}{END}"
    )


@lru_cache(maxsize=512)
def _short(day: object) -> str:
    return f"{day:%y%m%d}"


def _reference(end_to_end_id: str) -> str:
    """16x without a slash at its ends or two in a row; a longer one stands in 86 alone."""
    text = plain(end_to_end_id).strip()
    fits = 0 < len(text) <= 16 and "//" not in text and text[0] != "/" and text[-1] != "/"
    return text if fits else "NONREF"


def _details(row: Row, words: Labels) -> str:
    """What 86 says of a line."""
    kind = plain(words.kinds[row.kind])
    reference = f"/EREF/{_value(row.end_to_end_id)}" if row.end_to_end_id else ""
    if row.part == Entry.Part.FEE:
        return f"{reference}/REMI/{_value(words.fee)} {kind}"
    role = "ORDP" if row.amount_minor > 0 else "BENM"
    name = f"/NAME/{_value(row.other_name)}" if row.other_name else ""
    account = f"/ACCT/{_value(row.other_iban)}" if row.other_iban else ""
    party = f"/{role}/{name}{account}" if name or account else ""
    return f"{reference}{party}/REMI/{_value(row.remittance) or kind}"


def _value(text: str) -> str:
    """A value between code words: a slash of its own would begin another."""
    return " ".join(plain(text).replace("/", "-").split())[:VALUE_MAX]


def _wrapped(text: str) -> str:
    """At most six lines of 65; a line must not begin like a field or like the end of the message."""
    lines: list[str] = []
    rest = text.strip()
    while rest and len(lines) < DETAILS_LINES:
        cut = DETAILS_WIDTH
        while cut > 1 and rest[cut : cut + 1] in {":", "-", " "}:
            cut -= 1
        lines.append(rest[:cut])
        rest = rest[cut:]
        if rest[:1] in {":", "-"}:
            rest = "." + rest[1:]
    return END.join(lines)
