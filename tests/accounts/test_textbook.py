"""Worked examples, as a textbook of accounting gives them: what is booked, and what every account shows afterwards.

Amounts are whole minor units, positive in favour of the account. The house's accounts are the other side: what `core`
and `clearing-domestic` show is what the bank has from the outside world, with its sign turned.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction

from accounts import balances, books_check, books_laws, day_close, ledger, selectors
from accounts.ledger import Facts, Leg, NotEnoughMoney
from accounts.models import BankAccount, DayTotal, Posting
from accounts.models.ledger import Channel, Entry, Kind
from statements import selectors as statements
from statements.periods import Period
from tests import builders

pytestmark = pytest.mark.django_db

OCTOBER = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)  # Thursday, 10:00 in Tirana
FEE = Entry.Part.FEE


@dataclass
class Example:
    """A trader's accounts and the house's, by short names; what the house had before does not count."""

    accounts: dict[str, BankAccount]
    before: dict[str, int]

    def book(self, key, *legs, kind=Kind.DOMESTIC, day=1, text="", **more):
        """Legs are (account, amount) or (account, amount, part)."""
        at = OCTOBER + timedelta(days=day - 1)
        facts = Facts(kind=kind, channel=Channel.ONLINE, remittance_information=text or key)
        rows = [Leg(self.accounts[name].pk, *rest) for name, *rest in legs]
        return ledger.post(key=key, legs=rows, facts=facts, value_on=at.date(), at=at, **more)

    def shows(self):
        """Balances that moved since the example began."""
        now = {name: BankAccount.objects.get(pk=account.pk).balance_minor for name, account in self.accounts.items()}
        return {name: minor - self.before[name] for name, minor in now.items() if minor != self.before[name]}

    def lines(self, name, *, of=None):
        """The account's lines as a customer reads them: text, amount, balance."""
        entries = Entry.objects.filter(account=self.accounts[name]).order_by("sequence").select_related("posting")
        entries = entries.filter(posting=of) if of else entries
        return [(e.posting.remittance_information, e.amount_minor, e.balance_after_minor) for e in entries]


@pytest.fixture
def example() -> Example:
    """A trader with an account in lek (agreed overdraft 500,00), one in euro; a supplier; the house."""
    trader, supplier = builders.company("TREGTARI SHPK", at=OCTOBER), builders.company("FURNITORI SHPK", at=OCTOBER)
    accounts = {
        "trader": builders.account(trader, overdraft_minor=500_00, at=OCTOBER),
        "euro": builders.account(trader, "EUR", at=OCTOBER),
        "supplier": builders.account(supplier, at=OCTOBER),
        "core": selectors.house_account("core", "ALL"),
        "core euro": selectors.house_account("core", "EUR"),
        "clearing": selectors.house_account("clearing-domestic", "ALL"),
        "fees": selectors.house_account("fees", "ALL"),
    }
    return Example(accounts, {name: account.balance_minor for name, account in accounts.items()})


@pytest.fixture(autouse=True)
def the_books_are_right_at_the_end(example):
    yield
    assert books_check.breached(books_check.check(at=OCTOBER + timedelta(days=365), only=books_laws.LAWS)) == []


def paid_in(example, minor, *, day=1):
    return example.book(f"Kapital {day}", ("core", -minor), ("trader", minor), kind=Kind.CORE, day=day)


def test_capital_paid_in(example):
    paid_in(example, 10_000_00)

    assert example.shows() == {"core": -10_000_00, "trader": 10_000_00}


def test_a_transfer_and_its_fee_are_one_posting_and_two_lines(example):
    paid_in(example, 10_000_00)

    example.book(
        "Fatura 7", ("trader", -1_234_50), ("clearing", 1_234_50), ("trader", -30_00, FEE), ("fees", 30_00, FEE)
    )

    assert example.shows() == {"core": -10_000_00, "trader": 8_735_50, "clearing": 1_234_50, "fees": 30_00}
    assert example.lines("trader")[1:] == [("Fatura 7", -1_234_50, 8_765_50), ("Fatura 7", -30_00, 8_735_50)]


