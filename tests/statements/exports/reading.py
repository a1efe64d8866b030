"""Files of a period, read back by strangers: csv, openpyxl, lxml with the schema, mt-940; all give one form."""

import csv
import io
import re
import tempfile
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import mt940
from lxml import etree
from openpyxl import load_workbook

from accounts.models import BankAccount
from accounts.money import MINOR_PER_MAJOR
from statements.exports import camt053, formats
from statements.periods import Period
from tests.builders import AT

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 20))
CODES = tuple(formats.FORMATS)
NS = {"c": camt053.NAMESPACE}


@dataclass(frozen=True, slots=True)
class Line:
    """What every format says of an entry."""

    sequence: int
    booked_on: date
    value_on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class Read:
    """What every format says of a period."""

    opening_minor: int
    closing_minor: int
    lines: tuple[Line, ...]


def written(account: BankAccount, code: str, period: Period = NOVEMBER, *, at: datetime = AT) -> bytes:
    """The bytes of a period in one format."""
    with tempfile.TemporaryFile() as file:
        formats.write(account, period, formats.FORMATS[code], file, at=at)
        file.seek(0)
        return file.read()


def read(code: str, content: bytes) -> Read:
    return READERS[code](content)


def read_all(account: BankAccount, period: Period = NOVEMBER, *, at: datetime = AT) -> dict[str, Read]:
    return {code: read(code, written(account, code, period, at=at)) for code in CODES}


# --- CSV -------------------------------------------------------------------------------------------------------------


def csv_rows(code: str, content: bytes) -> list[list[str]]:
    is_excel = code == "csv"
    text = content.decode("utf-8-sig" if is_excel else "utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=";" if is_excel else ",", strict=True))


def _csv(code: str, content: bytes) -> Read:
    mark, day = (",", "%d.%m.%Y") if code == "csv" else (".", "%Y-%m-%d")
    _head, opening, *rows, _turnover, closing = csv_rows(code, content)

    def minor(text: str) -> int:
        return round(Decimal(text.replace(mark, ".")) * MINOR_PER_MAJOR) if text else 0

    def on(text: str) -> date:
        return datetime.strptime(text, day).date()  # noqa: DTZ007  a day

    lines = (Line(int(row[0]), on(row[1]), on(row[2]), minor(row[10]) - minor(row[9])) for row in rows)
    return Read(minor(opening[11]), minor(closing[11]), tuple(lines))


# --- XLSX ------------------------------------------------------------------------------------------------------------


def xlsx_rows(content: bytes) -> list[tuple[Any, ...]]:
    """The values of every sheet, one under the other, without the heads of the later ones."""
    book = load_workbook(io.BytesIO(content))
    rows = [list(sheet.iter_rows(values_only=True)) for sheet in book.worksheets]
    return [*rows[0], *(row for sheet in rows[1:] for row in sheet[1:])]


def _xlsx(content: bytes) -> Read:
    _head, opening, *rows, _turnover, closing = xlsx_rows(content)
    lines = (Line(row[0], row[1].date(), row[2].date(), _minor(row[10]) - _minor(row[9])) for row in rows)
    return Read(_minor(opening[11]), _minor(closing[11]), tuple(lines))


def _minor(value: float | str | None) -> int:
    """A sum in a cell; what no number of a sheet holds is a text."""
    if isinstance(value, str):
        return round(Decimal(value.replace(",", ".")) * MINOR_PER_MAJOR)
    return round((value or 0) * MINOR_PER_MAJOR)


# --- camt.053 --------------------------------------------------------------------------------------------------------


def document(content: bytes) -> "etree._Element":
    """The document, which the schema accepts."""
    root = etree.fromstring(content)
    camt053.schema().assertValid(root)
    return root


def said(element: "etree._Element", path: str) -> str:
    return str(element.xpath(f"string({path})", namespaces=NS))


def _camt(content: bytes) -> Read:
    root = document(content)
    balances = {said(one, "c:Tp//c:Cd"): _signed(one) for one in root.iterfind(".//c:Bal", NS)}
    lines = (
        Line(
            int(said(entry, "c:NtryRef")),
            date.fromisoformat(said(entry, "c:BookgDt/c:Dt")),
            date.fromisoformat(said(entry, "c:ValDt/c:Dt")),
            _signed(entry),
        )
        for entry in root.iterfind(".//c:Ntry", NS)
    )
    return Read(balances["OPBD"], balances["CLBD"], tuple(lines))


def _signed(element: "etree._Element") -> int:
    minor = round(Decimal(said(element, "c:Amt")) * MINOR_PER_MAJOR)
    return minor if said(element, "c:CdtDbtInd") == "CRDT" else -minor


# --- MT940 -----------------------------------------------------------------------------------------------------------


def messages(content: bytes) -> list[str]:
    """The single messages of a file; each ends with a line that is a hyphen."""
    return [message for message in re.split(r"^-\r\n", content.decode("ascii"), flags=re.MULTILINE) if message]


def transactions(content: bytes) -> Any:
    # As the standard means it: RC takes money back.
    return mt940.parse(content.decode("ascii"), options=mt940.Options(reversal_sign=True))


def _mt940(content: bytes) -> Read:
    found = transactions(content)
    opening, closing = (found.data[f"final_{which}_balance"].amount.amount for which in ("opening", "closing"))
    lines = (
        Line(
            int(one.data["bank_reference"]),
            one.data["guessed_entry_date"],
            one.data["date"],
            round(one.data["amount"].amount * MINOR_PER_MAJOR),
        )
        for one in found
    )
    return Read(round(opening * MINOR_PER_MAJOR), round(closing * MINOR_PER_MAJOR), tuple(lines))


READERS = {
    "csv": lambda content: _csv("csv", content),
    "csv_rfc4180": lambda content: _csv("csv_rfc4180", content),
    "xlsx": _xlsx,
    "camt053": _camt,
    "mt940": _mt940,
}
