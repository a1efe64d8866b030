"""Money leaves: reserve at release, execute on the promised day, give back when it does not come to that.

Beside `payments.interbank` the room's only caller of `accounts.ledger`. An order is executed under its row's lock, in
one transaction with its posting, whose key is the order's: delivered twice, or to two workers, it is booked once.
Orders of one batch share such a transaction.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import QuerySet
from kombu.exceptions import OperationalError as QueueAway

from accounts import audit, business_day, clock, ledger, money_came
from accounts.arrays import array
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount, Hold, Posting
from accounts.models.ledger import Channel, Entry, Kind
from accounts.refusals import Refusal
from accounts.verbs import verb
from accounts.working_days import Calendar
from payments import failure_notices, selectors, verdicts
from payments.models import PaymentOrder
from payments.models.orders import OrderKind, OrderStatus
from payments.verdicts import (
    ACCOUNT_BLOCKED as ACCOUNT_BLOCKED,
    NO_FUNDS as NO_FUNDS,
    OVER_THE_LIMIT as OVER_THE_LIMIT,
    PAYEE_GONE as PAYEE_GONE,
    RIGHT_ENDED as RIGHT_ENDED,
)

logger = logging.getLogger(__name__)

EXECUTED = """
UPDATE payments_paymentorder SET status = 'executed', ended_at = %s, posting_id = made.posting
  FROM unnest(%s::uuid[], %s::bigint[]) AS made(id, posting) WHERE payments_paymentorder.id = made.id
"""
# What a batch reads of an order, its company and its account: half of their columns, in a third less time. Any other
# column would be a question an order, which tests/payments/test_batches.py counts.
READ = (
    *("number", "kind", "is_urgent", "company", "prepared_by", "other_signers", "standing", "execute_on", "hold_id"),
    *("debit_account", "currency", "amount_minor", "fee_minor", "beneficiary_name", "beneficiary_iban", "description"),
    "company__name",
    *(f"debit_account__{name}" for name in ("iban", "status", "balance_minor", "overdraft_minor", "held_minor")),
)
# What the ledger may refuse of an order that nothing else speaks against.
REASONS = {ledger.NotEnoughMoney: NO_FUNDS, ledger.AccountTakesNoDebit: ACCOUNT_BLOCKED}


def reserve(order: PaymentOrder, *, at: datetime) -> Hold:
    """Set amount and fee aside for a locked order; refuses NotEnoughMoney and AccountTakesNoDebit."""
    assert order.execute_on is not None, "a hold is taken for a promised day"
    return ledger.hold(
        key=source_of(order),
        account_id=order.debit_account_id,
        amount_minor=order.total_minor,
        facts=facts_of(order),
        expected_on=order.execute_on,
        at=at,
    )


def require_money(order: PaymentOrder) -> None:
    """Refuse beforehand what `reserve` would refuse now, so that no code is sent for it."""
    account = order.debit_account
    if account.status != BankAccount.Status.OPEN:
        raise ledger.AccountTakesNoDebit
    if order.total_minor > account.available_minor:
        raise ledger.NotEnoughMoney


def give_back(order: PaymentOrder, *, at: datetime) -> None:
    """Make what a locked order held available again; nothing where nothing was held."""
    if order.hold_id:
        ledger.release(hold_id=order.hold_id, at=at)


@verb("payments.order.executed")
def execute(*, order_id: UUID, at: datetime) -> PaymentOrder | None:
    """Execute one order that is due: post amount and fee, or end it with a reason and give the hold back.

    None when there is nothing to do: another worker has the order, it is not due, or it has ended. Rights, account,
    limit and funds are asked again here, whatever was true when the order was signed. An order without a hold (a day
    that the customer chose) waits for funds until its cut-off.
    """
    calendar = business_day.calendar()
    order = next(iter(_claimed([order_id], calendar=calendar, at=at)), None)
    if order is None:
        return None
    grounds = verdicts.gathered([order], calendar=calendar, at=at)
    if reason := grounds.objection(order):
        return _fail(order, reason, at=at)
    try:
        with transaction.atomic():
            item = _item(order, grounds)
            posting = ledger.post(
                key=item.key, legs=item.legs, facts=item.facts, value_on=item.value_on, hold_id=item.hold_id, at=at
            )
    except Refusal as refusal:
        if type(refusal) not in REASONS:
            raise
        if isinstance(refusal, ledger.NotEnoughMoney) and grounds.may_wait(order):
            return None
        return _fail(order, REASONS[type(refusal)], at=at)
    _executed([order], [posting.pk], at=at)
    return order


class NotTogether(Exception):  # noqa: N818  an answer to execute_due, no fault
    """The ledger refused a batch, for at least one of its orders."""


@verb("payments.order.executed")
def execute_many(*, order_ids: Sequence[UUID], at: datetime) -> tuple[int, list[UUID]]:
    """Execute due orders together, by one statement of the ledger: how many, and which must be looked at alone.

    Their rows are locked until the commit, and skipped where another worker has them. What must end, or might, is left
    to `execute`: here accounts are locked once, in the order of their ids, so that nobody waits for us in a circle.
    """
    calendar = business_day.calendar()
    orders = list(_claimed(order_ids, calendar=calendar, at=at).only(*READ))
    grounds = verdicts.gathered(orders, calendar=calendar, at=at)
    paying, short = verdicts.covered(order for order in orders if grounds.objection(order) is None)
    waiting = [order for order in short if grounds.may_wait(order)]
    try:
        posted = ledger.post_many([_item(order, grounds) for order in paying], at=at)
    except Refusal as refusal:
        raise NotTogether from refusal
    _executed(paying, posted, at=at)
    settled = {order.pk for order in (*paying, *waiting)}
    return len(paying), [order.pk for order in orders if order.pk not in settled]


def execute_due(*, at: datetime) -> int:
    """Execute all that is due, oldest promise first, EXECUTION_BATCH orders a transaction; how many moved on.

    Whoever runs beside us takes other orders. One order that breaks is logged and holds up nobody; it stays due.
    """
    due = list(selectors.due(calendar=business_day.calendar(), at=at).values_list("pk", flat=True))
    size = settings.EXECUTION_BATCH
    return sum(_run(due[first : first + size], at=at) for first in range(0, len(due), size))


def _run(order_ids: Sequence[UUID], *, at: datetime) -> int:
    """A batch, or its halves where it cannot be booked as one, down to the order that breaks it."""
    if len(order_ids) == 1:
        return _run_alone(order_ids[0], at=at)
    half = len(order_ids) // 2
    try:
        moved, alone = execute_many(order_ids=order_ids, at=at)
    except (OperationalError, InterfaceError):
        logger.exception("batch not executed", extra={"subject": f"order:{order_ids[0]}"})
        return 0
    except Exception as problem:
        logger.warning("batch halved: %s", type(problem).__name__, extra={"subject": f"order:{order_ids[0]}"})
    else:
        return moved + sum(_run_alone(order_id, at=at) for order_id in alone)
    return _run(order_ids[:half], at=at) + _run(order_ids[half:], at=at)


def _run_alone(order_id: UUID, *, at: datetime) -> int:
    try:
        return execute(order_id=order_id, at=at) is not None
    except Exception:
        logger.exception("order not executed", extra={"subject": f"order:{order_id}"})
        return 0


def hurry(order_id: UUID) -> None:
    """Ask a worker to look at an order now; when the queue is away, the clock's next tick finds it."""
    try:
        current_app.send_task("payments.execute_order", kwargs={"order_id": str(order_id)}, ignore_result=True)
    except (QueueAway, OSError):
        logger.warning("queue away, the order waits for the tick", extra={"subject": f"order:{order_id}"})


