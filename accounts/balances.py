"""What an account held at the end of a day: the last checkpoint of the books, and what was booked since.

Two looks into indexes, whatever the length of the account's life.
"""

from datetime import date

from django.db.models import Max, QuerySet

from accounts import business_day
from accounts.models import BankDay, DayTotal, Entry


def closing_balance(account_id: int, day: date) -> int | None:
    """Minor units at the end of a day whose books are closed, by its checkpoint; None while they are not.

    A day off has the balance of the working day before. Refuses a day that the calendar does not know.
    """
    closed = BankDay.objects.filter(status=BankDay.Status.CLOSED).aggregate(last=Max("day"))["last"]
    if closed is None or closed < business_day.calendar().on_or_before(day):
        return None
    last = _checkpoints(account_id, day).first()
    return last.closing_minor if last else 0


def balance_on(account_id: int, day: date) -> int:
    """Minor units at the end of any day, as far as it is booked: the checkpoint's, or a later entry's balance."""
    last = _checkpoints(account_id, day).first()
    entries = Entry.objects.filter(account_id=account_id, booked_on__lte=day)
    if last:
        entries = entries.filter(booked_on__gt=last.day)
    newest = entries.order_by("-booked_on", "-sequence").values_list("balance_after_minor", flat=True).first()
    if newest is not None:
        return newest
    return last.closing_minor if last else 0


def _checkpoints(account_id: int, day: date) -> QuerySet[DayTotal]:
    """The account's checkpoints up to a day, newest first."""
    return DayTotal.objects.filter(account_id=account_id, day__lte=day).order_by("-day")
