"""Due orders are executed together; whatever one of them lacks concerns that one alone."""

from datetime import date, datetime

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import audit, business_day, ledger
from accounts.clock import TIRANA
from accounts.models import AuditEvent, BankAccount, Company, Hold, Posting
from bench import due_orders
from payments import execution, verdicts
from payments.models import PaymentLimit, PaymentOrder
from payments.models.orders import OrderKind
from tests import builders

pytestmark = pytest.mark.django_db

# Released on a Friday after the cut-off, promised for the Tuesday after a feast; the chosen day is that Tuesday too.
RELEASED = datetime(2026, 11, 20, 15, 0, tzinfo=TIRANA)
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=TIRANA)
CLOSED = datetime(2026, 11, 24, 14, 1, tzinfo=TIRANA)
MINOR = 10_000_000
TOTAL = 5_000_000 + 5_000


@pytest.fixture
def payers(clock_at):
    clock_at(DUE)
    return due_orders.payers(3, minor=MINOR, at=RELEASED)


def status_of(ids):
    found = dict(PaymentOrder.objects.filter(pk__in=ids).values_list("pk", "status"))
    return [found[pk] for pk in ids]


def reason_of(pk):
    return PaymentOrder.objects.values_list("status", "end_reason").get(pk=pk)


def account_of(payer):
    return BankAccount.objects.values_list("balance_minor", "held_minor").get(pk=payer.account.pk)


@pytest.fixture
def calls(monkeypatch):
    """How many postings each call of the ledger was for."""
    sizes, post, post_many = [], ledger.post, ledger.post_many

    def one(**asked):
        sizes.append(1)
        return post(**asked)

    def many(items, *, at):
        sizes.append(len(items))
        return post_many(items, at=at)

    monkeypatch.setattr(ledger, "post", one)
    monkeypatch.setattr(ledger, "post_many", many)
    return sizes


def test_what_is_due_is_booked_together_each_order_by_its_own_posting(payers, calls):
    ids = due_orders.release(payers, 2, at=RELEASED, amount_minor=1_000_000)

    assert execution.execute_due(at=DUE) == 6

    assert (calls, status_of(ids)) == ([6], ["executed"] * 6)
    for order in PaymentOrder.objects.filter(pk__in=ids):
        assert order.posting.key == execution.source_of(order)
        assert Hold.objects.get(source=execution.source_of(order)).posting_id == order.posting_id
    assert {account_of(payer) for payer in payers} == {(MINOR - 2 * 1_000_000, 0)}


def test_every_order_has_its_line_in_its_companys_chain(payers):
    ids = due_orders.release(payers, 2, at=RELEASED, amount_minor=1_000_000)

    execution.execute_due(at=DUE)

    for payer in payers:
        mine = PaymentOrder.objects.filter(pk__in=ids, company=payer.company)
        lines = AuditEvent.objects.filter(event="payments.order.executed", company=str(payer.company.pk))
        assert {line.subject for line in lines} == {f"order:{order.pk}" for order in mine}
        assert audit.verify_chain(audit.chain_name(str(payer.company.pk))) is None


def test_a_batch_does_what_one_by_one_does(payers):
    together = due_orders.release(payers, 1, at=RELEASED, amount_minor=1_000_000)
    execution.execute_due(at=DUE)
    alone = due_orders.release(payers, 1, at=RELEASED, amount_minor=1_000_000)
    for pk in alone:
        execution.execute(order_id=pk, at=DUE)

    def booked(ids):
        postings = Posting.objects.filter(source__in=[f"payments.order:{pk}" for pk in ids]).order_by("id")
        return [
            (one.kind, one.value_on, one.booked_on, one.debtor_iban, one.creditor_iban, entries(one))
            for one in postings
        ]

    def entries(posting):
        return sorted(posting.entries.values_list("account", "part", "amount_minor"))

    assert booked(together) == booked(alone)


def test_more_than_a_batch_is_executed_in_several(payers, calls, settings):
    settings.EXECUTION_BATCH = 2
    due_orders.release(payers, 1, at=RELEASED)

    assert execution.execute_due(at=DUE) == 3
    assert calls == [2, 1]


def test_what_may_not_be_executed_falls_out_with_its_reason_and_gets_its_money_back(payers):
    suspended, closed, sound = payers
    ids = due_orders.release(payers, 1, at=RELEASED)
    Company.objects.filter(pk=suspended.company.pk).update(status=Company.Status.CLOSED)
    BankAccount.objects.filter(pk=closed.account.pk).update(status="frozen")

    assert execution.execute_due(at=DUE) == 3

    assert reason_of(ids[0]) == ("failed", execution.RIGHT_ENDED)
    assert reason_of(ids[1]) == ("failed", execution.ACCOUNT_BLOCKED)
    assert reason_of(ids[2]) == ("executed", "")
    assert [account_of(payer) for payer in payers] == [(MINOR, 0), (MINOR, 0), (MINOR - TOTAL, 0)]
    assert sound.account.pk != closed.account.pk


