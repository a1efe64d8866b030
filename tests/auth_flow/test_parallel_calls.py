"""The contact centre, many at once, with real commits: three tries are three, digits check one call once."""

from datetime import datetime
from typing import Any

import pytest

from accounts import audit, clock
from accounts.models import User
from auth_flow import calls, desk, looks, thaws
from auth_flow.models import Call, CallDigits, CustomerLook
from tests import builders
from tests.auth_flow import callers, steps
from tests.auth_flow.test_parallel import at_once

pytestmark = pytest.mark.usefixtures("real_commits")


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def user(real_commits: None, now: datetime) -> User:
    return steps.customer_of(builders.company(at=now))


@pytest.fixture
def staff(real_commits: None) -> User:
    return builders.staff()


@pytest.fixture
def call(user: User, staff: User, now: datetime) -> Call:
    call = callers.call_with(user, agent=staff, at=now)
    callers.send(call, at=now)
    return call


def test_twelve_wrong_tries_at_once_are_three(call: Call, now: datetime) -> None:
    wrong = callers.wrong_digits(call)

    ends = at_once(12, lambda: callers.say(call, wrong, at=now))

    assert ends == {"wrong_digits": 3, "digits_are_over": 9}
    assert CallDigits.objects.get(call=call).attempts == 3


def test_the_right_digits_twelve_times_at_once_check_once(call: Call, now: datetime) -> None:
    right = callers.digits_of(call)

    ends = at_once(12, lambda: callers.say(call, right, at=now))

    assert ends["done"] == 1
    assert ends["done"] + ends["already_checked"] + ends["digits_are_over"] == 12


def test_an_agent_who_opens_ten_calls_at_once_has_one(user: User, staff: User, now: datetime) -> None:
    actor = audit.actor_of(staff)
    looks.find(agent=staff, by="customer_number", value=user.username, reason="x" * 5, actor=actor, at=now)

    def open_one() -> None:
        calls.open_call(
            user_id=user.pk,
            agent=staff,
            channel="phone",
            began_by_customer=True,
            reason=callers.WHY,
            actor=actor,
            at=now,
        )

    assert at_once(10, open_one) == {"done": 1, "already_in_a_call": 9}


def test_looks_at_once_are_counted(user: User, staff: User, now: datetime, settings: Any) -> None:
    settings.DESK_LOOKS_PER_HOUR = 4
    actor = audit.actor_of(staff)

    def look() -> None:
        looks.find(agent=staff, by="customer_number", value=user.username, reason="x" * 5, actor=actor, at=now)

    assert at_once(10, look) == {"done": 4, "too_many_looks": 6}
    assert CustomerLook.objects.filter(agent=staff).count() == 4


def test_two_seconds_at_once_lift_a_freeze_once(call: Call, now: datetime) -> None:
    callers.say(call, callers.digits_of(call), at=now)
    desk.freeze(**callers.facts(call, at=now))
    proposal = thaws.propose(**callers.facts(call, at=now))
    second = audit.actor_of(builders.staff())

    def approve() -> None:
        thaws.decide(proposal_id=proposal.pk, act="approve", reason="", actor=second, at=now)

    assert at_once(6, approve) == {"done": 1, "already_decided": 5}
