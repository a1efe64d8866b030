"""Two requests of one sign-in or recovery, with real commits: both lock the user first, so neither waits in vain."""

import threading
from datetime import datetime, timedelta

import pytest
from django.db import connection

from accounts import clock
from accounts.models import Company, User
from accounts.refusals import Refusal
from auth_flow import claims, endings, login, proofs
from auth_flow.models import LoginAttempt
from tests import builders
from tests.auth_flow import doorways, steps

pytestmark = pytest.mark.usefixtures("real_commits")


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(real_commits: None, now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def test_a_resend_against_the_code(user: User, company: Company, now: datetime) -> None:
    """The code too old to send again is renewed while the right one comes in; twenty times, to meet the gap."""
    for _round in range(20):
        begun = steps.identified(user, company, at=now, network="203.0.113.201")
        attempt = login.check_password(attempt=begun, password=builders.PASSWORD, at=now).attempt
        code, later = steps.right_code(attempt), now + timedelta(seconds=160)
        ends = together(
            lambda attempt=attempt, later=later: login.resend_code(attempt=attempt, at=later),
            lambda attempt=attempt, code=code, later=later: login.check_code(attempt=attempt, code=code, at=later),
        )
        assert [str(end) for end in ends if not isinstance(end, Refusal)] == [], "no deadlock, no time-out"
        steps_on = LoginAttempt.objects.get(id=attempt.id)
        if steps_on.signed_in_at is None:
            endings.end(steps_on, LoginAttempt.Ended.SIGNED_OUT, at=later)
        now += timedelta(days=1)


def test_a_resend_against_the_code_of_a_recovery(company: Company, now: datetime) -> None:
    """The same two of a forgotten password."""
    user = doorways.eligible(company, password=builders.PASSWORD)
    claim = claims.Claim(user.username, company.nipt, doorways.DIGITS, doorways.MONTH)
    for _round in range(20):
        visit = proofs.Visit("203.0.113.202", "test")
        attempt = proofs.begin(kind=proofs.RECOVERY, claim=claim, visit=visit, at=now).attempt
        code, later = steps.right_code(attempt), now + timedelta(seconds=160)
        ends = together(
            lambda attempt=attempt, later=later: proofs.resend_code(attempt=attempt, at=later),
            lambda attempt=attempt, code=code, later=later: proofs.check_code(attempt=attempt, code=code, at=later),
        )
        assert [str(end) for end in ends if not isinstance(end, Refusal)] == [], "no deadlock, no time-out"
        now += timedelta(days=1)


def together(*acts: object) -> list[BaseException]:
    """Run the acts in threads that start together; what was raised."""
    barrier, raised = threading.Barrier(len(acts)), []

    def run(act: object) -> None:
        barrier.wait()
        try:
            act()  # type: ignore[operator]  # what a test gives
        except BaseException as problem:
            raised.append(problem)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(act,)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised
