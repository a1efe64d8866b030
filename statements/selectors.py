"""Reads of an account's lines. The running balance is stored with each entry, so no read adds up a history.

Entries are numbered without gaps per account, in the order of their booking days; a period is therefore a range of
numbers, found with two looks into the index (account, booked_on, sequence), and a page starts at a number, never at
an offset. An account of ten million entries costs what one of ten costs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache

from django.db.models import BooleanField, Func, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from accounts import business_day
from accounts.models import BankAccount, Entry, Hold
from accounts.questions import Given, Question
from accounts.refusals import Refusal
from statements import words
from statements.lines import HeldLine, Line, held_line_of, line_of
from statements.periods import Period
from statements.searches import Cursor, Search
from statements.snapshot import one_moment

LINES_A_PAGE = 50
LINES_A_STATEMENT = 5_000


class TooManyLines(Refusal):
    sentence = _(
        "Kjo periudhë ka %(count)s veprime; faqja tregon deri në %(max)s. Zgjidhni më pak ditë, ose merreni si skedar."
    )


@dataclass(frozen=True, slots=True)
class Page:
    """Lines newest first, and where the neighbouring pages start; None where there is none."""

    lines: Sequence[Line]
    newer: Cursor | None
    older: Cursor | None


@dataclass(frozen=True, slots=True)
class Statement:
    """A period of an account, lines in the order of booking. opening + turnover in - turnover out = closing.

    Both turnovers are positive minor units; the counts are of entries. It is provisional until the books of its last
    day are closed (R60).
    """

    period: Period
    opening_minor: int
    turnover_in_minor: int
    turnover_out_minor: int
    count_in: int
    count_out: int
    closing_minor: int
    lines: Sequence[Line]
    provisional: bool


@dataclass(frozen=True, slots=True)
class _Span:
    """The numbers of a period's entries, `before` excluded and `last` included, and the balances at both."""

    before: int
    last: int
    opening_minor: int
    closing_minor: int

    @property
    def count(self) -> int:
        return self.last - self.before


def page(account: BankAccount, search: Search, cursor: Cursor | None, *, size: int = LINES_A_PAGE) -> Page:
    """One page of what the search finds, in one query; with dates one more, and one more where lines are looked up."""
    towards_newer = cursor is not None and cursor.towards == "newer"
    first, last = _within(account, search)
    if cursor and towards_newer:
        first = max(first, cursor.sequence + 1)
    elif cursor:
        last = min(cursor.sequence - 1, last) if last is not None else cursor.sequence - 1
    rows = _found(account, search, first, last, newest_first=not towards_newer, lines_max=size + 1)
    has_more, rows = len(rows) > size, rows[:size]
    if towards_newer:
        rows = rows[::-1]
    has_newer, has_older = (has_more, True) if towards_newer else (cursor is not None, has_more)
    return Page(
        lines=[line_of(entry, account.uuid) for entry in rows],
        newer=Cursor("newer", rows[0].sequence) if rows and has_newer else None,
        older=Cursor("older", rows[-1].sequence) if rows and has_older else None,
    )


def held(account: BankAccount, search: Search) -> list[HeldLine]:
    """What is set aside on the account and fits the search, newest first; dates are not asked, for it has none yet."""
    if search.direction == "in":
        return []
    holds = Hold.objects.filter(account=account, status=Hold.Status.ACTIVE).order_by("-placed_at", "id")
    if search.min_minor is not None:
        holds = holds.filter(amount_minor__gte=search.min_minor)
    if search.max_minor is not None:
        holds = holds.filter(amount_minor__lte=search.max_minor)
    if search.channel:
        holds = holds.filter(channel=search.channel)
    if search.kind:
        holds = holds.filter(kind=search.kind)
    if search.words:
        holds = holds.filter(_Said(Value(search.words)))
    return [held_line_of(hold) for hold in holds]


def line(account: BankAccount, sequence: int) -> Line | None:
    """The line with this number; None if the account has none."""
    entry = Entry.objects.filter(account=account, sequence=sequence).select_related("posting").first()
    return line_of(entry, account.uuid) if entry else None


