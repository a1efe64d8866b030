"""Her phone changes while a step of hers waits for the lock, with real commits: no code goes to the phone of before."""

import threading
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection

from accounts import clock, enrolment
from accounts.models import Company, User
from auth_flow import claims, login, proofs
from auth_flow.models import FnpChallenge, LoginAttempt, SmsMessage
from tests import builders
from tests.auth_flow import doorways, steps
from tests.concurrency.races import all_at_once

pytestmark = pytest.mark.usefixtures("real_commits")

PATIENCE_SECONDS = 5


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(real_commits: None, now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


Meanwhile = Callable[..., Any]


@pytest.fixture
def phone_changes_while(monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """Change the phone; when everything but the commit is done, let the step go, and commit once it waits."""

    def run(user: User, phone: str, step: Callable[[], object]) -> Any:
        changed, tell = threading.Event(), enrolment._tell_of_phone

        def tell_and_wait(*facts: Any) -> None:
            tell(*facts)
            changed.set()
            _until_somebody_waits()

        def change() -> None:
            assert user.person is not None, "a customer has a person"
            enrolment.change_phone(
                person=user.person, phone=phone, entered_by="user:0", actor=builders.SECOND, at=clock.now()
            )

        def follow() -> object:
            assert changed.wait(PATIENCE_SECONDS)
            return step()

        monkeypatch.setattr(enrolment, "_tell_of_phone", tell_and_wait)
        return all_at_once(change, follow)[1]

    return run


def _until_somebody_waits() -> None:
    """Look from the connection that holds the lock; it fails rather than commit too early."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("the step never met the lock")


def new_phone() -> str:
    return f"+35567{builders.unique() % 10**7:07d}"


def test_the_code_of_a_sign_in_goes_to_the_new_phone(
    user: User, company: Company, now: datetime, phone_changes_while: Meanwhile
) -> None:
    attempt, phone = steps.identified(user, company, at=now), new_phone()

    phone_changes_while(
        user, phone, lambda: login.check_password(attempt=attempt, password=builders.PASSWORD, at=clock.machine())
    )

    assert set(FnpChallenge.objects.filter(attempt=attempt).values_list("phone", flat=True)) == {phone}
    assert set(SmsMessage.objects.filter(challenge__attempt=attempt).values_list("to", flat=True)) == {phone}


def test_a_code_that_went_to_the_old_phone_opens_nothing(
    user: User, company: Company, now: datetime, phone_changes_while: Meanwhile
) -> None:
    attempt = steps.with_password(user, company, at=now)
    code = steps.right_code(attempt)

    end = phone_changes_while(
        user, new_phone(), lambda: login.check_code(attempt=attempt, code=code, at=clock.machine())
    )

    assert isinstance(end, login.ChangedMeanwhile)
    ended = LoginAttempt.objects.get(id=attempt.id)
    assert (ended.signed_in_at, ended.end_reason) == (None, LoginAttempt.Ended.CHANGED)


def test_the_code_of_a_recovery_goes_to_the_new_phone(
    company: Company, now: datetime, phone_changes_while: Meanwhile
) -> None:
    user, phone = doorways.eligible(company, password=builders.PASSWORD), new_phone()
    claim = claims.Claim(user.username, company.nipt, doorways.DIGITS, doorways.MONTH)
    visit = proofs.Visit("203.0.113.203", "test")

    phone_changes_while(
        user, phone, lambda: proofs.begin(kind=proofs.RECOVERY, claim=claim, visit=visit, at=clock.machine())
    )

    assert set(FnpChallenge.objects.filter(user=user).values_list("phone", flat=True)) == {phone}
