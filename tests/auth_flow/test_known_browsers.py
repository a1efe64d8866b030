"""The device cookie: who gets it, whose it is, and what ends it."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse

from accounts import clock
from accounts.models import Company, User
from auth_flow import browsers, keys, login, password_change, passwords
from auth_flow.models import KnownBrowser, LoginAttempt
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

NEW = "Ura-e-Gjat-7"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def known_at(user: User, company: Company, cookie: str) -> bool:
    """Whether step one of this user finds a known browser behind this cookie."""
    step = login.identify(
        customer_number=user.username,
        nipt=company.nipt,
        network="192.0.2.1",
        browser="",
        browser_tokens=cookie.split("."),
        at=clock.machine(),
    )
    return step.attempt.known_browser_id is not None


def test_the_cookie_comes_after_the_third_step_and_not_before(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(client, user, company)
    assert "browser" not in client.cookies

    attempt = LoginAttempt.objects.get(user=user)
    client.post("/login/code/", {"code": steps.right_code(attempt)})

    cookie = client.cookies["browser"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", 365 * 24 * 3600)
    assert known_at(user, company, cookie.value)


def test_the_database_keeps_a_hash_alone(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)

    row = KnownBrowser.objects.get(user=user)
    assert row.token_hash == keys.token_hash(client.cookies["browser"].value)


def test_it_skips_no_step(client: Client, user: User, company: Company) -> None:
    steps.browse_in(client, user, company)
    client.post("/logout/")

    assert steps.browse_to_password(client, user, company).headers["Location"] == "/login/password/"
    assert client.get("/personalisation/").headers["Location"] == "/login/"


def test_it_is_hers_and_nobody_elses(client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_in(client, user, company)
    colleague = steps.customer_of(company)

    assert not known_at(colleague, company, client.cookies["browser"].value)


def test_two_people_at_one_desk_are_both_known(client: Client, user: User, company: Company) -> None:
    colleague = steps.customer_of(company)
    for person in (user, colleague, user):
        steps.browse_in(client, person, company)
        client.post("/logout/")

    cookie = client.cookies["browser"].value
    assert known_at(user, company, cookie)
    assert known_at(colleague, company, cookie)
    assert KnownBrowser.objects.count() == 2


def test_a_cookie_holds_the_last_few_people_alone(client: Client, company: Company) -> None:
    people = [steps.customer_of(company) for _number in range(browsers.USERS_MAX + 1)]
    for person in people:
        steps.browse_in(client, person, company)
        client.post("/logout/")

    cookie = client.cookies["browser"].value
    assert [known_at(person, company, cookie) for person in people] == [False] + [True] * browsers.USERS_MAX


@pytest.mark.parametrize("junk", ["x", ".", "a.b.c.d.e.f", "ë" * 10, "%00", "x" * 4000])
def test_what_a_stranger_invents_is_unknown(user: User, company: Company, junk: str) -> None:
    assert not known_at(user, company, junk)


def test_revoked_is_unknown(rf: RequestFactory, client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_in(client, user, company)
    request = rf.get("/")
    request.COOKIES["browser"] = client.cookies["browser"].value
    assert browsers.is_known(request, user)

    browsers.revoke_all(user, at=now)

    assert not browsers.is_known(request, user)
    assert not known_at(user, company, client.cookies["browser"].value)


def test_after_a_reset_no_browser_is_known(client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_in(client, user, company)
    mine = browsers.known(client.cookies["browser"].value.split("."), user)

    new_password(user, passwords.RESET, keep_browser=mine, at=now)

    assert not KnownBrowser.objects.filter(user=user, revoked_at=None).exists()


def test_after_a_change_the_browser_that_asked_alone_is_known(client: Client, user: User, company: Company) -> None:
    another = Client()
    for browser in (another, client):
        steps.browse_in(browser, user, company)
    session = LoginAttempt.objects.get(user=user, signed_in_at__isnull=False, ended_at=None)
    at, made = clock.machine(), passwords.hashed(NEW)
    password_change._ask_code(attempt=session, made=made, at=at)
    tokens = client.cookies["browser"].value.split(".")

    code = steps.right_code(session)
    password_change.change(attempt=session, made=made, code=code, browser_tokens=tokens, at=at)

    assert known_at(user, company, client.cookies["browser"].value)
    assert not known_at(user, company, another.cookies["browser"].value)


def test_leaving_every_browser_forgets_the_others(client: Client, user: User, company: Company) -> None:
    another = Client()
    for browser in (another, client):
        steps.browse_in(browser, user, company)

    client.post(reverse("auth_flow:sessions_end"))

    assert known_at(user, company, client.cookies["browser"].value)
    assert not known_at(user, company, another.cookies["browser"].value)


def new_password(user: User, through: str, *, keep_browser: KnownBrowser | None, at: datetime) -> None:
    made = passwords.hashed(NEW)
    with transaction.atomic():
        passwords.set_password(user=user, made=made, through=through, keep_browser=keep_browser, at=at)


def test_the_same_browser_stays_one_row(rf: RequestFactory, user: User, now: datetime) -> None:
    first = HttpResponse()
    browsers.give(rf.get("/"), first, user, now)
    again = rf.get("/")
    again.COOKIES["browser"] = first.cookies["browser"].value

    later = now + timedelta(days=30)
    browsers.give(again, HttpResponse(), user, later)

    assert KnownBrowser.objects.get(user=user).last_seen_at == later
