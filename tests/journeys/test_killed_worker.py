"""A worker that dies in the middle loses nothing and repeats nothing: the row is the truth, the queue only a hurry."""

from accounts import audit
from accounts.models import BankAccount, Posting
from auth_flow import fnp
from auth_flow.models import LoginAttempt
from payments import approvals
from payments.models import PaymentOrder
from tests import builders
from tests.journeys.visitor import Visitor, post_by_hand
from tests.portal import until

ROUNDS = 3
ORDERS_A_ROUND = 4


def test_orders_released_around_a_killed_worker_are_each_executed_once(sole: Visitor) -> None:
    released: list[PaymentOrder] = []

    for _round in range(ROUNDS):
        released += [release(sole) for _each in range(ORDERS_A_ROUND)]
        sole.portal.kill_worker()
        released.append(release(sole))
        sole.portal.start_worker()

    ids = [order.pk for order in released]
    until(lambda: not PaymentOrder.objects.filter(pk__in=ids).exclude(status="executed").exists(), patience=60)
    postings = Posting.objects.filter(source__in=[f"payments.order:{pk}" for pk in ids])
    assert postings.count() == postings.values("source").distinct().count() == len(ids)
    account = BankAccount.objects.get(pk=sole.account.pk)
    total = sum(order.total_minor for order in released)
    assert (account.balance_minor, account.held_minor) == (10_000_000 - total, 0)
    assert audit.verify_chain(audit.chain_name(str(account.company_id))) is None


def release(visitor: Visitor) -> PaymentOrder:
    """An order of 10,00 that the running web server releases; its code is worked out instead of waited for."""
    mandate = builders.mandate_of(visitor.user)
    order = builders.draft(mandate, visitor.account, amount_minor=1_000, description=f"Fatura {builders.unique()}")
    session = LoginAttempt.objects.get(user=visitor.user, signed_in_at__isnull=False, ended_at=None)
    challenge = approvals.ask_code(
        order_id=order.pk, mandate=mandate, attempt=session, version=order.version, at=builders.AT
    )
    assert challenge is not None, "nothing has changed since the draft"
    path, code = f"/payments/{order.pk}/sign/", fnp.derive(challenge)
    assert post_by_hand(visitor, path, challenge_id=str(challenge.pk), code=code) == 302
    order.refresh_from_db()
    assert order.released_at is not None
    return order
