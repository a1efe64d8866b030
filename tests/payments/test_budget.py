"""Payments to the state: schemes kept by staff, their pictures, and orders that keep the scheme."""

import re
from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from accounts.identifiers import make_albanian_iban
from payments import budget, execution, orders, pictures, selectors
from payments.forms.budget import BudgetForm
from payments.models import BudgetScheme, PaymentOrder
from payments.models.orders import OrderKind, OrderStatus
from tests import builders

TREASURY = make_albanian_iban("203", "1102", "0000000000000099")
FIELDS = {"institution": "2109001", "treasury": "0808"}


@pytest.fixture
def scheme(db):
    made = BudgetScheme.objects.create(
        code="bashkia-elbasan",
        group="municipality",
        name="Taksa vendore, Bashkia Elbasan",
        beneficiary_name="Bashkia Elbasan",
        beneficiary_iban=TREASURY,
    )
    made.fields.create(code="institution", label="Kodi i institucionit", picture="#######", example="2109001")
    made.fields.create(code="treasury", label="Dega e thesarit", picture="####", example="0808", position=1)
    made.fields.create(code="note", label="Shënim", is_required=False, position=2)
    return made


def wish(firm, **changes):
    facts = {
        "kind": OrderKind.BUDGET,
        "beneficiary_name": "Bashkia Elbasan",
        "beneficiary_iban": TREASURY,
        "budget_scheme": "bashkia-elbasan",
        "budget_fields": FIELDS,
    }
    return builders.wish(firm.account, **facts | changes)


def prepared(firm, **changes):
    key = f"test-budget-{builders.unique():08d}"
    return orders.prepare(mandate=firm.preparer, wish=wish(firm, **changes), submit_key=key, at=builders.AT)


# --- Pictures --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("picture", "value", "fits"),
    [
        ("#######", "2109001", True),
        ("#######", "210900", False),
        ("#######", "21090011", False),
        ("#######", "21O9001", False),
        ("@########@", "L12345678A", True),
        ("@########@", "l12345678a", False),
        ("UC-####", "UC-2026", True),
        ("UC-####", "UD-2026", False),
        ("**", "A1", True),
        ("**", "Ç1", False),
        ("##", "٢٣", False),
        ("", "anything at all", True),
    ],
)
def test_a_picture_says_what_may_be_written(picture, value, fits):
    assert pictures.fits(picture, value) is fits


@pytest.mark.parametrize(
    ("picture", "words"),
    [
        ("@########@", "1 shkronjë, 8 shifra, 1 shkronjë"),
        ("##-####", "2 shifra, “-”, 4 shifra"),
        ("UC**", "“U”, “C”, 2 shkronja ose shifra"),
    ],
)
def test_a_picture_is_told_in_words(picture, words):
    assert pictures.in_words(picture) == words


@given(st.text("#@*AB1-", min_size=1, max_size=35), st.text(max_size=40))
def test_what_fits_a_picture_is_as_long_as_it(picture, value):
    if pictures.fits(picture, value):
        assert len(value) == len(picture)


# --- Orders ----------------------------------------------------------------------------------------------------------


def test_an_order_for_the_budget_keeps_its_scheme_and_fields_and_signs_them(firm, scheme):
    order = prepared(firm)

    assert (order.kind, order.rail, order.fee_minor) == ("budget", "aech", 0)
    assert orders.signing_facts(order)["budget_fields"] == FIELDS
    assert firm.sign(orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, at=builders.AT)).execute_on


@pytest.mark.parametrize(
    "changes",
    [
        {"budget_fields": {"institution": "2109001"}},
        {"budget_fields": FIELDS | {"institution": "210900X"}},
        {"budget_fields": FIELDS | {"invented": "1"}},
        {"beneficiary_iban": builders.OTHER_BANK_IBAN},
        {"beneficiary_name": "Unë vetë"},
    ],
)
def test_what_does_not_keep_the_scheme_is_refused_whatever_the_client_sends(firm, scheme, changes):
    with pytest.raises(budget.SchemeFieldsWrong):
        prepared(firm, **changes)


def test_a_scheme_that_staff_withdrew_takes_no_new_orders(firm, scheme):
    BudgetScheme.objects.update(is_active=False)

    with pytest.raises(budget.SchemeNotServed):
        prepared(firm)


def test_a_draft_older_than_the_scheme_it_names_is_not_submitted(firm, scheme):
    order = prepared(firm)
    BudgetScheme.objects.update(beneficiary_iban=builders.OTHER_BANK_IBAN)

    with pytest.raises(budget.SchemeFieldsWrong):
        orders.submit(order_id=order.pk, mandate=firm.preparer, version=order.version, at=builders.AT)

    order.refresh_from_db()
    assert order.status == OrderStatus.DRAFT


def test_the_posting_says_that_it_was_for_the_budget(firm, scheme):
    order = prepared(firm)
    order = firm.sign(orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, at=builders.AT))

    assert execution.execute(order_id=order.pk, at=builders.AT).posting.kind == "budget"


