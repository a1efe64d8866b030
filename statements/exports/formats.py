"""The formats in which a period leaves, in the order of the page; PDF is a paper and not in this list (pdf.py)."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import IO, TYPE_CHECKING, Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount
from accounts.refusals import Refusal
from statements.exports import camt053, csv, mt940, xlsx
from statements.exports.history import Head, History, count_of, opened
from statements.periods import Period

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class NotAFormat(Refusal):
    sentence = _("Këtë format nuk e japim. Zgjidhni njërin prej atyre në faqe.")


class TooManyLinesToExport(Refusal):
    sentence = _("Kjo periudhë ka %(count)s veprime; një skedar mban deri në %(max)s. Zgjidhni më pak ditë.")


@dataclass(frozen=True, slots=True)
class Format:
    """`code` names it in addresses and rows; `write` puts a history into a file that may be read back."""

    code: str
    label: "StrOrPromise"
    ending: str
    content_type: str
    write: Callable[[History, IO[bytes]], None]
    lines_max: int | None = None

    @property
    def name(self) -> str:
        """What an address calls it, beside `preset`."""
        return self.code.partition("_")[0]

    @property
    def preset(self) -> str:
        return self.code.partition("_")[2]

    def file_name(self, iban: str, period: Period) -> str:
        return f"{iban}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{self.ending}"


CSV_TYPE: Final = "text/csv; charset=utf-8"
XLSX_TYPE: Final = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMATS: Final = {
    form.code: form
    for form in (
        Format("csv", _("CSV për Excel"), "csv", CSV_TYPE, csv.write_excel),
        Format("csv_rfc4180", _("CSV për programe"), "csv", CSV_TYPE, csv.write_rfc_4180),
        Format("xlsx", "XLSX", "xlsx", XLSX_TYPE, xlsx.write),
        Format("camt053", "camt.053", "xml", "application/xml", camt053.write),
        Format("mt940", "MT940", "sta", "text/plain; charset=us-ascii", mt940.write, mt940.LINES_MAX),
    )
}


def named(name: str, preset: str = "") -> Format:
    """The format that an address asks for; refuses any other."""
    form = FORMATS.get(f"{name}_{preset}" if preset else name)
    if form is None:
        raise NotAFormat
    return form


def lines_of(account: BankAccount, period: Period, form: Format) -> int:
    """How many lines the file would have; refuses what no file of this format carries."""
    count = count_of(account, period)
    require_room(form, lines=count)
    return count


def require_room(form: Format, *, lines: int) -> None:
    """Refuses more lines than a file of this format carries."""
    if form.lines_max is not None and lines > form.lines_max:
        raise mt940.TooLongForMt940(count=lines, max=form.lines_max)
    if lines > settings.EXPORTS["lines_max"]:
        raise TooManyLinesToExport(count=lines, max=settings.EXPORTS["lines_max"])


def write(
    account: BankAccount,
    period: Period,
    form: Format,
    file: IO[bytes],
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda done: None,
    unhurried: bool = False,
) -> Head:
    """The period in the language that is active, as of one moment; the facts of what was written.

    `unhurried` as in `one_moment`.
    """
    with opened(account, period, at=at, progress=progress, unhurried=unhurried) as history:
        form.write(history, file)
        return history.head
