"""Nuk isha unë: what the reference of an SMS can do, and what it can not."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, Company, User
from auth_flow import cases, fnp, login
from auth_flow.models import AccessBlock, FnpChallenge, LoginAttempt, SecurityCase
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

PAGE = "/security/not-me/"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


@pytest.fixture
def pending(user: User, company: Company, now: datetime) -> LoginAttempt:
    """Somebody who knows the password waits for the code."""
    return steps.with_password(user, company, at=now)


def test_the_code_is_void_and_the_way_in_is_over(client: Client, pending: LoginAttempt, now: datetime) -> None:
    challenge = steps.challenge_of(pending)

    page = client.post(PAGE, {"reference": challenge.reference})

    assert challenge.reference in page.content.decode()
    with pytest.raises((login.SignInExpired, fnp.CodeSpent)):
        login.check_code(attempt=pending, code=fnp.derive(challenge), at=now)
    assert FnpChallenge.objects.get(id=challenge.id).void_reason == FnpChallenge.Voided.REPORTED
    assert LoginAttempt.objects.get(id=pending.id).end_reason == LoginAttempt.Ended.REPORTED


def test_the_contact_centre_sees_a_case_and_the_owner_must_choose_a_new_password(
    client: Client, pending: LoginAttempt, user: User
) -> None:
    challenge = steps.challenge_of(pending)

    client.post(PAGE, {"reference": challenge.reference})

    case = SecurityCase.objects.get(reference=challenge.reference)
    assert (case.kind, case.user, case.status) == (SecurityCase.Kind.UNEXPECTED_CODE, user, SecurityCase.Status.OPEN)
    assert User.objects.get(pk=user.pk).must_change_password
    assert AuditEvent.objects.filter(event="auth.code.reported", outcome="done").exists()


def test_it_is_typed_as_people_type(client: Client, pending: LoginAttempt) -> None:
    reference = steps.challenge_of(pending).reference

    client.post(PAGE, {"reference": f" {reference[:4].lower()} {reference[4:].lower()} "})

    assert SecurityCase.objects.filter(reference=reference).exists()


def test_it_freezes_nothing_and_ends_the_one_session_that_this_code_began(user: User, company: Company) -> None:
    browser = Client()
    steps.browse_in(browser, user, company)
    challenge = steps.challenge_of(LoginAttempt.objects.get(user=user))

    Client().post(PAGE, {"reference": challenge.reference})

    assert not AccessBlock.objects.exists()
    assert LoginAttempt.objects.get(user=user).end_reason == LoginAttempt.Ended.REPORTED
    assert browser.get("/personalisation/").status_code == 302


def test_the_code_of_an_earlier_sign_in_leaves_the_session_of_today(
    user: User, company: Company, now: datetime
) -> None:
    earlier = steps.with_session(user, company, at=now)
    today = steps.with_session(user, company, at=now)

    Client().post(PAGE, {"reference": _reference(earlier)})

    assert LoginAttempt.objects.get(id=today.id).ended_at is None


@pytest.mark.parametrize(("age", "must_change"), [(timedelta(hours=23), True), (timedelta(hours=24), False)])
def test_only_a_young_code_makes_the_owner_change_her_password(
    user: User, company: Company, now: datetime, age: timedelta, must_change: bool
) -> None:
    old = steps.with_password(user, company, at=now)

    cases.report_code(reference=_reference(old), network="192.0.2.1", at=now + age)

    assert SecurityCase.objects.filter(reference=_reference(old)).exists()
    assert User.objects.get(pk=user.pk).must_change_password is must_change


def test_a_payments_code_voids_the_codes_of_that_session(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)
    made = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"x", sms=f"FNP {fnp.MARK}", attempt=session, at=now)

    Client().post(PAGE, {"reference": made.reference})

    assert FnpChallenge.objects.get(id=made.id).voided_at
    assert LoginAttempt.objects.get(id=session.id).ended_at is None


def test_the_second_report_changes_nothing(client: Client, pending: LoginAttempt, user: User) -> None:
    reference = steps.challenge_of(pending).reference
    client.post(PAGE, {"reference": reference})
    User.objects.filter(pk=user.pk).update(must_change_password=False)

    client.post(PAGE, {"reference": reference})

    assert SecurityCase.objects.filter(user=user).count() == 1
    assert not User.objects.get(pk=user.pk).must_change_password


def test_an_unknown_reference_gets_the_same_answer(pending: LoginAttempt) -> None:
    known, unknown = (Client().post(PAGE, {"reference": text}) for text in (_reference(pending), "ZZZZ2222"))

    assert _answer(known) == _answer(unknown)
    pages = [
        page.content.decode().replace(ref, "") for page, ref in ((known, _reference(pending)), (unknown, "ZZZZ2222"))
    ]
    assert _without_tokens(pages[0]) == _without_tokens(pages[1])
    assert SecurityCase.objects.count() == 1


def test_only_the_shape_is_criticised(client: Client) -> None:
    page = client.post(PAGE, {"reference": "10OIL"})

    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"reference"}


def test_a_network_that_reports_all_the_time_has_to_wait(client: Client, settings: Any) -> None:
    settings.NETWORK_REPORTS_MAX = 3
    answers = [client.post(PAGE, {"reference": f"ZZZZ222{n}"}).status_code for n in range(2, 6)]

    assert answers == [200, 200, 200, 429]


def test_looking_changes_nothing(client: Client, pending: LoginAttempt) -> None:
    assert client.get(PAGE, {"reference": _reference(pending)}).status_code == 200
    assert not SecurityCase.objects.exists()


def _reference(attempt: LoginAttempt) -> str:
    return steps.challenge_of(attempt).reference


def _answer(response: Any) -> tuple[object, ...]:
    return response.status_code, sorted(t.name for t in response.templates if t.name), sorted(response.cookies)


def _without_tokens(html: str) -> str:
    return re.sub(r'value="[^"]{60,}"|[0-9A-Z]{8}</p>', "", html)


def test_looking_at_the_page_reports_nothing_and_asks_for_the_reference(client: Client) -> None:
    page = client.get(PAGE).content.decode()

    assert 'name="reference"' in page
