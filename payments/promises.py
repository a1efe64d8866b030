"""What the bank promises about the day: the calendar and the cut-off in force, put to the pure rule of cutoff.py."""

from dataclasses import dataclass
from datetime import date, datetime, time

from accounts import business_day, clock
from accounts.working_days import Calendar
from payments import cutoff
from payments.models import CutOff, PaymentOrder, Promise


def cut_off(*, kind: str, on: date) -> time:
    """The cut-off of a kind of payment on a day, in Tirana time; a kind without a row is a bug."""
    return CutOff.objects.filter(kind=kind, valid_from__lte=on).latest("valid_from").at_time


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides a kind's days at one moment, read once for a whole page."""

    calendar: Calendar
    cut_off: time


def rules(*, kind: str, at: datetime) -> Rules:
    """Two queries."""
    return Rules(business_day.calendar(), cut_off(kind=kind, on=clock.tirana_day(at)))


def promise_now(*, kind: str, requested_on: date | None, at: datetime, by: Rules | None = None) -> cutoff.Promised:
    """The promise for an order of this kind if it were released at this moment. Refuses with CalendarUnknown."""
    by = by or rules(kind=kind, at=at)
    return cutoff.promise(released_at=at, calendar=by.calendar, cut_off=by.cut_off, requested_on=requested_on)


def promised_or_expected(order: PaymentOrder, *, at: datetime, by: Rules | None = None) -> cutoff.Promised:
    """What was promised when the order was released; until then, what would be if it were released now."""
    if order.released_at:
        return cutoff.Promised.from_facts(order.promise.reasons)
    return promise_now(kind=order.kind, requested_on=order.requested_on, at=at, by=by)


def keep(order: PaymentOrder, promised: cutoff.Promised) -> Promise:
    """Write the promise down for good; the law `promises_are_never_changed` keeps it."""
    return Promise.objects.create(
        order=order,
        released_at=promised.released_at,
        cut_off=promised.cut_off,
        execute_on=promised.execute_on,
        reasons=promised.as_facts(),
    )


def is_chosen(order: PaymentOrder, promised: cutoff.Promised) -> bool:
    """Whether the customer chose a day later than the nearest: such an order takes no hold until its day."""
    if order.requested_on is None:
        return False
    nearest = promise_now(kind=order.kind, requested_on=None, at=promised.released_at)
    return promised.execute_on > nearest.execute_on