def test_a_payee_who_is_gone_concerns_its_own_payer_alone(payers):
    ids = due_orders.release(payers[:2], 1, at=DUE, kind=OrderKind.INTERNAL)
    gone = BankAccount.objects.filter(pk=payers[1].account.pk)
    builders.credit(gone.get(), -(MINOR - 5_000_000), at=DUE)
    execution.execute(order_id=ids[1], at=DUE)
    gone.update(status="closed")
    more = due_orders.release(payers[2:], 1, at=DUE)

    assert execution.execute_due(at=DUE) == 2

    assert reason_of(ids[0]) == ("failed", execution.PAYEE_GONE)
    assert status_of(more) == ["executed"]


def test_orders_without_a_hold_are_paid_in_their_order_while_money_lasts(payers):
    chosen = due_orders.release(payers[:1], 3, at=RELEASED, is_chosen=True, amount_minor=4_000_000)

    assert execution.execute_due(at=DUE) == 2
    assert status_of(chosen) == ["executed", "executed", "released"]
    assert execution.execute_due(at=DUE) == 0

    assert execution.execute_due(at=CLOSED) == 1
    assert reason_of(chosen[2]) == ("failed", execution.NO_FUNDS)


def test_an_order_with_a_hold_is_paid_whatever_comes_before_it(payers):
    held = due_orders.release(payers[:1], 1, at=RELEASED, amount_minor=6_000_000)
    chosen = due_orders.release(payers[:1], 1, at=RELEASED, is_chosen=True, amount_minor=6_000_000)

    assert execution.execute_due(at=DUE) == 1
    assert status_of(held + chosen) == ["executed", "released"]


def test_money_that_went_in_the_same_moment_stops_one_order_and_no_other(payers, calls, monkeypatch):
    ids = due_orders.release(payers, 1, at=RELEASED, is_chosen=True)
    builders.credit(payers[1].account, -MINOR, at=DUE)
    calls.clear()
    monkeypatch.setattr(verdicts, "covered", lambda orders: (list(orders), []))

    assert execution.execute_due(at=DUE) == 2

    assert status_of(ids) == ["executed", "released", "executed"]
    assert calls == [3, 1, 2, 1, 1]
    assert not AuditEvent.objects.filter(outcome="refused").exists()


def test_an_order_above_a_limit_set_since_is_not_executed(payers):
    ids = due_orders.release(payers[:2], 1, at=RELEASED)
    PaymentLimit.objects.create(
        scope="company",
        company=payers[0].company,
        currency="ALL",
        single_minor=4_999_999,
        valid_from=date(2026, 11, 24),
    )

    assert execution.execute_due(at=DUE) == 2

    assert reason_of(ids[0]) == ("failed", execution.OVER_THE_LIMIT)
    assert reason_of(ids[1]) == ("executed", "")
    assert account_of(payers[0]) == (MINOR, 0)


@pytest.mark.parametrize("scope", ["signer", "account"])
def test_the_nearest_limit_of_signer_and_account_rules_on_the_day_too(payers, scope):
    payer = payers[0]
    near = {"company": payer.company, "user": payer.signer} if scope == "signer" else {"account": payer.account}
    facts = {"scope": scope, "currency": "ALL", "valid_from": date(2026, 11, 23)}
    PaymentLimit.objects.create(**facts, single_minor=90_000_000)
    PaymentLimit.objects.create(**facts, **near, single_minor=4_999_999)
    ids = due_orders.release(payers[:2], 1, at=RELEASED)

    execution.execute_due(at=DUE)

    assert status_of(ids) == ["failed", "executed"]


def test_a_transfer_to_the_companys_own_account_asks_no_limit(payers):
    ids = due_orders.release(payers[:1], 1, at=RELEASED, is_chosen=True)
    order = PaymentOrder.objects.get(pk=ids[0])
    order.kind = OrderKind.OWN
    PaymentLimit.objects.create(
        scope="company", company=order.company, currency="ALL", single_minor=1, valid_from=date(2026, 11, 20)
    )

    grounds = verdicts.gathered([order], calendar=business_day.calendar(), at=DUE)

    assert grounds.too_large == frozenset()


@pytest.mark.parametrize("kind", [OrderKind.DOMESTIC, OrderKind.INTERNAL])
@pytest.mark.parametrize("is_chosen", [False, True])
def test_a_batch_asks_no_more_questions_than_three_orders_do(payers, kind, is_chosen):
    asked = []
    for each in (1, 6):
        due_orders.release(payers, each, at=RELEASED, amount_minor=100_000, kind=kind, is_chosen=is_chosen)
        with CaptureQueriesContext(connection) as seen:
            execution.execute_due(at=DUE)
        asked.append(len(seen))

    assert asked[0] == asked[1]
