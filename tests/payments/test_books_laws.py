"""What the books must say of an order: each law is broken around every trigger, and exactly that law is named."""

from datetime import date, timedelta

import pytest

from accounts import books_check, ledger
from accounts.models import Hold
from payments import books_laws, execution
from tests import builders
from tests.builders import AT
from tests.payments.conftest import Firm
from tests.tampering import tamper

# Of the firm's own account: other rows may stand in the test's database.
EXECUTED = "(SELECT posting_id FROM payments_paymentorder WHERE status = 'executed' AND debit_account_id = {account})"
ACTIVE = "(SELECT id FROM accounts_hold WHERE status = 'active' AND account_id = {account})"
WAYS = {
    "executed_order_has_its_posting": [f"UPDATE accounts_posting SET key = 'another' WHERE id = {EXECUTED}"],
    "order_is_booked_at_its_amount_and_fee": [
        f"UPDATE payments_paymentorder SET fee_minor = fee_minor + 1 WHERE posting_id = {EXECUTED}"
    ],
    "posting_for_an_order_is_the_one_of_that_order": [
        f"UPDATE accounts_posting SET source = 'payments.order:another' WHERE id = {EXECUTED}"
    ],
    "money_is_held_for_released_orders_alone": [
        f"UPDATE payments_paymentorder SET status = 'failed', ended_at = submitted_at WHERE hold_id = {ACTIVE}"
    ],
    "released_order_keeps_its_hold": [
        f"UPDATE accounts_bankaccount a SET held_minor = held_minor - h.amount_minor"
        f" FROM accounts_hold h WHERE a.id = h.account_id AND h.id = {ACTIVE}",
        f"UPDATE accounts_hold SET status = 'released', ended_at = placed_at WHERE id = {ACTIVE}",
    ],
}


@pytest.fixture
def orders(sole: Firm) -> Firm:
    """One order executed, one released that holds its money, one for a chosen day, one awaiting, one cancelled."""
    execution.execute(order_id=sole.sign(builders.submitted(sole.preparer, sole.account)).pk, at=AT)
    sole.sign(builders.submitted(sole.preparer, sole.account, amount_minor=50_000))
    sole.sign(builders.submitted(sole.preparer, sole.account, requested_on=date(2026, 12, 1)))
    builders.submitted(sole.preparer, sole.account)
    return sole


def broken():
    findings = books_check.check(at=AT + timedelta(days=365))
    return [finding.law.name for finding in books_check.breached(findings)]


def test_honest_orders_keep_every_law(orders):
    assert broken() == []


def test_every_law_of_orders_has_its_tampering():
    assert {law.name for law in books_laws.LAWS} == WAYS.keys()


@pytest.mark.parametrize("law", WAYS)
def test_exactly_the_broken_law_is_named(orders, law):
    tamper(*(statement.format(account=orders.account.pk) for statement in WAYS[law]))

    assert broken() == [law]


def test_a_second_posting_in_the_name_of_an_order_is_found(orders):
    """Booked through the one door, with another key: no law in the database knows better."""
    order = orders.account.payment_orders.get(status="executed")
    clearing = order.posting.entries.exclude(account=orders.account).order_by("id").first().account
    ledger.post(
        key="once more",
        legs=[ledger.Leg(orders.account.pk, -order.amount_minor), ledger.Leg(clearing.pk, order.amount_minor)],
        facts=execution.facts_of(order),
        value_on=AT.date(),
        at=AT,
    )

    assert broken() == [
        "posting_for_an_order_is_the_one_of_that_order",
        "clearing_account_is_what_clearing_knows",
    ]


def test_a_hold_that_no_order_knows_is_found(orders):
    waiting = orders.account.payment_orders.filter(status="awaiting").get()
    execution.reserve(_with_a_day(waiting), at=AT)

    assert orders.account.holds.filter(status=Hold.Status.ACTIVE).count() == 2
    assert broken() == ["money_is_held_for_released_orders_alone"]


def _with_a_day(order):
    order.execute_on = AT.date()
    return order
