"""How many sessions a user has at a time: a setting, one unless the bank says otherwise; the oldest end."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.models import AuditEvent, Company, User
from auth_flow.models import LoginAttempt
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

Ended = LoginAttempt.Ended
MINUTE = timedelta(minutes=1)


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def live(user: User) -> set[object]:
    return set(LoginAttempt.objects.filter(user=user, ended_at=None).values_list("id", flat=True))


def test_one_is_the_rule(user: User, company: Company, now: datetime) -> None:
    first, second = (steps.with_session(user, company, at=now + MINUTE * number) for number in range(2))

    assert live(user) == {second.id}
    ended = LoginAttempt.objects.get(id=first.id)
    assert (ended.end_reason, ended.ended_at) == (Ended.REPLACED, now + MINUTE)


def test_two_are_a_setting(user: User, company: Company, now: datetime, settings: Any) -> None:
    settings.SESSIONS_PER_USER = 2
    _first, second, third = [steps.with_session(user, company, at=now + MINUTE * number) for number in range(3)]

    assert live(user) == {second.id, third.id}


def test_a_smaller_number_ends_them_at_the_next_sign_in(
    user: User, company: Company, now: datetime, settings: Any
) -> None:
    settings.SESSIONS_PER_USER = 3
    for number in range(3):
        steps.with_session(user, company, at=now + MINUTE * number)
    settings.SESSIONS_PER_USER = 1

    last = steps.with_session(user, company, at=now + MINUTE * 3)

    assert live(user) == {last.id}


def test_each_session_that_makes_room_stands_in_the_trail(
    user: User, company: Company, now: datetime, settings: Any
) -> None:
    settings.SESSIONS_PER_USER = 2
    older = [steps.with_session(user, company, at=now + MINUTE * number) for number in range(2)]
    settings.SESSIONS_PER_USER = 1

    steps.with_session(user, company, at=now + MINUTE * 2)

    events = AuditEvent.objects.filter(event="auth.session.ended", reason="replaced", outcome="done")
    assert set(events.values_list("subject", "actor")) == {
        (f"sign_in:{session.id}", f"user:{user.pk}") for session in older
    }


def test_one_that_was_left_idle_goes_before_one_in_use(
    user: User, company: Company, now: datetime, settings: Any
) -> None:
    settings.SESSIONS_PER_USER = 2
    in_use = steps.with_session(user, company, at=now)
    left = steps.with_session(user, company, at=now + MINUTE)
    LoginAttempt.objects.filter(id=in_use.id).update(last_seen_at=now + MINUTE * 9)

    new = steps.with_session(user, company, at=now + MINUTE * 10)

    assert live(user) == {in_use.id, new.id}
    assert LoginAttempt.objects.get(id=left.id).end_reason == Ended.REPLACED


def test_sessions_of_others_and_ways_in_under_way_stay(user: User, company: Company, now: datetime) -> None:
    other = steps.with_session(steps.customer_of(company), company, at=now)
    pending = steps.with_password(user, company, at=now)

    mine = steps.with_session(user, company, at=now)

    assert set(LoginAttempt.objects.filter(ended_at=None).values_list("id", flat=True)) == {
        other.id,
        pending.id,
        mine.id,
    }
