"""What the bank tells of a series: that a payment of it was not executed, and that too many in a row were not."""

from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import notices
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
        "nënshkruesit, ose ndalojeni urdhrin."
    ),
)


def tell_failed(order: PaymentOrder, *, at: datetime) -> None:
    """Tell of an order that has just failed, in its transaction; nothing of one that no series made.

    Its preparer and all who signed the series are told. The reason is a msgid, read in the reader's language.
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
    for user in _owners(series):
        notices.tell(user, FAILED, about_it, at, series.company)
        if in_a_row and in_a_row % settings.STANDING_FAILURES_TOLD == 0:
            notices.tell(user, NEEDS_ATTENTION, facts | {"count": in_a_row}, at, series.company)


def failures_in_a_row(series: StandingOrder) -> int:
    """How many of its last payments failed one after the other; what a customer cancelled is no failure."""
    last = series.orders.exclude(status__in=[OrderStatus.RELEASED, OrderStatus.CANCELLED]).order_by("-due_on")
    count = 0
    for status in last.values_list("status", flat=True):
        if status != OrderStatus.FAILED:
            break
        count += 1
    return count


def _owners(series: StandingOrder) -> list[User]:
    """Who prepared it and who signed it, each once."""
    keys = {series.prepared_by_id, *series.signatures.values_list("user_id", flat=True)}
    return list(User.objects.filter(pk__in=keys).order_by("pk"))
