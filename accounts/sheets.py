"""Tables that leave for a spreadsheet: CSV and XLSX, in which no text can act as a formula.

A text that a spreadsheet would run, or turn into a number or a day, gets an apostrophe in front, in XLSX too, for a
sheet is saved as CSV one day. So does a formula in the middle of a text, behind a sign at which a CSV is split that is
opened with another delimiter than its own. IBANs and references are texts, sums are numbers.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Literal, Self

import xlsxwriter

from accounts.money import MINOR_PER_MAJOR

# All of these are read by Python and by PostgreSQL alike, for whom \s is not the same: the blanks that it may leave out
# are named, those without a width too. Of the signs that begin a formula, the last four are wide ones.
_BLANK: Final = r"\s\u0085\u00a0\u1680\u180e\u2000-\u200f\u2028-\u202f\u205f-\u2064\u3000\ufeff"
_BLANKS: Final = f"[{_BLANK}]*"
FORMULA: Final = rf"(?i)^{_BLANKS}[=+\-@\t\r\n＝＋－＠]"
_FIGURES: Final = rf"{_BLANKS}[(.,$€£]*[0-9][0-9\s.,:/e%()$€£-]*([ap]m)?{_BLANKS}"
_MONTH: Final = (
    "(jan(ar|uary)?|feb(ruary)?|shk(urt)?|mar(s|ch)?|apr(il)?|pri(ll)?|maj|may|june?|july?|qer(shor)?|korr?(ik)?"
    "|aug(ust)?|gush?t?|sept?(ember)?|sht(ator)?|oct(ober)?|tet(or)?|nov(ember)?|n[ëe]n(tor)?|dec(ember)?|dhj(etor)?)"
)
_DAY: Final = rf"{_BLANKS}([0-9]+[\s./-]*{_MONTH}([\s.,/-]*[0-9]+)?|{_MONTH}[\s.,/-]*[0-9]+([\s,]+[0-9]+)?){_BLANKS}"
FORMULA_OR_FIGURES: Final = rf"{FORMULA}|^({_FIGURES}|{_DAY})$"
# A formula behind a delimiter; 150,- is a price.
SPLIT: Final = rf"([,;|])({_BLANKS}([=@＝＠]|[+\-＋－][^{_BLANK}]))"
GUARD: Final = "'"
SPLIT_GUARDED: Final = rf"\1{GUARD}\2"
# What xlsxwriter would write as markup of its own, without escaping what is in it.
MARKUP: Final = "<r>"
# What a double holds to the last unit; a larger sum is written as text.
EXACT_MINOR_MAX: Final = 10**15
XLSX_LINES_MAX: Final = 1_000_000

Cell = str | int | date | None


@dataclass(frozen=True, slots=True)
class CsvForm:
    """How a CSV is written: `risky` is the pattern of texts to guard, `day` how SQL and how Python write a day."""

    byte_order_mark: bytes
    delimiter: str
    decimal_mark: str
    day: tuple[str, str]
    risky: str


# What Excel opens by a double click where the country writes 1.234,50 and 20.11.2026.
EXCEL_SQ: Final = CsvForm(b"\xef\xbb\xbf", ";", ",", ("DD.MM.YYYY", "%d.%m.%Y"), FORMULA_OR_FIGURES)
# What programs read: RFC 4180, ISO 8601.
RFC_4180: Final = CsvForm(b"", ",", ".", ("YYYY-MM-DD", "%Y-%m-%d"), FORMULA)


def guarded(text: str, risky: str = FORMULA_OR_FIGURES) -> str:
    """The text as no spreadsheet runs it."""
    if "," in text or ";" in text or "|" in text:  # quicker than to look for the whole pattern
        text = re.sub(SPLIT, SPLIT_GUARDED, text)
    return GUARD + text if re.search(risky, text) else text


def sum_text(minor: int, decimal_mark: str) -> str:
    """-1234,50 from -123450: no thousands, which some programs read as the decimal mark."""
    units, cents = divmod(abs(minor), MINOR_PER_MAJOR)
    return f"{'-' if minor < 0 else ''}{units}{decimal_mark}{cents:02d}"


def csv_line(cells: Iterable[str | date | None], form: CsvForm) -> bytes:
    """One line with its CR LF; texts are guarded, so a sum comes as `Sum`."""
    line = io.StringIO()
    csv.writer(line, delimiter=form.delimiter).writerow([_csv_cell(cell, form) for cell in cells])
    return line.getvalue().encode()


class Sum(str):
    """Figures that were written by `sum_text`: a number, never guarded."""

    __slots__ = ()


def _csv_cell(cell: str | date | None, form: CsvForm) -> str:
    if cell is None or isinstance(cell, Sum):
        return cell or ""
    if isinstance(cell, date):
        return cell.strftime(form.day[1])
    return guarded(cell, form.risky)


@dataclass(frozen=True, slots=True)
class Column:
    """A column of an XLSX. `sum` takes whole minor units and shows two decimals, `number` a count, `day` a date."""

    title: str
    kind: Literal["text", "sum", "number", "day"]
    width: int


class Book:
    """An XLSX that is written line by line, in the memory of one line, to the path of a file.

    Lines that one sheet cannot carry go on in the next, under the same head.
    """

    def __init__(self, path: Path, name: str, columns: Sequence[Column], *, lines_max: int = XLSX_LINES_MAX) -> None:
        options = {"constant_memory": True, "tmpdir": str(path.parent)}
        texts = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
        self._book = xlsxwriter.Workbook(str(path), options | texts)
        self._book.use_zip64()
        self._name, self._columns, self._lines_max = name, columns, lines_max
        self._bold = self._book.add_format({"bold": True, "num_format": "@"})
        self._formats = {
            "text": self._book.add_format({"num_format": "@"}),
            "sum": self._book.add_format({"num_format": "#,##0.00"}),
            "number": self._book.add_format({"num_format": "0"}),
            "day": self._book.add_format({"num_format": "dd.mm.yyyy"}),
        }
        self._kinds = [(place, column.kind, self._formats[column.kind]) for place, column in enumerate(columns)]
        self._sheets = 0
        self._next_sheet()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if error is None:  # what broke off is not packed: that takes long, and may find no room either
            self._book.close()

    def add(self, cells: Sequence[Cell]) -> None:
        """One line, a cell a column; None leaves its cell empty."""
        if self._line > self._lines_max:
            self._next_sheet()
        sheet, line = self._sheet, self._line
        for cell, (place, kind, form) in zip(cells, self._kinds, strict=True):
            if cell is None or cell == "":
                continue
            if isinstance(cell, str):
                text = GUARD + cell if cell.startswith(MARKUP) else guarded(cell)
                sheet.write_string(line, place, text, form if kind == "text" else self._formats["text"])
            elif isinstance(cell, date):
                sheet.write_datetime(line, place, cell, form)
            elif kind == "sum" and abs(cell) >= EXACT_MINOR_MAX:
                sheet.write_string(line, place, sum_text(cell, ","), self._formats["text"])
            else:
                sheet.write_number(line, place, cell / MINOR_PER_MAJOR if kind == "sum" else cell, form)
        self._line += 1

    def _next_sheet(self) -> None:
        self._sheets += 1
        name = self._name if self._sheets == 1 else f"{self._name} {self._sheets}"
        self._sheet: Any = self._book.add_worksheet(name)
        for place, column in enumerate(self._columns):
            self._sheet.set_column(place, place, column.width)
            self._sheet.write_string(0, place, column.title, self._bold)
        self._sheet.freeze_panes(1, 0)
        self._line = 1


def fill(file: IO[bytes], path: Path) -> None:
    """Append the bytes of a file that lies at a path."""
    with path.open("rb") as source:
        while piece := source.read(1 << 16):
            file.write(piece)