# --- Pages -----------------------------------------------------------------------------------------------------------

PAGE = "/payments/new/budget/bashkia-elbasan/"


@pytest.fixture
def preparer(firm, signed_in):
    return signed_in(firm.preparer.user)


def typed(firm, **changes):
    return {
        "idempotency_key": f"test-budget-page-{builders.unique():06d}",
        "debit_account": str(firm.account.uuid),
        "field_institution": " 210 9001 ",
        "field_treasury": "0808",
        "amount": "1.500,00",
        "description": "taksa 2026",
    } | changes


def test_the_list_leads_to_each_scheme(preparer, scheme):
    assert PAGE in preparer.get("/payments/new/budget/").content.decode()
    assert "Bashkia Elbasan" in preparer.get(PAGE).content.decode()


def test_the_form_makes_a_draft_whose_description_begins_with_the_codes(preparer, firm, scheme):
    answer = preparer.post(PAGE, typed(firm))

    order = PaymentOrder.objects.get()
    assert answer.status_code == 302
    assert order.description == "2109001 0808 taksa 2026"
    assert order.budget_fields == FIELDS


def test_the_order_and_its_paper_tell_each_code_by_its_name_in_the_order_of_the_scheme(preparer, firm, scheme):
    preparer.post(PAGE, typed(firm))
    order = PaymentOrder.objects.get()
    labels = list(scheme.fields.filter(code__in=FIELDS).values_list("label", flat=True))

    page = preparer.get(f"/payments/{order.pk}/review/").content.decode()

    shown = re.findall(r"<dt>([^<]*)</dt><dd>([^<]*)</dd>", page)
    values = [FIELDS[code] for code in scheme.fields.filter(code__in=FIELDS).values_list("code", flat=True)]
    assert [pair for pair in shown if pair[0] in labels] == list(zip(labels, values, strict=True))


def test_a_field_that_left_its_scheme_stands_last_under_its_code(firm, scheme):
    order = prepared(firm)
    scheme.fields.filter(code="institution").delete()

    assert list(selectors.budget_lines(order))[-1] == ("institution", FIELDS["institution"])


def test_a_field_tells_its_help_and_its_example(preparer, scheme):
    scheme.fields.filter(code="institution").update(help_text="Siç është në faturë.", example="2109001")

    assert "Siç është në faturë. Shembull: 2109001" in preparer.get(PAGE).content.decode()


def test_a_code_that_does_not_fit_is_told_with_an_example(preparer, firm, scheme):
    page = preparer.post(PAGE, typed(firm, field_institution="21"))

    assert page.status_code == 422
    assert "Institucioni pret: 7 shifra. Shembull: 2109001" in page.content.decode()


def test_there_is_no_page_for_a_scheme_that_is_not_there(preparer, scheme):
    assert preparer.get("/payments/new/budget/invented/").status_code == 404


def test_a_template_of_a_scheme_that_was_withdrawn_leads_to_the_list_with_a_sentence(preparer, firm, scheme):
    BudgetScheme.objects.filter(pk=scheme.pk).update(is_active=False)

    answer = preparer.get(f"/payments/new/budget/{scheme.code}/?template={uuid4()}", follow=True)

    assert answer.redirect_chain == [("/payments/new/budget/", 302)]
    assert "nuk pranohet më këtu" in answer.content.decode()


def test_who_may_only_look_opens_neither_page(signed_in, firm, scheme):
    viewer = signed_in(builders.user(firm.company))

    assert viewer.get("/payments/new/budget/").status_code == 403
    assert viewer.post(PAGE, typed(firm)).status_code == 403


def with_long_fields(scheme, count: int):
    for place in range(count):
        scheme.fields.create(code=f"f{place}", label=f"F{place}", is_required=False, position=place + 3)
    return FIELDS | {f"f{place}": str(place) * 35 for place in range(count)}


def test_the_codes_reach_the_payee_whole_and_only_the_payers_words_are_cut(scheme):
    fields = with_long_fields(scheme, 3)

    written = budget.remittance(scheme, fields, "fjalë " * 40)

    assert written.startswith(" ".join(fields.values()))
    assert len(written) <= budget.REMITTANCE_MAX


def test_codes_that_would_be_cut_are_refused_by_the_form_and_by_the_verb(firm, scheme):
    fields = with_long_fields(scheme, 4)
    with pytest.raises(budget.CodesTooLong):
        prepared(firm, budget_fields=fields)

    typed = {
        "debit_account": str(firm.account.uuid),
        "amount": "100,00",
        "description": "",
        "idempotency_key": "x" * 20,
    }
    typed |= {f"field_{code}": value for code, value in fields.items()}
    form = BudgetForm(typed, scheme=scheme, company=firm.company, at=builders.AT)
    assert "140" in str(form.errors)
