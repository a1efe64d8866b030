"""Hyrjet tuaja: who came in, who tried, and the way out of all of them."""

from datetime import timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from accounts import clock, notices
from accounts.models import AuditEvent, Company, User
from auth_flow.models import LoginAttempt
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db
PAGE = "/personalisation/sessions/"
FIREFOX = "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:132.0) Gecko/20100101 Firefox/132.0"


@pytest.fixture
def company() -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def browser(user: User, company: Company) -> Client:
    client = Client(headers={"user-agent": FIREFOX})
    steps.browse_in(client, user, company)
    return client


def test_it_shows_browser_network_and_which_one_is_this(browser: Client) -> None:
    page = browser.get(PAGE)

    assert [visit.kind for visit in page.context["visits"]] == ["ok"]
    assert "Firefox, Windows" in page.content.decode()
    assert "127.0.0.1" in page.content.decode()
    assert FIREFOX not in page.content.decode()


@pytest.mark.parametrize(("at_once", "words"), [(1, "vetëm në një shfletues"), (3, "në jo më shumë se 3 shfletues")])
def test_it_says_how_many_there_may_be(browser: Client, settings: Settings, at_once: int, words: str) -> None:
    settings.SESSIONS_PER_USER = at_once

    assert words in browser.get(PAGE).content.decode()


def test_a_vain_try_is_seen(browser: Client, user: User, company: Company) -> None:
    thief = Client()
    steps.browse_to_password(thief, user, company)
    thief.post("/login/password/", {"password": "Gabim-2026-x"})

    page = browser.get(PAGE)
    assert [visit.kind for visit in page.context["visits"]] == ["stop", "ok"]
    assert page.context["last_failed"] is not None


def test_a_step_that_led_nowhere_is_not_a_vain_try(browser: Client, user: User, company: Company) -> None:
    steps.browse_to_password(Client(), user, company)

    assert len(browser.get(PAGE).context["visits"]) == 1


def test_the_stranger_sees_nothing_of_it(browser: Client) -> None:
    stranger_company = builders.company(at=clock.now())
    stranger = Client()
    steps.browse_in(stranger, steps.customer_of(stranger_company), stranger_company)

    assert "Firefox" not in stranger.get(PAGE).content.decode()
    assert Client().get(PAGE).headers["Location"] == "/login/"


def test_leaving_everywhere_ends_this_session_and_what_is_under_way(
    browser: Client, user: User, company: Company
) -> None:
    halfway = Client()
    steps.browse_to_code(halfway, user, company)

    answer = browser.post(PAGE + "end/")

    assert answer.headers["Location"] == "/login/"
    assert "storage" in answer.headers["Clear-Site-Data"]
    assert not LoginAttempt.objects.filter(user=user, ended_at=None).exists()
    assert browser.get(PAGE).headers["Location"] == "/login/"
    assert halfway.get("/login/code/").headers["Location"].startswith("/login/")
    assert AuditEvent.objects.filter(event="auth.session.all_ended").count() == 1


def test_looking_ends_nothing(browser: Client) -> None:
    assert browser.get(PAGE + "end/").status_code == 405
    assert browser.get(PAGE).status_code == 200


def test_staying_puts_the_end_off(browser: Client, user: User) -> None:
    before = clock.machine() - timedelta(seconds=280)
    LoginAttempt.objects.filter(user=user).update(last_seen_at=before)

    answer = browser.post("/session/stay/")

    assert answer.json()["seconds"] in range(298, 301)
    assert LoginAttempt.objects.get(user=user).last_seen_at > before
    assert browser.get("/session/stay/").status_code == 405


def test_staying_does_not_wake_what_is_over(browser: Client, user: User) -> None:
    LoginAttempt.objects.filter(user=user).update(last_seen_at=clock.machine() - timedelta(seconds=301))

    assert browser.post("/session/stay/").headers["Location"] == "/login/"


def test_staying_does_not_outlast_the_eight_hours(browser: Client, user: User) -> None:
    LoginAttempt.objects.filter(user=user).update(expires_at=clock.machine() + timedelta(seconds=20))

    assert browser.post("/session/stay/").json()["seconds"] <= 20


def test_a_new_browser_is_told_once(browser: Client, user: User, company: Company) -> None:
    browser.post("/logout/")
    steps.browse_in(browser, user, company)

    told = [notices.in_words(notice) for notice in notices.of(user)]
    assert told == ["U hy në emrin tuaj nga një shfletues i ri: Firefox, Windows, rrjeti 127.0.0.1."]


def test_the_head_of_the_page_knows_when_the_session_ends(browser: Client) -> None:
    page = browser.get(PAGE).content.decode()

    assert 'data-idle="300"' in page
    assert 'data-warn="60"' in page
    assert "session_clock" not in Client().get("/").content.decode()
