"""The laws in PostgreSQL, tried around the ORM and as the role that the portal runs under."""

from datetime import date

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import audit, ledger
from accounts.models import BankAccount, BankDay, Card, Entry, Hold, Mandate, Posting, User
from accounts.models.ledger import Channel, Kind
from tests import builders

pytestmark = pytest.mark.django_db


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def as_runtime(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 100_000)


@pytest.mark.parametrize("table", ["accounts_entry", "accounts_posting", "accounts_auditevent"])
@pytest.mark.parametrize("act", ["DELETE FROM {}", "UPDATE {} SET id = id"])
def test_the_books_are_append_only_even_for_their_owner(account, table, act):
    with pytest.raises(IntegrityError, match="append_only"):
        run(act.format(table))


def test_half_a_posting_is_refused_at_once(account):
    entry = Entry.objects.filter(account=account).get()

    with pytest.raises(IntegrityError, match="posting_balances"):
        run(
            "INSERT INTO accounts_entry (posting_id, account_id, sequence, part, amount_minor, currency,"
            " balance_after_minor, booked_at, booked_on, value_on)"
            " SELECT posting_id, account_id, 2, part, 1, currency, 1, booked_at, booked_on, value_on"
            " FROM accounts_entry WHERE id = %s",
            entry.pk,
        )


def test_an_account_opens_empty(account):
    with pytest.raises(IntegrityError, match="account_opens_empty"):
        BankAccount.objects.create(
            kind="house", house_code="x", name="x", currency="ALL", opened_on=builders.AT.date(), balance_minor=1
        )


def test_a_hold_never_changes_and_is_never_deleted(account):
    facts = ledger.Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)
    hold = ledger.hold(
        key="h", account_id=account.pk, amount_minor=5, facts=facts, expected_on=builders.AT.date(), at=builders.AT
    )

    with pytest.raises(IntegrityError, match="hold_ends_once"):
        run("UPDATE accounts_hold SET amount_minor = 4 WHERE id = %s", hold.pk)
    with pytest.raises(IntegrityError, match="holds_are_never_deleted"):
        run("DELETE FROM accounts_hold WHERE id = %s", hold.pk)


def test_the_banks_day_goes_one_way():
    builders.bank_day(builders.AT.date(), "closing")

    with pytest.raises(IntegrityError, match="bank_day_goes_one_way"):
        run("UPDATE accounts_bankday SET status = 'open'")


def test_a_user_is_a_customer_or_staff_never_both():
    person = builders.user().person

    with pytest.raises(IntegrityError, match="user_is_customer_or_staff_never_both"), transaction.atomic():
        User.objects.filter(person=person).update(kind="staff")
    with pytest.raises(IntegrityError, match="user_is_customer_or_staff_never_both"), transaction.atomic():
        User.objects.filter(person=person).update(is_superuser=True)


@pytest.mark.parametrize(
    "sql",
    [
        "INSERT INTO accounts_posting (id) VALUES (1)",
        "DELETE FROM accounts_entry",
        "UPDATE accounts_hold SET status = 'released'",
        "UPDATE accounts_bankaccount SET balance_minor = 1",
        "UPDATE accounts_bankaccount SET held_minor = 0",
        "UPDATE accounts_bankaccount SET overdraft_minor = 1000000",
        "DELETE FROM accounts_bankaccount",
        "INSERT INTO accounts_auditevent (id) VALUES (1)",
        "UPDATE accounts_auditchain SET count = 0",
        "TRUNCATE accounts_company CASCADE",
        "ALTER TABLE accounts_entry DISABLE TRIGGER ALL",
        "DROP TABLE accounts_entry",
        "CREATE TABLE mine (id int)",
    ],
)
def test_the_runtime_role_has_no_other_way_to_money_or_trail(sql):
    with pytest.raises(ProgrammingError, match=r"permission denied|must be owner"):
        as_runtime(sql)


def test_the_runtime_role_owns_nothing():
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_class WHERE pg_get_userbyid(relowner) = 'portal_runtime'")
        assert cursor.fetchone() == (0,)


