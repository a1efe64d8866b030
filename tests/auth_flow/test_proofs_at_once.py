"""Cards and new passwords, many at once and with real commits: five are judged, one is set."""

import threading
from collections import Counter
from datetime import datetime

import pytest

from accounts import clock
from accounts.models import Company, User
from auth_flow import claims, proofs, registration
from auth_flow.models import PasswordRecord, SecurityCase
from tests import builders
from tests.auth_flow import doorways
from tests.auth_flow.test_parallel import at_once

pytestmark = pytest.mark.usefixtures("real_commits")


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(real_commits: None, now: datetime) -> Company:
    return builders.company(at=clock.now())


@pytest.fixture
def user(company: Company) -> User:
    return doorways.eligible(company)


def begin(user: User, company: Company, digits: str, *, at: datetime) -> proofs.Step:
    claim = claims.Claim(user.username, company.nipt, digits, doorways.MONTH)
    visit = proofs.Visit(f"198.51.100.{builders.unique() % 250}", "test")
    return proofs.begin(kind=proofs.REGISTRATION, claim=claim, visit=visit, at=at)


def test_of_many_cards_at_once_five_are_judged(user: User, company: Company, now: datetime) -> None:
    ends = at_once(16, lambda: begin(user, company, "000000", at=now))

    assert SecurityCase.objects.filter(user=user, why="wrong_card").count() == 5
    assert ends["dead_end"] + ends["sign_in_blocked"] == 16
    assert ends["dead_end"] <= 4


def test_of_many_first_passwords_at_once_one_is_set(user: User, company: Company, now: datetime) -> None:
    step = begin(user, company, doorways.DIGITS, at=now)
    step = registration.check_code(attempt=step.attempt, code=doorways.code_of(user), at=now)
    numbers, lock = iter(range(100)), threading.Lock()

    def choose() -> None:
        with lock:
            new = f"Kodra-e-diellit-{next(numbers)}"
        registration.choose_password(attempt=step.attempt, new=new, accepts_terms=True, at=now)

    ends = at_once(6, choose)

    assert ends == Counter(done=1, proof_expired=5)
    assert PasswordRecord.objects.filter(user=user).count() == 1
