"""The life of one order before it is signed."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import ledger
from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent, BankAccount
from payments import execution, orders
from payments.models import PaymentOrder, Tariff
from tests import builders
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db
KEY = "a-submit-key-of-a-form"


def prepare(firm, *, key=KEY, mandate=None, **changes):
    return orders.prepare(
        mandate=mandate or firm.preparer, wish=builders.wish(firm.account, **changes), submit_key=key, at=builders.AT
    )


def test_a_draft_knows_its_fee_and_moves_no_money(firm):
    order = prepare(firm, amount_minor=4_000_001)

    firm.account.refresh_from_db()
    assert (order.status, order.fee_minor, order.total_minor) == ("draft", 5_000, 4_005_001)
    assert firm.account.available_minor == 10_000_000


def test_the_second_click_is_the_same_order(firm):
    first, second = prepare(firm), prepare(firm)

    assert first == second
    assert second.version == 1
    assert PaymentOrder.objects.filter(company=firm.company).count() == 1


def test_the_same_form_with_other_content_edits_the_draft(firm):
    first = prepare(firm)

    second = prepare(firm, amount_minor=500)

    assert first == second
    assert (second.amount_minor, second.version) == (500, 2)


def test_a_form_whose_order_went_on_cannot_make_another(firm):
    order = prepare(firm)
    orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, at=builders.AT)

    assert prepare(firm) == order
    with pytest.raises(orders.OrderAlreadySent):
        prepare(firm, amount_minor=500)


def test_somebody_elses_key_gives_nothing_away(firm):
    prepare(firm)
    stranger = make_firm()

    with pytest.raises(orders.OrderAlreadySent) as refused:
        prepare(stranger)

    assert "P-" not in str(refused.value.sentence)


def test_who_only_signs_prepares_nothing(firm):
    with pytest.raises(orders.MayNotPrepare):
        prepare(firm, mandate=firm.signers[0])

    event = AuditEvent.objects.filter(company=str(firm.company.pk)).latest("sequence")
    assert (event.event, event.outcome, event.reason) == ("payments.order.prepared", "refused", "may_not_prepare")


def test_another_companys_account_cannot_be_debited(firm):
    foreign = make_firm().account

    with pytest.raises(orders.AccountNotUsable):
        prepare(firm, debit_account=foreign.uuid)


def test_a_frozen_account_cannot_be_debited(firm):
    BankAccount.objects.filter(pk=firm.account.pk).update(status="frozen")

    with pytest.raises(orders.AccountNotUsable):
        prepare(firm)


def test_submitting_takes_a_snapshot_of_the_rule(firm):
    order = builders.submitted(firm.preparer, firm.account)
    firm.company.approval_rules.create(other_signers=2, valid_from=date(2025, 1, 1))

    order.refresh_from_db()
    assert (order.status, order.other_signers, order.signatures_wanted) == ("awaiting", 1, 1)


def test_an_order_is_submitted_only_as_it_was_seen(firm):
    order = prepare(firm)
    prepare(firm, amount_minor=500)

    with pytest.raises(orders.OrderHasChanged):
        orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, at=builders.AT)


def test_only_its_preparer_submits_a_draft(firm):
    order = prepare(firm)
    colleague = builders.mandate_of(builders.user(firm.company, prepares=True))

    with pytest.raises(orders.MayNotPrepare):
        orders.submit(order_id=order.pk, mandate=colleague, version=1, at=builders.AT)


def test_a_strangers_order_does_not_exist(firm):
    order, stranger = prepare(firm), make_firm()

    for act in (
        lambda: orders.submit(order_id=order.pk, mandate=stranger.preparer, version=1, at=builders.AT),
        lambda: orders.cancel(order_id=order.pk, mandate=stranger.signers[0], reason="x", at=builders.AT),
        lambda: stranger.ask(order, stranger.signers[0]),
    ):
        with pytest.raises(orders.NoSuchOrder):
            act()


def test_a_cancelled_order_gives_its_hold_back(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))
    firm.account.refresh_from_db()
    assert firm.account.held_minor == order.total_minor

    orders.cancel(order_id=order.pk, mandate=firm.signers[0], reason="Gabim", at=builders.AT)

    firm.account.refresh_from_db()
    order.refresh_from_db()
    assert (firm.account.held_minor, order.status, order.end_reason) == (0, "cancelled", "Gabim")


def test_the_preparer_cannot_cancel_what_was_released(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    with pytest.raises(orders.MayNotCancel):
        orders.cancel(order_id=order.pk, mandate=firm.preparer, reason="x", at=builders.AT)


def test_a_viewer_cancels_nothing(firm):
    viewer = builders.mandate_of(builders.user(firm.company))

    with pytest.raises(orders.MayNotCancel):
        orders.cancel(order_id=prepare(firm).pk, mandate=viewer, reason="x", at=builders.AT)


def test_the_payload_is_frozen_after_the_draft(firm):
    order = builders.submitted(firm.preparer, firm.account)
    other = builders.account(firm.company)

    for change in (
        {"amount_minor": 1},
        {"beneficiary_iban": "AL00"},
        {"other_signers": 0},
        {"debit_account": other},
        {"submitted_at": builders.AT.replace(year=2020)},
    ):
        with pytest.raises(IntegrityError, match="order_payload_is_frozen_after_draft"), transaction.atomic():
            PaymentOrder.objects.filter(pk=order.pk).update(**change)


def test_an_order_is_born_a_draft(firm):
    order = builders.draft(firm.preparer, firm.account)
    order.pk, order.number, order.submit_key = None, "P-0", "another-submit-key"

    for born in ({"status": "released", "execute_on": builders.AT.date(), "other_signers": 0}, {"other_signers": 0}):
        for name, value in born.items():
            setattr(order, name, value)
        with pytest.raises(IntegrityError, match="order_is_born_a_draft"), transaction.atomic():
            order.save(force_insert=True)


def test_an_order_debits_its_own_companys_account_in_its_currency(firm):
    order = builders.draft(firm.preparer, firm.account)

    for account in (make_firm().account, builders.account(firm.company, "EUR")):
        with pytest.raises(IntegrityError, match="order_debits_its_companys_account"), transaction.atomic():
            PaymentOrder.objects.filter(pk=order.pk).update(debit_account=account)


def test_an_order_takes_the_rule_in_force_and_no_other(firm):
    order = builders.draft(firm.preparer, firm.account)

    with pytest.raises(IntegrityError, match="order_takes_the_rule_in_force"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(status="awaiting", other_signers=0, submitted_at=builders.AT)


def test_what_an_order_was_released_with_stays(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    for change in (
        {"execute_on": date(2027, 3, 3)},
        {"hold_id": None},
        {"released_at": builders.AT.replace(year=2020)},
    ):
        with pytest.raises(IntegrityError, match="order_keeps_what_it_was_released_with"), transaction.atomic():
            PaymentOrder.objects.filter(pk=order.pk).update(**change)


def test_an_order_is_executed_by_its_own_posting(firm):
    first = firm.sign(builders.submitted(firm.preparer, firm.account))
    second = firm.sign(builders.submitted(firm.preparer, firm.account))
    posting = execution.execute(order_id=first.pk, at=builders.AT).posting

    with pytest.raises(IntegrityError, match=r"order_is_executed_by_its_own_posting|unique"), transaction.atomic():
        PaymentOrder.objects.filter(pk=second.pk).update(status="executed", posting=posting)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE payments_paymentorder o SET status = 'executed', ended_at = now(), posting_id = made.posting FROM made"
        " WHERE o.id = made.id",
        "MERGE INTO payments_paymentorder o USING made ON o.id = made.id WHEN MATCHED THEN UPDATE SET"
        " status = 'executed', ended_at = now(), posting_id = made.posting",
        "INSERT INTO payments_paymentorder SELECT (jsonb_populate_record(o, jsonb_build_object('status', 'draft',"
        " 'released_at', NULL, 'execute_on', NULL, 'hold_id', NULL, 'other_signers', NULL, 'submitted_at', NULL))).*"
        " FROM payments_paymentorder o JOIN made USING (id)"
        " ON CONFLICT (id) DO UPDATE SET status = 'executed', ended_at = now(), posting_id = (SELECT posting FROM made"
        " WHERE made.id = payments_paymentorder.id)",
    ],
)
def test_another_posting_executes_no_order_by_whatever_statement(firm, statement):
    first, second = (firm.sign(builders.submitted(firm.preparer, firm.account)) for _order in range(2))
    posting = execution.execute(order_id=first.pk, at=builders.AT).posting
    assert posting
    wrong = ledger.reverse(posting=posting, key="undo", value_on=builders.AT.date(), at=builders.AT, reason="x")

    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE TEMP TABLE made ON COMMIT DROP AS SELECT %s::uuid AS id, %s AS posting", [second.pk, wrong.pk]
        )
        with pytest.raises(IntegrityError, match="order_is_executed_by_its_own_posting"), transaction.atomic():
            cursor.execute(statement)
    assert PaymentOrder.objects.get(pk=second.pk).status == "released"


def test_an_order_that_ended_stays_as_it_ended(firm):
    order = builders.submitted(firm.preparer, firm.account)
    orders.cancel(order_id=order.pk, mandate=firm.preparer, reason="x", at=builders.AT)

    with pytest.raises(IntegrityError, match="order_that_ended_stays_as_it_ended"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(end_reason="tjetër")


def test_a_fee_that_changed_is_looked_at_before_the_order_goes_on(firm):
    order = builders.draft(firm.preparer, firm.account)
    Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=7_700, valid_from=date(2026, 11, 21))
    tomorrow = builders.AT + timedelta(days=1)

    still = orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, at=tomorrow)

    assert (still.status, still.fee_minor, still.version) == ("draft", 7_700, 2)
    assert orders.submit(order_id=order.pk, mandate=firm.preparer, version=2, at=tomorrow).status == "awaiting"


@pytest.mark.parametrize("status", ["draft", "executed", "failed"])
def test_the_status_goes_one_way(firm, status):
    order = builders.submitted(firm.preparer, firm.account)

    with pytest.raises(IntegrityError, match=r"order_status_goes_one_way|executed_order_has_its_posting"):
        PaymentOrder.objects.filter(pk=order.pk).update(status=status)


def test_an_order_is_not_released_without_its_signatures(firm):
    order = builders.submitted(firm.preparer, firm.account)

    with pytest.raises(IntegrityError, match="order_is_released_by_its_signatures"):
        PaymentOrder.objects.filter(pk=order.pk).update(status="released", execute_on=builders.AT.date())


def test_an_order_is_never_deleted(firm):
    order = prepare(firm)

    with pytest.raises(IntegrityError, match="orders_are_never_deleted"):
        PaymentOrder.objects.filter(pk=order.pk).delete()


def test_the_body_that_is_signed_changes_with_every_field(firm):
    order = prepare(firm)
    body = orders.signing_body(order, releases_on=None)

    wish = builders.wish(firm.account)
    for changed in (
        replace(wish, amount_minor=1),
        replace(wish, beneficiary_name="TJETËR"),
        replace(wish, beneficiary_iban=make_albanian_iban("203", "1102", "0000000000000042")),
        replace(wish, is_urgent=True),
        replace(wish, prefers_previous=True),
        replace(wish, invoice_code="11111111-2222-3333-4444-555555555555"),
        replace(wish, description="tjetër"),
        replace(wish, requested_on=date(2026, 12, 4)),
    ):
        edited = orders.prepare(mandate=firm.preparer, wish=changed, submit_key=KEY, at=builders.AT)
        assert orders.signing_body(edited, releases_on=None) != body
    assert orders.signing_body(order, releases_on=date(2026, 11, 20)) != body


# --- Nobody signed it -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("days", "status"), [(29, "awaiting"), (30, "expired"), (31, "expired")])
def test_what_nobody_signed_in_thirty_days_expires(firm, days, status):
    order = builders.submitted(firm.preparer, firm.account)

    orders.expire_due(at=builders.AT + timedelta(days=days))

    order.refresh_from_db()
    assert order.status == status


def test_a_draft_expires_too_and_cannot_be_submitted_any_more(firm):
    order = prepare(firm)
    later = builders.AT + timedelta(days=30)

    assert orders.expire_due(at=later) == 1
    assert orders.expire_due(at=later) == 0
    with pytest.raises(orders.OrderHasMovedOn):
        orders.submit(order_id=order.pk, mandate=firm.preparer, version=order.version, at=later)
    assert AuditEvent.objects.filter(event="payments.order.expired", subject=f"order:{order.pk}").count() == 1


def test_a_signed_order_never_expires(firm):
    order = firm.sign(builders.submitted(firm.preparer, firm.account))

    assert orders.expire_due(at=builders.AT + timedelta(days=400)) == 0
    order.refresh_from_db()
    assert order.status == "released"
