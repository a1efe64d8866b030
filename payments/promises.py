"""What the bank promises about the day: the calendar and the cut-off in force, put to the pure rules of cutoff.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import QuerySet
from django.db.models.functions import JSONArray

from accounts import business_day, clock
from accounts.questions import Given, Question
from accounts.working_days import Calendar
from payments import cutoff, rails
from payments.models import CutOff, PaymentOrder, Promise
from payments.models.orders import OrderKind


def cut_off(*, kind: str, is_urgent: bool = False, on: date) -> time:
    """The cut-off of a kind of payment on a day, in Tirana time; a kind without a row is a bug."""
    key = rails.rule_key(kind=kind, is_urgent=is_urgent)
    return CutOff.objects.filter(kind=key, valid_from__lte=on).latest("valid_from").at_time


@dataclass(frozen=True, slots=True)
class Rules:
    """What decides the days of every kind at one moment, read once for a whole page.

    `booked_on` is the day whose books are open.
    """

    calendar: Calendar
    cut_offs: Mapping[str, time]
    booked_on: date

    @property
    def cut_off(self) -> time:
        """That of domestic transfers, which the bank's day is told by."""
        return self.cut_offs[OrderKind.DOMESTIC]


def rules(*, at: datetime) -> Rules:
    """One query."""
    (row,) = _RULES(on=clock.tirana_day(at))
    return rules_of(row, at=at)


def rules_row(**beside: Any) -> "QuerySet[Any, tuple[Any, ...]]":
    """The one row of `rules_of`, of the day `on`, and the expressions that a page reads along with it."""
    in_force = CutOff.objects.filter(valid_from__lte=Given("on")).order_by("valid_from")
    return business_day.calendar_row(
        cut_offs=ArraySubquery(in_force.values_list(JSONArray("kind", "at_time"))),
        last_shut=business_day.last_shut_day(),
        **beside,
    )


def rules_of(row: Sequence[Any], *, at: datetime) -> Rules:
    """The rules out of that row."""
    calendar = business_day.calendar_of([tuple(row)])
    _year, _feasts, cut_offs, last_shut, *_beside = row
    booked_on = business_day.expected_day(at, calendar=calendar, last_shut=last_shut)
    return Rules(calendar, {kind: time.fromisoformat(at_time) for kind, at_time in cut_offs}, booked_on)


_RULES = Question(rules_row)


def promise_now(
    *,
    kind: str,
    at: datetime,
    requested_on: date | None = None,
    is_urgent: bool = False,
    prefers_previous: bool = False,
    by: Rules | None = None,
) -> cutoff.Promised:
    """The promise for such an order if it were released at this moment. Refuses with CalendarUnknown."""
    by = by or rules(at=at)
    if rails.executes_at_once(kind):
        return cutoff.in_our_books(
            released_at=at,
            calendar=by.calendar,
            booked_on=by.booked_on,
            requested_on=requested_on,
            prefer_previous=prefers_previous,
        )
    return cutoff.promise(
        released_at=at,
        calendar=by.calendar,
        cut_off=by.cut_offs[rails.rule_key(kind=kind, is_urgent=is_urgent)],
        requested_on=requested_on,
        prefer_previous=prefers_previous,
    )


def of_order(order: PaymentOrder, *, at: datetime, by: Rules | None = None) -> cutoff.Promised:
    """The promise for this order if it were released at this moment."""
    return promise_now(
        kind=order.kind,
        at=at,
        requested_on=order.requested_on,
        is_urgent=order.is_urgent,
        prefers_previous=order.prefers_previous,
        by=by,
    )


def promised_or_expected(order: PaymentOrder, *, at: datetime, by: Rules | None = None) -> cutoff.Promised:
    """What was promised when the order was released; until then, what would be if it were released now."""
    if order.released_at:
        return cutoff.Promised.from_facts(order.promise.reasons)
    return of_order(order, at=at, by=by)


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
    if rails.executes_at_once(order.kind):
        return not promised.is_at_once
    nearest = promise_now(kind=order.kind, is_urgent=order.is_urgent, at=promised.released_at)
    return promised.execute_on > nearest.execute_on
