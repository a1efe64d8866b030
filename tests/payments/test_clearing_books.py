"""What the books must say of clearing: each law is broken around every trigger, and exactly that law is named."""

from datetime import timedelta

import pytest

from accounts import books_check, ledger
from accounts.models import BankAccount
from payments import clearing_laws, execution
from tests import builders
from tests.payments.clearing_cast import (
    AT_13,
    Movement,
    answer,
    deliver,
    executed,
    folder,
    incoming,
    notification,
    returned,
    sent,
    transfer,
)
from tests.payments.conftest import Firm, make_firm
from tests.tampering import tamper

__all__ = ["folder"]

WAYS = {
    "order_credits_its_payee_or_clearing": "UPDATE payments_paymentorder SET beneficiary_iban = 'AL0'"
    " WHERE rail = 'book'",
    "order_that_left_has_its_clearing_item": "UPDATE payments_clearingitem SET rail = 'aips' WHERE status = 'waiting'",
    "rejected_payment_came_home": "UPDATE payments_difference SET reference = 'X' WHERE what = 'not_returned'",
    "accepted_payment_came_home_by_its_return": "UPDATE payments_paymentreturn SET posting_id ="
    " (SELECT min(id) FROM accounts_posting)",
    "payment_from_outside_is_booked_as_it_came": "UPDATE payments_incomingcredit SET creditor_iban = 'AL0'",
    "posting_from_outside_is_told_by_its_payment": "UPDATE accounts_posting SET key = 'payments.incoming:X'"
    " WHERE id = (SELECT min(id) FROM accounts_posting WHERE kind = 'core')",
    "settlement_has_its_own_posting": "UPDATE payments_settlement SET reference = 'X'",
    "clearing_account_is_what_clearing_knows": "DELETE FROM payments_settlement",
}


@pytest.fixture
def books(firm: Firm, folder, settings) -> Firm:
    """Orders in our books, accepted, home again, given back, homeless, withdrawn and waiting; one from outside; a
    settlement."""
    payee, closed = builders.account(builders.company()), make_firm()
    executed(firm, kind="internal", beneficiary_iban=payee.iban, amount_minor=1_000)
    home, homeless = executed(firm, amount_minor=2_000), executed(closed, amount_minor=3_000)
    executed(firm, amount_minor=4_000)
    given_back = executed(firm, amount_minor=4_500)
    file = sent()
    closed.account.refresh_from_db()
    builders.credit(closed.account, -closed.account.balance_minor)
    BankAccount.objects.filter(pk=closed.account.pk).update(status="closed")
    answer(file, (home, "AC04"), (homeless, "AC04"))
    deliver("r.xml", returned(given_back))
    withdrawn = executed(firm, amount_minor=5_000, at=AT_13)
    assert withdrawn.posting is not None
    ledger.reverse(posting=withdrawn.posting, key="undo", value_on=AT_13.date(), at=AT_13, reason="Gabim")
    executed(firm, amount_minor=6_000, at=AT_13)
    deliver("in.xml", incoming(transfer(firm.account)))
    deliver("n.xml", notification(Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S-1", -7_000, "ALL", AT_13.date())))
    return firm


def broken() -> list[str]:
    findings = books_check.check(at=AT_13 + timedelta(days=365))
    return [finding.law.name for finding in books_check.breached(findings)]


def test_honest_clearing_keeps_every_law(books):
    assert broken() == []


def test_every_law_of_clearing_has_its_tampering():
    assert {law.name for law in clearing_laws.LAWS} == WAYS.keys()


@pytest.mark.parametrize("law", WAYS)
def test_exactly_the_broken_law_is_named(books, law):
    tamper(WAYS[law])

    assert broken() == [law]


def test_an_order_that_was_booked_to_somebody_else_is_found(firm, folder):
    """By a faulty hand of our own, through the one door."""
    thief = builders.account(builders.company())
    order = firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=1_000_000))
    order.refresh_from_db()
    posting = ledger.post(
        key=execution.source_of(order),
        legs=[ledger.Leg(firm.account.pk, -order.amount_minor), ledger.Leg(thief.pk, order.amount_minor)],
        facts=execution.facts_of(order),
        value_on=builders.AT.date(),
        at=builders.AT,
        hold_id=order.hold_id,
    )
    order.status, order.ended_at, order.posting = "executed", builders.AT, posting
    order.save(update_fields=["status", "ended_at", "posting"])

    assert "order_credits_its_payee_or_clearing" in broken()
