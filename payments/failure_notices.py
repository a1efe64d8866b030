"""What the bank tells when an order was not executed on its day: who prepared it and all who signed it hear why."""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts import mandates, notices
from accounts.money import format_money
from payments import selectors, standing_notices
from payments.models import PaymentOrder

FAILED = "payments.order.failed"

notices.declare(FAILED, _("Urdhri %(number)s, %(amount)s për %(name)s, nuk u krye. %(reason)s"))


def tell_failed(order: PaymentOrder, *, at: datetime) -> None:
    """Tell of an order that has just failed, in its transaction; of one that a series made, in the words of the series.

    Those who still act for the company; where nobody is left, all who may sign. The reason is a msgid, read in the
    reader's language.
    """
    if order.standing_id:
        standing_notices.tell_failed(order, at=at)
        return
    keys = {order.prepared_by_id, *(signature.user_id for signature in selectors.signatures(order))}
    here = {one.user_id: one for one in mandates.in_force(at).filter(company=order.company_id).order_by("user_id")}
    owners = [one.user for key, one in here.items() if key in keys]
    facts = {
        "number": order.number,
        "amount": format_money(order.amount_minor, order.currency),
        "name": order.beneficiary_name,
        "reason": order.end_reason,
    }
    for user in owners or [one.user for one in here.values() if one.may_sign]:
        notices.tell(user, FAILED, facts, at, order.company)
