"""A fee that the core brings back: a fee again, wherever its payment is, and it keeps no payment away."""

from pathlib import Path

import pytest

from accounts.ledger import MoreComesBackThanWent
from payments.models import PaymentOrder
from tests.payments.clearing_cast import AT_15, answer, deliver, executed, folder, item_of, returned, sent
from tests.payments.giving_back_cast import AMOUNT, FEE, OPENING, balance, booked_by_two, is_even, order, way, whole_of

__all__ = ["folder", "order"]
pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("has_left", [False, True])
def test_a_fee_that_comes_back_is_a_fee_wherever_its_payment_is(firm, order, tmp_path, has_left):
    if has_left:
        answer(sent())
    back = booked_by_two(tmp_path, firm.account, "50.00", order.number)

    legs = {(entry.account.house_code, entry.part, entry.amount_minor) for entry in back.entries.all()}
    assert legs == {(None, "fee", FEE), ("fees-ALL", "fee", -FEE)}
    assert ("Banka ktheu komisionin në llogarinë tuaj", "50,00 ALL") in [(one.title, one.text) for one in way(order)]
    assert item_of(order).status == ("accepted" if has_left else "waiting")
    assert is_even()


def returned_by_clearing(order: PaymentOrder, path: Path) -> None:
    answer(sent(), (order, "AC04"))


def given_back_whole(order: PaymentOrder, path: Path) -> None:
    whole_of(order, path)


@pytest.mark.parametrize("come_home", [returned_by_clearing, given_back_whole])
def test_the_fee_comes_home_after_its_payment_too(firm, order, tmp_path, come_home):
    come_home(order, tmp_path)

    booked_by_two(tmp_path, firm.account, "50.00", order.number)

    assert balance(firm.account) == OPENING
    assert is_even()


@pytest.mark.parametrize("fee_returns", [False, True])
@pytest.mark.parametrize("by_return", [False, True])
def test_a_fee_that_is_home_keeps_no_payment_away(firm, order, tmp_path, settings, fee_returns, by_return):
    settings.RETURN_FEE_ON_REJECT = fee_returns
    other = executed(firm, amount_minor=AMOUNT // 10)
    booked_by_two(tmp_path, firm.account, "50.00", order.number)
    file = sent()

    if by_return:
        answer(file)
        deliver("r.xml", returned(order, other), at=AT_15)
    else:
        answer(file, (order, "AC04"), (other, "AC04"))

    order.refresh_from_db()
    other.refresh_from_db()
    assert (order.status, other.status) == ("returned", "returned")
    assert balance(firm.account) == OPENING - (0 if fee_returns else other.fee_minor)
    assert is_even()


def test_a_fee_comes_home_once(firm, order, tmp_path):
    booked_by_two(tmp_path, firm.account, "50.00", order.number)

    with pytest.raises(MoreComesBackThanWent):
        booked_by_two(tmp_path, firm.account, "50.00", order.number)

    assert balance(firm.account) == OPENING - AMOUNT