def test_an_overdraft_is_used_to_its_limit_and_repaid(example):
    paid_in(example, 300_00)
    example.book("Qira", ("trader", -700_00), ("clearing", 700_00))
    assert example.shows()["trader"] == -400_00

    with pytest.raises(NotEnoughMoney), transaction.atomic():
        example.book("Drita", ("trader", -100_01), ("clearing", 100_01))
    example.book("Uji", ("trader", -100_00), ("clearing", 100_00))
    assert example.shows()["trader"] == -500_00

    paid_in(example, 1_000_00, day=2)

    assert [balance for _text, _amount, balance in example.lines("trader")] == [300_00, -400_00, -500_00, 500_00]


def test_interest_on_an_overdraft_may_go_below_the_limit_and_the_customer_then_waits(example):
    """400,00 for 90 days at 9,125 % a year of 365 days is 9,00; the core books what is owed, covered or not."""
    interest = round(400_00 * 90 * 0.09125 / 365)
    assert interest == 9_00
    example.book("Qira", ("trader", -495_00), ("clearing", 495_00))

    example.book("Interes", ("trader", -interest), ("core", interest), kind=Kind.CORE)

    account = BankAccount.objects.get(pk=example.accounts["trader"].pk)
    assert (account.balance_minor, account.available_minor) == (-504_00, -4_00)
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        example.book("Drita", ("trader", -1), ("clearing", 1))
    paid_in(example, 5_00, day=2)
    example.book("Drita", ("trader", -1_00), ("clearing", 1_00), day=2)
    assert example.shows()["trader"] == -500_00


def test_interest_earned(example):
    """10.000,00 for 30 days at 1,46 % a year of 365 days is 12,00."""
    paid_in(example, 10_000_00)

    example.book("Interes", ("core", -12_00), ("trader", 12_00), kind=Kind.CORE)

    assert example.shows() == {"core": -10_012_00, "trader": 10_012_00}


def test_a_returned_payment_brings_back_the_amount_and_keeps_the_fee(example):
    paid_in(example, 1_000_00)
    example.book("Fatura", ("trader", -500_00), ("clearing", 500_00), ("trader", -30_00, FEE), ("fees", 30_00, FEE))

    example.book("Kthim: llogari e mbyllur", ("clearing", -500_00), ("trader", 500_00), kind=Kind.RETURN, day=2)

    assert example.shows() == {"core": -1_000_00, "trader": 970_00, "fees": 30_00}


def test_a_reversal_takes_back_everything_and_both_stay_on_the_statement(example):
    paid_in(example, 1_000_00)
    wrong = example.book(
        "Fatura", ("trader", -500_00), ("clearing", 500_00), ("trader", -30_00, FEE), ("fees", 30_00, FEE)
    )

    ledger.reverse(posting=wrong, key="undo", value_on=date(2026, 10, 2), at=OCTOBER, reason="Kthim: Fatura")

    assert example.shows() == {"core": -1_000_00, "trader": 1_000_00}
    assert [amount for _text, amount, _balance in example.lines("trader")] == [
        *(1_000_00, -500_00, -30_00),
        *(500_00, 30_00),
    ]


def test_currencies_are_kept_apart_an_exchange_is_two_balances_in_one_posting(example):
    """100,00 EUR bought at 97,50: each currency balances against the house's own account in it."""
    paid_in(example, 10_000_00)

    example.book(
        "Këmbim", ("trader", -9_750_00), ("core", 9_750_00), ("core euro", -100_00), ("euro", 100_00), kind=Kind.CORE
    )

    assert example.shows() == {"core": -250_00, "trader": 250_00, "core euro": -100_00, "euro": 100_00}


