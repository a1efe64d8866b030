"""The days of running series: as each begins, the clock makes its order, released by the signatures of the series.

A day that was missed is made once, whenever the clock comes back; two clocks at once do no harm: the row of the series
is locked, its days have one order each by law, and the order's submit key is the day's.
"""

import logging
from datetime import date, datetime, timedelta
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts import audit, business_day, clock
from accounts.verbs import verb
from accounts.working_days import ONE_DAY, Calendar, CalendarUnknown
from payments import cutoff, limits, orders, promises, rails, standing, standing_notices, standing_selectors, tariffs
from payments.models import PaymentOrder, StandingOrder
from payments.models.orders import OrderStatus
from payments.models.standing import StandingStatus
from payments.rhythm import PayDay
from payments.series import as_order

logger = logging.getLogger(__name__)

# Why the clock ended a series or one of its orders; stored as they are, put in the reader's language where shown.
OVER_THE_SPAN = gettext_noop(
    "Kufiri ditor ose mujor i llogarisë a i kompanisë nuk e lejonte këtë pagesë. Shihni kufijtë, ose kërkoni në degë "
    "një kufi tjetër."
)
CAP_REACHED = gettext_noop("Tavani i urdhrit të përhershëm u arrit. Për të vazhduar, bëni një të ri nga ky.")
LAST_DAY_PASSED = gettext_noop("Pagesat e urdhrit të përhershëm mbaruan. Për të vazhduar, bëni një të ri nga ky.")
# A day off that is declared late may bring a payment forward by so much, where the customer chose the day before.
BROUGHT_FORWARD_MOST = timedelta(days=7)


def start(series: StandingOrder, *, at: datetime) -> None:
    """Let a locked series run, in the transaction of its last signature."""
    calendar = business_day.calendar()
    first = next(standing_selectors.days_of(series, calendar))
    series.status, series.started_at = StandingStatus.RUNNING, at
    series.look_on = _look_on(series, first, after=clock.tirana_day(at))
    series.save(update_fields=["status", "started_at", "look_on"])
    standing.record("payments.standing.started", series, None, at=at, details={"first_on": first.due_on.isoformat()})


def make_due(*, at: datetime) -> int:
    """Make the orders of all days that have begun, each series in its own transaction; how many orders.

    One series that breaks is logged and holds up nobody; it is looked at again.
    """
    running = StandingOrder.objects.filter(status=StandingStatus.RUNNING, look_on__lte=clock.tirana_day(at))
    made = 0
    for standing_id in running.order_by("look_on", "number").values_list("pk", flat=True):
        try:
            made += make(standing_id=standing_id, at=at)
        except Exception:
            logger.exception("standing order not looked at", extra={"subject": f"standing:{standing_id}"})
    return made


@verb("payments.standing.looked_at")
def make(*, standing_id: UUID, at: datetime) -> int:
    """Make the orders of one series whose days have begun, and end it after its last; how many orders.

    None of a series that another worker has, that does not run, or whose next look is not yet.
    """
    today = clock.tirana_day(at)
    series = (
        StandingOrder.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("company", "debit_account", "prepared_by")
        .filter(pk=standing_id, status=StandingStatus.RUNNING, look_on__lte=today)
        .first()
    )
    if series is None:
        return 0
    calendar = business_day.calendar()
    made = 0
    try:
        for day in standing_selectors.open_days(series, calendar, today=today):
            if day.due_on > today:
                series.look_on = _look_on(series, day, after=today)
                break
            if standing_selectors.room_for(series) == 0:
                _finish(series, CAP_REACHED, at=at)
                return made
            _make_order(series, day, calendar=calendar, at=at)
            made += 1
        else:
            _finish(series, LAST_DAY_PASSED, at=at)
            return made
    except CalendarUnknown:
        series.look_on = today + ONE_DAY
    series.save(update_fields=["look_on"])
    return made


def _look_on(series: StandingOrder, day: PayDay, *, after: date) -> date:
    """The first day on which the next payment could be due, however the staff's calendar may still change."""
    earliest = day.nominal_on - BROUGHT_FORWARD_MOST if series.prefers_previous else day.nominal_on
    return max(after + ONE_DAY, min(earliest, day.due_on))


def _make_order(series: StandingOrder, day: PayDay, *, calendar: Calendar, at: datetime) -> None:
    """One order as the series says, born and released in this transaction; it holds nothing (security, must 6).

    Where a limit of account or company speaks against it, it fails at once, and its owners are told.
    """
    today = clock.tirana_day(at)
    order = as_order(series)
    order.number, order.submit_key = orders.next_number(at), f"standing:{series.pk}:{day.nominal_on.isoformat()}"
    order.created_at, order.standing, order.due_on, order.requested_on = at, series, day.due_on, day.nominal_on
    order.rail = rails.rail_of(
        kind=order.kind, currency=order.currency, amount_minor=order.amount_minor, is_urgent=False
    )
    order.fee_minor = tariffs.fee(kind=order.kind, currency=order.currency, amount_minor=order.amount_minor, on=today)
    order.save(force_insert=True)
    is_over = _is_over_the_span(order, at=at)
    promised = _promised(order, day, calendar=calendar, at=at)
    promises.keep(order, promised)
    order.status, order.other_signers = OrderStatus.RELEASED, series.other_signers
    order.released_at, order.execute_on = at, promised.execute_on
    order.save(update_fields=["status", "other_signers", "released_at", "execute_on"])
    _record(order, "payments.order.released", at=at, details=orders.signing_facts(order))
    if is_over:
        orders.end(order, OrderStatus.FAILED, mandate=None, reason=OVER_THE_SPAN, at=at)
        _record(order, "payments.order.failed", at=at, reason=OVER_THE_SPAN)
        standing_notices.tell_failed(order, at=at)


def _is_over_the_span(order: PaymentOrder, *, at: datetime) -> bool:
    """Asked before the order is released, for what is released counts."""
    try:
        limits.require_room(order, at=at)
    except limits.OverTheLimit:
        return True
    return False


def _promised(order: PaymentOrder, day: PayDay, *, calendar: Calendar, at: datetime) -> cutoff.Promised:
    """The day on which it pays; the earliest possible where its day was missed."""
    today, cut_off = clock.tirana_day(at), None
    earliest = calendar.on_or_after(today)
    if not rails.executes_at_once(order.kind):
        cut_off = promises.cut_off(kind=order.kind, on=today)
        earliest = cutoff.earliest_day(at, calendar=calendar, cut_off=cut_off)
    reasons = day.reasons(calendar)
    if earliest > day.due_on:
        reasons = (cutoff.Reason("requested_too_early", {"requested_on": day.due_on.isoformat()}),)
    return cutoff.Promised(
        released_at=at,
        cut_off=cut_off,
        execute_on=max(day.due_on, earliest),
        reasons=reasons,
        passes_estimated=any(reason.code == "estimated" for reason in reasons),
        days=(),
    )


def _finish(series: StandingOrder, reason: str, *, at: datetime) -> None:
    standing.end(series, StandingStatus.FINISHED, mandate=None, reason=reason, at=at)
    standing.record("payments.standing.finished", series, None, at=at, details={"reason": reason})


def _record(
    order: PaymentOrder, event: str, *, at: datetime, reason: str = "", details: dict[str, object] | None = None
) -> None:
    actor = audit.Actor(name="clock", role="system", company_id=str(order.company_id))
    facts = {"standing": str(order.standing_id), "due_on": order.due_on} | (details or {})
    audit.record(event, actor=actor, at=at, subject=f"order:{order.pk}", reason=reason, details=facts)
