"""Money leaves: reserve at release, execute on the promised day, give back when it does not come to that.

The room's only caller of `accounts.ledger`. An order is executed under its row's lock in one transaction with its
posting, whose key is the order's: a task delivered twice, or two workers at once, book it once.
"""

import logging
from datetime import date, datetime
from uuid import UUID

from celery import current_app
from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _, gettext_noop
from kombu.exceptions import OperationalError

from accounts import audit, business_day, clock, ledger, mandates, selectors as books
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Hold
from accounts.models.ledger import Channel, Entry, Kind
from accounts.refusals import Refusal
from accounts.verbs import verb
from accounts.working_days import Calendar
from payments import promises, rails, selectors
from payments.models import PaymentOrder
from payments.models.orders import OrderKind, OrderStatus

logger = logging.getLogger(__name__)

# Why an order was not executed; stored as they are, put in the reader's language where they are shown.
NO_FUNDS = gettext_noop("Në llogari nuk kishte para të mjaftueshme deri në afatin e ditës.")
ACCOUNT_BLOCKED = gettext_noop("Nga llogaria nuk mund të paguhej, sepse ishte e ngrirë ose e mbyllur.")
RIGHT_ENDED = gettext_noop("E drejta e përgatitësit ose e një nënshkruesi mbaroi para ditës së kryerjes.")
PAYEE_GONE = gettext_noop("Llogaria e përfituesit u mbyll ose nuk merr më pagesa në këtë monedhë.")


class PayeeTakesNothing(Refusal):
    """Of a payee in our own books; never seen by anybody, the order says PAYEE_GONE."""

    sentence = _("Llogaria e përfituesit nuk merr më pagesa.")


REASONS = {
    ledger.NotEnoughMoney: NO_FUNDS,
    ledger.AccountTakesNoDebit: ACCOUNT_BLOCKED,
    PayeeTakesNothing: PAYEE_GONE,
}


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


def give_back(order: PaymentOrder, *, at: datetime) -> None:
    """Make what a locked order held available again; nothing where nothing was held."""
    if order.hold_id:
        ledger.release(hold_id=order.hold_id, at=at)


@verb("payments.order.executed")
def execute(*, order_id: UUID, at: datetime) -> PaymentOrder | None:
    """Execute one order that is due: post amount and fee, or end it with a reason and give the hold back.

    None when there is nothing to do: another worker has the order, it is not due, or it has ended. Rights, account
    and funds are asked again here, whatever was true when the order was signed. An order without a hold (a day that
    the customer chose) waits for funds until its cut-off.
    """
    order = (
        PaymentOrder.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("company", "debit_account")
        .filter(pk=order_id, status=OrderStatus.RELEASED)
        .first()
    )
    if order is None or order.execute_on is None:
        return None
    calendar = business_day.calendar()
    if not is_due(order, calendar=calendar, at=at):
        return None
    value_on = calendar.on_or_after(clock.tirana_day(at) if _is_at_once(order) else order.execute_on)
    if not _rights_hold(order, at=at):
        return _fail(order, RIGHT_ENDED, at=at)
    if order.debit_account.status != BankAccount.Status.OPEN:
        return _fail(order, ACCOUNT_BLOCKED, at=at)
    try:
        with transaction.atomic():
            return _book(order, value_on=value_on, at=at)
    except Refusal as refusal:
        if type(refusal) not in REASONS:
            raise
        if isinstance(refusal, ledger.NotEnoughMoney) and _may_wait(order, at=at):
            return None
        return _fail(order, REASONS[type(refusal)], at=at)


def execute_due(*, at: datetime) -> int:
    """Execute all that is due, oldest promise first, each order in its own transaction; how many moved on.

    One order that breaks is logged and does not hold up the others; it stays due.
    """
    moved = 0
    for order_id in selectors.due(today=clock.tirana_day(at)):
        try:
            moved += execute(order_id=order_id, at=at) is not None
        except Exception:
            logger.exception("order not executed", extra={"subject": f"order:{order_id}"})
    return moved


