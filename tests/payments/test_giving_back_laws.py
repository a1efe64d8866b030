"""The laws of what comes back while it waits for its session, tried around the ORM."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import ledger
from accounts.ledger import Facts, Leg
from accounts.models.ledger import Channel, Kind
from accounts.selectors import house_account
from payments.models import ClearingItem
from tests.payments.clearing_cast import AT_13, executed, folder, item_of, sent
from tests.payments.test_clearing_laws import run
from tests.tampering import tamper

__all__ = ["folder"]
pytestmark = pytest.mark.django_db
MIGRATION = import_module("payments.migrations.0028_a_part_that_comes_back_stops_nothing")


def test_what_came_back_does_not_leave_and_nothing_else_is_withdrawn(firm, folder):
    order = executed(firm)
    item = item_of(order)
    assert order.posting is not None
    with pytest.raises(IntegrityError, match="withdrawn_order_came_back"):
        run("UPDATE payments_clearingitem SET status = 'withdrawn' WHERE id = %s", item.pk)

    ledger.reverse(posting=order.posting, key="undo", value_on=AT_13.date(), at=AT_13, reason="Gabim")
    connection.check_constraints()

    item.refresh_from_db()
    assert item.status == "withdrawn"
    with pytest.raises(IntegrityError, match="clearing_item_goes_one_way"):
        run("UPDATE payments_clearingitem SET status = 'sent' WHERE id = %s", item.pk)


def test_what_came_back_whole_does_not_wait_for_its_session(firm, folder):
    """By a faulty hand of our own: two parts, each against the core."""
    order = executed(firm, amount_minor=1_000)
    core = house_account("core", "ALL")

    def give_back(*parts: int) -> None:
        for part in parts:
            legs = [Leg(firm.account.pk, part), Leg(core.pk, -part)]
            facts, day = Facts(kind=Kind.CORE, channel=Channel.SYSTEM), AT_13.date()
            ledger.post(key=f"part {part}", legs=legs, facts=facts, value_on=day, at=AT_13, gives_back=order.posting)
        connection.check_constraints()

    with pytest.raises(IntegrityError, match="what_came_back_whole_does_not_wait"), transaction.atomic():
        give_back(400, 600)


@pytest.mark.parametrize(("back", "status"), [(400, "waiting"), (1_000, "withdrawn")])
def test_what_the_law_before_withdrew_for_a_part_waits_again_and_no_other(firm, folder, back, status):
    order = executed(firm, amount_minor=1_000)
    core = house_account("core", "ALL")
    tamper(f"UPDATE payments_clearingitem SET status = 'withdrawn' WHERE order_id = '{order.pk}'")
    ledger.post(
        key="back",
        legs=[Leg(firm.account.pk, back), Leg(core.pk, -back)],
        facts=Facts(kind=Kind.CORE, channel=Channel.SYSTEM),
        value_on=AT_13.date(),
        at=AT_13,
        gives_back=order.posting,
    )
    connection.check_constraints()

    run(f"SET CONSTRAINTS ALL IMMEDIATE; {MIGRATION.WAIT_AGAIN}")

    assert item_of(order).status == status


def test_what_came_back_is_not_sent_whatever_its_item_says(firm, folder):
    other = item_of(executed(firm, amount_minor=1_000))
    sent()
    order = executed(firm)
    item = item_of(order)
    assert order.posting is not None
    ledger.reverse(posting=order.posting, key="undo", value_on=AT_13.date(), at=AT_13, reason="Gabim")
    tamper(f"UPDATE payments_clearingitem SET status = 'waiting' WHERE id = {item.pk}")
    file_id = ClearingItem.objects.get(pk=other.pk).file_id

    with pytest.raises(IntegrityError, match="what_came_back_does_not_leave"):
        run(
            "UPDATE payments_clearingitem SET status = 'sent', file_id = %s, place = 2, transaction_id = 'T'"
            " WHERE id = %s",
            file_id,
            item.pk,
        )


@pytest.mark.parametrize("brought", [None, 999])
def test_an_order_is_returned_where_its_own_return_made_it_whole(firm, folder, brought):
    order = executed(firm, amount_minor=1_000)
    back = None
    if brought:
        clearing = house_account("clearing-domestic", "ALL")
        back = ledger.post(
            key=f"payments.return:{order.pk}",
            legs=[Leg(clearing.pk, -brought), Leg(firm.account.pk, brought)],
            facts=Facts(kind=Kind.RETURN, channel=Channel.INTERBANK),
            value_on=AT_13.date(),
            at=AT_13,
            gives_back=order.posting,
        )

    with pytest.raises(IntegrityError, match="order_comes_back_by_its_own_return"):
        run(
            "UPDATE payments_paymentorder SET status = 'returned', end_reason = 'x', returned_at = now(),"
            " return_posting_id = %s WHERE id = %s",
            back.pk if back else order.posting_id,
            order.pk,
        )
