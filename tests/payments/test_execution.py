"""Money leaves once, on the promised day; what cannot leave says why and gives the hold back."""

from datetime import date, datetime

import pytest

from accounts.clock import TIRANA
from accounts.models import BankAccount, BankHoliday, Hold, Mandate, Posting
from accounts.selectors import house_account
from payments import execution
from tests import builders

pytestmark = pytest.mark.django_db


def tirana(day: int, hour: int, minute: int = 0, *, month: int = 11) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=TIRANA)


@pytest.fixture
def released(firm):
    return firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=5_000_000))


def postings_of(order):
    return Posting.objects.filter(source=f"payments.order:{order.pk}")


def test_an_order_for_today_is_executed_at_once(firm, released):
    executed = execution.execute(order_id=released.pk, at=builders.AT)

    firm.account.refresh_from_db()
    assert executed.status == "executed"
    assert (firm.account.balance_minor, firm.account.held_minor) == (10_000_000 - 5_000_000 - 5_000, 0)
    assert Hold.objects.get(pk=released.hold_id).status == "captured"


def test_amount_and_fee_are_one_posting(released):
    clearing, fees = house_account("clearing-domestic", "ALL"), house_account("fees", "ALL")

    execution.execute(order_id=released.pk, at=builders.AT)

    entries = postings_of(released).get().entries
    assert entries.get(account=clearing).amount_minor == 5_000_000
    assert entries.get(account=fees).amount_minor == 5_000


def test_the_posting_tells_who_paid_whom_for_what(firm, released):
    posting = execution.execute(order_id=released.pk, at=builders.AT).posting

    assert (posting.debtor_name, posting.creditor_name) == (firm.company.name, "BETA NDËRTIM SHPK")
    assert (posting.remittance_information, posting.end_to_end_id) == ("Fatura 2026/1147", released.number)
    assert (posting.channel, posting.value_on) == ("online", date(2026, 11, 20))


def test_executing_twice_posts_once(released):
    execution.execute(order_id=released.pk, at=builders.AT)

    assert execution.execute(order_id=released.pk, at=builders.AT) is None
    assert execution.execute_due(at=builders.AT) == 0
    assert postings_of(released).count() == 1


def test_an_order_promised_for_a_later_day_waits_for_8_oclock_of_it(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account), at=tirana(20, 15))
    assert order.execute_on == date(2026, 11, 24)

    for too_early in (tirana(20, 16), tirana(23, 10), tirana(24, 7, 59)):
        assert execution.execute(order_id=order.pk, at=too_early) is None
    assert execution.execute(order_id=order.pk, at=tirana(24, 8)).status == "executed"


def test_a_missed_day_is_caught_up_once(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account), at=tirana(20, 15))

    assert execution.execute_due(at=tirana(26, 3)) == 1
    assert execution.execute_due(at=tirana(26, 3)) == 0

    assert postings_of(order).get().value_on == date(2026, 11, 24)


def test_a_chosen_day_without_money_waits_until_the_cut_off_and_then_fails(firm):
    order = firm.sign(
        builders.submitted(firm.preparer, firm.account, amount_minor=20_000_000, requested_on=date(2026, 12, 4))
    )

    assert execution.execute(order_id=order.pk, at=tirana(4, 8, month=12)) is None
    assert execution.execute(order_id=order.pk, at=tirana(4, 14, month=12)) is None
    failed = execution.execute(order_id=order.pk, at=tirana(4, 14, 1, month=12))

    assert (failed.status, failed.end_reason) == ("failed", execution.NO_FUNDS)
    assert not postings_of(order).exists()


def test_a_chosen_day_is_executed_when_money_comes_in_time(firm):
    order = firm.sign(
        builders.submitted(firm.preparer, firm.account, amount_minor=20_000_000, requested_on=date(2026, 12, 4))
    )
    assert execution.execute(order_id=order.pk, at=tirana(4, 8, month=12)) is None
    builders.credit(firm.account, 20_000_000, at=tirana(4, 9, month=12))

    assert execution.execute(order_id=order.pk, at=tirana(4, 9, 1, month=12)).status == "executed"


