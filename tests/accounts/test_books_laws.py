"""Each law of the books is broken around every trigger, and exactly that law is named."""

from dataclasses import dataclass, replace
from datetime import timedelta

import pytest
from django.db import connection

from accounts import audit, books_check, books_laws, day_close, ledger, selectors
from accounts.books_check import Breach
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, BankHoliday, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.builders import AT
from tests.tampering import tamper

pytestmark = pytest.mark.django_db

FACTS = Facts(kind=Kind.INTERNAL, channel=Channel.ONLINE, remittance_information="Fatura 1")
DAY = AT.date()
TUESDAY = DAY + timedelta(days=4)  # after a weekend and a moved feast
MINUTES_TO_TUESDAY = 4 * 24 * 60
NEXT_YEAR = AT + timedelta(days=365)

ENTRY = "(SELECT id FROM accounts_posting WHERE key = '{}')"
POSTING_COLUMNS = (
    "kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,"
    " remittance_information, end_to_end_id, source"
)
HOLD_COLUMNS = (
    "account_id, currency, status, kind, channel, placed_at, expected_on, creditor_name, creditor_iban,"
    " remittance_information, end_to_end_id, source"
)


@dataclass
class Books:
    """A small bank with a little of everything in its books."""

    alfa: BankAccount
    beta: BankAccount

    def pay(self, key, minor, *, fee=0, minutes=0, **more):
        fees = selectors.house_account("fees", "ALL")
        legs = [Leg(self.alfa.pk, -minor), Leg(self.beta.pk, minor)]
        legs += [Leg(self.alfa.pk, -fee, "fee"), Leg(fees.pk, fee, "fee")] if fee else []
        at = AT + timedelta(minutes=minutes)
        return ledger.post(key=key, legs=legs, facts=FACTS, value_on=DAY, at=at, **more)

    def hold(self, key, minor):
        return ledger.hold(key=key, account_id=self.alfa.pk, amount_minor=minor, facts=FACTS, expected_on=DAY, at=AT)


@pytest.fixture
def books() -> Books:
    made = Books(builders.funded(builders.company(), 100_000), builders.funded(builders.company(), 50_000))
    made.pay("paid with a fee", 10_000, fee=100, minutes=1)
    made.pay("captured", 15_000, minutes=2, hold_id=made.hold("taken in part", 20_000).pk)
    made.hold("waits", 7_000)
    ledger.release(hold_id=made.hold("given back", 1_000).pk, at=AT)
    undone = made.pay("undone", 2_000, minutes=3)
    ledger.reverse(posting=undone, key="undo", value_on=DAY, at=AT + timedelta(minutes=4), reason="Gabim")
    day_close.close_due(at=AT + timedelta(hours=11))
    made.pay("last", 500, minutes=MINUTES_TO_TUESDAY)
    return made


def broken(**options):
    return books_check.breached(books_check.check(at=NEXT_YEAR, **options))


def on_day(key, day):
    """Statements that move a posting with its entries to another day."""
    return [
        f"UPDATE accounts_posting SET booked_on = '{day}' WHERE key = '{key}'",
        f"UPDATE accounts_entry SET booked_on = '{day}' WHERE posting_id = {ENTRY.format(key)}",
        f"UPDATE accounts_bankaccount SET last_booked_on = '{day}'"
        f" WHERE id IN (SELECT account_id FROM accounts_entry WHERE posting_id = {ENTRY.format(key)})",
    ]


def later(key, span):
    return [
        f"UPDATE accounts_posting SET booked_at = booked_at + interval '{span}' WHERE key = '{key}'",
        f"UPDATE accounts_entry SET booked_at = booked_at + interval '{span}' WHERE posting_id = {ENTRY.format(key)}",
    ]


ALFA = "(SELECT account_id FROM accounts_hold WHERE key = 'waits')"
BETA = f"(SELECT account_id FROM accounts_entry WHERE posting_id = {ENTRY.format('last')} AND amount_minor > 0)"
PRINCIPAL = f"account_id = {ALFA} AND part = 'principal'"

