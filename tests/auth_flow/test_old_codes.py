"""A code of an earlier SMS: told apart, never accepted, and counted like any other wrong one."""

from datetime import datetime, timedelta

import pytest
from django.test import Client

from accounts import clock
from accounts.models import AuditEvent, Company, User
from auth_flow import fnp, login
from auth_flow.models import FailureCounter, FnpChallenge, LoginAttempt
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


def challenge_at(user: User, company: Company, at: datetime) -> FnpChallenge:
    """One sign-in as far as its code, at this moment."""
    return steps.challenge_of(steps.with_password(user, company, at=at))


def judge(challenge: FnpChallenge, code: str, at: datetime) -> FnpChallenge:
    return fnp.judge(
        challenge_id=challenge.id,
        code=code,
        user=challenge.user,
        attempt=challenge.attempt,
        purpose=challenge.purpose,
        at=at,
    )


def test_the_code_of_the_sms_before_is_told_apart(user: User, company: Company, now: datetime) -> None:
    old = challenge_at(user, company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)

    with pytest.raises(fnp.OldCode) as refusal:
        judge(new, fnp.derive(old), now)

    assert refusal.value.facts == {"attempts_left": 4, "reference": new.reference}
    assert new.reference in str(refusal.value.sentence)
    assert "FNP-ja e mëparshme" in str(refusal.value.sentence)


def test_it_counts_as_a_try_and_as_a_failure(user: User, company: Company, now: datetime) -> None:
    old = challenge_at(user, company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)

    for _try in range(2):
        with pytest.raises(fnp.OldCode):
            judge(new, fnp.derive(old), now)

    assert FnpChallenge.objects.get(id=new.id).attempts == 2
    assert FailureCounter.objects.get().failures == 2
    assert FnpChallenge.objects.get(id=new.id).judged_at is None


def test_the_new_code_still_opens_after_an_old_one(user: User, company: Company, now: datetime) -> None:
    old = challenge_at(user, company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)
    with pytest.raises(fnp.OldCode):
        judge(new, fnp.derive(old), now)

    assert login.check_code(attempt=new.attempt, code=fnp.derive(new), at=now).signed_in_at == now


@pytest.mark.parametrize(("age", "is_known"), [(timedelta(minutes=14), True), (timedelta(minutes=16), False)])
def test_after_a_quarter_of_an_hour_it_is_just_wrong(
    user: User, company: Company, now: datetime, age: timedelta, is_known: bool
) -> None:
    old = challenge_at(user, company, now - age)
    new = challenge_at(user, company, now)

    with pytest.raises(fnp.WrongCode) as refusal:
        judge(new, fnp.derive(old), now)
    assert isinstance(refusal.value, fnp.OldCode) == is_known


def test_the_code_of_somebody_else_is_just_wrong(user: User, company: Company, now: datetime) -> None:
    stranger = challenge_at(steps.customer_of(company), company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)

    with pytest.raises(fnp.WrongCode) as refusal:
        judge(new, fnp.derive(stranger), now)
    assert not isinstance(refusal.value, fnp.OldCode)


def test_the_code_of_another_purpose_is_just_wrong(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now - timedelta(minutes=1))
    spent = steps.challenge_of(session)
    text = f"BKT: FNP {fnp.MARK}, ref {fnp.REFERENCE_MARK}"
    signing = fnp.issue(user=user, purpose=fnp.PAYMENT, body=b"order", sms=text, attempt=session, at=now)

    with pytest.raises(fnp.WrongCode) as refusal:
        judge(signing, fnp.derive(spent), now)
    assert not isinstance(refusal.value, fnp.OldCode)


def test_a_code_to_come_is_just_wrong(user: User, company: Company, now: datetime) -> None:
    old = challenge_at(user, company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)

    with pytest.raises(fnp.WrongCode) as refusal:
        judge(old, fnp.derive(new), now)
    assert not isinstance(refusal.value, fnp.OldCode)


def test_the_trail_says_which_it_was_and_never_the_code(user: User, company: Company, now: datetime) -> None:
    old = challenge_at(user, company, now - timedelta(minutes=1))
    new = challenge_at(user, company, now)
    with pytest.raises(fnp.OldCode):
        judge(new, fnp.derive(old), now)

    line = AuditEvent.objects.get(event="auth.fnp.judged", subject=f"challenge:{new.id}")
    assert (line.outcome, line.reason) == ("refused", "old_code")
    assert fnp.derive(old).encode() not in bytes(line.record)


def test_the_page_points_to_the_last_sms(client: Client, user: User, company: Company) -> None:
    steps.browse_to_code(Client(), user, company)
    old = FnpChallenge.objects.get(user=user)
    steps.browse_to_code(client, user, company)
    new = steps.challenge_of(LoginAttempt.objects.filter(user=user).latest("started_at"))

    page = client.post("/login/code/", {"code": fnp.derive(old)}).content.decode()

    assert f"me referencën {new.reference}" in page
    assert client.post("/login/code/", {"code": fnp.derive(new)}).headers["Location"] == "/"