def test_the_runtime_role_posts_through_the_door(account):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        builders.credit(account, 500)

    account.refresh_from_db()
    assert account.balance_minor == 100_500
    assert Posting.objects.filter(entries__account=account).count() == 2


def test_holds_of_nothing_are_refused(account):
    facts = ledger.Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)

    with pytest.raises(IntegrityError, match="hold_amount_is_positive"), transaction.atomic():
        ledger.hold(
            key="h", account_id=account.pk, amount_minor=0, facts=facts, expected_on=builders.AT.date(), at=builders.AT
        )
    assert not Hold.objects.filter(account=account).exists()


def test_a_changed_audit_row_breaks_its_chain(account):
    chain = "bank"
    assert audit.verify_chain(chain) is None

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER audit_events_are_append_only")
        cursor.execute(
            "UPDATE accounts_auditevent SET actor = 'user:0' WHERE sequence ="
            " (SELECT max(sequence) FROM accounts_auditevent WHERE chain = %s) AND chain = %s",
            [chain, chain],
        )
        cursor.execute("ALTER TABLE accounts_auditevent ENABLE TRIGGER audit_events_are_append_only")

    breach = audit.verify_chain(chain)
    assert breach is not None
    assert breach.what == "a column differs from the record"


def test_a_missing_tail_is_found_by_the_head(account):
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE accounts_auditevent DISABLE TRIGGER audit_events_are_append_only")
        cursor.execute("DELETE FROM accounts_auditevent WHERE id = (SELECT max(id) FROM accounts_auditevent)")
        cursor.execute("ALTER TABLE accounts_auditevent ENABLE TRIGGER audit_events_are_append_only")

    breach = audit.verify_chain("bank")
    assert breach is not None
    assert "head" in breach.what


def test_nothing_in_the_database_cascades():
    with connection.cursor() as cursor:
        cursor.execute("SELECT conrelid::regclass::text FROM pg_constraint WHERE contype = 'f' AND confdeltype <> 'a'")
        assert cursor.fetchall() == []


def test_a_broken_law_carries_its_name(account):
    with pytest.raises(DatabaseError) as caught:
        run("DELETE FROM accounts_entry")

    assert caught.value.__cause__.diag.constraint_name == "entries_are_append_only"


def test_a_customers_account_has_a_company_and_an_iban(account):
    with pytest.raises(IntegrityError, match="customer_account_has_company_and_iban"), transaction.atomic():
        BankAccount.objects.create(kind="current", name="x", currency="ALL", opened_on=builders.AT.date())


def test_an_account_keeps_its_owner_and_currency(account):
    with pytest.raises(IntegrityError, match="account_keeps_its_owner_and_currency"):
        run("UPDATE accounts_bankaccount SET currency = 'EUR' WHERE id = %s", account.pk)


def test_an_account_closes_empty_and_for_good(account):
    empty = builders.account(builders.company())

    with pytest.raises(IntegrityError, match="account_closes_empty_and_for_good"):
        run("UPDATE accounts_bankaccount SET status = 'closed' WHERE id = %s", account.pk)
    run("UPDATE accounts_bankaccount SET status = 'closed' WHERE id = %s", empty.pk)
    with pytest.raises(IntegrityError, match="account_closes_empty_and_for_good"):
        run("UPDATE accounts_bankaccount SET status = 'open' WHERE id = %s", empty.pk)


def test_a_day_opens_open():
    with pytest.raises(IntegrityError, match="bank_day_opens_open"), transaction.atomic():
        BankDay.objects.create(day=builders.AT.date(), status="closed")


def test_the_runtime_role_brings_no_day_before_the_first(account):
    with pytest.raises(IntegrityError, match="no_day_before_the_first"):
        as_runtime("INSERT INTO accounts_bankday (day, status) VALUES ('2020-01-02', 'open')")


@pytest.mark.parametrize(("other", "status"), [(19, "open"), (19, "closing"), (23, "closing"), (23, "closed")])
def test_days_close_in_their_order(other, status):
    builders.bank_day(date(2026, 11, other), status)
    builders.bank_day(date(2026, 11, 20))

    with pytest.raises(IntegrityError, match="days_close_in_their_order"):
        as_runtime("UPDATE accounts_bankday SET status = 'closing' WHERE day = '2026-11-20'")


