"""Two payments and one balance: the second must not find money that the first has taken."""

from datetime import date
from functools import partial

import pytest

from accounts.ledger import NotEnoughMoney
from accounts.models import BankAccount, Hold, Posting
from auth_flow import fnp
from payments import execution
from payments.models import PaymentOrder
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.payments.conftest import Firm, make_firm

ROUNDS = 5


def released(firm: Firm, *, amount_minor: int = 123_450, requested_on: date | None = None) -> PaymentOrder:
    order = builders.submitted(firm.preparer, firm.account, amount_minor=amount_minor, requested_on=requested_on)
    return firm.sign(order)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_payments_for_one_balance_exactly_one_is_refused(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=0, minor=150_000)
    orders = [builders.submitted(firm.preparer, firm.account, amount_minor=100_000) for _each in range(2)]
    challenges = [firm.ask(order, firm.preparer) for order in orders]

    ends = all_at_once(
        *(
            partial(firm.type, order, firm.preparer, challenge, fnp.derive(challenge))
            for order, challenge in zip(orders, challenges, strict=True)
        )
    )

    assert refusals(ends) == [NotEnoughMoney]
    account = BankAccount.objects.get(pk=firm.account.pk)
    assert account.available_minor >= 0
    assert sorted(PaymentOrder.objects.values_list("status", flat=True)) == ["awaiting", "released"]
    assert Hold.objects.filter(account=account).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_orders_of_a_chosen_day_never_overdraw_when_they_are_executed_at_once(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=0, minor=250_000)
    chosen = date(2026, 11, 24)
    orders = [released(firm, amount_minor=100_000, requested_on=chosen) for _each in range(4)]
    at = builders.AT.replace(day=24)

    all_at_once(*(partial(execution.execute, order_id=order.pk, at=at) for order in orders))

    account = BankAccount.objects.get(pk=firm.account.pk)
    assert PaymentOrder.objects.filter(status="executed").count() == 2
    assert account.balance_minor == 250_000 - sum(order.total_minor for order in orders[:2])
    assert account.balance_minor >= 0


def test_an_execution_that_is_delivered_many_times_books_once(bank: BankDatabase) -> None:
    firm = make_firm(other_signers=0)
    order = released(firm)
    execute = partial(execution.execute, order_id=order.pk, at=builders.AT)

    ends = all_at_once(*[execute] * 8)
    again = execute()

    assert len([end for end in ends if end is not None]) == 1
    assert again is None
    assert Posting.objects.filter(source=execution.source_of(order)).count() == 1
    account = BankAccount.objects.get(pk=firm.account.pk)
    assert (account.balance_minor, account.held_minor) == (10_000_000 - order.total_minor, 0)


def test_eight_sweeps_of_what_is_due_book_each_order_once(bank: BankDatabase) -> None:
    firm = make_firm(other_signers=0)
    orders = [released(firm, amount_minor=1_000 * number) for number in range(1, 7)]

    moved = all_at_once(*[partial(execution.execute_due, at=builders.AT)] * 8)

    assert sum(moved) == len(orders)
    assert Posting.objects.filter(source__startswith="payments.order:").count() == len(orders)
    account = BankAccount.objects.get(pk=firm.account.pk)
    assert account.balance_minor == 10_000_000 - sum(order.total_minor for order in orders)
