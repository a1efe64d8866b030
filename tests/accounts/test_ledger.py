"""The one door for money."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import ledger, selectors
from accounts.ledger import (
    AccountIsClosed,
    AccountTakesNoDebit,
    Facts,
    HoldAlreadyEnded,
    Leg,
    NotEnoughMoney,
    PostingAlreadyReversed,
)
from accounts.models import BankAccount, BankHoliday, Entry, Hold
from accounts.models.ledger import Channel, Kind
from tests import builders

pytestmark = pytest.mark.django_db
FACTS = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, source="test:1", remittance_information="Fatura 1")
DAY = date(2026, 11, 20)


@pytest.fixture
def alfa() -> BankAccount:
    return builders.funded(builders.company(), 100_000)


@pytest.fixture
def clearing() -> BankAccount:
    return selectors.house_account("clearing-domestic", "ALL")


def pay(alfa, clearing, minor, *, key="pay-1", at=builders.AT, **more):
    legs = [Leg(alfa.pk, -minor), Leg(clearing.pk, minor)]
    return ledger.post(key=key, legs=legs, facts=FACTS, value_on=DAY, at=at, **more)


def test_a_posting_moves_both_balances_and_numbers_its_entries(alfa, clearing):
    before = clearing.balance_minor

    posting = pay(alfa, clearing, 30_000)

    alfa.refresh_from_db()
    clearing.refresh_from_db()
    assert (alfa.balance_minor, clearing.balance_minor) == (70_000, before + 30_000)
    entry = posting.entries.get(account=alfa)
    assert (entry.sequence, entry.amount_minor, entry.balance_after_minor) == (2, -30_000, 70_000)
    assert (posting.booked_on, posting.value_on) == (DAY, DAY)


def test_the_same_key_returns_the_first_posting_and_moves_nothing_again(alfa, clearing):
    first = pay(alfa, clearing, 30_000)

    second = pay(alfa, clearing, 30_000)

    alfa.refresh_from_db()
    assert second == first
    assert alfa.balance_minor == 70_000


def test_the_same_key_with_another_amount_is_a_loud_bug(alfa, clearing):
    pay(alfa, clearing, 30_000)

    with pytest.raises(IntegrityError, match="posting_key_names_one_posting"), transaction.atomic():
        pay(alfa, clearing, 30_001)


def test_two_legs_on_one_account_run_one_after_the_other(alfa, clearing):
    fees = selectors.house_account("fees", "ALL")
    legs = [Leg(alfa.pk, -1_000), Leg(clearing.pk, 1_000), Leg(alfa.pk, -50, "fee"), Leg(fees.pk, 50, "fee")]

    posting = ledger.post(key="two-legs", legs=legs, facts=FACTS, value_on=DAY, at=builders.AT)

    lines = posting.entries.filter(account=alfa).order_by("sequence")
    assert list(lines.values_list("sequence", "part", "balance_after_minor")) == [
        (2, "principal", 99_000),
        (3, "fee", 98_950),
    ]


def test_more_than_there_is_cannot_be_paid(alfa, clearing):
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        pay(alfa, clearing, 100_001)

    alfa.refresh_from_db()
    assert alfa.balance_minor == 100_000


def test_an_agreed_overdraft_can_be_used_to_its_last_unit(clearing):
    account = builders.account(builders.company(), overdraft_minor=500)

    pay(account, clearing, 500)

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        pay(account, clearing, 1, key="pay-2")


def test_what_is_held_cannot_be_paid_twice(alfa, clearing):
    ledger.hold(key="h", account_id=alfa.pk, amount_minor=60_000, facts=FACTS, expected_on=DAY, at=builders.AT)

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        pay(alfa, clearing, 40_001)

    alfa.refresh_from_db()
    assert (alfa.held_minor, alfa.available_minor) == (60_000, 40_000)


def test_a_hold_for_more_than_is_available_is_refused(alfa):
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        ledger.hold(key="h", account_id=alfa.pk, amount_minor=100_001, facts=FACTS, expected_on=DAY, at=builders.AT)


def test_a_capture_books_and_frees_what_is_left_over(alfa, clearing):
    hold = ledger.hold(key="h", account_id=alfa.pk, amount_minor=60_000, facts=FACTS, expected_on=DAY, at=builders.AT)

    posting = pay(alfa, clearing, 50_000, hold_id=hold.pk)

    alfa.refresh_from_db()
    hold.refresh_from_db()
    assert (alfa.balance_minor, alfa.held_minor) == (50_000, 0)
    assert (hold.status, hold.posting) == (Hold.Status.CAPTURED, posting)


def test_a_capture_stays_within_its_hold(alfa, clearing):
    hold = ledger.hold(key="h", account_id=alfa.pk, amount_minor=10_000, facts=FACTS, expected_on=DAY, at=builders.AT)

    with pytest.raises(IntegrityError, match="capture_stays_within_the_hold"), transaction.atomic():
        pay(alfa, clearing, 10_001, hold_id=hold.pk)


def test_a_hold_ends_once(alfa, clearing):
    hold = ledger.hold(key="h", account_id=alfa.pk, amount_minor=10_000, facts=FACTS, expected_on=DAY, at=builders.AT)
    ledger.release(hold_id=hold.pk, at=builders.AT)

    with pytest.raises(HoldAlreadyEnded), transaction.atomic():
        ledger.release(hold_id=hold.pk, at=builders.AT)
    with pytest.raises(HoldAlreadyEnded), transaction.atomic():
        pay(alfa, clearing, 5_000, hold_id=hold.pk)

    alfa.refresh_from_db()
    assert (alfa.balance_minor, alfa.held_minor) == (100_000, 0)


def test_a_frozen_account_takes_credits_but_no_debits(alfa, clearing):
    BankAccount.objects.filter(pk=alfa.pk).update(status="frozen")

    with pytest.raises(AccountTakesNoDebit), transaction.atomic():
        pay(alfa, clearing, 1)
    with pytest.raises(AccountTakesNoDebit), transaction.atomic():
        ledger.hold(key="h", account_id=alfa.pk, amount_minor=1, facts=FACTS, expected_on=DAY, at=builders.AT)
    builders.credit(alfa, 5)

    alfa.refresh_from_db()
    assert alfa.balance_minor == 100_005


def test_a_closed_account_takes_nothing():
    closed = builders.account(builders.company())
    BankAccount.objects.filter(pk=closed.pk).update(status="closed")

    with pytest.raises(AccountIsClosed), transaction.atomic():
        builders.credit(closed, 5)


def test_the_same_key_with_another_payee_is_a_loud_bug(alfa, clearing):
    pay(alfa, clearing, 30_000)
    legs = [Leg(alfa.pk, -30_000), Leg(clearing.pk, 30_000)]
    other = replace(FACTS, creditor_iban="AL00OTHER")

    with pytest.raises(IntegrityError, match="posting_key_names_one_posting"), transaction.atomic():
        ledger.post(key="pay-1", legs=legs, facts=other, value_on=DAY, at=builders.AT)


def test_a_hold_that_ended_is_not_given_again(alfa):
    def hold():
        return ledger.hold(
            key="h", account_id=alfa.pk, amount_minor=10_000, facts=FACTS, expected_on=DAY, at=builders.AT
        )

    ledger.release(hold_id=hold().pk, at=builders.AT)

    with pytest.raises(HoldAlreadyEnded), transaction.atomic():
        hold()


def test_booked_at_never_runs_backwards_on_an_account(alfa, clearing):
    pay(alfa, clearing, 1, at=builders.AT + timedelta(hours=1))

    earlier = pay(alfa, clearing, 1, key="pay-2", at=builders.AT)

    assert earlier.booked_at == builders.AT + timedelta(hours=1)


def test_nor_does_the_booking_day_when_a_feast_leaves_the_calendar(alfa, clearing):
    feast = BankHoliday.objects.create(day=DAY, name="Festë e shpallur gabim")
    late = pay(alfa, clearing, 1)
    feast.delete()

    after = pay(alfa, clearing, 1, key="pay-2")

    assert late.booked_on == after.booked_on == date(2026, 11, 24)


def test_a_reversal_is_the_mirror_image_and_happens_once(alfa, clearing):
    posting = pay(alfa, clearing, 30_000)

    ledger.reverse(posting=posting, key="undo", value_on=DAY, at=builders.AT, reason="Gabim")

    alfa.refresh_from_db()
    assert alfa.balance_minor == 100_000
    with pytest.raises(PostingAlreadyReversed), transaction.atomic():
        ledger.reverse(posting=posting, key="undo-2", value_on=DAY, at=builders.AT, reason="Gabim")


def test_the_same_reversal_a_second_time_is_the_first(alfa, clearing):
    posting = pay(alfa, clearing, 30_000)

    first, second = (
        ledger.reverse(posting=posting, key="undo", value_on=DAY, at=builders.AT, reason="Gabim") for _each in range(2)
    )

    alfa.refresh_from_db()
    assert first == second == posting.reversed_by
    assert alfa.balance_minor == 100_000


def test_a_reversal_is_never_reversed(alfa, clearing):
    posting = pay(alfa, clearing, 30_000)
    mirror = ledger.reverse(posting=posting, key="undo", value_on=DAY, at=builders.AT, reason="Gabim")

    with pytest.raises(PostingAlreadyReversed), transaction.atomic():
        ledger.reverse(posting=mirror, key="redo", value_on=DAY, at=builders.AT, reason="Gabim")


def test_a_reversal_takes_no_more_than_a_customer_could_pay(alfa, clearing):
    """Money that came in by mistake and was spent is not taken below the limit: the bank talks to the customer."""
    arrived = ledger.post(
        key="in", legs=[Leg(clearing.pk, -500), Leg(alfa.pk, 500)], facts=FACTS, value_on=DAY, at=builders.AT
    )
    pay(alfa, clearing, 100_400)

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        ledger.reverse(posting=arrived, key="undo", value_on=DAY, at=builders.AT, reason="Gabim")

    alfa.refresh_from_db()
    assert alfa.balance_minor == 100


def test_a_reversal_takes_nothing_from_a_frozen_account(alfa, clearing):
    arrived = ledger.post(
        key="in", legs=[Leg(clearing.pk, -500), Leg(alfa.pk, 500)], facts=FACTS, value_on=DAY, at=builders.AT
    )
    BankAccount.objects.filter(pk=alfa.pk).update(status="frozen")

    with pytest.raises(AccountTakesNoDebit), transaction.atomic():
        ledger.reverse(posting=arrived, key="undo", value_on=DAY, at=builders.AT, reason="Gabim")


def test_a_posting_in_two_currencies_must_balance_in_each(alfa):
    euro = builders.funded(builders.company(), 100_000, "EUR")

    with pytest.raises(IntegrityError, match="posting_balances"), transaction.atomic():
        ledger.post(key="fx", legs=[Leg(alfa.pk, -100), Leg(euro.pk, 100)], facts=FACTS, value_on=DAY, at=builders.AT)


def test_the_running_balance_is_the_sum_of_the_entries(alfa, clearing):
    for number in range(5):
        pay(alfa, clearing, 1_000 + number, key=f"pay-{number}", at=datetime(2026, 11, 20, 10, number, tzinfo=UTC))

    running = 0
    for place, entry in enumerate(Entry.objects.filter(account=alfa).order_by("sequence"), start=1):
        running += entry.amount_minor
        assert (entry.sequence, entry.balance_after_minor) == (place, running)


def test_a_second_call_with_a_hold_that_the_first_did_not_capture_is_refused_and_leaves_it(alfa, clearing):
    """As a batch does: else the money would stay aside for ever."""
    pay(alfa, clearing, 5_000)
    later = ledger.hold(
        key="later", account_id=alfa.pk, amount_minor=5_000, facts=FACTS, expected_on=DAY, at=builders.AT
    )

    with pytest.raises(ledger.HoldAlreadyEnded), transaction.atomic():
        pay(alfa, clearing, 5_000, hold_id=later.pk)


def test_a_second_call_with_the_hold_that_the_first_captured_returns_it(alfa, clearing):
    held = ledger.hold(key="held", account_id=alfa.pk, amount_minor=5_000, facts=FACTS, expected_on=DAY, at=builders.AT)

    assert pay(alfa, clearing, 5_000, hold_id=held.pk) == pay(alfa, clearing, 5_000, hold_id=held.pk)
