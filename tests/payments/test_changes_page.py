"""Back for a change, through HTTP: who may, what both sides read, and the form that edits the draft."""

import html

import pytest

from payments.models import PaymentLimit, PaymentOrder
from tests import builders
from tests.payments.conftest import make_firm
from tests.payments.test_pages import field

pytestmark = pytest.mark.django_db
WHY = "Fatura ka shumë tjetër"


@pytest.fixture
def order(firm) -> PaymentOrder:
    return builders.submitted(firm.preparer, firm.account, requested_on=builders.AT.date().replace(day=30))


def returned(firm, signed_in, order: PaymentOrder, **typed: str):
    """The signer's browser sends it back; the page that she then sees."""
    browser = signed_in(firm.signers[0].user)
    return browser.post(f"/payments/{order.pk}/return/", {"reason": WHY} | typed, follow=True)


def draft_of(order: PaymentOrder) -> PaymentOrder:
    return PaymentOrder.objects.get(replaces=order)


def read(page) -> str:
    return html.unescape(page.content.decode())


def test_the_signer_sends_back_and_sees_where_it_goes_on(firm, signed_in, order):
    page = read(returned(firm, signed_in, order))

    assert "iu kthye për ndryshim" in page
    assert f"vijon si urdhri {draft_of(order).number}" in page
    assert "Ta kthejmë për ndryshim?" not in page


def test_without_a_reason_nothing_is_sent_back(firm, signed_in, order):
    page = read(returned(firm, signed_in, order, reason=" "))

    order.refresh_from_db()
    assert order.status == "awaiting"
    assert "Shkruani arsyen" in page


def test_the_preparer_reads_the_reason_on_every_page_of_the_draft(firm, signed_in, order):
    returned(firm, signed_in, order)
    draft, browser = draft_of(order), signed_in(firm.preparer.user)

    for page in (
        f"/payments/{draft.pk}/",
        f"/payments/{draft.pk}/review/",
        f"/payments/new/domestic/?draft={draft.pk}",
    ):
        shown = read(browser.get(page))
        assert f"“{WHY}”" in shown, page
        assert f"{firm.signers[0].user.full_name} e ktheu për ndryshim" in shown, page


def test_the_form_opens_with_all_that_the_draft_holds_and_edits_it(firm, signed_in, order):
    returned(firm, signed_in, order)
    draft, browser = draft_of(order), signed_in(firm.preparer.user)
    address = f"/payments/new/domestic/?draft={draft.pk}"
    shown = browser.get(address).content.decode()
    assert "1.234,50" in shown
    assert "30.11.2026" in shown

    typed = {
        "idempotency_key": field(shown, "idempotency_key"),
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": draft.beneficiary_name,
        "beneficiary_iban": draft.beneficiary_iban,
        "amount": "990,00",
        "description": draft.description,
        "execute_on": "",
    }
    answer = browser.post(address, typed)

    draft.refresh_from_db()
    assert answer.url == f"/payments/{draft.pk}/review/"
    assert (draft.amount_minor, draft.requested_on, draft.version) == (99_000, None, 2)


def test_nobody_but_its_preparer_opens_the_form_of_a_draft(firm, signed_in, order):
    returned(firm, signed_in, order)
    draft = draft_of(order)
    colleague = builders.user(firm.company, prepares=True)
    stranger = make_firm().preparer.user

    for user in (colleague, stranger):
        assert signed_in(user).get(f"/payments/new/domestic/?draft={draft.pk}").status_code == 404


def test_the_form_of_an_order_that_went_on_is_gone(firm, signed_in, order):
    assert signed_in(firm.preparer.user).get(f"/payments/new/domestic/?draft={order.pk}").status_code == 404


def test_who_only_prepares_is_not_offered_to_send_back(firm, signed_in, order):
    browser = signed_in(firm.preparer.user)

    assert "Ktheje për ndryshim" not in read(browser.get(f"/payments/{order.pk}/"))
    assert browser.post(f"/payments/{order.pk}/return/", {"reason": WHY}).status_code == 403
    order.refresh_from_db()
    assert order.status == "awaiting"


def test_another_companys_order_cannot_be_sent_back(firm, signed_in, order):
    stranger = signed_in(make_firm().signers[0].user)

    assert stranger.post(f"/payments/{order.pk}/return/", {"reason": WHY}).status_code == 404


def test_sending_back_takes_a_post(firm, signed_in, order):
    assert signed_in(firm.signers[0].user).get(f"/payments/{order.pk}/return/").status_code == 405


def test_the_refusal_of_a_form_over_a_limit_leads_to_the_limits(firm, signed_in):
    PaymentLimit.objects.create(
        scope="company", company=firm.company, currency="ALL", single_minor=100_00, valid_from=builders.AT.date()
    )
    browser = signed_in(firm.preparer.user)
    typed = {
        "idempotency_key": field(browser.get("/payments/new/domestic/").content.decode(), "idempotency_key"),
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": builders.OTHER_BANK_IBAN,
        "amount": "990,00",
        "description": "Fatura",
        "execute_on": "",
    }

    page = browser.post("/payments/new/domestic/", typed)

    assert page.status_code == 409
    assert 'href="/payments/limits/">Shiko kufijtë tuaj' in read(page)


def test_the_refusal_of_a_signature_over_a_limit_leads_to_the_limits(firm, signed_in, order):
    signer = firm.signers[0].user
    PaymentLimit.objects.create(
        scope="signer",
        company=firm.company,
        user=signer,
        currency="ALL",
        single_minor=100_00,
        valid_from=builders.AT.date(),
    )

    page = signed_in(signer).post(f"/payments/{order.pk}/review/", {"version": order.version}, follow=True)

    assert 'href="/payments/limits/">Shiko kufijtë tuaj' in read(page)
