"""The laws of clearing, tried around the ORM."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError
from django.forms import modelform_factory

from accounts import ledger
from accounts.ledger import Leg
from accounts.selectors import house_account
from payments import execution
from payments.models import (
    ArrivedFile,
    Difference,
    IncomingCredit,
    ParticipantBank,
    SentFile,
    Settlement,
)
from tests import builders
from tests.payments.clearing_cast import (
    AT_13,
    Movement,
    answer,
    deliver,
    executed,
    folder,
    incoming,
    item_of,
    notification,
    sent,
    transfer,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params or None)


def as_runtime(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


@pytest.fixture
def item(firm, folder):
    """One that was sent."""
    order = executed(firm)
    sent()
    return item_of(order)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("amount_minor = amount_minor + 1", "clearing_item_stays_its_orders"),
        ("rail = 'aips'", "clearing_item_stays_its_orders"),
        ("status = 'waiting', file_id = NULL, place = NULL, transaction_id = NULL", "clearing_item_goes_one_way"),
        ("transaction_id = 'X'", "clearing_item_goes_out_once"),
        ("place = 7", "clearing_item_goes_out_once"),
        ("status = 'accepted'", "answered_item_has_its_answer"),
    ],
)
def test_an_order_under_way_stays_what_it_is(item, change, law):
    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE payments_clearingitem SET {change} WHERE id = %s", item.pk)


def test_what_was_answered_stays_as_answered(item):
    answer(item.file)

    with pytest.raises(IntegrityError, match="clearing_item_is_answered_once"):
        run("UPDATE payments_clearingitem SET status = 'rejected' WHERE id = %s", item.pk)


def test_nothing_goes_into_clearing_but_what_was_executed(firm, folder):
    order = builders.draft(firm.preparer, firm.account)
    insert = (
        "INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status, reason_code)"
        " VALUES (%s, 'aech', 'ALL', 1, %s, 'waiting', '')"
    )

    with pytest.raises(IntegrityError, match="clearing_item_begins_as_its_order"):
        run(insert, order.pk, AT_13)
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime(insert, order.pk, AT_13)


def test_an_order_that_leaves_waits_for_clearing_however_it_was_executed(firm, folder):
    first, second = (firm.sign(builders.submitted(firm.preparer, firm.account)) for _order in range(2))
    posted = [posted_for(order) for order in (first, second)]

    done = "status = 'executed', posting_id = %s, ended_at = %s"
    run(f"UPDATE payments_paymentorder SET {done} WHERE id = %s", posted[0], AT_13, first.pk)
    run(
        "MERGE INTO payments_paymentorder o USING (SELECT %s::uuid AS id) AS made ON o.id = made.id"
        f" WHEN MATCHED THEN UPDATE SET {done}",
        *(second.pk, posted[1], AT_13),
    )

    assert [(item_of(order).status, item_of(order).executed_at) for order in (first, second)] == [
        ("waiting", AT_13),
        ("waiting", AT_13),
    ]


def posted_for(order) -> int:
    """The order's own posting, which nobody has written down in its row."""
    clearing = house_account("clearing-domestic", "ALL").pk
    legs = [Leg(order.debit_account_id, -order.total_minor), Leg(clearing, order.total_minor)]
    facts = execution.facts_of(order)
    return ledger.post(key=facts.source, legs=legs, facts=facts, value_on=AT_13.date(), at=AT_13).pk


def test_an_order_goes_out_once(item):
    with pytest.raises(IntegrityError, match=r"order_id|already exists|begins"):
        run(
            "INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status,"
            " reason_code) SELECT order_id, rail, currency, amount_minor, executed_at, 'waiting', ''"
            " FROM payments_clearingitem WHERE id = %s",
            item.pk,
        )


def test_an_order_leaves_by_its_own_rail(firm, folder, item):
    other = item_of(executed(firm))
    move = (
        "UPDATE payments_clearingitem SET status = 'sent', file_id = %s, place = 1, transaction_id = 'T' WHERE id = %s"
    )

    with pytest.raises(IntegrityError, match="clearing_item_leaves_by_its_rail"), transaction.atomic():
        run(move, copied(item.file, rail="aips"), other.pk)


def copied(file: SentFile, **changes) -> int:
    """A second row like this one, held against the laws of the moment alone."""
    facts = {
        "name": f"'copy-{builders.unique()}'",
        "message_id": f"'copy-{builders.unique()}'",
        "message": f"'{file.message}'",
        "rail": f"'{changes.get('rail', file.rail)}'",
        "currency": "'ALL'",
        "day": "day",
        "sequence": str(changes.get("sequence", 1)),
        "count": "1",
        "sum_minor": str(changes.get("sum_minor", 123_450)),
        "digest": f"'{changes['digest']}'" if "digest" in changes else "digest",
        "content": "content",
        "made_at": "made_at",
    }
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO payments_sentfile ({', '.join(facts)})"
            f" SELECT {', '.join(facts.values())} FROM payments_sentfile WHERE id = %s RETURNING id",
            [file.pk],
        )
        return cursor.fetchone()[0]