def test_an_exchange_that_balances_only_across_currencies_is_refused(example):
    paid_in(example, 10_000_00)

    with pytest.raises(IntegrityError, match="posting_balances"), transaction.atomic():
        example.book("Këmbim", ("trader", -100_00), ("euro", 100_00))

    assert example.shows() == {"core": -10_000_00, "trader": 10_000_00}


def test_a_hold_captured_below_its_amount_gives_the_rest_back(example):
    """A hotel reserves 200,00 and takes 150,00."""
    paid_in(example, 220_00)
    trader = example.accounts["trader"]
    facts = Facts(kind=Kind.DOMESTIC, channel=Channel.CARD)
    day = OCTOBER.date()
    hold = ledger.hold(key="h", account_id=trader.pk, amount_minor=200_00, facts=facts, expected_on=day, at=OCTOBER)
    assert _three(trader) == (220_00, 200_00, 520_00)

    example.book("Hoteli", ("trader", -150_00), ("clearing", 150_00), hold_id=hold.pk, day=2)

    assert _three(trader) == (70_00, 0, 570_00)


def test_money_within_the_bank_leaves_the_house_as_it_was(example):
    paid_in(example, 1_000_00)

    example.book("Malli", ("trader", -400_00), ("supplier", 400_00), kind=Kind.INTERNAL)

    assert example.shows() == {"core": -1_000_00, "trader": 600_00, "supplier": 400_00}


def test_the_month_of_a_small_trader_adds_up(example):
    """Sales in, goods, rent, wages and fees out; every evening closed; the statement's sums are the entries'."""
    paid_in(example, 2_000_00, day=1)
    for week in range(4):
        _week(example, first=5 + 7 * week)
    day_close.close_due(at=OCTOBER + timedelta(days=31))
    example.book("Nëntori", ("trader", -1), ("clearing", 1), day=33)

    october = Period(date(2026, 10, 1), date(2026, 10, 31))
    statement = statements.statement(example.accounts["trader"], october, at=OCTOBER + timedelta(days=40))

    sales, goods, wages, fees = 4 * 1_500_00, 4 * 600_00, 4 * 450_00, 8 * 1_00
    assert (statement.opening_minor, statement.turnover_in_minor) == (0, 2_000_00 + sales)
    assert abs(statement.turnover_out_minor) == goods + wages + fees
    assert statement.closing_minor == 2_000_00 + sales - goods - wages - fees
    assert statement.closing_minor == sum(line.amount_minor for line in statement.lines)
    assert statement.closing_minor == balances.closing_balance(example.accounts["trader"].pk, date(2026, 10, 31))
    assert (statement.count_in, statement.count_out) == (5, 16)
    assert _turnover(example) == (2_000_00 + sales, goods + wages + fees)
    assert Posting.objects.filter(entries__account=example.accounts["trader"]).distinct().count() == 14


def _week(example, *, first):
    """Monday: sales by card. Wednesday: goods. Friday: wages. A fee of 1,00 for each payment."""
    week = f"java e {first}"
    fee = (("trader", -1_00, FEE), ("fees", 1_00, FEE))
    example.book(f"Arkëtime, {week}", ("core", -1_500_00), ("trader", 1_500_00), kind=Kind.CORE, day=first)
    example.book(f"Mall, {week}", ("trader", -600_00), ("supplier", 600_00), *fee, day=first + 2)
    example.book(f"Paga, {week}", ("trader", -450_00), ("clearing", 450_00), *fee, day=first + 4)


def _turnover(example):
    """In and out of the trader's account in October, by the checkpoints of its days."""
    totals = DayTotal.objects.filter(account=example.accounts["trader"], day__lte=date(2026, 10, 31))
    return sum(total.credit_minor for total in totals), sum(total.debit_minor for total in totals)


def _three(account):
    account.refresh_from_db()
    return account.balance_minor, account.held_minor, account.available_minor
