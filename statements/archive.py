"""The monthly archive: of every account and every month that is closed one statement, numbered, for ever the same.

A month is closed when its last day is final (accounts.business_day): nothing can be booked in it any more. The clock
files the last closed month of accounts that had lines in it, in the bank's language; any other month, and any other
language, is made when it is first asked for.
"""

import logging
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db.models import CharField, Exists, OuterRef, Q, QuerySet, Sum, Value
from django.db.models.functions import Cast, Concat, TruncMonth

from accounts import audit, business_day, papers
from accounts.models import BankAccount, DayTotal, Entry, Paper
from statements import periods
from statements.exports import pdf
from statements.periods import Period

log = logging.getLogger(__name__)
ACCOUNTS_A_LOOK: Final = 200


@dataclass(frozen=True, slots=True)
class Filed:
    """A volume of a month; its number is empty until it is made."""

    volume: int
    number: str


@dataclass(frozen=True, slots=True)
class Month:
    """A closed month of an account and its volumes, one at least."""

    period: Period
    lines: int
    volumes: Sequence[Filed]


def last_closed(at: datetime) -> Period | None:
    """The last month of which every day is final."""
    final = business_day.last_final_day(at)
    if final is None:
        return None
    month = periods.month(final)
    return month if month.last == final else periods.month_before(final)


def span(account: BankAccount, *, at: datetime) -> Period | None:
    """From the first day of the archive, the month of the account's first line, to its last; None while it is empty."""
    last = last_closed(at)
    first = _first_line_on(account)
    if first is None or last is None or first > last.last:
        return None
    return Period(first.replace(day=1), last.last)


def months(account: BankAccount, year: int, span: Period, *, language: str) -> list[Month]:
    """The months of a year that lie in the archive, newest first; in two queries."""
    totals = DayTotal.objects.filter(account=account, day__range=(date(year, 1, 1), date(year, 12, 31)))
    by_month = totals.annotate(month=TruncMonth("day")).values_list("month").annotate(lines=Sum("entries"))
    lines: dict[date, int] = dict(by_month.order_by())
    of_the_year = (periods.month(date(year, number, 1)) for number in range(12, 0, -1))
    shown = [month for month in of_the_year if span.first <= month.first and month.last <= span.last]
    kept = _numbers(account, shown, lines, language)
    return [Month(month, lines.get(month.first, 0), _volumes(account, month, lines, kept)) for month in shown]


def closed_month(account: BankAccount, text: str, *, at: datetime) -> Period | None:
    """The month that `2026-10` names, if every day of it is final and the account was there in it."""
    try:
        month = periods.month(date.fromisoformat(f"{text}-01"))
    except ValueError:
        return None
    last = last_closed(at)
    is_closed = last is not None and month.last <= last.last
    return month if is_closed and month.last >= _begins_on(account) else None


def _begins_on(account: BankAccount) -> date:
    """When it was opened here; an account that came from elsewhere may have lines that are older."""
    first = _first_line_on(account)
    return min(first, account.opened_on) if first else account.opened_on


def _first_line_on(account: BankAccount) -> date | None:
    return Entry.objects.filter(account=account).order_by("booked_on").values_list("booked_on", flat=True).first()


def file_due(*, at: datetime, is_over: Callable[[], bool]) -> int:
    """File the last closed month of accounts that lack it, until `is_over`; how many papers were made.

    An account that cannot be filed is an error in the log, and no hindrance to the others; while nothing can be signed,
    no other is tried.
    """
    month, made, after = last_closed(at), 0, 0
    while month and not is_over():
        accounts = list(_unfiled(month, after=after)[:ACCOUNTS_A_LOOK])
        for account in accounts:
            if is_over():
                return made
            try:
                made += _file(account, month, at=at)
            except papers.NotSignedNow:
                return made
            after = account.pk
        if len(accounts) < ACCOUNTS_A_LOOK:
            break
    return made


def _file(account: BankAccount, month: Period, *, at: datetime) -> int:
    """The first volume last: where it lies, the others do."""
    try:
        volumes = pdf.volumes(account, month, at=at)
        for volume in reversed(volumes):
            pdf.paper_of(account, volume, language=settings.LANGUAGE_CODE, actor=audit.THE_CLOCK, at=at)
    except papers.NotSignedNow:
        raise
    except Exception:
        facts = {"event": "statements.archive.failed", "subject": f"account:{account.uuid}"}
        log.exception("a month was not filed", extra=facts)
        return 0
    return len(volumes)


def _unfiled(month: Period, *, after: int) -> QuerySet[BankAccount]:
    """Accounts with lines in the month and no first volume of it, by their ids."""
    accounts = _with_lines(month).filter(~_is_filed(month), pk__gt=after)
    return accounts.select_related("company").order_by("id")


def filed(month: Period) -> QuerySet[BankAccount]:
    """Accounts with lines in the month whose statement of it lies in the archive, in the bank's language."""
    return _with_lines(month).filter(_is_filed(month))


def _with_lines(month: Period) -> QuerySet[BankAccount]:
    had_lines = DayTotal.objects.filter(account=OuterRef("pk"), day__range=(month.first, month.last))
    return BankAccount.objects.filter(Exists(had_lines), kind=BankAccount.Kind.CURRENT)


def _is_filed(month: Period) -> Q:
    """Of an account: where its first volume lies, the others do."""
    prefix = Concat(Value("account:"), Cast(OuterRef("uuid"), CharField()), Value(f":{month.first}:{month.last}"))
    papers = Paper.objects.filter(kind=pdf.FINAL, language=settings.LANGUAGE_CODE)
    one, first_of_several = papers.filter(subject=prefix), papers.filter(subject=Concat(prefix, Value(":1")))
    return Q(Exists(one)) | Q(Exists(first_of_several))


def _numbers(account: BankAccount, shown: Sequence[Period], lines: dict[date, int], language: str) -> dict[str, str]:
    """The numbers of the papers that are there, by their subjects."""
    subjects = [name for month in shown for name in _subjects(account, month, lines)]
    papers = Paper.objects.filter(kind=pdf.FINAL, language=language, subject__in=subjects)
    return dict(papers.values_list("subject", "number"))


def _volumes(account: BankAccount, month: Period, lines: dict[date, int], kept: dict[str, str]) -> list[Filed]:
    names = _subjects(account, month, lines)
    return [Filed(number, kept.get(name, "")) for number, name in enumerate(names, start=1)]


def _subjects(account: BankAccount, month: Period, lines: dict[date, int]) -> list[str]:
    name, count = pdf.subject_of(account, month), pdf.volumes_of(lines.get(month.first, 0))
    return [name] if count == 1 else [f"{name}:{number}" for number in range(1, count + 1)]