def latest(accounts: Sequence[BankAccount], *, count: int) -> list[Line]:
    """The last lines over several accounts, newest first, in one query: the last numbers of each are known."""
    if not accounts:
        return []
    places: dict[str, int] = {}
    for number, account in enumerate(accounts):
        places |= {f"account_{number}": account.pk, f"after_{number}": account.last_sequence - count}
    entries = _last_of_each(len(accounts))(**places)
    newest_first = sorted(entries, key=lambda entry: (entry.booked_at, entry.pk), reverse=True)
    uuids = {account.pk: account.uuid for account in accounts}
    return [line_of(entry, uuids[entry.account_id]) for entry in newest_first[:count]]


@cache
def _last_of_each(accounts_count: int) -> Question[Entry]:
    last_of_each = Q()
    for number in range(accounts_count):
        last_of_each |= Q(account=Given(f"account_{number}"), sequence__gt=Given(f"after_{number}"))
    return Question(lambda: Entry.objects.filter(last_of_each).select_related("posting"))


def statement(
    account: BankAccount, period: Period, *, at: datetime, lines_max: int | None = LINES_A_STATEMENT
) -> Statement:
    """The period as of one moment, in two queries. Refuses more lines than a page can carry."""
    # Asked before the books are read: a day that is final by now takes nothing more while we read.
    is_final = business_day.is_final(period.last, at=at)
    with one_moment():
        span = _span(account, period)
        if lines_max is not None and span.count > lines_max:
            raise TooManyLines(count=span.count, max=lines_max)
        entries = Entry.objects.filter(account=account, sequence__gt=span.before, sequence__lte=span.last)
        lines = [line_of(entry) for entry in entries.select_related("posting").order_by("sequence")]
    credits = [line.amount_minor for line in lines if line.amount_minor > 0]
    debits = [-line.amount_minor for line in lines if line.amount_minor < 0]
    assert span.opening_minor + sum(credits) - sum(debits) == span.closing_minor, f"account {account.pk} {period}"
    return Statement(
        period=period,
        opening_minor=span.opening_minor,
        turnover_in_minor=sum(credits),
        turnover_out_minor=sum(debits),
        count_in=len(credits),
        count_out=len(debits),
        closing_minor=span.closing_minor,
        lines=lines,
        provisional=not is_final,
    )


def _span(account: BankAccount, period: Period) -> _Span:
    """Where the period lies, in one query of four index look-ups."""
    before, last = _last_until(Q(booked_on__lt=period.first)), _last_until(Q(booked_on__lte=period.last))
    before_sequence, opening, last_sequence, closing = BankAccount.objects.values_list(
        *(_or_zero(rows, column) for rows in (before, last) for column in ("sequence", "balance_after_minor"))
    ).get(pk=account.pk)
    if last_sequence < before_sequence:
        # A feast struck off between two bookings let the later one be booked on an earlier day.
        last_sequence, closing = before_sequence, opening
    return _Span(before_sequence, last_sequence, opening, closing)


def _last_until(days: Q) -> QuerySet[Entry]:
    return Entry.objects.filter(days, account=OuterRef("pk")).order_by("-booked_on", "-sequence")


def _or_zero(rows: QuerySet[Entry], column: str) -> Coalesce:
    return Coalesce(Subquery(rows.values(column)[:1]), Value(0))


# --- The search ------------------------------------------------------------------------------------------------------


def _found(
    account: BankAccount, search: Search, first: int, last: int | None, *, newest_first: bool, lines_max: int
) -> list[Entry]:
    """The entries nearest to one end of a range of numbers that fit, in the order asked for."""
    entries = Entry.objects.filter(account=account).select_related("posting")
    entries = entries.order_by("-sequence" if newest_first else "sequence")
    if search.is_looked_up:
        numbers = words.found(account, search, first=first, last=last, newest_first=newest_first, lines_max=lines_max)
        return list(entries.filter(sequence__in=numbers))
    entries = entries.filter(sequence__gte=first)
    if last is not None:
        entries = entries.filter(sequence__lte=last)
    return list(entries[:lines_max])


def _within(account: BankAccount, search: Search) -> tuple[int, int | None]:
    """The searched days as numbers, both included, so that an old year's page is found without walking to it."""
    if not (search.from_on or search.to_on):
        return 1, None
    span = _span(account, Period(search.from_on or date.min, search.to_on or date.max))
    return span.before + 1, span.last


class _Said(Func):
    """Whether a hold has every word."""

    template = "hold_is_said(accounts_hold, %(expressions)s)"
    output_field = BooleanField()