@pytest.mark.parametrize(
    ("changes", "law"),
    [
        ({"sequence": 1}, "sent_files_are_numbered_without_gaps"),
        ({"sequence": 3}, "sent_files_are_numbered_without_gaps"),
        ({"sequence": 2, "digest": "0" * 64}, "digest_is_of_the_content"),
    ],
)
def test_a_file_counts_on_and_its_digest_is_its_own(item, changes, law):
    with pytest.raises(IntegrityError, match=law), transaction.atomic():
        copied(item.file, **changes)


def test_a_file_holds_what_it_says(item):
    with pytest.raises(IntegrityError, match="sent_file_holds_what_it_says"), transaction.atomic():
        judged(copied(item.file, sequence=2))


def judged(_row: int) -> None:
    """What waits for the commit is asked now."""
    connection.check_constraints()


@pytest.mark.parametrize("change", ["content = 'x'", "digest = 'x'", "sequence = 9", "name = 'x'", "count = 7"])
def test_a_sent_file_never_changes(item, change):
    with pytest.raises(IntegrityError, match="sent_files_are_never_changed"):
        run(f"UPDATE payments_sentfile SET {change} WHERE id = %s", item.file_id)


def test_an_arrived_file_ends_once(item):
    answer(item.file)

    with pytest.raises(IntegrityError, match="arrived_file_ends_once"):
        run("UPDATE payments_arrivedfile SET status = 'open', finished_at = NULL")
    with pytest.raises(IntegrityError, match="digest"):
        ArrivedFile.objects.create(name="x", digest=ArrivedFile.objects.get().digest, arrived_at=AT_13)


@pytest.mark.parametrize(
    ("table", "law"),
    [
        ("payments_clearingitem", "clearing_items_are_never_deleted"),
        ("payments_sentfile", "sent_files_are_never_deleted"),
        ("payments_arrivedfile", "arrived_files_are_never_deleted"),
        ("payments_incomingcredit", "credits_are_append_only"),
        ("payments_settlement", "settlements_are_append_only"),
        ("payments_difference", "differences_are_never_deleted"),
    ],
)
def test_clearing_forgets_nothing(item, firm, settings, table, law):
    answer(item.file)
    deliver("in.xml", incoming(transfer(firm.account)))
    deliver(
        "n.xml",
        notification(
            Movement(settings.CLEARING_SETTLEMENT_ACCOUNT, "S", 1, "ALL", AT_13.date()),
            Movement("X", "D", 1, "ALL", AT_13.date()),
        ),
    )

    with pytest.raises(IntegrityError, match=law):
        run(f"DELETE FROM {table}")
    with pytest.raises(ProgrammingError, match="permission denied"):
        as_runtime(f"DELETE FROM {table}")


def test_a_credit_never_changes_and_is_booked_by_its_own_posting(firm, folder):
    deliver("in.xml", incoming(transfer(firm.account)))

    with pytest.raises(IntegrityError, match="credits_are_append_only"):
        run("UPDATE payments_incomingcredit SET amount_minor = 1")
    credit = IncomingCredit.objects.get()
    credit.pk, credit.key = None, "212:OTHER"
    with pytest.raises(IntegrityError, match="credit_is_booked_by_its_own_posting"), transaction.atomic():
        credit.save(force_insert=True)


def test_a_difference_is_settled_once(firm, folder):
    deliver("n.xml", notification(Movement("X", "D", 1, "ALL", AT_13.date())))
    settled = "UPDATE payments_difference SET settled_at = now(), settled_by = 'user:1', note = 'gjetur'"
    run(settled)

    with pytest.raises(IntegrityError, match="difference_is_settled_once"):
        run(settled)
    assert Difference.objects.get().note == "gjetur"


@pytest.mark.parametrize("bic", ["rzbaaltx", "RZBA AL", "RZBAALT", "RZBAALTXXX", "RZBA11TX"])
def test_a_bic_is_one(db, bic):
    with pytest.raises(IntegrityError, match="bic_is_one"), transaction.atomic():
        ParticipantBank.objects.create(code="999", name="X", bic=bic)
    form = modelform_factory(ParticipantBank, fields=["code", "name", "bic"])({"code": "999", "name": "X", "bic": bic})
    assert list(form.errors) == ["bic"]


def test_a_uetr_names_one_payment(firm, folder):
    uetr = "0b7c7d5e-3c1a-4b7e-9f43-0f9b8a1c2d3e"
    deliver("in.xml", incoming(transfer(firm.account, uetr=uetr)))
    credit = IncomingCredit.objects.get()
    values = {"file": credit.file, "transaction_id": "X", "amount_minor": 1, "currency": "ALL", "uetr": uetr}

    with pytest.raises(IntegrityError, match="a_uetr_names_one_payment"), transaction.atomic():
        IncomingCredit.objects.create(
            key="X", value_on=AT_13.date(), status="refused", reason_code="AC01", taken_at=AT_13, **values
        )


def test_a_settlement_is_booked_by_its_own_posting(firm, folder):
    deliver("in.xml", incoming(transfer(firm.account)))
    credit = IncomingCredit.objects.get()
    facts = {"file": credit.file, "posting": credit.posting, "value_on": AT_13.date(), "taken_at": AT_13}

    with pytest.raises(IntegrityError, match="settlement_is_booked_by_its_own_posting"), transaction.atomic():
        Settlement.objects.create(reference="X", amount_minor=-250_000, currency="ALL", **facts)
