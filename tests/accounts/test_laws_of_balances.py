"""The laws of an account's balance, tried around the ORM: as the role of the portal, and as the owner of the tables."""

from datetime import date

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts import ledger, selectors
from accounts.ledger import AccountIsClosed, AccountTakesNoDebit, Facts, Item, Leg, NotEnoughMoney
from accounts.models import BankAccount, Entry, Hold, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.tampering import tamper

pytestmark = pytest.mark.django_db
DAY = date(2026, 11, 20)
CUSTOMER = Facts(kind=Kind.DOMESTIC, channel=Channel.ONLINE)
CORE = Facts(kind=Kind.CORE, channel=Channel.SYSTEM)
# A balanced pair of entries more, for the posting that funded the account.
MORE = (
    "INSERT INTO accounts_entry (posting_id, account_id, part, amount_minor, value_on, booked_at, booked_on,"
    " sequence, currency, balance_after_minor)"
    " SELECT posting_id, account_id, part, amount_minor, value_on, {} FROM accounts_entry"
    " WHERE posting_id = (SELECT posting_id FROM accounts_entry WHERE account_id = %s)"
)


def run(sql, *params, role=None):
    with transaction.atomic(), connection.cursor() as cursor:
        if role:
            cursor.execute(f"SET LOCAL ROLE {role}")
        cursor.execute(sql, params)


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 100_000)


@pytest.fixture
def house() -> BankAccount:
    return selectors.house_account("core", "ALL")


def debit(account, house, minor, key, facts=CUSTOMER, **more):
    legs = [Leg(account.pk, -minor), Leg(house.pk, minor)]
    return ledger.post(key=key, legs=legs, facts=facts, value_on=DAY, at=builders.AT, **more)


def hold(account, minor, key="h"):
    return ledger.hold(
        key=key, account_id=account.pk, amount_minor=minor, facts=CUSTOMER, expected_on=DAY, at=builders.AT
    )


def available(account):
    account.refresh_from_db()
    return account.available_minor


def test_the_core_may_pass_the_limit_and_the_customer_pays_nothing_until_it_is_covered(account, house):
    debit(account, house, 100_300, "fee of the core", CORE)

    assert available(account) == -300
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        debit(account, house, 1, "not covered")
    builders.credit(account, 299)
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        debit(account, house, 1, "not covered")
    builders.credit(account, 2)
    debit(account, house, 1, "covered")

    assert available(account) == 0


def test_what_the_core_took_binds_holds_too(account, house):
    kept = hold(account, 60_000)
    debit(account, house, 50_000, "core", CORE)

    assert available(account) == -10_000
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        hold(account, 1, "another")
    with pytest.raises(NotEnoughMoney), transaction.atomic():
        debit(account, house, 60_000, "capture", hold_id=kept.pk)
    ledger.release(hold_id=kept.pk, at=builders.AT)

    assert available(account) == 50_000


def test_money_may_come_in_while_the_account_stays_below(account, house):
    debit(account, house, 100_300, "core", CORE)

    builders.credit(account, 100)

    assert available(account) == -200


@pytest.mark.parametrize(("status", "refusal"), [("frozen", AccountTakesNoDebit), ("closed", AccountIsClosed)])
def test_every_other_law_holds_for_the_core(house, status, refusal):
    barred = builders.account(builders.company(), overdraft_minor=50)
    BankAccount.objects.filter(pk=barred.pk).update(status=status)

    with pytest.raises(refusal), transaction.atomic():
        debit(barred, house, 5, "core", CORE)
    with pytest.raises(IntegrityError, match="posting_balances"), transaction.atomic():
        ledger.post(key="lame", legs=[Leg(house.pk, -5), Leg(house.pk, 4)], facts=CORE, value_on=DAY, at=builders.AT)


