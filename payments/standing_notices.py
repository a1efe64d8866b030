"""What the bank tells of a series: that a payment of it was not executed, and that too many in a row were not."""

from collections.abc import Iterable
from datetime import datetime
from itertools import takewhile

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import mandates, notices
from accounts.days import short_day
from accounts.models import User
from accounts.money import format_money
from payments.models import PaymentOrder, StandingOrder
from payments.models.orders import OrderStatus

FAILED = "payments.standing.failed"
NEEDS_ATTENTION = "payments.standing.needs_attention"

notices.declare(
    FAILED,
    _(
        "Pagesa e datës %(day)s, %(amount)s për %(name)s, nga urdhri i përhershëm %(number)s nuk u krye. %(reason)s "
        "Pagesat e tjera të tij vazhdojnë."
    ),
)
notices.declare(
    NEEDS_ATTENTION,
    _(
        "%(count)s pagesa radhazi të urdhrit të përhershëm %(number)s për %(name)s nuk u kryen. Shihni llogarinë dhe "
        "nënshkruesit, ose ndaleni urdhrin."
    ),
)


def tell_failed(order: PaymentOrder, *, at: datetime) -> None:
    """Tell of an order that has just failed, in its transaction; nothing of one that no series made.

    Its preparer and all who signed the series are told, those of them who still act for the company; where nobody is
    left, all who may sign. The reason is a msgid, read in the reader's language.
    """
    series = order.standing
    if series is None or order.due_on is None:
        return
    facts = {"number": series.number, "name": series.beneficiary_name}
    about_it = facts | {
        "day": short_day(order.due_on),
        "amount": format_money(order.amount_minor, order.currency),
        "reason": order.end_reason,
    }
    in_a_row = failures_in_a_row(series)
    for user in _owners(series, at=at):
        notices.tell(user, FAILED, about_it, at, series.company)
        if in_a_row and in_a_row % settings.STANDING_FAILURES_TOLD == 0:
            notices.tell(user, NEEDS_ATTENTION, facts | {"count": in_a_row}, at, series.company)


def failures_in_a_row(series: StandingOrder) -> int:
    """How many of its last payments failed one after the other."""
    return failing(series.orders.order_by("-due_on").values_list("status", flat=True).iterator())


def failing(statuses: Iterable[str]) -> int:
    """The same of payments by their states, the newest first; what a customer cancelled is no failure."""
    over = (status for status in statuses if status not in {OrderStatus.RELEASED, OrderStatus.CANCELLED})
    return sum(1 for _status in takewhile(lambda status: status == OrderStatus.FAILED, over))


def _owners(series: StandingOrder, *, at: datetime) -> list[User]:
    """Each once. Who left the company is told of its payments no more."""
    keys = {series.prepared_by_id, *series.signatures.values_list("user_id", flat=True)}
    here = {one.user_id: one for one in mandates.in_force(at).filter(company=series.company_id).order_by("user_id")}
    owners = [one.user for key, one in here.items() if key in keys]
    return owners or [one.user for one in here.values() if one.may_sign]
