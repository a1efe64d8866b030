"""Personalizime, Fjalëkalimi: the old one, the new one, an FNP for this new one alone; every other session ends."""

from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from tests import builders
from tests.auth_flow import doorways, steps

pytestmark = pytest.mark.django_db

PAGE = "/personalisation/password/"
CODE = "/personalisation/password/code/"


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


def ask(browser: Client, *, old: str = builders.PASSWORD, new: str = doorways.NEW) -> Any:
    return browser.post(PAGE, {"old_password": old, **doorways.new_password(new)})


def answer(browser: Client, user: User) -> Any:
    return browser.post(CODE, {"code": doorways.code_of(user)})


def test_old_new_and_code_put_the_new_password_in_force(browser: Client, user: User) -> None:
    assert ask(browser).headers["Location"] == CODE
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD), "nothing changes before the code"

    assert answer(browser, user).headers["Location"] == "/personalisation/"
    user.refresh_from_db()
    assert user.check_password(doorways.NEW)


def test_her_own_session_goes_on(browser: Client, user: User) -> None:
    ask(browser)
    answer(browser, user)

    assert browser.get("/accounts/").status_code == 200
    assert browser.get("/accounts/").status_code == 200


def test_a_way_in_under_the_old_password_is_over(browser: Client, user: User, company: Company) -> None:
    other = Client()
    steps.browse_to_code(other, user, company)
    waiting = LoginAttempt.objects.get(user=user, signed_in_at=None)
    code = steps.right_code(waiting)

    ask(browser)
    answer(browser, user)

    assert other.post("/login/code/", {"code": code}).headers["Location"].startswith("/login/")
    assert other.get("/accounts/").status_code == 302


def test_its_owner_is_told(browser: Client, user: User) -> None:
    ask(browser)
    answer(browser, user)

    assert Notice.objects.filter(user=user, kind="auth.password.change").exists()
    assert SmsMessage.objects.filter(to=user.person.phone, challenge=None).exists()


def test_a_wrong_old_password_asks_for_no_code(browser: Client, user: User) -> None:
    response = ask(browser, old="Gabim-2026-x")

    assert response.status_code == 200
    assert "old_password" in response.context["form"].errors
    assert not FnpChallenge.objects.filter(user=user, purpose="settings").exists()
    assert AuditEvent.objects.filter(reason="old_password_wrong", outcome="refused").exists()


def test_the_old_password_cannot_be_guessed_here(browser: Client, user: User) -> None:
    for _try in range(5):
        ask(browser, old="Gabim-2026-x")

    response = ask(browser)

    assert response.status_code == 403
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)
    assert not FnpChallenge.objects.filter(user=user, purpose="settings").exists()


def test_failures_of_strangers_do_not_stop_her_here(browser: Client, user: User, company: Company) -> None:
    stranger = Client()
    steps.browse_to_password(stranger, user, company)
    for _try in range(5):
        stranger.post("/login/password/", {"password": "Gabim-2026-x"})

    assert ask(browser).headers["Location"] == CODE


def test_the_code_allows_the_password_it_was_asked_for(browser: Client, user: User) -> None:
    ask(browser)
    code = doorways.code_of(user)
    session = browser.session
    session["new_password"] = "md5$x$0123456789abcdef"
    session.save()

    assert browser.post(CODE, {"code": code}).status_code == 200
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_a_wrong_code_changes_nothing(browser: Client, user: User) -> None:
    ask(browser)

    response = browser.post(
        CODE, {"code": steps.wrong_code(FnpChallenge.objects.filter(user=user).latest("created_at"))}
    )

    assert response.status_code == 200
    user.refresh_from_db()
    assert user.check_password(builders.PASSWORD)


def test_without_the_first_step_there_is_no_second(browser: Client) -> None:
    assert browser.get(CODE).headers["Location"] == PAGE
    assert browser.post(CODE, {"code": "123456"}).headers["Location"] == PAGE
    assert browser.post(f"{CODE}resend/").headers["Location"] == PAGE


def test_the_code_works_once(browser: Client, user: User) -> None:
    ask(browser)
    answer(browser, user)

    assert answer(browser, user).headers["Location"] == PAGE


def test_a_weak_password_shows_which_rules_it_breaks(browser: Client) -> None:
    response = ask(browser, new="shkurt")

    assert {rule.name for rule in response.context["rules"] if rule.state == "broken"} == {"length", "digit"}


def test_the_rules_are_asked_after_the_old_password(browser: Client) -> None:
    response = ask(browser, old="Gabim-2026-x", new=builders.PASSWORD)

    assert {rule.state for rule in response.context["rules"]} == {"open"}


def test_no_password_is_kept_in_the_session(browser: Client, user: User) -> None:
    ask(browser)

    kept = [str(session.get_decoded()) for session in Session.objects.all()]
    assert kept
    assert not any(doorways.NEW in text or builders.PASSWORD in text for text in kept)


def test_no_typed_password_comes_back_on_a_page(browser: Client) -> None:
    page = ask(browser, old="Gabim-2026-x").content.decode()

    assert "Gabim-2026-x" not in page
    assert doorways.NEW not in page


def test_asking_again_too_soon_sends_nothing(browser: Client, user: User) -> None:
    ask(browser)

    browser.post(f"{CODE}resend/")

    assert SmsMessage.objects.filter(challenge__user=user, challenge__purpose="settings").count() == 1


def test_a_stranger_is_led_to_the_door(client: Client) -> None:
    for address in (PAGE, CODE):
        assert client.get(address).headers["Location"] == "/login/"
        assert client.post(address).headers["Location"] == "/login/"