def hurry(order_id: UUID) -> None:
    """Ask a worker to look at an order now; when the queue is away, the clock's next tick finds it."""
    try:
        current_app.send_task("payments.execute_order", kwargs={"order_id": str(order_id)}, ignore_result=True)
    except (OperationalError, OSError):
        logger.warning("queue away, the order waits for the tick", extra={"subject": f"order:{order_id}"})


def is_due(order: PaymentOrder, *, calendar: Calendar, at: datetime) -> bool:
    """Released for today: at once. Promised for a later day: from 08:00 of that day; a missed day is caught up.

    Never on a day off: where a feast was declared after the promise, the next working day takes the order. What stays
    in our own books and was released for now is due at any hour of any day (D5).
    """
    if _is_at_once(order):
        return True
    assert order.execute_on is not None, "a released order has its day"
    assert order.released_at is not None, "a released order has its moment"
    local = clock.tirana(at)
    if not calendar.is_working(local.date()):
        return False
    if order.execute_on != local.date():
        return order.execute_on < local.date()
    return clock.tirana_day(order.released_at) == local.date() or local.time() >= settings.EXECUTION_STARTS


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


def _is_at_once(order: PaymentOrder) -> bool:
    """An order within our own books holds its money unless a later day was chosen (`promises.is_chosen`)."""
    return rails.executes_at_once(order.kind) and order.hold_id is not None


def _legs(order: PaymentOrder) -> list[Leg]:
    """Amount and fee; refuses PayeeTakesNothing where the payee's account is here and was closed."""
    if rails.executes_at_once(order.kind):
        owner = order.company if order.kind == OrderKind.OWN else None
        payee = books.payee_account(order.beneficiary_iban, currency=order.currency, owner=owner)
        if payee is None:
            raise PayeeTakesNothing
    else:
        payee = books.house_account("clearing-domestic", order.currency)
    legs = [Leg(order.debit_account_id, -order.amount_minor), Leg(payee.pk, order.amount_minor)]
    if order.fee_minor:
        fees = books.house_account("fees", order.currency)
        legs += [
            Leg(order.debit_account_id, -order.fee_minor, Entry.Part.FEE),
            Leg(fees.pk, order.fee_minor, Entry.Part.FEE),
        ]
    return legs


def _book(order: PaymentOrder, *, value_on: date, at: datetime) -> PaymentOrder:
    order.posting = ledger.post(
        key=source_of(order),
        legs=_legs(order),
        facts=facts_of(order),
        value_on=value_on,
        at=at,
        hold_id=order.hold_id,
    )
    order.status, order.ended_at = OrderStatus.EXECUTED, at
    order.save(update_fields=["status", "ended_at", "posting"])
    audit.record(
        "payments.order.executed",
        actor=audit.Actor(name="clock", role="system", company_id=str(order.company_id)),
        at=at,
        subject=f"order:{order.pk}",
        details={"posting": order.posting.pk, "booked_on": order.posting.booked_on.isoformat()},
    )
    return order


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
    return order


def _rights_hold(order: PaymentOrder, *, at: datetime) -> bool:
    """Of who prepared it and of all who signed it; a mandate in force is for an active company."""
    held = mandates.in_force(at).filter(company=order.company)
    if not held.filter(user=order.prepared_by_id, may_prepare=True).exists():
        return False
    signers = set(order.signatures.values_list("user_id", flat=True))
    still = set(held.filter(user__in=signers, may_sign=True).values_list("user_id", flat=True))
    return len(signers) >= order.signatures_wanted and still == signers


def _may_wait(order: PaymentOrder, *, at: datetime) -> bool:
    """Only an order without a hold, and only until the cut-off of its own day."""
    if order.hold_id or order.execute_on is None:
        return False
    local = clock.tirana(at)
    day = business_day.calendar().on_or_after(order.execute_on)
    until = promises.cut_off(kind=order.kind, is_urgent=order.is_urgent, on=day)
    return local <= datetime.combine(day, until, clock.TIRANA)
