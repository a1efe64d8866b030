"""10,000 orders there and back: made, parsed by the other side, answered, applied; every lek accounted for."""

import time
from contextlib import contextmanager
from datetime import timedelta
from functools import cache
from uuid import uuid4

import pytest
from django.db import connection

from accounts import ledger
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount
from accounts.models.ledger import Channel, Kind
from bkt_portal import demo_clearing
from payments import arrivals, clearing, reconciliation, sent_files
from payments.models import ArrivedFile, ClearingItem, PaymentOrder
from tests import builders
from tests.payments.clearing_cast import AT_10_30, AT_13, folder
from tests.payments.conftest import Firm, make_firm

__all__ = ["folder"]
pytestmark = pytest.mark.django_db

MANY = 10_000
REJECTED_EVERY = 50
SECONDS_MAX = 20  # of this process alone: whoever else is busy on the machine does not count
AMOUNT = 12_345

# As if the execution had run, without asking ten thousand times what a law asks of one order.
TABLES = ("payments_paymentorder", "payments_clearingitem")


@pytest.fixture
def many(folder, clock_at):
    """10,000 executed orders of one company; every fiftieth goes to an account that is closed."""
    clock_at(builders.AT)
    firm = make_firm(other_signers=0, minor=MANY * AMOUNT)
    items = [_posting(firm.account, n) for n in range(1, MANY + 1)]
    postings = ledger.post_many(items, at=builders.AT)
    with _laws_of_one_order_aside():
        orders = [_order(firm, item, posting) for item, posting in zip(items, postings, strict=True)]
        PaymentOrder.objects.bulk_create(orders, batch_size=2_000)
        ClearingItem.objects.bulk_create([_item(order) for order in orders], batch_size=2_000)
    return firm


@contextmanager
def _laws_of_one_order_aside():
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        yield
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        cursor.execute(f"ANALYZE {', '.join(TABLES)}")


def _order(firm: Firm, item: Item, posting_id: int) -> PaymentOrder:
    return PaymentOrder(
        id=item.key.removeprefix("payments.order:"),
        number=item.facts.end_to_end_id,
        company=firm.company,
        kind="domestic",
        status="executed",
        submit_key=item.key,
        debit_account=firm.account,
        currency="ALL",
        amount_minor=AMOUNT,
        fee_minor=0,
        beneficiary_name="BETA NDËRTIM SHPK",
        beneficiary_iban=item.facts.creditor_iban,
        description="Fatura 2026/1147",
        other_signers=0,
        prepared_by=firm.preparer.user,
        created_at=builders.AT,
        submitted_at=builders.AT,
        released_at=builders.AT,
        execute_on=builders.AT.date(),
        posting_id=posting_id,
        ended_at=builders.AT,
    )


def _item(order: PaymentOrder) -> ClearingItem:
    return ClearingItem(
        order=order, rail=order.rail, currency="ALL", amount_minor=AMOUNT, executed_at=builders.AT, status="waiting"
    )


def _posting(account: BankAccount, n: int) -> Item:
    ending = "0000000000000004" if n % REJECTED_EVERY == 0 else "0000000235698741"
    return Item(
        key=f"payments.order:{uuid4()}",
        legs=[Leg(account.pk, -AMOUNT), Leg(clearing_account().pk, AMOUNT)],
        facts=Facts(
            kind=Kind.DOMESTIC,
            channel=Channel.ONLINE,
            creditor_iban=make_albanian_iban("212", "1100", ending),
            end_to_end_id=f"R-{n}",
        ),
        value_on=builders.AT.date(),
    )


@cache
def clearing_account() -> BankAccount:
    return BankAccount.objects.get(house_code="clearing-domestic-ALL")


def test_ten_thousand_orders_go_there_and_back(many):
    began = time.process_time()
    (file,) = clearing.make_due(at=AT_10_30)
    sent_files.write_out(at=AT_10_30)
    assert demo_clearing.answer_all(at=AT_10_30 + timedelta(minutes=1)) == MANY
    assert arrivals.read_all(at=AT_13) == 2
    took = time.process_time() - began

    home = MANY // REJECTED_EVERY
    statuses = ClearingItem.objects.filter(file=file).values_list("status", flat=True)
    assert sorted(set(statuses)) == ["accepted", "rejected"]
    assert PaymentOrder.objects.filter(status="returned").count() == home
    assert BankAccount.objects.get(pk=many.account.pk).balance_minor == home * AMOUNT
    assert ArrivedFile.objects.get(message="pacs.002").applied == MANY
    balance = reconciliation.reconcile(at=AT_13).balances[0]
    assert (balance.booked_minor, balance.explained_minor) == (0, 0), "accepted ones are settled, the others are home"
    assert took < SECONDS_MAX
