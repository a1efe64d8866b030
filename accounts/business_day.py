"""The bank's calendar and the 20:00 close: which days are working days, and on which day is a moment booked?"""

from datetime import date, datetime

from django.db import connection

from accounts import clock
from accounts.models import BankDay, BankHoliday
from accounts.working_days import Calendar, Holiday


def calendar() -> Calendar:
    """The staff's table as a pure calendar; it knows no day beyond the last year that the table covers."""
    rows = BankHoliday.objects.values_list("day", "name", "is_confirmed", "is_moved")
    return Calendar({day: Holiday(day, name, certain, moved) for day, name, certain, moved in rows})


def accounting_day(at: datetime) -> date:
    """The open accounting day for a moment (R58-R60): today if it is a working day whose books are open, else the
    next working day. Locks that day against closing until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT accounting_day(%s)", [at])
        day: date = cursor.fetchone()[0]
    return day


def is_final(day: date, *, at: datetime) -> bool:
    """Whether nothing can be booked on this day or before it any more (R60): what is not final is provisional."""
    today = clock.tirana_day(at)
    if day > today or BankDay.objects.filter(day__lte=day).exclude(status=BankDay.Status.CLOSED).exists():
        return False
    return day < today or BankDay.objects.filter(day=day, status=BankDay.Status.CLOSED).exists()