def test_an_active_card_is_known_once():
    person = builders.user().person
    facts = {"person": person, "proof": "f" * 64, "last4": "3456", "expires_on": builders.AT.date()}
    Card.objects.create(**facts, status="ended")
    Card.objects.create(**facts)

    with pytest.raises(IntegrityError, match="an_active_card_is_known_once"), transaction.atomic():
        Card.objects.create(**facts)


def test_the_runtime_role_opens_no_account_of_the_house():
    with pytest.raises(IntegrityError, match="house_accounts_are_opened_by_the_owner"):
        as_runtime(
            "INSERT INTO accounts_bankaccount (uuid, kind, house_code, name, currency, status, overdraft_minor,"
            " balance_minor, held_minor, last_sequence, opened_on)"
            " VALUES (gen_random_uuid(), 'house', 'mine-ALL', 'x', 'ALL', 'open', 0, 0, 0, 0, '2026-11-20')"
        )


@pytest.mark.parametrize("legs", ["'{}'", "'{1}'"])
def test_a_posting_has_two_sides(legs):
    with pytest.raises(IntegrityError, match="posting_has_two_sides"):
        run(
            f"SELECT ledger_post('k', 'core', 'system', %s, '2026-11-20', '', '', '', '', '', '', '', NULL,"
            f" {legs}::bigint[], {legs}::bigint[], {legs}::text[], NULL)",
            builders.AT,
        )


def test_a_posting_names_accounts_that_exist(account):
    with pytest.raises(IntegrityError, match=r"posting_names_accounts_that_exist|posting_balances"):
        run(
            "SELECT ledger_post('k', 'core', 'system', %s, '2026-11-20', '', '', '', '', '', '', '', NULL,"
            " ARRAY[%s, 0]::bigint[], '{1,-1}'::bigint[], '{principal,principal}'::text[], NULL)",
            builders.AT,
            account.pk,
        )


def test_postings_are_append_only_by_name(account):
    with pytest.raises(IntegrityError, match="postings_are_append_only"):
        run("UPDATE accounts_posting SET remittance_information = 'other'")


def test_an_entry_of_nothing_is_refused(account):
    with pytest.raises(IntegrityError, match="entry_amount_is_never_zero"):
        run(
            "INSERT INTO accounts_entry (posting_id, account_id, sequence, part, amount_minor, currency,"
            " balance_after_minor, booked_at, booked_on, value_on)"
            " SELECT posting_id, account_id, 99, part, 0, currency, 1, booked_at, booked_on, value_on"
            " FROM accounts_entry WHERE account_id = %s",
            account.pk,
        )


def test_a_customer_number_has_nine_digits():
    person = builders.user().person

    with pytest.raises(IntegrityError, match="customer_number_has_nine_digits"):
        run("UPDATE accounts_person SET customer_number = '12345678X' WHERE id = %s", person.pk)


def test_one_mandate_per_user_and_company():
    company = builders.company()
    mandate = builders.mandate_of(builders.user(company))

    with pytest.raises(IntegrityError, match="one_mandate_per_user_and_company"), transaction.atomic():
        Mandate.objects.create(user=mandate.user, company=company, valid_from=builders.AT.date())


def test_a_hold_key_names_one_hold(account):
    facts = ledger.Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)
    day = builders.AT.date()
    first = ledger.hold(key="h", account_id=account.pk, amount_minor=5, facts=facts, expected_on=day, at=builders.AT)

    again = ledger.hold(key="h", account_id=account.pk, amount_minor=5, facts=facts, expected_on=day, at=builders.AT)

    assert again == first
    with pytest.raises(IntegrityError, match="hold_key_names_one_hold"), transaction.atomic():
        ledger.hold(key="h", account_id=account.pk, amount_minor=6, facts=facts, expected_on=day, at=builders.AT)


def test_the_bank_has_one_clock():
    with pytest.raises(IntegrityError, match="the_bank_has_one_clock"):
        run("INSERT INTO accounts_bankclock (id, \"offset\") VALUES (2, '0')")
