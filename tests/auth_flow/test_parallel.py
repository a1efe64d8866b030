"""Many at once, with real commits: no race lets one guess more be judged, and nothing is used twice."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.db import connection, transaction

from accounts import clock
from accounts.models import Company, User
from accounts.refusals import Refusal
from auth_flow import backends, fnp, lockout, login
from auth_flow.models import FailureCounter, FnpChallenge, LoginAttempt
from auth_flow.sms import outbox
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.usefixtures("real_commits")

BODY = b"one order"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(real_commits: None, now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def at_once(times: int, act: Callable[[], object]) -> Counter[str]:
    """Run `act` in so many threads that start together; how each ended."""
    barrier, ends = threading.Barrier(times), []

    def run() -> None:
        barrier.wait()
        try:
            act()
            ends.append("done")
        except Refusal as refusal:
            ends.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _number in range(times)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(ends) == times, "a thread met something other than a refusal"
    return Counter(ends)


def issued(user: User, session: LoginAttempt, at: datetime) -> FnpChallenge:
    with transaction.atomic():
        return fnp.issue(
            user=user, purpose=fnp.PAYMENT, body=BODY, sms=f"FNP {fnp.MARK}", attempt=session, subject="order", at=at
        )


def test_forty_wrong_codes_at_once_are_five(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    challenge = steps.challenge_of(attempt)
    wrong = steps.wrong_code(challenge)

    ends = at_once(
        40,
        lambda: fnp.judge(
            challenge_id=challenge.id, code=wrong, user=user, attempt=attempt, purpose=fnp.SIGN_IN, at=now
        ),
    )

    assert ends["wrong_code"] == 5
    assert FnpChallenge.objects.get(id=challenge.id).attempts == 5


def test_the_right_code_among_many_is_used_once(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)
    challenge = issued(user, session, now)
    code = fnp.derive(challenge)

    def sign() -> None:
        judged = fnp.judge(
            challenge_id=challenge.id, code=code, user=user, attempt=session, purpose=fnp.PAYMENT, at=now
        )
        with transaction.atomic():
            fnp.consume(challenge=judged, body=BODY, at=now)

    ends = at_once(20, sign)

    assert ends == {"done": 1, "code_spent": 19}


def test_forty_wrong_passwords_at_once_are_five(
    user: User, company: Company, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    judged = []
    attempt = steps.identified(user, company, at=now, network="203.0.113.1")
    real = backends.CustomerBackend.authenticate

    def counted(*args: Any, **kwargs: Any) -> User | None:
        judged.append(1)
        return real(*args, **kwargs)

    monkeypatch.setattr(backends.CustomerBackend, "authenticate", counted)
    ends = at_once(40, lambda: login.check_password(attempt=attempt, password="Gabim-2026-x", at=now))

    assert len(judged) == 5
    assert ends["sign_in_refused"] + ends["sign_in_blocked"] == 40


def test_guesses_over_many_attempts_and_networks_are_five_too(user: User, company: Company, now: datetime) -> None:
    attempts = [steps.identified(user, company, at=now, network=f"203.0.113.{number}") for number in range(20)]

    at_once(20, lambda: login.check_password(attempt=attempts.pop(), password="Gabim-2026-x", at=now))

    assert FailureCounter.objects.get(identity=lockout.identity_of_user(user), lane=lockout.OTHERS).failures == 5


@pytest.mark.parametrize(("times", "allowed"), [(2, 1), (4, 1), (4, 2)])
def test_sign_ins_at_once_leave_as_many_sessions_as_allowed(
    user: User, company: Company, now: datetime, settings: Any, times: int, allowed: int
) -> None:
    settings.SESSIONS_PER_USER = allowed
    pending = [steps.with_password(user, company, at=now) for _number in range(times)]
    codes = {attempt.id: steps.right_code(attempt) for attempt in pending}

    def enter() -> None:
        attempt = pending.pop()
        login.check_code(attempt=attempt, code=codes[attempt.id], at=now)

    ends = at_once(times, enter)

    assert ends == {"done": times}
    assert LoginAttempt.objects.filter(user=user, signed_in_at__isnull=False, ended_at=None).count() == allowed


def test_codes_asked_for_at_once_leave_one_alive_and_stay_within_the_budget(
    user: User, company: Company, now: datetime
) -> None:
    session = steps.with_session(user, company, at=now)

    ends = at_once(12, lambda: issued(user, session, clock.machine()))

    assert ends == {"done": 5, "too_many_codes": 7}
    alive = FnpChallenge.objects.filter(user=user, consumed_at=None, voided_at=None)
    assert alive.count() == 1


def test_one_message_is_claimed_by_one_worker(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    message = steps.challenge_of(attempt).messages.get()
    claimed = []

    def claim() -> None:
        if outbox.claim(clock.machine(), message_id=message.id):
            claimed.append(1)

    at_once(10, claim)

    assert len(claimed) == 1


def test_a_failed_try_is_counted_even_when_nothing_follows(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)

    with pytest.raises(login.SignInRefused):
        login.check_password(attempt=attempt, password="Gabim-2026-x", at=now)

    counter = FailureCounter.objects.get(identity=attempt.identity)
    assert counter.failures == 1


def test_judging_inside_another_transaction_is_a_bug(user: User, company: Company, now: datetime) -> None:
    attempt = steps.with_password(user, company, at=now)
    challenge = steps.challenge_of(attempt)

    with transaction.atomic(), pytest.raises(RuntimeError, match="durable"):
        fnp.judge(challenge_id=challenge.id, code="000000", user=user, attempt=attempt, purpose=fnp.SIGN_IN, at=now)
