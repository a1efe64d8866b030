"""The checkpoints of the books: what the close writes of each account and of the bank, and the laws that keep it."""

from datetime import date, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import balances, business_day, day_close, day_totals, selectors
from accounts.clock import TIRANA
from accounts.models import BankAccount, BankDay, BankDayTotal, DayTotal
from tests import builders

pytestmark = pytest.mark.django_db

FRIDAY, TUESDAY, WEDNESDAY = date(2026, 11, 20), date(2026, 11, 24), date(2026, 11, 25)


def at(day: date, hour: int = 10) -> datetime:
    return datetime(day.year, day.month, day.day, hour, tzinfo=TIRANA)


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def as_runtime(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


@pytest.fixture
def account() -> BankAccount:
    """1.000,00 and 250,00 in and 300,00 out on Friday."""
    account = builders.account(builders.company())
    for minor in (100_000, 25_000, -30_000):
        builders.credit(account, minor, at=at(FRIDAY))
    return account


def closing(day: date = FRIDAY) -> BankDay:
    """The day as it stands before anything is written of it."""
    day_close.begin(day=day, at=at(day, 20))
    return BankDay.objects.get(day=day)


# --- What is written -------------------------------------------------------------------------------------------------


def test_a_day_total_is_the_sum_of_the_accounts_day(account):
    assert day_close.close_due(at=at(FRIDAY, 20)) == [FRIDAY]

    total = DayTotal.objects.get(account=account)
    assert (total.day, total.entries, total.last_sequence) == (FRIDAY, 3, 3)
    assert (total.debit_minor, total.credit_minor) == (30_000, 125_000)
    assert (total.opening_minor, total.closing_minor) == (0, 95_000)


def test_the_other_side_of_every_posting_is_in_the_totals_too(account):
    day_close.close_due(at=at(FRIDAY, 20))

    core = DayTotal.objects.get(account=selectors.house_account("core", "ALL"))
    assert (core.debit_minor, core.credit_minor, core.closing_minor) == (125_000, 30_000, -95_000)
    bank = BankDayTotal.objects.get()
    assert (bank.day, bank.currency, bank.entries) == (FRIDAY, "ALL", 6)
    assert bank.debit_minor == bank.credit_minor == 155_000


def test_each_currency_has_its_own_line(account):
    builders.funded(account.company, 7_00, "EUR", at=at(FRIDAY))

    day_close.close_due(at=at(FRIDAY, 20))

    lines = BankDayTotal.objects.order_by("currency").values_list("currency", "credit_minor")
    assert list(lines) == [("ALL", 155_000), ("EUR", 7_00)]


def test_an_open_day_has_no_totals_and_an_account_without_entries_none(account):
    quiet = builders.account(account.company)
    assert not DayTotal.objects.exists()

    day_close.close_due(at=at(FRIDAY, 20))

    assert not DayTotal.objects.filter(account=quiet).exists()


def test_a_day_opens_with_what_the_last_one_left(account):
    builders.credit(account, 5_00, at=at(WEDNESDAY))

    day_close.close_due(at=at(WEDNESDAY, 20))

    days = DayTotal.objects.filter(account=account).order_by("day")
    assert [(d.day, d.opening_minor, d.closing_minor, d.last_sequence) for d in days] == [
        (FRIDAY, 0, 95_000, 3),
        (WEDNESDAY, 95_000, 95_500, 4),
    ]


def test_what_is_booked_during_the_close_belongs_to_the_next_working_day(account):
    closing()
    builders.credit(account, 9_00, at=at(FRIDAY, 21))

    day_close.carry_on(day=FRIDAY, at=at(FRIDAY, 21))

    assert DayTotal.objects.get(account=account).closing_minor == 95_000
    assert account.entries.latest("sequence").booked_on == TUESDAY


# --- What is read ----------------------------------------------------------------------------------------------------


def test_the_closing_balance_is_known_of_closed_days_alone(account):
    day_close.close_due(at=at(FRIDAY, 20))
    builders.credit(account, 5_00, at=at(TUESDAY))

    known = [balances.closing_balance(account.pk, FRIDAY + timedelta(days=days)) for days in (-1, 0, 3, 4)]

    assert known == [0, 95_000, 95_000, None]


def test_a_balance_is_known_of_every_day_as_far_as_it_is_booked(account, django_assert_max_num_queries):
    day_close.close_due(at=at(FRIDAY, 20))
    builders.credit(account, 5_00, at=at(TUESDAY))
    builders.credit(account, 1_00, at=at(WEDNESDAY))

    with django_assert_max_num_queries(10):
        known = [balances.balance_on(account.pk, FRIDAY + timedelta(days=days)) for days in (-1, 0, 3, 4, 5)]

    assert known == [0, 95_000, 95_000, 95_500, 95_600]


def test_a_balance_before_any_checkpoint_is_that_of_the_entries(account):
    assert balances.balance_on(account.pk, FRIDAY) == 95_000
    assert balances.closing_balance(account.pk, FRIDAY) is None


# --- The proofs ------------------------------------------------------------------------------------------------------


def test_totals_that_are_whole_show_no_difference(account):
    closing()
    day_totals.write_some(FRIDAY, after=0, limit=1000)

    assert day_totals.differences(FRIDAY) == []


def test_a_missing_total_is_a_difference_of_its_currency(account):
    closing()
    day_totals.write_some(FRIDAY, after=account.pk - 1, limit=1)

    found = day_totals.differences(FRIDAY)

    assert {(one.proof, one.where) for one in found} == {
        ("totals_are_the_sum_of_the_entries", "ALL credit"),
        ("totals_are_the_sum_of_the_entries", "ALL debit"),
        ("totals_are_the_sum_of_the_entries", "ALL entries"),
    }


@pytest.mark.parametrize(
    ("forgery", "proof"),
    [
        ("UPDATE accounts_entry SET amount_minor = amount_minor + 1", "every_posting_sums_to_zero"),
        (
            "UPDATE accounts_entry SET balance_after_minor = balance_after_minor + 1",
            "closing_is_the_balance_of_the_last_entry",
        ),
        ("UPDATE accounts_daytotal SET entries = entries + 1", "no_entry_is_missing_since_the_last_checkpoint"),
        ("UPDATE accounts_daytotal SET credit_minor = credit_minor + 1, closing_minor = closing_minor + 1", None),
    ],
)
def test_whatever_is_forged_shows(account, forgery, proof):
    """As somebody would who owns the tables and has put their triggers aside."""
    closing()
    day_totals.write_some(FRIDAY, after=0, limit=1000)
    connection.check_constraints()  # nothing may be pending when the triggers go
    run(f"ALTER TABLE {forgery.split()[1]} DISABLE TRIGGER USER")
    run(f"{forgery} WHERE account_id = %s", account.pk)

    found = day_totals.differences(FRIDAY)

    proofs = {one.proof for one in found}
    assert proofs
    assert proof is None or proof in proofs


# --- The laws, around the ORM ----------------------------------------------------------------------------------------

ONE = (
    "INSERT INTO accounts_daytotal"
    " (account_id, day, entries, debit_minor, credit_minor, opening_minor, closing_minor, last_sequence)"
    " VALUES (%s, %s, 1, 0, 5, 0, 5, 1)"
)
BANKS = (
    "INSERT INTO accounts_bankdaytotal (day, currency, entries, debit_minor, credit_minor) VALUES (%s, 'ALL', 2, 5, 5)"
)


@pytest.mark.parametrize("status", ["open", "closed", "none"])
def test_a_day_total_is_written_only_while_its_day_closes(status):
    account = builders.account(builders.company())
    if status != "none":
        builders.bank_day(FRIDAY, status)

    with pytest.raises(IntegrityError, match="day_totals_are_written_while_the_day_closes"):
        run(ONE, account.pk, FRIDAY)
    with pytest.raises(IntegrityError, match="day_totals_are_written_while_the_day_closes"):
        run(BANKS, FRIDAY)


@pytest.mark.parametrize("table", ["accounts_daytotal", "accounts_bankdaytotal"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET entries = entries"])
def test_totals_are_never_changed_or_deleted_even_by_their_owner(account, table, act):
    day_close.close_due(at=at(FRIDAY, 20))

    with pytest.raises(IntegrityError, match="day_totals_are_append_only"):
        run(act.format(table))


def test_a_bank_day_is_never_deleted():
    builders.bank_day(FRIDAY)

    with pytest.raises(IntegrityError, match="bank_days_are_never_deleted"):
        run("DELETE FROM accounts_bankday")


def test_a_day_is_not_closed_while_an_accounts_total_is_missing(account):
    closing()
    day_totals.write_some(FRIDAY, after=account.pk - 1, limit=1)

    with pytest.raises(IntegrityError, match="bank_day_closes_with_all_its_totals"):
        run("UPDATE accounts_bankday SET status = 'closed' WHERE day = %s", FRIDAY)


def test_a_day_is_not_closed_without_the_banks_own_line(account):
    closing()
    day_totals.write_some(FRIDAY, after=0, limit=1000)

    with pytest.raises(IntegrityError, match="bank_day_closes_when_its_totals_add_up"):
        run("UPDATE accounts_bankday SET status = 'closed' WHERE day = %s", FRIDAY)
    day_totals.write_bank(FRIDAY)
    run("UPDATE accounts_bankday SET status = 'closed' WHERE day = %s", FRIDAY)
    assert business_day.is_final(FRIDAY, at=at(FRIDAY, 21))


def test_totals_written_twice_are_written_once(account):
    closing()

    first, again = (day_totals.write_some(FRIDAY, after=0, limit=1000) for _time in range(2))

    assert (first.totals, again.totals) == (2, 0)
    assert first.looked_at == again.looked_at == BankAccount.objects.count()
    assert first.last_account_id is not None
    assert day_totals.write_some(FRIDAY, after=first.last_account_id, limit=10).last_account_id is None


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("closing_minor = closing_minor + 1", "day_total_adds_up"),
        ("entries = 0", "day_total_counts_something"),
        ("debit_minor = -1, closing_minor = closing_minor + debit_minor + 1", "day_total_sides_are_never_negative"),
    ],
)
def test_a_total_that_cannot_be_is_refused(account, change, law):
    day_close.close_due(at=at(FRIDAY, 20))
    run("ALTER TABLE accounts_daytotal DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE accounts_daytotal SET {change} WHERE account_id = %s", account.pk)


def test_both_sides_of_the_banks_day_are_one_amount(account):
    day_close.close_due(at=at(FRIDAY, 20))
    run("ALTER TABLE accounts_bankdaytotal DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match="bank_day_total_balances"):
        run("UPDATE accounts_bankdaytotal SET debit_minor = debit_minor + 1")


def test_an_account_has_one_total_a_day(account):
    day_close.close_due(at=at(FRIDAY, 20))
    run("ALTER TABLE accounts_daytotal DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match="one_day_total_per_account_and_day"):
        run(ONE, account.pk, FRIDAY)


def test_the_bank_has_one_line_a_day_and_currency(account):
    day_close.close_due(at=at(FRIDAY, 20))
    run("ALTER TABLE accounts_bankdaytotal DISABLE TRIGGER USER")

    with pytest.raises(IntegrityError, match="one_bank_day_total_per_day_and_currency"):
        run(BANKS, FRIDAY)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO accounts_daytotal (id) VALUES (1)",
        "UPDATE accounts_daytotal SET entries = 1",
        "DELETE FROM accounts_daytotal",
        "TRUNCATE accounts_daytotal",
        "INSERT INTO accounts_bankdaytotal (id) VALUES (1)",
        "UPDATE accounts_bankdaytotal SET entries = 1",
        "DELETE FROM accounts_bankdaytotal",
        "DELETE FROM accounts_bankday",
        "DELETE FROM accounts_dayclose",
        "DELETE FROM accounts_closestep",
    ],
)
def test_the_runtime_role_writes_no_total_by_its_own_hand(sql):
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime(sql)


def test_the_runtime_role_closes_a_day_through_the_functions(account):
    closing()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        day_totals.write_some(FRIDAY, after=0, limit=1000)
        day_totals.write_bank(FRIDAY)
        cursor.execute("UPDATE accounts_bankday SET status = 'closed' WHERE day = %s", [FRIDAY])

    assert BankDay.objects.get(day=FRIDAY).status == "closed"