def test_a_frozen_account_pays_nothing_and_the_hold_goes_back(firm, released):
    BankAccount.objects.filter(pk=firm.account.pk).update(status="frozen")

    failed = execution.execute(order_id=released.pk, at=builders.AT)

    firm.account.refresh_from_db()
    assert (failed.status, failed.end_reason) == ("failed", execution.ACCOUNT_BLOCKED)
    assert (firm.account.held_minor, firm.account.balance_minor) == (0, 10_000_000)


def test_a_signer_whose_right_has_ended_pays_nothing(firm, released):
    Mandate.objects.filter(pk=firm.signers[0].pk).update(may_sign=False)

    failed = execution.execute(order_id=released.pk, at=builders.AT)

    assert (failed.status, failed.end_reason) == ("failed", execution.RIGHT_ENDED)
    assert Hold.objects.get(pk=released.hold_id).status == "released"


def test_an_order_on_an_account_that_was_closed_ends_and_says_so(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account, requested_on=date(2026, 12, 4)))
    builders.credit(firm.account, -10_000_000)
    BankAccount.objects.filter(pk=firm.account.pk).update(status="closed")

    failed = execution.execute(order_id=order.pk, at=tirana(4, 9, month=12))

    assert (failed.status, failed.end_reason) == ("failed", execution.ACCOUNT_BLOCKED)


def test_a_closed_account_of_the_house_fails_no_customers_order(released):
    house = BankAccount.objects.filter(house_code="fees-ALL")
    if house.get().balance_minor:
        builders.credit(house.get(), -house.get().balance_minor)
    house.update(status="closed")

    assert execution.execute_due(at=builders.AT) == 0
    released.refresh_from_db()
    assert released.status == "released"


def test_a_feast_declared_after_the_promise_takes_the_order_to_the_next_working_day(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account), at=tirana(20, 15))
    BankHoliday.objects.create(day=date(2026, 11, 24), name="Bajrami")

    assert execution.execute(order_id=order.pk, at=tirana(24, 9)) is None
    executed = execution.execute(order_id=order.pk, at=tirana(25, 9))

    assert executed.posting.value_on == executed.posting.booked_on == date(2026, 11, 25)


def test_a_preparer_whose_right_has_ended_pays_nothing(firm, released):
    Mandate.objects.filter(pk=firm.preparer.pk).update(may_prepare=False)

    assert execution.execute(order_id=released.pk, at=builders.AT).end_reason == execution.RIGHT_ENDED


def test_orders_that_wait_for_funds_hold_up_no_other(firm, settings):
    settings.NEW_PAYEE_LIMIT_MINOR = {"ALL": 100_000_000}
    waiting = firm.sign(
        builders.submitted(firm.preparer, firm.account, amount_minor=40_000_000, requested_on=date(2026, 12, 4))
    )
    paying = firm.sign(builders.submitted(firm.preparer, firm.account, requested_on=date(2026, 12, 4)))

    assert execution.execute_due(at=tirana(4, 9, month=12)) == 1
    for order in (waiting, paying):
        order.refresh_from_db()
    assert (waiting.status, paying.status) == ("released", "executed")


def test_one_broken_order_does_not_hold_up_the_others(firm, released, monkeypatch, caplog):
    other = firm.sign(builders.submitted(firm.preparer, firm.account))
    item = execution._item

    def breaks_for_the_first(order, grounds):
        if order.pk == released.pk:
            raise ZeroDivisionError
        return item(order, grounds)

    monkeypatch.setattr(execution, "_item", breaks_for_the_first)

    assert execution.execute_due(at=builders.AT) == 1
    other.refresh_from_db()
    assert other.status == "executed"
    assert "order not executed" in caplog.text


def test_in_euro_the_fee_is_a_ten_thousandth_within_its_bounds(db, clock_at):
    from tests.payments.conftest import make_firm

    clock_at(builders.AT)
    firm = make_firm(currency="EUR", minor=100_000_000)
    fees = [
        builders.draft(firm.preparer, firm.account, amount_minor=minor).fee_minor
        for minor in (100, 2_000_000, 2_000_100, 10_000_000, 90_000_000)
    ]

    assert fees == [200, 200, 200, 1_000, 2_500]
