"""/payments/templates/ and the ways to it from an order."""

import pytest

from accounts.identifiers import group_iban
from payments import execution, order_templates
from payments.models import PaymentOrder
from tests import builders
from tests.payments.conftest import make_firm
from tests.payments.test_beneficiaries_page import value

LIST = "/payments/templates/"


@pytest.fixture
def order(firm):
    return builders.draft(firm.preparer, firm.account)


@pytest.fixture
def browser(firm, signed_in):
    return signed_in(firm.preparer.user)


def keep(firm, order, *, name="Qiraja"):
    return order_templates.keep(order_id=order.pk, mandate=firm.preparer, name=name, with_amount=True, at=builders.AT)


def test_the_empty_list_says_where_templates_come_from(browser):
    assert "Ende asnjë model" in browser.get(LIST).content.decode()


def test_an_order_is_kept_from_its_page(browser, order):
    page = f"/payments/{order.pk}/template/"
    assert page in browser.get(f"/payments/{order.pk}/").content.decode()

    html = browser.post(page, {"name": "Qiraja", "with_amount": "on"}, follow=True).content.decode()

    assert "“Qiraja” është te modelet." in html
    assert "1.234,50" in html


@pytest.mark.parametrize(
    ("typed", "sentence"), [({"name": ""}, "Shkruani një emër"), ({"name": "Qiraja"}, "Keni tashmë një model")]
)
def test_a_template_needs_a_name_of_its_own(firm, browser, order, typed, sentence):
    keep(firm, order)

    answer = browser.post(f"/payments/{order.pk}/template/", typed)

    assert answer.status_code == 422
    assert sentence in answer.content.decode()


def test_a_template_leads_to_its_form_filled_in_and_pays_nothing(firm, browser, order):
    row = keep(firm, order)
    way = f"/payments/new/domestic/?template={row.pk}"
    assert way in browser.get(LIST).content.decode()

    html = browser.get(way).content.decode()

    assert value(html, "amount") == "1.234,50"
    assert value(html, "beneficiary_iban") == group_iban(builders.OTHER_BANK_IBAN)
    assert f'<option value="{firm.account.uuid}" selected>' in html
    assert PaymentOrder.objects.filter(company=firm.company).count() == 1


def test_a_template_is_taken_off_the_list(firm, browser, order):
    row = keep(firm, order)

    html = browser.post(f"{LIST}{row.pk}/remove/", follow=True).content.decode()

    assert "u hoq nga modelet" in html
    assert not order_templates.of_company(firm.company).exists()


def test_a_long_list_has_pages_and_every_template_stands_on_one(firm, browser, order, monkeypatch):
    monkeypatch.setattr("payments.pages.beneficiaries.PAGE_SIZE", 2)
    for name in ("Dega", "Arka", "Celësi"):
        keep(firm, order, name=name)

    first = browser.get(LIST).content.decode()
    second = browser.get(f"{LIST}?page=2").content.decode()

    names = ("Arka", "Celësi", "Dega")
    assert [f"<h3>{name}<" in first for name in names] == [True, True, False]
    assert f'href="{LIST}?page=2" rel="next"' in first
    assert [f"<h3>{name}<" in second for name in names] == [False, False, True]


def test_what_was_executed_can_be_paid_again_and_what_was_not_cannot(firm, order, signed_in):
    done = execution.execute(order_id=firm.sign(builders.submitted(firm.preparer, firm.account)).pk, at=builders.AT)
    browser = signed_in(firm.preparer.user)

    assert f"/payments/new/domestic/?order={done.pk}" in browser.get(f"/payments/{done.pk}/").content.decode()
    assert f"?order={order.pk}" not in browser.get(f"/payments/{order.pk}/").content.decode()


def test_who_only_signs_sees_the_list_and_keeps_nothing(firm, order, signed_in):
    row = keep(firm, order)
    signer = signed_in(firm.signers[0].user)

    html = signer.get(LIST).content.decode()

    assert "Qiraja" in html
    assert str(row.pk) not in html
    assert signer.get(f"/payments/{order.pk}/template/").status_code == 403
    assert signer.post(f"{LIST}{row.pk}/remove/").status_code == 403


def test_a_stranger_finds_nothing_and_does_nothing(firm, order, signed_in):
    row = keep(firm, order)
    stranger = signed_in(make_firm(other_signers=0).preparer.user)

    assert "Qiraja" not in stranger.get(LIST).content.decode()
    assert stranger.get(f"/payments/{order.pk}/template/").status_code == 404
    assert stranger.post(f"{LIST}{row.pk}/remove/").status_code == 404
    for asked in ({"template": row.pk}, {"order": order.pk}):
        assert stranger.get("/payments/new/domestic/", asked).status_code == 404
