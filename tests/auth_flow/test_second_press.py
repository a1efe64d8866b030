"""A second press of the same button, a cookie of before, two requests in each other's way: nobody loses her way in."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.db import OperationalError
from django.http import HttpResponse
from django.test import Client, RequestFactory
from django.utils import translation
from psycopg import errors

from accounts import clock
from accounts.models import Company, Person, User
from auth_flow import companies, fnp, lockout, login, sessions
from auth_flow.models import FnpChallenge, LoginAttempt
from auth_flow.patience import patient
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def with_cookie(client: Client) -> Client:
    """Another window of the same moment: the cookie as it is now."""
    copy = Client()
    copy.cookies["attempt"] = client.cookies["attempt"].value
    return copy


def test_the_forms_of_the_way_in_are_sent_once(client: Client, user: User, company: Company) -> None:
    pages = [client.get("/login/")]
    steps.browse_to_password(client, user, company)
    pages.append(client.get("/login/password/"))
    client.post("/login/password/", {"password": builders.PASSWORD})
    pages.append(client.get("/login/code/"))

    for page in pages:
        assert "data-once" in page.content.decode()
        assert "js/double_click.js" in page.content.decode()


def test_the_late_second_press_of_the_password_leads_on_and_takes_no_cookie_away(
    client: Client, user: User, company: Company
) -> None:
    steps.browse_to_password(client, user, company)
    late = with_cookie(client)
    client.post("/login/password/", {"password": builders.PASSWORD})

    answer = late.post("/login/password/", {"password": builders.PASSWORD})

    assert answer.headers["Location"] == "/login/code/"
    assert "attempt" not in answer.cookies
    assert client.get("/login/code/").status_code == 200


def test_of_two_passwords_at_once_the_loser_leads_on(
    client: Client, user: User, company: Company, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.browse_to_password(client, user, company)
    real = login.check_password

    def overtaken(**typed: Any) -> Any:
        real(**typed)
        return real(**typed)

    monkeypatch.setattr(login, "check_password", overtaken)
    answer = client.post("/login/password/", {"password": builders.PASSWORD})

    assert answer.headers["Location"] == "/login/code/"
    assert "attempt" not in answer.cookies
    assert FnpChallenge.objects.filter(user=user).count() == 1


def test_of_two_codes_at_once_the_loser_leads_home(
    client: Client, user: User, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps.browse_to_code(client, user, company)
    real = login.check_code

    def overtaken(**typed: Any) -> Any:
        real(**typed)
        return real(**typed)

    monkeypatch.setattr(login, "check_code", overtaken)
    answer = client.post("/login/code/", {"code": steps.right_code(LoginAttempt.objects.get(user=user))})

    assert answer.headers["Location"] == "/"
    assert "attempt" not in answer.cookies
    assert LoginAttempt.objects.get(user=user).ended_at is None


def test_a_cookie_of_nobody_leaves_no_row(client: Client) -> None:
    client.cookies["attempt"] = "e-shpikur"
    for path in ("/login/password/", "/login/code/"):
        assert client.get(path).headers["Location"] == "/login/"
    client.post("/login/code/resend/")

    assert not Session.objects.exists()


def test_a_sign_in_that_took_too_long_says_so(client: Client, user: User, company: Company, now: datetime) -> None:
    steps.browse_to_password(client, user, company)
    LoginAttempt.objects.filter(user=user).update(expires_at=now - timedelta(seconds=1))

    page = client.get("/login/password/", follow=True)

    assert str(login.SignInExpired.sentence) in page.content.decode()
    assert not Session.objects.exists()


@pytest.mark.parametrize("change", ["password", "phone", "mandate"])
def test_what_changes_while_the_code_is_judged_stops_the_sign_in(
    user: User, company: Company, now: datetime, monkeypatch: pytest.MonkeyPatch, change: str
) -> None:
    attempt = steps.with_password(user, company, at=now)
    code, real = steps.right_code(attempt), fnp.judge

    def meanwhile(**facts: Any) -> FnpChallenge:
        judged = real(**facts)
        if change == "password":
            user.set_password("Tjeter-Fjale-2026")
            user.save()
        elif change == "phone":
            Person.objects.filter(user=user).update(phone="+355672099999")
        else:
            user.mandates.update(valid_until=clock.tirana_day(now) - timedelta(days=1))
        return judged

    monkeypatch.setattr(fnp, "judge", meanwhile)
    with pytest.raises(login.SignInExpired):
        login.check_code(attempt=attempt, code=code, at=now)

    assert LoginAttempt.objects.get(id=attempt.id).end_reason == LoginAttempt.Ended.CHANGED


@pytest.mark.parametrize("cause", [errors.DeadlockDetected, errors.LockNotAvailable])
def test_who_stands_in_the_way_of_another_is_asked_to_try_again(rf: RequestFactory, cause: type[Exception]) -> None:
    def in_the_way(request: Any) -> HttpResponse:
        raise OperationalError from cause()

    answer = patient(in_the_way)(rf.get("/login/"))

    assert answer.status_code == 503
    assert "Provoni përsëri" in answer.content.decode()


def test_a_switch_of_company_is_asked_to_try_again_too(
    client: Client, user: User, company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    def in_the_way(**_typed: object) -> None:
        raise OperationalError from errors.LockNotAvailable()

    steps.browse_in(client, user, company)
    monkeypatch.setattr(companies, "switch_company", in_the_way)

    answer = client.post("/company/", {"mandate": str(user.mandates.get().id)})

    assert answer.status_code == 503


def test_what_is_really_broken_stays_loud(rf: RequestFactory) -> None:
    def broken(request: Any) -> HttpResponse:
        raise OperationalError from errors.AdminShutdown()

    with pytest.raises(OperationalError):
        patient(broken)(rf.get("/login/"))


def test_no_session_without_three_steps(rf: RequestFactory, user: User, company: Company, now: datetime) -> None:
    for attempt in (steps.with_password(user, company, at=now), steps.unknown(at=now)):
        with pytest.raises(RuntimeError, match="three steps"):
            sessions.start(rf.get("/"), attempt)


@pytest.mark.parametrize(
    ("refusal", "words"),
    [
        (lambda: fnp.ResendTooSoon(seconds=1), "1 sekonde"),
        (lambda: fnp.ResendTooSoon(seconds=2), "2 sekondash"),
        (lambda: lockout.TooManyFromHere(minutes=1), "1 minute"),
        (lambda: lockout.TooManyFromHere(minutes=9), "9 minutash"),
    ],
)
def test_one_second_is_not_seconds(refusal: Any, words: str) -> None:
    with translation.override("sq"):
        assert f"pas {words}." in str(refusal().sentence)


# --- The staff's door ------------------------------------------------------------------------------------------------


def test_the_staffs_door_counts_and_obeys_the_brake_of_the_network(client: Client) -> None:
    staff = builders.staff()
    for number in range(20):
        client.post("/staff/login/", {"username": f"kushdo{number}", "password": "Gabim-1", "otp_token": "1"})

    with pytest.raises(lockout.TooManyFromHere):
        lockout.refuse_crowded_network("127.0.0.1", clock.machine())
    client.post("/staff/login/", {"username": staff.username, "password": "Gabim-1", "otp_token": "1"})
    assert lockout.standing(lockout.identity_of_staff(staff.username), lockout.OTHERS, clock.machine()) == (
        lockout.Standing()
    ), "refused before it was counted or hashed"
