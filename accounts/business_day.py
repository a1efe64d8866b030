"""The bank's calendar and the 20:00 close: which days are working days, and on which day is a moment booked?"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db import connection
from django.db.models import Max, Min, Q, QuerySet, Subquery
from django.db.models.functions import JSONArray

from accounts import clock
from accounts.models import BankDay, BankHoliday, CalendarYear
from accounts.questions import Question
from accounts.working_days import ONE_DAY, Calendar, Holiday

IS_CLOSED = Q(status=BankDay.Status.CLOSED)


def calendar() -> Calendar:
    """The staff's table as a pure calendar, in one query; it knows no day after the last year that staff completed."""
    return calendar_of(_CALENDAR())


def calendar_row(**beside: Any) -> "QuerySet[Any, tuple[Any, ...]]":
    """The one row of `calendar_of`: last year, feasts, and the expressions that somebody reads along with them."""
    feasts = BankHoliday.objects.order_by("day").values_list(JSONArray("day", "name", "is_confirmed", "is_moved"))
    last_year = CalendarYear.objects.order_by("-year").annotate(feasts=ArraySubquery(feasts), **beside)
    return last_year.values_list("year", "feasts", *beside)[:1]


def calendar_of(rows: Sequence[tuple[Any, ...]]) -> Calendar:
    """The calendar out of that row; without one, or without a feast, it knows no day."""
    last_year, feasts, *_beside = rows[0] if rows else (None, ())
    days = [Holiday(date.fromisoformat(day), name, certain, moved) for day, name, certain, moved in feasts]
    return Calendar({feast.day: feast for feast in days}, until=_end_of(last_year if days else None))


_CALENDAR = Question(calendar_row)


def calendar_ends_on() -> date:
    """The last day that the calendar knows."""
    return _end_of(CalendarYear.objects.order_by("-year").values_list("year", flat=True).first())


def _end_of(year: int | None) -> date:
    """Years are completed one after the other (law `calendar_years_follow_each_other`), so the last one tells."""
    return date(year or 1, 12, 31)


def accounting_day(at: datetime) -> date:
    """The open accounting day for a moment (R58-R60): today if it is a working day whose books are open, else the
    next working day. Locks that day against closing until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounting_day(%s)", [at])
        day: date = cursor.fetchone()[0]
    return day


def last_shut_day() -> Subquery:
    """The last day whose books are not open any more, None if there is none; to be read along with other rows."""
    return Subquery(BankDay.objects.exclude(status=BankDay.Status.OPEN).order_by("-day").values("day")[:1])


def expected_day(at: datetime, *, calendar: Calendar, last_shut: date | None) -> date:
    """The day that `accounting_day` would give, as a page may say it beforehand: nothing is locked."""
    today = clock.tirana_day(at)
    return calendar.on_or_after(today if last_shut is None else max(today, last_shut + ONE_DAY))


def is_final(day: date, *, at: datetime) -> bool:
    """Whether nothing can be booked on this day or before it any more (R60): what is not final is provisional.

    The close reached the day, or the last working day before it: a day off is never booked on.
    """
    if day > clock.tirana_day(at):
        return False
    closed = BankDay.objects.filter(IS_CLOSED).aggregate(last=Max("day"))["last"]
    return closed is not None and closed >= calendar().on_or_before(day)


def last_final_day(at: datetime) -> date | None:
    """The last day that is final at a moment, days off behind the last close included; None before the first close."""
    closed = BankDay.objects.filter(IS_CLOSED).aggregate(last=Max("day"))["last"]
    if closed is None:
        return None
    return min(calendar().next_working(closed) - ONE_DAY, clock.tirana_day(at))


def to_close(at: datetime) -> list[date]:
    """Days that should be closed at this moment and are not, oldest first: from the first that is not closed up to the
    last whose 20:00 has passed, working days and days that have books all the same."""
    local = clock.tirana(at)
    last = local.date() if local.time() >= settings.DAY_CLOSE_STARTS else local.date() - ONE_DAY
    known = BankDay.objects.aggregate(first=Min("day", filter=~IS_CLOSED), closed=Max("day", filter=IS_CLOSED))
    after = known["closed"] and known["closed"] + ONE_DAY
    first = min((day for day in (known["first"], after) if day), default=None)
    if first is None or first > last:
        return []
    status_of = dict(BankDay.objects.filter(day__range=(first, last)).values_list("day", "status"))
    working = set(_working_days(first, last))
    return sorted(day for day in working | status_of.keys() if status_of.get(day) != BankDay.Status.CLOSED)


def _working_days(first: date, last: date) -> Iterator[date]:
    """From one day to another, both included, as far as the calendar knows them."""
    known = calendar()
    day = first
    while day <= min(last, known.until):
        if known.is_working(day):
            yield day
        day += ONE_DAY
