"""What the core brought is kept, and an item is reconciled for good: around the ORM, and as the runtime role."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.models import CoreFile, Posting, ReconciliationItem, RefusedRecord
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
SETTLE = "UPDATE accounts_reconciliationitem SET settled_at = brought_at, settled_by = 'user:1', note = 'E pamë'"
MATCH = "UPDATE accounts_reconciliationitem SET status = 'matched', why = '', part = 'total', posting_id = %s"


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def as_runtime(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


@pytest.fixture
def file() -> CoreFile:
    return CoreFile.objects.create(digest="d" * 64, name="x.xml", kind="camt.053", started_at=AT)


@pytest.fixture
def item(file) -> ReconciliationItem:
    return listed(file, builders.funded(builders.company(), 100))


def listed(file, account, **changes):
    facts = {"reference": "R1", "end_to_end_id": "", "amount_minor": -5, "value_on": AT.date(), "brought_at": AT}
    facts |= {"status": "unmatched", "why": "no_original"} | changes
    return ReconciliationItem.objects.create(file=file, line=1, account=account, **facts)


@pytest.fixture
def refused(file) -> RefusedRecord:
    return RefusedRecord.objects.create(file=file, line=1, field="nipt", reason="nipt", refused_at=AT)


@pytest.mark.parametrize("table", ["corefile", "refusedrecord", "reconciliationitem"])
def test_nothing_that_the_core_brought_is_deleted_even_by_the_owner(item, refused, table):
    with pytest.raises(IntegrityError, match="what_the_core_brought_is_kept"):
        run(f"DELETE FROM accounts_{table}")


@pytest.mark.parametrize(
    "change", ["amount_minor = 7", "end_to_end_id = 'X'", "reference = 'X'", "line = 9", "is_reversal = true"]
)
def test_an_item_stays_as_it_came(item, change):
    with pytest.raises(IntegrityError, match="an_item_is_reconciled_for_good"):
        run(f"UPDATE accounts_reconciliationitem SET {change}")


def test_an_item_is_settled_once(item):
    as_runtime(SETTLE)

    with pytest.raises(IntegrityError, match="an_item_is_reconciled_for_good"):
        as_runtime(SETTLE)
    with pytest.raises(IntegrityError, match="an_item_is_reconciled_for_good"):
        run("UPDATE accounts_reconciliationitem SET settled_at = NULL, settled_by = '', note = ''")


def test_an_item_is_matched_once(item):
    posting = Posting.objects.latest("id")
    as_runtime(MATCH, posting.pk)

    with pytest.raises(IntegrityError, match="an_item_is_reconciled_for_good"):
        run("UPDATE accounts_reconciliationitem SET status = 'unmatched', why = 'amount', part = ''")


@pytest.mark.parametrize(
    "change",
    ["status = 'matched'", "status = 'matched', why = '', part = 'fee'", "part = 'fee'", "why = ''"],
)
def test_what_matches_names_its_posting_and_nothing_else_is_ticked(item, change):
    with pytest.raises(IntegrityError, match="what_matches_names_its_posting_and_nothing_else_is_ticked"):
        run(f"UPDATE accounts_reconciliationitem SET {change}")


@pytest.mark.parametrize("change", ["note = 'E pamë'", "settled_at = brought_at", "settled_by = 'user:1'"])
def test_what_is_settled_has_its_note(item, change):
    with pytest.raises(IntegrityError, match="what_is_settled_has_its_note"):
        run(f"UPDATE accounts_reconciliationitem SET {change}")


def test_a_part_of_a_posting_is_ticked_off_once(file, item):
    posting = Posting.objects.latest("id")
    match = {"status": "matched", "why": "", "posting": posting, "part": "total"}
    listed(file, item.account, reference="R2", **match)

    with pytest.raises(IntegrityError, match="a_part_of_a_posting_is_ticked_off_once"), transaction.atomic():
        listed(file, item.account, reference="R3", **match)


def test_an_entry_of_the_core_is_reconciled_once(file, item):
    with pytest.raises(IntegrityError, match="an_entry_of_the_core_is_reconciled_once"), transaction.atomic():
        listed(file, item.account)


def test_a_record_is_refused_once_a_reason(file, refused):
    with pytest.raises(IntegrityError, match="a_record_is_refused_once_a_reason"), transaction.atomic():
        RefusedRecord.objects.create(file=file, line=1, field="nipt", reason="nipt", refused_at=AT)


@pytest.mark.parametrize(
    "sql",
    [
        "DELETE FROM accounts_corefile",
        "UPDATE accounts_corefile SET digest = 'x'",
        "DELETE FROM accounts_refusedrecord",
        "UPDATE accounts_refusedrecord SET line = 2",
        "DELETE FROM accounts_reconciliationitem",
        "UPDATE accounts_reconciliationitem SET amount_minor = 1",
        "TRUNCATE accounts_reconciliationitem",
    ],
)
def test_the_runtime_role_has_no_way_around(item, sql):
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime(sql)