def source_of(order: PaymentOrder) -> str:
    """How a posting or a hold names its order, without a foreign key upwards."""
    return f"payments.order:{order.pk}"


def facts_of(order: PaymentOrder) -> Facts:
    """What the books say of this order; payer and payee go with every transfer (Reg. 43/2024)."""
    return Facts(
        kind=Kind(order.kind),
        channel=Channel.ONLINE,
        debtor_name=order.company.name,
        debtor_iban=order.debit_account.iban or "",
        creditor_name=order.beneficiary_name,
        creditor_iban=order.beneficiary_iban,
        remittance_information=order.description,
        end_to_end_id=order.number,
        source=source_of(order),
    )


def _claimed(order_ids: Sequence[UUID], *, calendar: Calendar, at: datetime) -> QuerySet[PaymentOrder]:
    """Those of the orders that are due, locked, oldest promise first; without those that another worker has.

    The row's lock is the lease (docs/decisions/0010): it ends with the transaction that posts, or with the worker.
    """
    free = selectors.due(calendar=calendar, at=at).select_for_update(skip_locked=True, of=("self",))
    return free.filter(pk__in=order_ids).select_related("company", "debit_account")


def _item(order: PaymentOrder, grounds: verdicts.Grounds) -> Item:
    """Amount and fee as one posting, out of the hold where there is one."""
    legs = [
        Leg(order.debit_account_id, -order.amount_minor),
        Leg(grounds.payees[order.pk], order.amount_minor),
    ]
    if order.fee_minor:
        legs += [
            Leg(order.debit_account_id, -order.fee_minor, Entry.Part.FEE),
            Leg(grounds.fee_accounts[order.currency], order.fee_minor, Entry.Part.FEE),
        ]
    facts = facts_of(order)
    return Item(facts.source, legs, facts, grounds.value_on(order), order.hold_id)


def _executed(orders: Sequence[PaymentOrder], postings: Sequence[int], *, at: datetime) -> None:
    """Write down that these locked orders were booked, by one call of the ledger and so on one day."""
    if not orders:
        return
    with connection.cursor() as cursor:
        cursor.execute(EXECUTED, [at, array(order.pk for order in orders), array(postings)])
    booked_on = Posting.objects.values_list("booked_on", flat=True).get(pk=postings[-1]).isoformat()
    for order, posting in zip(orders, postings, strict=True):
        order.status, order.ended_at, order.posting_id = OrderStatus.EXECUTED, at, posting
        audit.record(
            "payments.order.executed",
            actor=audit.Actor(name="clock", role="system", company_id=str(order.company_id)),
            at=at,
            subject=f"order:{order.pk}",
            details={"posting": posting, "booked_on": booked_on},
        )
    money_came.tell((_news(order, at) for order in orders if order.kind == OrderKind.INTERNAL), at=at)


def _news(order: PaymentOrder, at: datetime) -> money_came.Credit:
    return money_came.Credit(order.beneficiary_iban, order.amount_minor, order.company.name, clock.tirana_day(at))


def _fail(order: PaymentOrder, reason: str, *, at: datetime) -> PaymentOrder:
    give_back(order, at=at)
    order.status, order.ended_at, order.end_reason = OrderStatus.FAILED, at, reason
    order.save(update_fields=["status", "ended_at", "end_reason"])
    audit.record(
        "payments.order.failed",
        actor=audit.Actor(name="clock", role="system", company_id=str(order.company_id)),
        at=at,
        subject=f"order:{order.pk}",
        reason=reason,
    )
    failure_notices.tell_failed(order, at=at)
    return order
