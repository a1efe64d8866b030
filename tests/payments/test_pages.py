"""The pages of payments through HTTP: what they show, what they refuse, and that a stranger sees nothing."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from auth_flow import fnp
from auth_flow.models import FnpChallenge
from payments import orders
from payments.models import PaymentOrder
from tests import builders, doors
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db
NEW = "/payments/new/domestic/"


def field(html: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', html)[1]


def filled(firm, client, **changes):
    key = field(client.get(NEW).content.decode(), "idempotency_key")
    return {
        "idempotency_key": key,
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": "AL47 2121 1009 0000 0002 3569 8741",
        "amount": "1.234,50",
        "description": "Fatura 2026/1147",
        "execute_on": "",
    } | changes


@pytest.fixture
def browser(sole, signed_in) -> Client:
    return signed_in(sole.preparer.user)


def pay(sole, browser, **changes) -> PaymentOrder:
    response = browser.post(NEW, filled(sole, browser, **changes))
    assert response.status_code == 302, response.content.decode()
    return PaymentOrder.objects.get(pk=response.url.split("/")[2])


def test_the_form_leads_to_the_review_of_a_draft(sole, browser):
    order = pay(sole, browser)

    page = browser.get(f"/payments/{order.pk}/review/").content.decode()
    for shown in ("1.234,50", "Një mijë e dyqind", "BETA NDËRTIM SHPK", "Kryhet sot, e premte 20 nëntor 2026", "ALL"):
        assert shown in page


def test_looking_at_pages_never_sends_an_sms(sole, browser):
    order = pay(sole, browser)
    before = FnpChallenge.objects.count()

    for page in ("", "review/", "sign/"):
        browser.get(f"/payments/{order.pk}/{page}")

    assert FnpChallenge.objects.count() == before


def test_asking_and_typing_the_code_releases_the_order(sole, browser):
    order = pay(sole, browser)
    asked = browser.post(f"/payments/{order.pk}/review/", {"version": order.version})
    assert asked.url == f"/payments/{order.pk}/sign/"
    challenge = doors.last_challenge(sole.preparer.user, "payment")

    signed = browser.post(asked.url, {"challenge_id": challenge.pk, "code": fnp.derive(challenge)}, follow=True)

    order.refresh_from_db()
    assert order.status == "released"
    assert "Kryhet të premten 20 nëntor 2026" in signed.content.decode()


def test_a_second_tab_says_that_nothing_is_left_to_sign(sole, browser):
    order = pay(sole, browser)
    asked = browser.post(f"/payments/{order.pk}/review/", {"version": order.version})
    challenge = doors.last_challenge(sole.preparer.user, "payment")
    browser.post(asked.url, {"challenge_id": challenge.pk, "code": fnp.derive(challenge)}, follow=True)

    other_tab = browser.get(asked.url, follow=True)

    shown = other_tab.content.decode()
    assert other_tab.redirect_chain == [(f"/payments/{order.pk}/", 302)]
    assert "nuk pret më nënshkrimin tuaj" in shown
    assert "kërkoni një FNP të re" not in shown


@pytest.mark.parametrize(("amount", "way"), [("1.500.000,00", "me AECH"), ("1.500.000,01", "me AIPS")])
def test_the_review_says_by_which_way_the_money_leaves(db, clock_at, signed_in, amount, way):
    clock_at(builders.AT)
    rich = make_firm(other_signers=0, minor=1_000_000_000)
    browser = signed_in(rich.preparer.user)
    order = pay(rich, browser, amount=amount)

    page = browser.get(f"/payments/{order.pk}/review/").content.decode()

    assert re.search(rf"<dt>Mënyra</dt><dd>{way}</dd>", page)


def test_a_wrong_code_stays_on_the_page_and_says_how_many_tries_are_left(sole, browser):
    order = pay(sole, browser)
    asked = browser.post(f"/payments/{order.pk}/review/")
    challenge = doors.last_challenge(sole.preparer.user, "payment")
    wrong = f"{(int(fnp.derive(challenge)) + 1) % 10**6:06d}"

    page = browser.post(asked.url, {"challenge_id": challenge.pk, "code": wrong})

    assert page.status_code == 422
    assert "4" in re.search(r"id_code_error.*?</p>", page.content.decode(), re.S)[0]


def test_a_review_of_an_older_version_is_not_acted_on(sole, browser):
    form = filled(sole, browser)
    order_id = browser.post(NEW, form).url.split("/")[2]
    browser.post(NEW, form | {"amount": "9.000,00"})

    page = browser.post(f"/payments/{order_id}/review/", {"version": 1}, follow=True).content.decode()

    assert "ndryshoi në një dritare tjetër" in page
    assert PaymentOrder.objects.get(pk=order_id).status == "draft"


def test_the_second_click_leads_to_the_same_order(sole, browser):
    form = filled(sole, browser)

    first, second = browser.post(NEW, form), browser.post(NEW, form)

    assert first.url == second.url
    assert PaymentOrder.objects.filter(company=sole.company).count() == 1


def test_a_stale_form_after_the_order_went_on_makes_no_second_payment(sole, browser):
    form = filled(sole, browser)
    order_id = browser.post(NEW, form).url.split("/")[2]
    browser.post(f"/payments/{order_id}/review/")

    page = browser.post(NEW, form | {"amount": "9.000,00"})

    assert page.status_code == 409
    assert PaymentOrder.objects.filter(company=sole.company).count() == 1


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"amount": ""}, "Shkruani shumën"),
        ({"amount": "1,234.50"}, "Nuk e kuptuam"),
        ({"amount": "1.000"}, "mund të jetë"),
        ({"amount": "0"}, "më e madhe se zero"),
        ({"beneficiary_iban": ""}, "Shkruani IBAN-in"),
        ({"beneficiary_iban": "AL47 2121 1009 0000 0002 3569 8742"}, "gabim shtypi"),
        ({"beneficiary_iban": "DE89370400440532013000"}, "llogari në Shqipëri"),
        ({"beneficiary_name": ""}, "emrin e përfituesit"),
        ({"beneficiary_name": "Ж"}, "nuk e përcjellin"),
        ({"description": ""}, "për çfarë paguani"),
        ({"execute_on": "19.11.2026"}, "ka kaluar"),
        ({"execute_on": "11/31/2026"}, "nuk gjendet në kalendar"),
        ({"debit_account": "x"}, "nuk është më në listë"),
    ],
)
def test_every_bad_input_has_its_own_sentence_and_keeps_what_was_typed(sole, browser, change, sentence):
    page = browser.post(NEW, filled(sole, browser, **change))

    html = page.content.decode()
    assert page.status_code == 422
    assert sentence in html
    assert "<title>Gabim:" in html
    assert 'value="Fatura 2026/1147"' in html or "description" in change
    assert not PaymentOrder.objects.filter(company=sole.company).exists()


def test_the_banks_own_ibans_are_not_paid_through_clearing(sole, browser):
    page = browser.post(NEW, filled(sole, browser, beneficiary_iban=make_firm().account.iban))

    assert "i bankës sonë" in page.content.decode()


def test_who_may_not_prepare_is_turned_away(firm, signed_in):
    assert signed_in(firm.signers[0].user).get(NEW).status_code == 403


def test_the_queue_lists_what_waits_for_me_and_shows_apart_what_i_cannot_sign(firm, signed_in):
    order = builders.submitted(firm.preparer, firm.account)

    for_signer = signed_in(firm.signers[0].user).get("/payments/approvals/").content.decode()
    for_preparer = signed_in(firm.preparer.user).get("/payments/approvals/").content.decode()

    assert reverse("payments:review", args=[order.pk]) in for_signer
    assert "Deri sot në 14:00, që të kryhet sot" in for_signer
    assert reverse("payments:review", args=[order.pk]) not in for_preparer
    assert "Nuk mund t’i nënshkruani" in for_preparer


def test_rejecting_wants_a_reason(firm, signed_in):
    order = builders.submitted(firm.preparer, firm.account)
    signer = signed_in(firm.signers[0].user)

    signer.post(f"/payments/{order.pk}/reject/", {"reason": " "})
    order.refresh_from_db()
    assert order.status == "awaiting"

    signer.post(f"/payments/{order.pk}/reject/", {"reason": "Faturë e gabuar"})
    order.refresh_from_db()
    assert order.status == "rejected"
    assert "Faturë e gabuar" in signer.get(f"/payments/{order.pk}/").content.decode()


def test_a_released_order_is_cancelled_on_its_page(sole, browser):
    order = pay(sole, browser)
    sole.sign(order)
    # The verbs' own session replaced the browser's; she signs in again.
    browser = doors.walk_in(sole.preparer.user)

    browser.post(f"/payments/{order.pk}/cancel/", {"reason": "Dyfish"})

    order.refresh_from_db()
    assert order.status == "cancelled"


@pytest.mark.parametrize("page", ["", "review/", "sign/"])
def test_a_stranger_finds_nothing(sole, signed_in, page):
    order = builders.draft(sole.preparer, sole.account)
    stranger = signed_in(make_firm(other_signers=0).preparer.user)

    assert stranger.get(f"/payments/{order.pk}/{page}").status_code == 404


@pytest.mark.parametrize("act", ["review/", "sign/", "sign/resend/", "cancel/", "reject/"])
def test_a_stranger_does_nothing(sole, signed_in, act):
    order = builders.draft(sole.preparer, sole.account)
    stranger = signed_in(make_firm(other_signers=0).preparer.user)

    assert stranger.post(f"/payments/{order.pk}/{act}", {"reason": "x"}).status_code == 404
    order.refresh_from_db()
    assert order.status == "draft"


@pytest.mark.parametrize("path", ["/payments/", NEW, "/payments/approvals/"])
def test_nobody_gets_in_without_signing_in(client, path):
    response = client.get(path)

    assert response.status_code == 302
    assert response.url.startswith("/login/")


def test_the_list_shows_the_states_that_there_are(firm, signed_in):
    order = builders.submitted(firm.preparer, firm.account)
    orders.cancel(order_id=order.pk, mandate=firm.preparer, reason="x", at=builders.AT)
    builders.draft(firm.preparer, firm.account)
    browser = signed_in(firm.preparer.user)

    assert browser.get("/payments/").content.decode().count("BETA NDËRTIM SHPK") == 2
    assert browser.get("/payments/?status=cancelled").content.decode().count("BETA NDËRTIM SHPK") == 1


def test_a_page_costs_few_queries(sole, browser, django_assert_max_num_queries):
    order = pay(sole, browser)
    at_the_door = 5  # session, user, device, sign-in, mandate
    clock_rows = 4  # the bank's clock of demo and tests; production reads none

    for path in ("/payments/", f"/payments/{order.pk}/", f"/payments/{order.pk}/review/", "/payments/approvals/", NEW):
        with django_assert_max_num_queries(at_the_door + clock_rows + 8):
            browser.get(path)