WAYS = {
    "posting_balances": [
        f"UPDATE accounts_entry SET amount_minor = amount_minor - 5, balance_after_minor = balance_after_minor - 5"
        f" WHERE {PRINCIPAL} AND posting_id = {ENTRY.format('paid with a fee')}",
        f"UPDATE accounts_entry SET balance_after_minor = balance_after_minor - 5"
        f" WHERE account_id = {ALFA} AND part = 'fee' AND posting_id = {ENTRY.format('paid with a fee')}",
        f"UPDATE accounts_entry SET amount_minor = amount_minor + 5"
        f" WHERE {PRINCIPAL} AND posting_id = {ENTRY.format('captured')}",
    ],
    "posting_has_two_sides": [
        f"INSERT INTO accounts_posting (uuid, key, {POSTING_COLUMNS})"
        f" SELECT gen_random_uuid(), 'empty', {POSTING_COLUMNS} FROM accounts_posting WHERE key = 'last'"
    ],
    "entry_keeps_the_days_of_its_posting": ["UPDATE accounts_posting SET value_on = value_on + 1 WHERE key = 'last'"],
    "entry_is_in_the_currency_of_its_account": [
        f"UPDATE accounts_entry SET currency = 'EUR' WHERE posting_id = {ENTRY.format('last')}"
    ],
    "reversal_mirrors_its_posting": [
        f"UPDATE accounts_posting SET reverses_id = {ENTRY.format('captured')} WHERE key = 'undo'"
    ],
    "no_more_comes_back_than_went": [
        f"UPDATE accounts_posting SET gives_back_id = {ENTRY.format('undone')} WHERE key = 'captured'"
    ],
    "entries_are_numbered_without_a_gap": [
        f"UPDATE accounts_entry SET sequence = sequence + 1"
        f" WHERE account_id = {ALFA} AND posting_id = {ENTRY.format('last')}",
        f"UPDATE accounts_bankaccount SET last_sequence = last_sequence + 1 WHERE id = {ALFA}",
    ],
    "running_balance_follows_the_amounts": [
        f"UPDATE accounts_entry SET balance_after_minor = balance_after_minor + 1"
        f" WHERE account_id = {ALFA} AND sequence = 2"
    ],
    "booking_never_runs_backwards": later("captured", "1 hour"),
    "balance_is_that_of_the_last_entry": [
        f"UPDATE accounts_bankaccount SET balance_minor = balance_minor + 1 WHERE id = {ALFA}",
        f"UPDATE accounts_bankaccount SET balance_minor = balance_minor - 1 WHERE id = {BETA}",
    ],
    "account_knows_its_last_entry": [
        f"UPDATE accounts_bankaccount SET last_sequence = last_sequence + 1 WHERE id = {ALFA}"
    ],
    "available_is_never_negative_by_the_customers_act": [
        "ALTER TABLE accounts_bankaccount DROP CONSTRAINT IF EXISTS available_is_never_negative",
        f"INSERT INTO accounts_hold (id, key, amount_minor, {HOLD_COLUMNS})"
        f" SELECT gen_random_uuid(), 'too much', 1000000, {HOLD_COLUMNS} FROM accounts_hold WHERE key = 'waits'",
        f"UPDATE accounts_bankaccount SET held_minor = held_minor + 1000000 WHERE id = {ALFA}",
    ],
    "closed_account_is_empty": [f"UPDATE accounts_bankaccount SET status = 'closed' WHERE id = {BETA}"],
    "held_is_the_sum_of_the_active_holds": [
        f"UPDATE accounts_bankaccount SET held_minor = held_minor + 1 WHERE id = {ALFA}"
    ],
    "hold_ends_once_and_a_capture_stays_within_it": [
        "UPDATE accounts_hold SET amount_minor = 14999 WHERE key = 'taken in part'"
    ],
    "hold_is_in_the_currency_of_its_account": ["UPDATE accounts_hold SET currency = 'EUR' WHERE key = 'given back'"],
    "posting_stands_on_a_working_day": on_day("last", "2026-11-28"),
    "nothing_is_booked_ahead": [
        "INSERT INTO accounts_bankday (day, status) VALUES ('2030-01-08', 'open')",
        *on_day("last", "2030-01-08"),
    ],
    "day_totals_are_those_of_their_entries": [
        f"UPDATE accounts_daytotal SET entries = entries + 1 WHERE account_id = {ALFA}",
        "UPDATE accounts_bankdaytotal SET entries = entries + 1 WHERE currency = 'ALL'",
    ],
    "day_totals_follow_one_another": [
        f"UPDATE accounts_daytotal SET opening_minor = opening_minor + 1, closing_minor = closing_minor + 1"
        f" WHERE account_id = {ALFA}"
    ],
    "bank_day_totals_are_those_of_its_accounts": ["DELETE FROM accounts_bankdaytotal WHERE currency = 'ALL'"],
    "audit_events_are_chained": [
        "UPDATE accounts_auditevent SET record = record || 'x' WHERE chain = 'bank' AND sequence = 1"
    ],
    "audit_head_fits_its_chain": ["UPDATE accounts_auditchain SET count = count + 1 WHERE name = 'bank'"],
}
# A bank cannot sum to something else than zero while every smaller law holds.
FOLLOWS = {"bank_sums_to_zero": "balance_is_that_of_the_last_entry"}


def test_an_honest_bank_keeps_every_law(books):
    assert broken() == []


def test_every_law_of_the_books_has_its_tampering():
    assert {law.name for law in books_laws.LAWS} == WAYS.keys() | FOLLOWS.keys()


@pytest.mark.parametrize("law", WAYS)
def test_exactly_the_broken_law_is_named(books, law):
    tamper(*WAYS[law])

    assert [finding.law.name for finding in broken()] == [law]


def test_money_from_nowhere_shows_in_the_sum_of_the_bank(books):
    tamper(f"UPDATE accounts_bankaccount SET balance_minor = balance_minor + 1 WHERE id = {ALFA}")

    assert {finding.law.name for finding in broken()} == {*FOLLOWS, *FOLLOWS.values()}


