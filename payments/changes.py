"""Back for a change: a signer sends a submitted order to its preparer, who goes on with a draft of the same content.

The order itself ends there, with the signatures that it had: they were given for exactly those bytes and are never
counted again. The draft is a new order that `replaces` it, with a number, a promise and signatures of its own.
"""

from datetime import datetime
from uuid import UUID, uuid4

from django.utils.translation import gettext_lazy as _

from accounts import audit, mandates, notices
from accounts.models import Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import orders
from payments.approvals import MayNotSign
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus
from payments.wishes import ASKED

SENT_BACK = "payments.order.sent_back"
# All that was asked for, and what was found for it: the columns that the draft begins with.
PAYLOAD = (*ASKED, "debit_account", "currency", "fee_minor", "rail", "payee_key")

notices.declare(
    SENT_BACK,
    _(
        "%(by)s ju ktheu për ndryshim urdhrin %(number)s: “%(why)s”. E gjeni si draft me numrin %(draft)s; ndryshojeni "
        "dhe dërgojeni përsëri."
    ),
)


class NobodyToChangeIt(Refusal):
    sentence = _(
        "Kush e përgatiti këtë urdhër nuk përgatit më pagesa për kompaninë, prandaj nuk ka kush ta ndryshojë. "
        "Refuzojeni dhe kërkoni një urdhër të ri."
    )


@verb("payments.order.sent_back")
def send_back(*, order_id: UUID, mandate: Mandate, reason: str, at: datetime) -> PaymentOrder:
    """End a submitted order and give its preparer the draft that replaces it; any signer of the company may.

    It holds no money: that is set aside by the last signature. Refuses MayNotSign, OrderHasMovedOn (also where a
    colleague's last signature came first), and NobodyToChangeIt where the preparer may prepare no more.
    """
    mandate = orders.acting(mandate, at=at)
    order = orders.taken(order_id, mandate)
    if not mandate.may_sign:
        raise MayNotSign
    if order.status != OrderStatus.AWAITING:
        raise orders.OrderHasMovedOn(status=str(order.get_status_display()))
    _require_preparer(order, at=at)
    orders.end(order, OrderStatus.SENT_BACK, mandate=mandate, reason=reason, at=at)
    draft = PaymentOrder.objects.create(
        **{name: getattr(order, name) for name in PAYLOAD},
        number=orders.next_number(at),
        company=order.company,
        submit_key=uuid4().hex,
        prepared_by=order.prepared_by,
        created_at=at,
        replaces=order,
    )
    audit.record(
        "payments.order.sent_back",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details={"reason": reason, "draft": str(draft.pk), "void_signatures": order.signatures.count()},
    )
    if order.prepared_by_id != mandate.user_id:
        facts = {"by": mandate.user.full_name, "number": order.number, "draft": draft.number, "why": reason}
        notices.tell(order.prepared_by, SENT_BACK, facts, at, company=order.company)
    return draft


def _require_preparer(order: PaymentOrder, *, at: datetime) -> None:
    held = mandates.in_force(at).filter(user=order.prepared_by_id, company=order.company_id, may_prepare=True)
    if not held.exists():
        raise NobodyToChangeIt
