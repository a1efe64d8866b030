"""The bank's calendar and the 20:00 close: which days are working days, and on which day is a moment booked?"""

from datetime import date, datetime

from django.conf import settings
from django.db import connection
from django.db.models import Max, Min, Q, Subquery

from accounts import clock
from accounts.models import BankDay, BankHoliday, CalendarYear
from accounts.working_days import ONE_DAY, Calendar, Holiday

IS_CLOSED = Q(status=BankDay.Status.CLOSED)


def calendar() -> Calendar:
    """The staff's table as a pure calendar, in one query; it knows no day after the last year that staff completed."""
    last_year = Subquery(CalendarYear.objects.order_by("-year").values("year")[:1])
    rows = list(
        BankHoliday.objects.annotate(until=last_year).values_list("day", "name", "is_confirmed", "is_moved", "until")
    )
    feasts = {day: Holiday(day, name, certain, moved) for day, name, certain, moved, _until in rows}
    return Calendar(feasts, until=_end_of(rows[0][-1] if rows else None))


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
    known_days = calendar()
    status_of = dict(BankDay.objects.filter(day__range=(first, last)).values_list("day", "status"))
    days = (first + ONE_DAY * number for number in range((last - first).days + 1))
    return [
        day
        for day in days
        if (
            status_of[day] != BankDay.Status.CLOSED
            if day in status_of
            else day <= known_days.until and known_days.is_working(day)
        )
    ]