def test_a_breach_says_where_what_was_expected_and_what_was_found(books):
    tamper(*WAYS["balance_is_that_of_the_last_entry"])

    law = "balance_is_that_of_the_last_entry"
    assert broken()[0].examples == [
        Breach(law, f"account:{books.alfa.pk}", "74400", "74401"),
        Breach(law, f"account:{books.beta.pk}", "75500", "75499"),
    ]


def test_an_entry_that_is_gone_is_missed(books):
    """Deleted whole: its posting lacks a side, the line a number and a step of the balance."""
    tamper(f"DELETE FROM accounts_entry WHERE account_id = {ALFA} AND posting_id = {ENTRY.format('undone')}")

    assert {finding.law.name for finding in broken()} == {
        "posting_balances",
        "posting_has_two_sides",
        "reversal_mirrors_its_posting",
        "entries_are_numbered_without_a_gap",
        "running_balance_follows_the_amounts",
        "day_totals_are_those_of_their_entries",
    }


def test_a_moment_that_is_still_to_come_is_ahead(books):
    posting = Posting.objects.get(key="last")

    findings = books_check.breached(books_check.check(at=posting.booked_at - timedelta(seconds=1)))

    assert [finding.law.name for finding in findings] == ["nothing_is_booked_ahead"]
    assert findings[0].examples[0].subject == f"posting:{posting.pk}"


@pytest.mark.parametrize(("announced", "laws"), [(True, []), (False, ["posting_stands_on_a_working_day"])])
def test_a_feast_announced_after_the_booking_breaks_nothing(books, announced, laws):
    BankHoliday.objects.create(day=TUESDAY, name="Ditë zie")
    if announced:
        at = AT + timedelta(days=4, hours=1)
        audit.record("bank.holiday.added", actor=builders.STAFF, at=at, subject=f"holiday:{TUESDAY}")

    assert [finding.law.name for finding in broken()] == laws


def test_what_is_booked_after_the_close_stands_on_the_next_day_and_is_not_ahead(books):
    builders.bank_day(TUESDAY, "closing")
    posting = books.pay("after eight", 1, minutes=MINUTES_TO_TUESDAY + 601)

    assert posting.booked_on == TUESDAY + timedelta(days=1)
    assert books_check.breached(books_check.check(at=posting.booked_at)) == []


def test_the_core_may_take_an_account_below_its_limit_and_a_customer_may_not(books):
    """The last debit tells who it was."""
    law = "available_is_never_negative_by_the_customers_act"
    tamper(*WAYS[law])
    assert [finding.law.name for finding in broken()] == [law]

    tamper(f"UPDATE accounts_posting SET kind = 'core' WHERE id = {ENTRY.format('last')}")

    assert broken() == []


def test_the_walk_in_small_spans_finds_the_same(books, monkeypatch):
    tamper(*WAYS["posting_balances"])
    whole = broken()
    walked = []

    in_steps = [_in_steps_of_one(law) for law in books_check.laws()]
    found = broken(only=in_steps, progress=lambda law, done, of: walked.append((law.name, done, of)))

    assert [(finding.law.name, finding.breaches) for finding in found] == [
        (finding.law.name, finding.breaches) for finding in whole
    ]
    assert max(of for _law, _done, of in walked) > 1


def test_all_breaches_are_counted_and_the_first_are_kept(books):
    for number in range(books_check.EXAMPLES_MAX + 5):
        books.pay(f"many {number}", 1, minutes=MINUTES_TO_TUESDAY)
    tamper("UPDATE accounts_posting SET value_on = value_on + 1 WHERE key LIKE 'many %%'")

    (finding,) = broken()

    assert finding.breaches == 2 * (books_check.EXAMPLES_MAX + 5)
    assert len(finding.examples) == books_check.EXAMPLES_MAX


def test_until_broken_stops_after_the_first_broken_law(books):
    tamper(*WAYS["posting_has_two_sides"], *WAYS["audit_head_fits_its_chain"])

    findings = books_check.check(at=NEXT_YEAR, until_broken=True)

    assert [bool(finding.breaches) for finding in findings] == [False, True]


def test_rows_are_counted(books):
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM accounts_posting")
        (postings,) = cursor.fetchone()

    findings = {finding.law.name: finding for finding in books_check.check(at=NEXT_YEAR)}

    assert findings["posting_has_two_sides"].rows == postings


def test_two_laws_never_share_a_name():
    with pytest.raises(AssertionError, match="two laws are called"):
        books_check.register(_in_steps_of_one(books_check.laws()[0]))


def _in_steps_of_one(law):
    return replace(law, rows=replace(law.rows, step=1)) if law.rows.key else law


def test_a_clock_is_asked_when_the_books_stand_still(books):
    """What was booked after the question, but before the books stood still, is not ahead of it."""
    latest = Posting.objects.latest("booked_at").booked_at

    assert books_check.breached(books_check.check(at=lambda: latest)) == []
