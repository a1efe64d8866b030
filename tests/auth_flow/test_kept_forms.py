"""What was typed into a form whose session had just ended: kept for its owner, for half an hour, for nobody else."""

from datetime import timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import clock
from accounts.models import Company, User
from auth_flow import kept_forms
from auth_flow.models import LoginAttempt
from payments.models import PaymentOrder
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db
NEW = "/payments/new/domestic/"
TYPED = {
    "idempotency_key": "k" * 24,
    "beneficiary_name": "BETA NDËRTIM SHPK",
    "beneficiary_iban": builders.OTHER_BANK_IBAN,
    "amount": "1.234,50",
    "description": "Fatura 2026/1147",
    "execute_on": "",
    "code": "483920",
    "new_password1": "Lule-mali-2026",
}


@pytest.fixture
def company() -> Company:
    made = builders.company(at=clock.now())
    builders.funded(made, 9_000_000, at=clock.now())
    return made


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def browser(client: Client, user: User, company: Company) -> Client:
    steps.browse_in(client, user, company)
    return client


def idle(user: User, seconds: int = 301) -> None:
    """As if nobody had moved for so long."""
    live = LoginAttempt.objects.filter(user=user, ended_at=None, signed_in_at__isnull=False)
    live.update(last_seen_at=clock.machine() - timedelta(seconds=seconds))


def initial(page: Any) -> dict[str, Any]:
    return {name: page.context["form"][name].value() for name in ("beneficiary_name", "amount", "description")}


def test_the_form_comes_back_after_signing_in_again(browser: Client, user: User, company: Company) -> None:
    idle(user)
    answer = browser.post(NEW, TYPED, follow=True)
    back = steps.browse_in(browser, user, company)
    page = browser.get(NEW)

    assert answer.redirect_chain == [("/login/", 302)]
    assert str(kept_forms.GIVEN_BACK) not in answer.content.decode()
    assert "E ruajtëm" in answer.content.decode()
    assert back.headers["Location"] == NEW
    assert initial(page) == {name: TYPED[name] for name in initial(page)}
    assert str(kept_forms.GIVEN_BACK) in page.content.decode()
    assert not PaymentOrder.objects.exists()


def test_it_comes_back_once_and_with_a_key_of_its_own(browser: Client, user: User, company: Company) -> None:
    idle(user)
    browser.post(NEW, TYPED)
    steps.browse_in(browser, user, company)
    first, second = browser.get(NEW), browser.get(NEW)

    assert first.context["form"]["idempotency_key"].value() != TYPED["idempotency_key"]
    assert not initial(second)["amount"]


def test_no_secret_is_kept(browser: Client, user: User) -> None:
    idle(user)
    browser.post(NEW, TYPED)

    row = Session.objects.get(session_key=browser.session.session_key)
    kept = row.get_decoded()
    assert "1.234,50" in str(kept)
    assert row.expire_date <= clock.machine() + kept_forms.KEPT_FOR, "the purge takes it away afterwards"
    assert not any(secret in str(kept) for secret in (TYPED["code"], TYPED["new_password1"], TYPED["idempotency_key"]))


def test_a_second_window_may_still_send_its_form(browser: Client, user: User, company: Company) -> None:
    idle(user)
    browser.get("/payments/")
    browser.post(NEW, TYPED)
    steps.browse_in(browser, user, company)

    assert initial(browser.get(NEW))["amount"] == TYPED["amount"]


def test_the_page_that_was_asked_for_is_found_again(browser: Client, user: User, company: Company) -> None:
    idle(user)
    browser.get("/payments/?status=draft")

    assert steps.browse_in(browser, user, company).headers["Location"] == "/payments/?status=draft"


def test_another_user_of_the_same_browser_finds_nothing(browser: Client, user: User, company: Company) -> None:
    other = steps.customer_of(company)
    idle(user)
    browser.post(NEW, TYPED)

    assert steps.browse_in(browser, other, company).headers["Location"] == "/"
    assert not initial(browser.get(NEW))["amount"]


def test_after_half_an_hour_nothing_is_kept(browser: Client, user: User, company: Company) -> None:
    idle(user, seconds=300 + 30 * 60 + 1)
    browser.post(NEW, TYPED)

    assert kept_forms.FORM not in browser.session
    steps.browse_in(browser, user, company)
    assert not initial(browser.get(NEW))["amount"]


def test_a_stranger_leaves_nothing(client: Client) -> None:
    answer = client.post(NEW, TYPED)

    assert answer.headers["Location"] == "/login/"
    assert not Session.objects.exists()


@pytest.mark.parametrize("how", ["replaced", "changed"])
def test_a_session_that_somebody_ended_keeps_nothing(browser: Client, user: User, company: Company, how: str) -> None:
    if how == "replaced":
        steps.browse_in(Client(), user, company)
    else:
        user.set_password("Tjeter-Fjale-2026")
        user.save()
    browser.post(NEW, TYPED)

    assert kept_forms.FORM not in browser.session


def test_a_forged_form_is_refused_before_anything_is_kept(user: User, company: Company) -> None:
    strict = Client(enforce_csrf_checks=True)
    loose = Client()
    steps.browse_in(loose, user, company)
    strict.cookies["portal"] = loose.cookies["portal"].value
    idle(user)

    assert strict.post(NEW, TYPED).status_code == 403
    assert kept_forms.FORM not in strict.session


def test_a_page_that_did_not_ask_for_it_keeps_nothing(browser: Client, user: User) -> None:
    idle(user)
    browser.post("/company/", {"mandate": "x"})

    assert kept_forms.FORM not in browser.session


def test_a_form_as_long_as_a_book_is_not_kept(browser: Client, user: User) -> None:
    idle(user)
    browser.post(NEW, TYPED | {"description": "F" * kept_forms.LENGTH_MAX})

    assert kept_forms.FORM not in browser.session
