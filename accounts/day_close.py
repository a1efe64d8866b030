"""The close of the bank's day (R59, R60): open, closing, closed; one way, under the row's lock."""

from datetime import date, datetime, time

from django.db.models import Max, Min, Q
from django.utils.translation import gettext_lazy as _

from accounts import audit, business_day, clock
from accounts.models import BankDay
from accounts.refusals import Refusal
from accounts.verbs import verb
from accounts.working_days import ONE_DAY

CLOSE_STARTS = time(20, 0)
IS_CLOSED = Q(status=BankDay.Status.CLOSED)


class DayIsNotOpen(Refusal):
    sentence = _("Kjo ditë e bankës nuk është e hapur, prandaj mbyllja nuk mund të fillojë.")


class DayIsNotClosing(Refusal):
    sentence = _("Mbyllja e kësaj dite nuk ka filluar ose ka përfunduar tashmë.")


class TooEarlyToClose(Refusal):
    sentence = _("Mbyllja e ditës mund të fillojë nga ora 20:00.")


@verb("bank.day.closing")
def begin(*, day: date, at: datetime, actor: audit.Actor = audit.THE_CLOCK) -> BankDay:
    """Start closing one day, from 20:00 of it; refuses a day that is not open. What is booked later goes further."""
    if clock.tirana(at) < datetime.combine(day, CLOSE_STARTS, clock.TIRANA):
        raise TooEarlyToClose
    BankDay.objects.get_or_create(day=day)
    bank_day = BankDay.objects.select_for_update().get(day=day)
    if bank_day.status != BankDay.Status.OPEN:
        raise DayIsNotOpen
    bank_day.status, bank_day.closing_at = BankDay.Status.CLOSING, at
    bank_day.save(update_fields=["status", "closing_at"])
    audit.record("bank.day.closing", actor=actor, at=at, subject=f"day:{day}")
    return bank_day


@verb("bank.day.closed")
def finish(*, day: date, at: datetime, actor: audit.Actor = audit.THE_CLOCK) -> BankDay:
    """Finish closing one day: its bookings are final from here on; refuses a day that is not closing."""
    bank_day = BankDay.objects.select_for_update().get(day=day)
    if bank_day.status != BankDay.Status.CLOSING:
        raise DayIsNotClosing
    bank_day.status, bank_day.closed_at = BankDay.Status.CLOSED, at
    bank_day.save(update_fields=["status", "closed_at"])
    audit.record("bank.day.closed", actor=actor, at=at, subject=f"day:{day}")
    return bank_day


def close_due(*, at: datetime) -> list[date]:
    """Close every working day whose 20:00 has passed, oldest first, each step in its own transaction; the days closed.

    Days on which nothing was booked are closed too, so that nothing can be booked on them later. A day that another
    clock is closing at this moment is left to it.
    """
    closed = []
    for day in _due(at):
        try:
            if not BankDay.objects.filter(day=day, status=BankDay.Status.CLOSING).exists():
                begin(day=day, at=at)
            finish(day=day, at=at)
        except (DayIsNotOpen, DayIsNotClosing):
            continue
        closed.append(day)
    return closed


def _due(at: datetime) -> list[date]:
    """Working days from the first that is not closed up to the last whose 20:00 has passed."""
    local = clock.tirana(at)
    last = local.date() if local.time() >= CLOSE_STARTS else local.date() - ONE_DAY
    known = BankDay.objects.aggregate(first=Min("day", filter=~IS_CLOSED), closed=Max("day", filter=IS_CLOSED))
    first = known["first"] or (known["closed"] and known["closed"] + ONE_DAY)
    if first is None or first > last:
        return []
    calendar = business_day.calendar()
    days = [first + ONE_DAY * number for number in range((last - first).days + 1)]
    done = set(BankDay.objects.filter(IS_CLOSED, day__range=(first, last)).values_list("day", flat=True))
    return [day for day in days if day not in done and day <= calendar.until and calendar.is_working(day)]