@pytest.mark.parametrize(
    ("held", "law"), [(0, "no_overdraft_beyond_the_agreed_limit"), (60_000, "available_is_never_negative")]
)
def test_a_raw_entry_of_a_customer_passes_no_limit(account, house, held, law):
    """The owner's own INSERT of a posting and its entries, past every function."""
    if held:
        hold(account, held)
    posting = (
        "WITH posting AS (INSERT INTO accounts_posting (uuid, key, kind, channel, booked_at, booked_on, value_on,"
        " debtor_name, debtor_iban, creditor_name, creditor_iban, remittance_information, end_to_end_id, source)"
        " VALUES (gen_random_uuid(), 'raw', %s, 'system', %s, %s, %s, '', '', '', '', '', '', '') RETURNING id)"
        " SELECT id FROM posting"
    )
    entries = (
        "INSERT INTO accounts_entry (posting_id, account_id, part, amount_minor, booked_at, booked_on, value_on)"
        " SELECT p.id, side.account, 'principal', side.amount, p.booked_at, p.booked_on, p.value_on"
        " FROM accounts_posting p, unnest(%s::bigint[], %s::bigint[]) AS side(account, amount) WHERE p.key = 'raw'"
    )
    minor = 100_000 - held + 1
    run(posting, "domestic", builders.AT, DAY, DAY)

    with pytest.raises(IntegrityError, match=law):
        run(entries, [account.pk, house.pk], [-minor, minor])


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("balance_minor = -1", "balance_is_that_of_the_last_entry"),
        ("balance_minor = balance_minor + 1", "balance_is_that_of_the_last_entry"),
        ("last_sequence = last_sequence + 1", "balance_is_that_of_the_last_entry"),
        ("last_booked_at = last_booked_at - interval '1 day'", "balance_is_that_of_the_last_entry"),
        ("last_booked_on = last_booked_on - 1", "balance_is_that_of_the_last_entry"),
        ("held_minor = 1", "held_is_the_sum_of_the_active_holds"),
        ("overdraft_minor = -1", "overdraft_is_never_negative|no_overdraft"),
    ],
)
def test_nobody_writes_a_balance_by_hand(account, change, law):
    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE accounts_bankaccount SET {change} WHERE id = %s", account.pk)
    if change.startswith("overdraft"):
        return
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(f"UPDATE accounts_bankaccount SET {change} WHERE id = %s", account.pk, role="portal_runtime")


def test_a_limit_is_not_taken_back_while_it_is_used(house):
    account = builders.account(builders.company(), overdraft_minor=500)
    debit(account, house, 300, "pay")

    with pytest.raises(IntegrityError, match="no_overdraft_beyond_the_agreed_limit"):
        run("UPDATE accounts_bankaccount SET overdraft_minor = 299 WHERE id = %s", account.pk)
    hold(account, 200)
    with pytest.raises(IntegrityError, match="available_is_never_negative"):
        run("UPDATE accounts_bankaccount SET overdraft_minor = 499 WHERE id = %s", account.pk)
    run("UPDATE accounts_bankaccount SET overdraft_minor = 501 WHERE id = %s", account.pk)


def test_a_raw_entry_numbers_itself_and_moves_its_account(account):
    """Whatever is claimed: number, currency and running balance are given by the books."""
    run(MORE.format("booked_at, booked_on, 77, 'EUR', 5"), account.pk)

    account.refresh_from_db()
    entry = Entry.objects.filter(account=account).latest("sequence")
    assert (entry.sequence, entry.currency, entry.balance_after_minor) == (2, "ALL", 200_000)
    assert (account.last_sequence, account.balance_minor) == (2, 200_000)


@pytest.mark.parametrize("past", ["booked_at - interval '1 second', booked_on", "booked_at, booked_on - 1"])
def test_a_raw_entry_never_runs_backwards(account, past):
    with pytest.raises(IntegrityError, match="booking_never_runs_backwards"):
        run(MORE.format(f"{past}, 77, 'EUR', 5"), account.pk)


def test_a_raw_entry_finds_no_way_into_a_barred_account(account, house):
    run("UPDATE accounts_bankaccount SET status = 'frozen' WHERE id = %s", house.pk)
    with pytest.raises(IntegrityError, match="frozen_and_closed_accounts_take_no_debit"):
        run(MORE.format("booked_at, booked_on, 77, 'EUR', 5"), account.pk)
    tamper(f"UPDATE accounts_bankaccount SET status = 'closed' WHERE id = {account.pk}")

    with pytest.raises(IntegrityError, match="closed_accounts_take_no_entry"):
        run(MORE.format("booked_at, booked_on, 77, 'EUR', 5"), account.pk)


def test_a_raw_entry_of_the_portal_is_not_its_to_write(account):
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(MORE.format("booked_at, booked_on, 77, 'EUR', 5"), account.pk, role="portal_runtime")


def test_a_raw_hold_sets_its_amount_aside_or_is_refused(account):
    raw = (
        "INSERT INTO accounts_hold (id, key, account_id, amount_minor, currency, status, kind, channel, placed_at,"
        " expected_on, creditor_name, creditor_iban, remittance_information, end_to_end_id, source)"
        " VALUES (gen_random_uuid(), 'raw', %s, %s, 'EUR', %s, 'domestic', 'online', now(), now(), '', '', '', '', '')"
    )

    with pytest.raises(IntegrityError, match="available_is_never_negative"):
        run(raw, account.pk, 100_001, "active")
    with pytest.raises(IntegrityError, match="hold_begins_active"):
        run(raw, account.pk, 5, "released")
    run(raw, account.pk, 5, "active")

    assert (available(account), Hold.objects.get(key="raw").currency) == (99_995, "ALL")


