"""Many postings in one statement: the same books as one after the other, and the same laws."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import ledger, selectors
from accounts.ledger import AccountIsClosed, AccountTakesNoDebit, Facts, HoldAlreadyEnded, Item, Leg, NotEnoughMoney
from accounts.models import BankAccount, Entry, Hold, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders

pytestmark = pytest.mark.django_db
FACTS = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE, source="test:1", remittance_information="Paga")
CORE = Facts(kind=Kind.CORE, channel=Channel.SYSTEM)
DAY = date(2026, 11, 20)


@pytest.fixture
def alfa() -> BankAccount:
    return builders.funded(builders.company(), 100_000)


@pytest.fixture
def beta() -> BankAccount:
    return builders.funded(builders.company(), 50_000)


def transfer(payer, payee, minor, key, *, facts=FACTS, **more):
    return Item(key, [Leg(payer.pk, -minor), Leg(payee.pk, minor)], facts, DAY, **more)


def lines(account):
    return list(
        Entry.objects.filter(account=account).order_by("sequence").values_list("sequence", "balance_after_minor")
    )


def balance(account):
    return BankAccount.objects.values_list("balance_minor", "held_minor", "last_sequence").get(pk=account.pk)


def test_a_batch_runs_balances_in_the_order_of_its_items(alfa, beta):
    items = [transfer(alfa, beta, 1_000, "1"), transfer(beta, alfa, 200, "2"), transfer(alfa, beta, 30, "3")]

    ids = ledger.post_many(items, at=builders.AT)

    assert list(Posting.objects.filter(pk__in=ids).order_by("id").values_list("key", flat=True)) == ["1", "2", "3"]
    assert lines(alfa) == [(1, 100_000), (2, 99_000), (3, 99_200), (4, 99_170)]
    assert lines(beta) == [(1, 50_000), (2, 51_000), (3, 50_800), (4, 50_830)]
    assert (balance(alfa), balance(beta)) == ((99_170, 0, 4), (50_830, 0, 4))


def test_one_debit_with_many_credits_is_one_posting(alfa):
    staff = [builders.account(builders.company()) for _each in range(3)]
    item = Item("pay", [Leg(alfa.pk, -600), *(Leg(one.pk, 200) for one in staff)], FACTS, DAY)

    (posting,) = ledger.post_many([item], at=builders.AT)

    assert list(Entry.objects.filter(posting=posting).order_by("id").values_list("account", flat=True)) == [
        alfa.pk,
        *(one.pk for one in staff),
    ]
    assert [balance(one) for one in staff] == [(200, 0, 1)] * 3


def test_a_batch_says_of_itself_what_a_single_posting_says(alfa, beta):
    facts = Facts(Kind.INTERNAL, Channel.BRANCH, "ALFA", "AL1", "BETA", "AL2", "Fatura", "e2e", "test:2")
    single = ledger.post(
        key="one", legs=[Leg(alfa.pk, -1), Leg(beta.pk, 1, "fee")], facts=facts, value_on=DAY, at=builders.AT
    )

    (many,) = ledger.post_many([Item("two", [Leg(alfa.pk, -1), Leg(beta.pk, 1, "fee")], facts, DAY)], at=builders.AT)

    own = {"id", "uuid", "key"}
    said = Posting.objects.filter(pk__in=[single.pk, many]).order_by("id").values()
    assert [{name: fact for name, fact in row.items() if name not in own} for row in said[:1]] == [
        {name: fact for name, fact in row.items() if name not in own} for row in said[1:]
    ]
    assert list(Entry.objects.filter(posting=many).order_by("id").values_list("part", flat=True)) == [
        "principal",
        "fee",
    ]


def test_nothing_is_a_batch_too():
    assert ledger.post_many([], at=builders.AT) == []


def test_a_repeated_batch_returns_the_first_and_moves_nothing(alfa, beta):
    items = [transfer(alfa, beta, 1_000, "1"), transfer(alfa, beta, 2_000, "2")]
    first = ledger.post_many(items, at=builders.AT)

    second = ledger.post_many([*items, transfer(alfa, beta, 3_000, "3")], at=builders.AT)

    assert second[:2] == first
    assert lines(alfa) == [(1, 100_000), (2, 99_000), (3, 97_000), (4, 94_000)]


def test_a_key_that_comes_twice_in_a_batch_is_booked_once(alfa, beta):
    ids = ledger.post_many([transfer(alfa, beta, 1_000, "1"), transfer(alfa, beta, 1_000, "1")], at=builders.AT)

    assert ids[0] == ids[1]
    assert balance(alfa) == (99_000, 0, 2)


@pytest.mark.parametrize("again", [{"minor": 1_001}, {"facts": replace(FACTS, creditor_iban="AL00OTHER")}])
def test_a_known_key_that_says_something_else_refuses_the_whole_batch(alfa, beta, again):
    ledger.post_many([transfer(alfa, beta, 1_000, "1")], at=builders.AT)
    other = {"minor": 1_000, "facts": FACTS} | again

    with pytest.raises(IntegrityError, match="posting_key_names_one_posting"), transaction.atomic():
        ledger.post_many([transfer(alfa, beta, 5, "2"), transfer(alfa, beta, key="1", **other)], at=builders.AT)

    assert not Posting.objects.filter(key="2").exists()


def test_the_last_line_that_is_not_covered_refuses_them_all(alfa, beta):
    items = [transfer(alfa, beta, 60_000, "1"), transfer(alfa, beta, 40_001, "2")]

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        ledger.post_many(items, at=builders.AT)

    assert (balance(alfa), balance(beta)) == ((100_000, 0, 1), (50_000, 0, 1))
    assert not Posting.objects.filter(key__in=["1", "2"]).exists()


def test_money_that_comes_in_a_later_line_does_not_cover_an_earlier_one(alfa, beta):
    items = [transfer(alfa, beta, 100_001, "1"), transfer(beta, alfa, 100_001, "2")]

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        ledger.post_many(items, at=builders.AT)

    ledger.post_many([transfer(beta, alfa, 1, "2"), transfer(alfa, beta, 100_001, "1")], at=builders.AT)
    assert balance(alfa) == (0, 0, 3)


def test_the_core_may_overdraw_in_a_batch_and_the_customer_not_after_it(alfa, beta):
    core = transfer(alfa, beta, 100_050, "core", facts=CORE)

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        ledger.post_many([core, transfer(alfa, beta, 1, "2")], at=builders.AT)
    ledger.post_many([core], at=builders.AT)

    assert balance(alfa) == (-50, 0, 2)


@pytest.mark.parametrize(("status", "refusal"), [("frozen", AccountTakesNoDebit), ("closed", AccountIsClosed)])
def test_a_batch_with_a_debit_on_a_barred_account_is_refused(alfa, status, refusal):
    barred = builders.account(builders.company(), overdraft_minor=100)
    BankAccount.objects.filter(pk=barred.pk).update(status=status)

    with pytest.raises(refusal), transaction.atomic():
        ledger.post_many([transfer(barred, alfa, 5, "1")], at=builders.AT)


def test_a_frozen_account_takes_the_credits_of_a_batch(alfa, beta):
    BankAccount.objects.filter(pk=beta.pk).update(status="frozen")

    ledger.post_many([transfer(alfa, beta, 5, "1")], at=builders.AT)

    assert balance(beta) == (50_005, 0, 2)


def test_an_item_that_does_not_balance_refuses_the_batch(alfa, beta):
    lame = Item("lame", [Leg(alfa.pk, -5), Leg(beta.pk, 4)], FACTS, DAY)

    with pytest.raises(IntegrityError, match="posting_balances"), transaction.atomic():
        ledger.post_many([transfer(alfa, beta, 5, "1"), lame], at=builders.AT)


@pytest.mark.parametrize("legs", [[], [Leg(1, 5)]])
def test_an_item_has_two_sides(alfa, beta, legs):
    with pytest.raises(IntegrityError, match="posting_has_two_sides"), transaction.atomic():
        ledger.post_many([transfer(alfa, beta, 5, "1"), Item("2", legs, FACTS, DAY)], at=builders.AT)


def test_an_item_names_accounts_that_exist(alfa):
    with pytest.raises(IntegrityError, match="posting_names_accounts_that_exist"), transaction.atomic():
        ledger.post_many([Item("1", [Leg(alfa.pk, -5), Leg(0, 5)], FACTS, DAY)], at=builders.AT)


def test_a_batch_captures_holds_and_frees_what_is_left_over(alfa, beta):
    holds = [hold(alfa, minor, key) for minor, key in ((60_000, "h1"), (40_000, "h2"))]
    items = [
        transfer(alfa, beta, 50_000, "1", hold_id=holds[0].pk),
        transfer(alfa, beta, 40_000, "2", hold_id=holds[1].pk),
    ]

    ids = ledger.post_many(items, at=builders.AT)

    assert balance(alfa) == (10_000, 0, 3)
    assert list(Hold.objects.order_by("key").values_list("status", "posting")) == [
        ("captured", ids[0]),
        ("captured", ids[1]),
    ]
    assert ledger.post_many(items, at=builders.AT) == ids


def test_a_hold_is_captured_once_by_a_batch_too(alfa, beta):
    once = hold(alfa, 10_000, "h").pk
    items = [transfer(alfa, beta, 5_000, key, hold_id=once) for key in ("1", "2")]

    with pytest.raises(HoldAlreadyEnded), transaction.atomic():
        ledger.post_many(items, at=builders.AT)
    ledger.release(hold_id=once, at=builders.AT)
    with pytest.raises(HoldAlreadyEnded), transaction.atomic():
        ledger.post_many(items[:1], at=builders.AT)


def test_a_capture_in_a_batch_stays_within_its_hold(alfa, beta):
    item = transfer(alfa, beta, 10_001, "1", hold_id=hold(alfa, 10_000, "h").pk)

    with pytest.raises(IntegrityError, match="capture_stays_within_the_hold"), transaction.atomic():
        ledger.post_many([item], at=builders.AT)


def test_the_moment_of_a_batch_runs_backwards_on_none_of_its_accounts(alfa, beta):
    later = builders.AT + timedelta(hours=1)
    builders.credit(beta, 5, at=later)

    ids = ledger.post_many([transfer(alfa, beta, 5, "1")], at=builders.AT)

    assert Posting.objects.get(pk=ids[0]).booked_at == later
    assert BankAccount.objects.get(pk=alfa.pk).last_booked_at == later


def test_what_follows_a_batch_joins_on_to_it(alfa, beta):
    ledger.post_many([transfer(alfa, beta, 5, "1")], at=builders.AT)

    ledger.post(key="2", legs=[Leg(alfa.pk, -5), Leg(beta.pk, 5)], facts=FACTS, value_on=DAY, at=builders.AT)

    assert lines(alfa) == [(1, 100_000), (2, 99_995), (3, 99_990)]


def test_a_thousand_lines_are_one_statement(alfa, django_assert_num_queries):
    clearing = selectors.house_account("clearing-domestic", "ALL")
    items = [transfer(alfa, clearing, 1, f"line-{number}") for number in range(1_000)]

    with django_assert_num_queries(1):
        ids = ledger.post_many(items, at=builders.AT)

    assert len(set(ids)) == 1_000
    assert balance(alfa) == (99_000, 0, 1_001)


LAW_OF = {
    "sequence": "entries_are_numbered_without_a_gap",
    "balance": "running_balance_follows_the_amounts",
    "currency": "entry_is_in_the_currency_of_its_account",
    "booked_at": "booking_never_runs_backwards",
    "booked_on": "booking_never_runs_backwards",
}
FORGED = {
    "sequence": "sequence + 2, amount_minor, currency, balance_after_minor + amount_minor, booked_at, booked_on",
    "balance": "sequence + 1, amount_minor, currency, balance_after_minor, booked_at, booked_on",
    "currency": "sequence + 1, amount_minor, 'EUR', balance_after_minor + amount_minor, booked_at, booked_on",
    "booked_at": "sequence + 1, amount_minor, currency, balance_after_minor + amount_minor,"
    " booked_at - interval '1 second', booked_on",
    "booked_on": "sequence + 1, amount_minor, currency, balance_after_minor + amount_minor, booked_at, booked_on - 1",
}


def raw_entries(columns):
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL ledger.batch = 'on'")
        cursor.execute(
            "INSERT INTO accounts_entry (posting_id, account_id, part, value_on,"
            " sequence, amount_minor, currency, balance_after_minor, booked_at, booked_on)"
            f" SELECT posting_id, account_id, part, value_on, {columns}"
            " FROM accounts_entry WHERE posting_id = (SELECT max(id) FROM accounts_posting)"
        )


@pytest.mark.parametrize("lie", LAW_OF)
def test_a_forged_batch_breaks_the_law_that_it_lies_about(alfa, beta, lie):
    ledger.post_many([transfer(alfa, beta, 5, "1")], at=builders.AT)

    with pytest.raises(IntegrityError, match=LAW_OF[lie]), transaction.atomic():
        raw_entries(FORGED[lie])


def hold(account, minor, key):
    return ledger.hold(key=key, account_id=account.pk, amount_minor=minor, facts=FACTS, expected_on=DAY, at=builders.AT)


@pytest.mark.parametrize("words", ['"Alfa" & {Beta}', "C:\\Paga\\nëntor", "NULL", "", "a,b'; --", "Ç’është\nkjo"])
def test_words_arrive_as_they_were_written(alfa, beta, words):
    (posting,) = ledger.post_many(
        [transfer(alfa, beta, 5, "1", facts=replace(FACTS, remittance_information=words))], at=builders.AT
    )

    assert Posting.objects.get(pk=posting).remittance_information == words
