"""Batches and single postings over the same accounts at one moment: nobody deadlocks, and the books stay right."""

from functools import partial

from accounts import books_check, ledger
from accounts.ledger import Facts, Item, Leg, NotEnoughMoney
from accounts.models import BankAccount, Entry, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals

FACTS = Facts(kind=Kind.OWN, channel=Channel.ONLINE)
DAY = builders.AT.date()
LINES = 40


def ring(accounts: list[BankAccount], name: str) -> list[Item]:
    """Every account pays the next one a little, round and round."""
    places = [number % len(accounts) for number in range(LINES)]
    return [
        Item(
            f"{name}:{number}",
            [Leg(accounts[place].pk, -1), Leg(accounts[(place + 1) % len(accounts)].pk, 1)],
            FACTS,
            DAY,
        )
        for number, place in enumerate(places)
    ]


def post_each(items: list[Item]) -> None:
    for item in items:
        ledger.post(key=item.key, legs=item.legs, facts=item.facts, value_on=item.value_on, at=builders.AT)


def test_batches_in_opposite_orders_never_deadlock(bank: BankDatabase) -> None:
    company = builders.company()
    accounts = [builders.funded(company, 10_000) for _each in range(6)]
    there, back = ring(accounts, "there"), ring(accounts[::-1], "back")

    all_at_once(
        partial(ledger.post_many, there, at=builders.AT),
        partial(ledger.post_many, back, at=builders.AT),
        partial(post_each, ring(accounts, "one by one")),
        partial(post_each, ring(accounts[::-1], "one by one, back")),
    )

    assert Posting.objects.filter(kind=Kind.OWN).count() == 4 * LINES
    assert books_check.breached(books_check.check(at=builders.AT)) == []


def test_a_batch_that_is_sent_many_times_at_once_is_booked_once(bank: BankDatabase) -> None:
    company = builders.company()
    accounts = [builders.funded(company, 10_000) for _each in range(3)]
    items = ring(accounts, "again")

    ends = all_at_once(*[partial(ledger.post_many, items, at=builders.AT)] * 6)

    assert len({tuple(ids) for ids in ends}) == 1
    assert Entry.objects.filter(posting__in=ends[0]).count() == 2 * LINES


def test_of_two_batches_for_one_balance_exactly_one_is_refused(bank: BankDatabase) -> None:
    company = builders.company()
    payer, payee = builders.funded(company, 100), builders.account(company)
    batches = [
        [Item(f"{name}:{number}", [Leg(payer.pk, -2), Leg(payee.pk, 2)], FACTS, DAY) for number in range(30)]
        for name in ("one", "other")
    ]

    ends = all_at_once(*(partial(ledger.post_many, batch, at=builders.AT) for batch in batches))

    assert refusals(ends) == [NotEnoughMoney]
    assert BankAccount.objects.get(pk=payer.pk).balance_minor == 40