def test_a_raw_end_of_a_hold_gives_its_amount_back(account):
    kept = hold(account, 60_000)

    run("UPDATE accounts_hold SET status = 'expired', ended_at = now() WHERE id = %s", kept.pk)

    assert available(account) == 100_000


def test_the_walls_behind_the_triggers_stand(account):
    """Where the triggers are off, constraints still refuse what no state of the books may be."""
    for change, wall in (
        ("UPDATE accounts_bankaccount SET held_minor = -1", "held_is_never_negative"),
        (
            "INSERT INTO accounts_entry (posting_id, account_id, part, amount_minor, value_on, booked_at, booked_on,"
            " sequence, currency, balance_after_minor) SELECT posting_id, account_id, part, amount_minor, value_on,"
            " booked_at, booked_on, sequence, currency, balance_after_minor FROM accounts_entry",
            "entry_sequence_is_unique_per_account",
        ),
    ):
        with pytest.raises(IntegrityError, match=wall), transaction.atomic():
            tamper(change)


def test_a_key_and_a_reversal_are_unique_even_for_raw_rows(account):
    columns = (
        "kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,"
        " remittance_information, end_to_end_id, source"
    )
    raw = (
        f"INSERT INTO accounts_posting (uuid, key, reverses_id, {columns})"
        f" SELECT gen_random_uuid(), %s, %s, {columns} FROM accounts_posting WHERE id = %s"
    )
    first = Posting.objects.get(entries__account=account)

    with pytest.raises(IntegrityError, match="posting_key_names_one_posting"):
        run(raw, first.key, None, first.pk)
    run(raw, "undo", first.pk, first.pk)
    with pytest.raises(IntegrityError, match="posting_is_reversed_once"):
        run(raw, "undo-2", first.pk, first.pk)


# --- What is given back ----------------------------------------------------------------------------------------------

GIVE_BACK = (
    "SELECT ledger_post(%s, 'core', 'system', %s, '2026-11-20', '', '', '', '', '', '', '', NULL,"
    " %s::bigint[], %s::bigint[], %s::text[], NULL, %s)"
)


def gives_back(posting, account, key, minor, part="principal"):
    """As the runtime role, around every line of Python: so much of a posting comes home from the bank's own account."""
    house = selectors.house_account("core", "ALL")
    legs = [house.pk, account.pk], [-minor, minor], ["principal", part]
    run(GIVE_BACK, key, builders.AT, *legs, posting.pk, role="portal_runtime")


@pytest.fixture
def sent(account, house):
    """30 000 that went, with 500 for it."""
    legs = [Leg(account.pk, -30_000), Leg(house.pk, 30_000), Leg(account.pk, -500, "fee"), Leg(house.pk, 500, "fee")]
    return ledger.post(key="sent", legs=legs, facts=CUSTOMER, value_on=DAY, at=builders.AT)


def test_no_more_comes_back_than_went(account, sent):
    gives_back(sent, account, "first", 20_000)

    with pytest.raises(IntegrityError, match="no_more_comes_back_than_went"):
        gives_back(sent, account, "second", 10_001)

    gives_back(sent, account, "third", 10_000)


@pytest.mark.parametrize(("minor", "part"), [(30_001, "principal"), (501, "fee"), (-1, "principal")])
def test_neither_part_comes_back_beyond_itself_nor_a_second_time_goes(account, sent, minor, part):
    with pytest.raises(IntegrityError, match="no_more_comes_back_than_went"):
        gives_back(sent, account, "back", minor, part)


def test_only_what_was_booked_is_given_back(account, sent):
    sent.pk = 2**60

    with pytest.raises(IntegrityError, match="what_is_given_back_was_booked"):
        gives_back(sent, account, "back", 1)


def test_a_batch_gives_back_no_more_than_went(account, house, sent):
    halves = [
        Item(key, [Leg(house.pk, -minor), Leg(account.pk, minor)], CORE, DAY, gives_back_id=sent.pk)
        for key, minor in (("1", 15_000), ("2", 15_001))
    ]

    with pytest.raises(ledger.MoreComesBackThanWent), transaction.atomic():
        ledger.post_many(halves, at=builders.AT)
    ledger.post_many(halves[:1], at=builders.AT)

    assert Posting.objects.filter(gives_back=sent).count() == 1
