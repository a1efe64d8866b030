"""The close of the bank's day (R59, R60): open, closing, closed; one way, under the row's lock."""

from datetime import date, datetime, time

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import BankDay
from accounts.refusals import Refusal
from accounts.verbs import verb

CLOSE_STARTS = time(20, 0)


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
    """Close every day whose 20:00 has passed, oldest first, each step in its own transaction; the days closed."""
    local = clock.tirana(at)
    due = BankDay.objects.exclude(status=BankDay.Status.CLOSED).filter(day__lte=local.date()).order_by("day")
    closed = []
    for bank_day in due:
        if local < datetime.combine(bank_day.day, CLOSE_STARTS, clock.TIRANA):
            continue
        if bank_day.status == BankDay.Status.OPEN:
            begin(day=bank_day.day, at=at)
        finish(day=bank_day.day, at=at)
        closed.append(bank_day.day)
    return closed
