"""The bank's calendar and the 20:00 close: which days are working days, and on which day is a moment booked?"""

from datetime import date, datetime

from django.db import connection
from django.db.models import Max, Subquery

from accounts import clock
from accounts.models import BankDay, BankHoliday, CalendarYear
from accounts.working_days import Calendar, Holiday


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


def is_final(day: date, *, at: datetime) -> bool:
    """Whether nothing can be booked on this day or before it any more (R60): what is not final is provisional.

    The close reached the day, or the last working day before it: a day off is never booked on.
    """
    if day > clock.tirana_day(at):
        return False
    closed = BankDay.objects.filter(status=BankDay.Status.CLOSED).aggregate(last=Max("day"))["last"]
    return closed is not None and closed >= calendar().on_or_before(day)
