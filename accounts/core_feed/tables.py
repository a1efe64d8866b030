"""CSV of the feed: UTF-8, `;` or `,`, a row of names first, one record a line. What a file is, its names say;
when it was made, a comment above them may."""

import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import BinaryIO, TypeVar

from django.db.models import TextChoices

from accounts import clock
from accounts.core_feed import card_numbers
from accounts.core_feed.records import Bad, NotTaken, Unreadable
from accounts.identifiers import (
    CustomerNumberProblem,
    IbanProblem,
    NiptProblem,
    PhoneProblem,
    check_iban,
    normalise_phone,
    validate_customer_number,
    validate_nipt,
)
from accounts.models.core import CoreFile, Reason

Kind = CoreFile.Kind
C = TypeVar("C", bound=TextChoices)
P = TypeVar("P")

LINE_BYTES_MAX = 8192
BYTE_ORDER_MARK = b"\xef\xbb\xbf"
# Digits that may be many and are no card's.
LONG_NUMBERS = {"iban", "phone"}
YES, NO = {"yes", "true", "1"}, {"no", "false", "0"}

_MONTH = re.compile(r"(?P<year>20[0-9]{2})-(?P<month>0[1-9]|1[0-2])")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"(?P<units>[0-9]{1,12})(?:\.(?P<cents>[0-9]{2}))?")
_UNPRINTABLE = re.compile(r"[\x00-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Columns:
    """The names that a kind of file must have, and those that it may have."""

    required: frozenset[str]
    optional: frozenset[str] = frozenset()

    def are(self, names: set[str]) -> bool:
        return self.required <= names <= self.required | self.optional


def _columns(required: str, optional: str = "") -> Columns:
    return Columns(frozenset(required.split()), frozenset(optional.split()))


COLUMNS: dict[Kind, Columns] = {
    Kind.COMPANIES: _columns("nipt name", "status"),
    Kind.PEOPLE: _columns("customer_number first_name last_name", "phone email"),
    Kind.AGREEMENTS: _columns("nipt version signed_on branch signatory", "valid_until"),
    Kind.MANDATES: _columns("customer_number nipt may_prepare may_sign", "valid_until"),
    Kind.ACCOUNTS: _columns("iban nipt currency name", "overdraft status"),
    Kind.CARDS: _columns("last_digits expires", "customer_number nipt status"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """One record as it stands in the file; every reader of a field raises NotTaken with the field's name."""

    line: int
    cells: dict[str, str]

    def text(self, name: str, length_max: int) -> str:
        """What must be there."""
        found = self.optional_text(name, length_max)
        if not found:
            raise NotTaken(name, Reason.MISSING)
        return found

    def optional_text(self, name: str, length_max: int) -> str:
        """Empty where the column or the value is missing: then nothing was said of it."""
        found = self.cells.get(name, "")
        if len(found) > length_max:
            raise NotTaken(name, Reason.TOO_LONG)
        return found

    def nipt(self, name: str = "nipt") -> str:
        return self._checked(name, validate_nipt, NiptProblem, Reason.NIPT)

    def customer_number(self, name: str = "customer_number") -> str:
        return self._checked(name, validate_customer_number, CustomerNumberProblem, Reason.FORMAT)

    def iban(self, name: str = "iban") -> str:
        return self._checked(name, lambda text: check_iban(text).value, IbanProblem, Reason.IBAN)

    def optional_phone(self, name: str = "phone") -> str:
        """E.164, or empty."""
        return self._checked(name, normalise_phone, PhoneProblem, Reason.PHONE) if self.cells.get(name) else ""

    def choice(self, name: str, choices: type[C]) -> C | None:
        """One of a model's choices by its value, or None where nothing was said."""
        found = self.cells.get(name, "").lower()
        if found and found not in choices.values:
            raise NotTaken(name, Reason.FORMAT)
        return choices(found) if found else None

    def day(self, name: str) -> date:
        found = self.optional_day(name)
        if found is None:
            raise NotTaken(name, Reason.MISSING)
        return found

    def optional_day(self, name: str) -> date | None:
        """2026-11-20, or None where nothing was said."""
        found = self.cells.get(name, "")
        if not found:
            return None
        try:
            if _DAY.fullmatch(found):
                return date.fromisoformat(found)
        except ValueError:
            pass
        raise NotTaken(name, Reason.FORMAT)

    def month(self, name: str) -> date:
        """The first day of 2028-09."""
        found = _MONTH.fullmatch(self.text(name, 7))
        if found is None:
            raise NotTaken(name, Reason.FORMAT)
        return date(int(found["year"]), int(found["month"]), 1)

    def flag(self, name: str) -> bool:
        found = self.text(name, 5).lower()
        if found not in YES | NO:
            raise NotTaken(name, Reason.FORMAT)
        return found in YES

    def optional_minor(self, name: str) -> int | None:
        """Whole minor units of 1234 or 1234.50, or None where nothing was said."""
        found = self.cells.get(name, "")
        amount = _AMOUNT.fullmatch(found)
        if found and amount is None:
            raise NotTaken(name, Reason.FORMAT)
        return int(amount["units"] + (amount["cents"] or "00")) if amount else None

    def _checked(self, name: str, check: Callable[[str], P], problem: type[Exception], reason: Reason) -> P:
        try:
            return check(self.text(name, 40))
        except problem as error:
            raise NotTaken(name, reason) from error


def kind_of(file: BinaryIO) -> Kind:
    """What a table holds, by the names of its columns; raises Unreadable."""
    _comment, head, _line = _beginning(file)
    names = _names(head)
    for kind, columns in COLUMNS.items():
        if columns.are(set(names)) and len(set(names)) == len(names):
            return kind
    raise Unreadable("its first line names the columns of no kind of file")


def made_at(file: BinaryIO) -> datetime | None:
    """The moment of `# made_at: 2026-11-20T06:00:00+01:00` above the names; without a zone it is Tirana's. None where a
    table says nothing of it; raises Unreadable."""
    comment, _names_line, _line = _beginning(file)
    if not comment:
        return None
    name, _colon, value = comment.rstrip(";, ").partition(":")
    try:
        moment = datetime.fromisoformat(value.strip()) if name.strip() == "made_at" else None
    except ValueError:
        moment = None
    if moment is None:
        raise Unreadable("the comment above its names tells no made_at")
    return moment if moment.tzinfo else moment.replace(tzinfo=clock.TIRANA)


def rows(file: BinaryIO) -> Iterator[Row | Bad]:
    """Every record of a table, or why its line is none. A line that cannot be read costs no other one."""
    _comment, head, line_of_names = _beginning(file)
    mark, names = _mark(head), _names(head)
    for line, raw in enumerate(_lines(file), start=line_of_names + 1):
        if raw is None:
            yield Bad(line, "", Reason.TOO_LONG)
        elif raw.strip():
            yield _row(line, raw, names, mark)


def _row(line: int, raw: bytes, names: list[str], mark: str) -> Row | Bad:
    try:
        cells = [cell.strip() for cell in next(csv.reader([raw.decode().rstrip("\r\n")], delimiter=mark, strict=True))]
    except (UnicodeDecodeError, csv.Error):
        return Bad(line, "", Reason.UNREADABLE)
    if len(cells) != len(names):
        return Bad(line, "", Reason.COLUMNS)
    for name, cell in zip(names, cells, strict=True):
        if _UNPRINTABLE.search(cell):
            return Bad(line, name, Reason.UNREADABLE)
        if name not in LONG_NUMBERS and card_numbers.is_in(cell):
            return Bad(line, name, Reason.CARD_NUMBER)
    return Row(line, dict(zip(names, cells, strict=True)))


def _lines(file: BinaryIO) -> Iterator[bytes | None]:
    """Line by line; None for one that is longer than any record, whose rest is passed over."""
    while raw := file.readline(LINE_BYTES_MAX):
        if len(raw) == LINE_BYTES_MAX and not raw.endswith(b"\n"):
            while (rest := file.readline(LINE_BYTES_MAX)) and not rest.endswith(b"\n"):
                pass
            yield None
        else:
            yield raw


def _beginning(file: BinaryIO) -> tuple[str, bytes, int]:
    """The comment above the names, empty where there is none; the line of the names, and its number. The file stands
    after it."""
    file.seek(0)
    first = file.readline(LINE_BYTES_MAX).removeprefix(BYTE_ORDER_MARK)
    if not first.startswith(b"#"):
        return "", first, 1
    return first[1:].decode(errors="replace").strip() or "#", file.readline(LINE_BYTES_MAX), 2


def _names(head: bytes) -> list[str]:
    """The names of the columns."""
    try:
        text = head.decode().strip()
    except UnicodeDecodeError as error:
        raise Unreadable("its first line is not UTF-8") from error
    return [name.strip().strip('"').lower() for name in text.split(_mark(head))]


def _mark(head: bytes) -> str:
    """The semicolon where the line of the names has one, else the comma."""
    return ";" if b";" in head else ","
