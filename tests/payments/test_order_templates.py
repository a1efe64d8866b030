"""Templates and “pay again”: a form that comes filled in, and nothing paid by it."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.identifiers import group_iban
from payments import order_templates, orders, prefill
from payments.models import BudgetField, BudgetScheme, PaymentOrder, PaymentTemplate
from payments.models.orders import OrderKind
from tests import builders
from tests.payments.conftest import make_firm


def keep(firm, order, *, name="Qiraja", with_amount=True, mandate=None):
    return order_templates.keep(
        order_id=order.pk,
        mandate=mandate or firm.preparer,
        name=name,
        with_amount=with_amount,
        at=builders.AT,
    )


@pytest.fixture
def order(firm):
    return builders.draft(firm.preparer, firm.account, is_urgent=True)


@pytest.fixture
def scheme(db):
    made = BudgetScheme.objects.create(
        code="prove", group="tax", name="Provë", beneficiary_name="THESARI", beneficiary_iban=builders.OTHER_BANK_IBAN
    )
    BudgetField.objects.create(scheme=made, code="nipt", label="NIPT", position=1)
    BudgetField.objects.create(scheme=made, code="periudha", label="Periudha", position=2)
    return made


# --- Templates -------------------------------------------------------------------------------------------------------


def test_an_order_is_kept_as_a_template_and_taken_off_again(firm, order):
    row = keep(firm, order)
    assert [one.pk for one in order_templates.of_company(firm.company)] == [row.pk]

    order_templates.remove(template_id=row.pk, mandate=firm.preparer, at=builders.AT + timedelta(hours=1))

    assert not order_templates.of_company(firm.company).exists()
    assert PaymentTemplate.objects.get(pk=row.pk).removed_by == firm.preparer.user


def test_two_templates_never_have_one_name(firm, order):
    keep(firm, order)

    with pytest.raises(order_templates.TemplateStandsThere):
        keep(firm, order)


def test_who_may_not_prepare_keeps_none(firm, order):
    with pytest.raises(orders.MayNotPrepare):
        keep(firm, order, mandate=firm.signers[0])


def test_a_stranger_neither_keeps_nor_removes_nor_sees_one(firm, order):
    row, stranger = keep(firm, order), make_firm()

    with pytest.raises(orders.NoSuchOrder):
        keep(stranger, order)
    with pytest.raises(order_templates.NoSuchTemplate):
        order_templates.remove(template_id=row.pk, mandate=stranger.preparer, at=builders.AT)
    assert order_templates.template_of(stranger.company, row.pk) is None


# --- What a form is filled with --------------------------------------------------------------------------------------


def test_a_template_fills_all_that_stays_the_same(firm, order):
    row = keep(firm, order, with_amount=False)

    typed = prefill.typed(firm.company, {"template": str(row.pk)})

    assert typed == {
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": group_iban(builders.OTHER_BANK_IBAN),
        "description": "Fatura 2026/1147",
        "is_urgent": "on",
    }


def test_an_order_paid_again_brings_its_amount(firm, order):
    assert prefill.typed(firm.company, {"order": str(order.pk)})["amount"] == "1.234,50"


def test_between_own_accounts_the_other_account_is_chosen(firm):
    own = builders.account(firm.company)
    order = builders.draft(firm.preparer, firm.account, kind=OrderKind.OWN, beneficiary_iban=own.iban)

    assert prefill.typed(firm.company, {"order": str(order.pk)})["credit_account"] == str(own.uuid)
    assert prefill.again_url(order) == f"/payments/new/own/?order={order.pk}"


def test_a_payment_to_the_state_brings_its_codes_and_its_own_words_apart(firm, scheme):
    order = builders.draft(
        firm.preparer,
        firm.account,
        kind=OrderKind.BUDGET,
        budget_scheme=scheme.code,
        budget_fields={"nipt": "L12345678A", "periudha": "10/2026"},
        beneficiary_name=scheme.beneficiary_name,
        beneficiary_iban=scheme.beneficiary_iban,
        description="L12345678A 10/2026 TVSH e tetorit",
    )

    typed = prefill.typed(firm.company, {"order": str(order.pk)})

    assert (typed["field_nipt"], typed["field_periudha"]) == ("L12345678A", "10/2026")
    assert typed["description"] == "TVSH e tetorit"
    assert prefill.again_url(order) == f"/payments/new/budget/prove/?order={order.pk}"


@pytest.mark.parametrize("name", ["payee", "template", "order"])
@pytest.mark.parametrize("row_id", ["", "x", "00000000-0000-0000-0000-000000000000"])
def test_an_address_that_names_nothing_of_the_companys_fills_nothing(firm, name, row_id):
    with pytest.raises(prefill.NothingToFillError):
        prefill.typed(firm.company, {name: row_id})


def test_filling_a_form_makes_no_order(firm, order):
    keep(firm, order)
    before = PaymentOrder.objects.count()

    prefill.typed(firm.company, {"order": str(order.pk)})

    assert PaymentOrder.objects.count() == before


# --- Laws ------------------------------------------------------------------------------------------------------------


def run(sql, *params, as_runtime=False):
    with transaction.atomic(), connection.cursor() as cursor:
        if as_runtime:
            cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


def test_a_template_debits_its_companys_account(firm, order):
    row, foreign = keep(firm, order), make_firm().account

    with pytest.raises(IntegrityError, match="template_debits_its_companys_account"):
        run("UPDATE payments_paymenttemplate SET debit_account_id = %s WHERE id = %s", foreign.pk, row.pk)


def test_templates_are_never_deleted(firm, order):
    keep(firm, order)

    with pytest.raises(IntegrityError, match="templates_are_never_deleted"):
        run("DELETE FROM payments_paymenttemplate")
    with pytest.raises(ProgrammingError, match="permission denied"):
        run("DELETE FROM payments_paymenttemplate", as_runtime=True)


@pytest.mark.parametrize(
    ("change", "law"),
    [
        ("amount_minor = 0", "template_amount_is_positive"),
        ("removed_at = now()", "removed_template_has_its_remover"),
    ],
)
def test_a_template_is_whole(firm, order, change, law):
    row = keep(firm, order)

    with pytest.raises(IntegrityError, match=law):
        run(f"UPDATE payments_paymenttemplate SET {change} WHERE id = %s", row.pk)
