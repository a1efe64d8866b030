"""Personalizime: what stands there, whose it is, and the ways on (R17, R40, R48)."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from accounts import clock, low_limit
from accounts.models import Agreement, AuditEvent, Company, User
from accounts.templatetags.bank import short_day
from auth_flow.models import Preferences
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db
PAGE = "/personalisation/"


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def browser(client: Client, user: User, company: Company) -> Client:
    steps.browse_in(client, user, company)
    return client


@pytest.mark.parametrize("name", ["password_change", "factor", "stamp", "sessions", "notices"])
def test_everything_that_may_be_chosen_is_one_link_away(browser: Client, name: str) -> None:
    address = reverse(f"auth_flow:{name}")

    assert f'href="{address}"' in browser.get(PAGE).content.decode()
    assert browser.get(address).status_code == 200


@pytest.mark.parametrize("name", ["factor", "stamp", "sessions", "notices"])
def test_none_of_it_is_for_strangers(name: str) -> None:
    assert Client().get(reverse(f"auth_flow:{name}")).headers["Location"] == "/login/"


def test_the_agreement_stands_with_its_day_version_and_branch(browser: Client, company: Company) -> None:
    Agreement.objects.filter(company=company).delete()
    Agreement.objects.create(
        company=company, version="4.2", signed_on=date(2026, 3, 9), branch="Dega Durrës", signatory="Elira Hoxha"
    )

    page = browser.get(PAGE).content.decode()
    assert short_day(date(2026, 3, 9)) in page
    assert "4.2" in page
    assert "Dega Durrës" in page


def test_another_companys_agreement_is_not_shown(browser: Client, company: Company) -> None:
    Agreement.objects.filter(company=company).delete()
    other = builders.company(at=clock.now())
    Agreement.objects.update_or_create(
        company=other, version="9.9", defaults={"signed_on": date(2026, 3, 9), "branch": "X", "signatory": "Y"}
    )

    assert "9.9" not in browser.get(PAGE).content.decode()


def test_a_low_limit_says_until_when(browser: Client, user: User) -> None:
    low_limit.lower(user, at=clock.now() - timedelta(hours=21))
    assert "vetëm shuma të vogla" in browser.get(PAGE).content.decode()

    User.objects.filter(pk=user.pk).update(
        low_limit_until=clock.now() - timedelta(hours=3), low_limit_since=clock.now() - timedelta(hours=27)
    )
    assert "vetëm shuma të vogla" not in browser.get(PAGE).content.decode()


def test_the_language_follows_its_owner_into_another_browser(browser: Client, user: User, company: Company) -> None:
    browser.post("/language/", {"language": "en", "next": PAGE})
    other = Client()
    before = other.get("/login/")
    steps.browse_in(other, user, company)
    after = other.get(PAGE)

    assert before.headers["Content-Language"] == "sq"
    assert after.headers["Content-Language"] == "en"
    assert '<html lang="en"' in after.content.decode()
    assert Preferences.objects.get(user=user).language == "en"
    assert AuditEvent.objects.filter(event="auth.preferences.changed").count() == 1


def test_a_visitors_language_stays_in_her_browser(client: Client) -> None:
    client.post("/language/", {"language": "en", "next": "/login/"})

    assert not Preferences.objects.exists()
    assert client.get("/login/").headers["Content-Language"] == "en"
