"""What the tax authority is told of each day (law 87/2019, art. 37): payments of e-invoices without cash.

After the close of a day of the bank its report is made, once: a line for each order with the code of an e-invoice that
was booked on the day, and one for each of which money came back on it, by the clearing house, the core or staff, with
the amount that came. The row keeps the bytes; their copy is written to `FILES_DIR/fiscalisation/<day>.csv` as soon as
the folder takes it. A day without such payments has a report with no lines, so that a missing day is seen.
"""

import csv
import io
import logging
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db.models import Max, Sum

from accounts import audit, clock
from accounts.models import BankAccount, BankDay, Entry
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import clearing_folder
from payments.models import FiscalReport, PaymentOrder

logger = logging.getLogger(__name__)

COLUMNS: Final = (
    "event",
    "invoice_code",
    "payer_nipt",
    "payer_name",
    "payer_iban",
    "payee_name",
    "payee_iban",
    "amount",
    "currency",
    "executed_at",
    "order_number",
)
PAID, CAME_BACK = "paid", "returned"
# So many days are caught up at one tick.
DAYS_AT_ONCE: Final = 30
# What a spreadsheet would take for a formula gets an apostrophe in front.
FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


class DayIsNotClosed(Refusal):
    """Never seen by anybody: the clock asks for closed days alone."""


def make_due(*, at: datetime) -> int:
    """Make the report of every closed day that has none, oldest first, and write its copy; how many were made."""
    closed = BankDay.objects.filter(status=BankDay.Status.CLOSED)
    without = closed.exclude(day__in=FiscalReport.objects.values("day")).order_by("day")
    days = list(without.values_list("day", flat=True)[:DAYS_AT_ONCE])
    return sum(make(day=day, at=at) is not None for day in days)


@verb("payments.fiscal.made")
def make(*, day: date, at: datetime) -> FiscalReport | None:
    """The report of a closed day; None where another clock has made it. Refuses a day whose books are open."""
    bank_day = BankDay.objects.select_for_update().filter(day=day).first()
    if bank_day is None or bank_day.status != BankDay.Status.CLOSED:
        raise DayIsNotClosed
    if FiscalReport.objects.filter(day=day).exists():
        return None
    lines = [*_lines(day)]
    content = _csv(lines)
    report = FiscalReport.objects.create(
        day=day,
        name=f"{day.isoformat()}.csv",
        count=len(lines),
        digest=clearing_folder.digest(content),
        content=content,
        made_at=at,
    )
    facts = {"name": report.name, "count": report.count, "digest": report.digest}
    audit.record("payments.fiscal.made", actor=audit.THE_CLOCK, at=at, subject=f"day:{day}", details=facts)
    return report


def write_out(*, at: datetime) -> int:
    """Copy every report that lies in no folder yet; how many were copied. One that fails is told and tried again."""
    written = 0
    for report in FiscalReport.objects.filter(written_at=None).order_by("day"):
        try:
            clearing_folder.put(folder() / report.name, bytes(report.content))
        except (OSError, clearing_folder.OtherContent):
            extra = {"event": "fiscal.report.not_written", "subject": f"day:{report.day}"}
            logger.exception("a fiscal report is not in its folder", extra=extra)
        else:
            written += FiscalReport.objects.filter(pk=report.pk, written_at=None).update(written_at=at)
    return written


def folder() -> Path:
    """Where the reports lie, made for us alone where it is missing."""
    path = Path(settings.FILES_DIR) / "fiscalisation"
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def _lines(day: date) -> Iterator[tuple[str, ...]]:
    """What was booked on the day, then what came back on it, each by order number."""
    orders = PaymentOrder.objects.exclude(invoice_code="").select_related("company", "debit_account", "posting")
    for order in orders.filter(posting__booked_on=day).order_by("number"):
        yield _line(PAID, order, order.ended_at, order.amount_minor)
    back = _came_back(day)
    for order in orders.filter(posting__in=back.keys()).order_by("number"):
        moment, amount_minor = back[order.posting_id]
        yield _line(CAME_BACK, order, order.returned_at or moment, amount_minor)


def _came_back(day: date) -> dict[int | None, tuple[datetime, int]]:
    """The postings of which something, and not their fee alone, was given back on a day: when last, and how much."""
    back = Entry.objects.filter(
        posting__booked_on=day,
        posting__gives_back__isnull=False,
        account__kind=BankAccount.Kind.CURRENT,
        part=Entry.Part.PRINCIPAL,
        amount_minor__gt=0,
    )
    sums = back.values_list("posting__gives_back").annotate(Max("posting__booked_at"), Sum("amount_minor"))
    return {posting_id: (moment, amount_minor) for posting_id, moment, amount_minor in sums}


def _line(event: str, order: PaymentOrder, moment: datetime | None, amount_minor: int) -> tuple[str, ...]:
    assert moment is not None, "what was booked has its moment"
    return (
        event,
        order.invoice_code,
        order.company.nipt,
        order.company.name,
        order.debit_account.iban or "",
        order.beneficiary_name,
        order.beneficiary_iban,
        f"{amount_minor // 100}.{amount_minor % 100:02d}",
        order.currency,
        clock.tirana(moment).isoformat(timespec="seconds"),
        order.number,
    )


def _csv(lines: list[tuple[str, ...]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    writer.writerows([_plain(cell) for cell in line] for line in lines)
    return out.getvalue().encode()


def _plain(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell
