"""How many codes go out, and who is stopped when there are too many."""

import logging
from datetime import datetime, timedelta
from typing import Any

import pytest

from accounts import clock
from accounts.models import AuditEvent, Company, User
from auth_flow import budgets, fnp, login
from auth_flow.models import FnpChallenge, KnownBrowser, LoginAttempt
from tests import builders
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def ask(attempt: LoginAttempt, at: datetime, purpose: str = fnp.SIGN_IN) -> FnpChallenge:
    assert attempt.user is not None
    return fnp.issue(
        user=attempt.user, purpose=purpose, body=b"x", sms=f"FNP {fnp.MARK}", attempt=attempt, subject="x", at=at
    )


def known(attempt: LoginAttempt, at: datetime) -> LoginAttempt:
    """The same attempt, from a known browser."""
    assert attempt.user is not None
    attempt.known_browser = KnownBrowser.objects.create(
        user=attempt.user, token_hash=str(attempt.id), first_seen_at=at, last_seen_at=at
    )
    attempt.save(update_fields=["known_browser"])
    return attempt


def customers(company: Company, at: datetime, count: int, network: str = "192.0.2.1") -> list[LoginAttempt]:
    return [steps.identified(steps.customer_of(company), company, at=at, network=network) for _number in range(count)]


def test_five_in_a_quarter_of_an_hour_and_twenty_a_day(user: User, company: Company, now: datetime) -> None:
    attempt = steps.identified(user, company, at=now)
    sent = 0
    for quarter in range(6):
        at = now + quarter * timedelta(minutes=16)
        for _time in range(6):
            try:
                ask(attempt, at)
            except budgets.TooManyCodes:
                break
            sent += 1

    assert sent == 20


def test_codes_burnt_at_the_door_leave_the_signatures(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)
    stranger = steps.identified(user, company, at=now)
    later = now + timedelta(seconds=1)
    for _time in range(5):
        ask(stranger, later)
    with pytest.raises(budgets.TooManyCodes):
        ask(stranger, later)

    assert ask(session, later, fnp.PAYMENT).sends == 1


def test_codes_burnt_for_signatures_leave_the_door(user: User, company: Company, now: datetime) -> None:
    session = steps.with_session(user, company, at=now)
    for _time in range(5):
        ask(session, now, fnp.PAYMENT)

    later = now + timedelta(seconds=1)
    assert steps.with_password(user, company, at=later).password_at == later


def test_codes_burnt_by_others_leave_the_known_browser(user: User, company: Company, now: datetime) -> None:
    stranger = steps.identified(user, company, at=now)
    for _time in range(5):
        ask(stranger, now)

    assert ask(known(steps.identified(user, company, at=now), now), now).sends == 1


def test_a_success_starts_the_count_anew(user: User, company: Company, now: datetime) -> None:
    for _time in range(4):
        steps.with_password(user, company, at=now)
    steps.with_session(user, company, at=now + timedelta(seconds=1))

    attempt = steps.identified(user, company, at=now)
    for _time in range(5):
        ask(attempt, now + timedelta(seconds=2))


def test_one_phone_has_a_budget_whoever_asks(company: Company, now: datetime, settings: Any) -> None:
    attempts = customers(company, now, 6)
    for attempt in attempts:
        attempt.user.person.phone = "+355672111111"
        attempt.user.person.save()
    settings.FNP_PER_PHONE = [(900, 5)]
    for attempt in attempts[:5]:
        ask(attempt, now)

    with pytest.raises(budgets.TooManyCodes):
        ask(attempts[5], now)


@pytest.mark.parametrize("network", ["198.51.100.4", "2001:db8:7:7::1"])
def test_thirty_an_hour_from_one_network(company: Company, now: datetime, settings: Any, network: str) -> None:
    settings.FNP_PER_NETWORK = [(3600, 3)]
    *first, last = customers(company, now, 4, network)
    for attempt in first:
        ask(attempt, now)

    with pytest.raises(budgets.TooManyCodes):
        ask(last, now)
    assert ask(known(last, now), now).sends == 1, "a known browser is not stopped by what others do"
    assert ask(customers(company, now, 1, "198.51.100.5")[0], now).sends == 1
    assert ask(customers(company, now + HOUR, 1, network)[0], now + HOUR).sends == 1


def test_codes_that_were_used_do_not_count_for_the_network(company: Company, now: datetime, settings: Any) -> None:
    settings.FNP_PER_NETWORK = [(3600, 2)]
    for _time in range(4):
        steps.with_session(steps.customer_of(company), company, at=now)


def test_the_bank_raises_the_alarm_once_and_slows_unknown_browsers_alone(
    company: Company, now: datetime, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    settings.FNP_PER_BANK_MAX = 5
    session = steps.with_session(steps.customer_of(company), company, at=now)
    attempts = customers(company, now, 6)
    with caplog.at_level(logging.ERROR):
        for attempt in attempts[:4]:
            ask(attempt, now)
        with pytest.raises(budgets.CodesAreSlowed):
            ask(attempts[4], now)
        ask(known(attempts[5], now), now)
        ask(session, now, fnp.PAYMENT)

    assert [record.name for record in caplog.records] == ["auth_flow.budgets"]
    assert AuditEvent.objects.filter(event="auth.codes.over_budget", subject="bank").count() == 1
    assert ask(attempts[4], now + timedelta(minutes=11)).sends == 1


def test_a_country_has_a_budget_and_home_has_the_banks(company: Company, now: datetime, settings: Any) -> None:
    settings.FNP_PER_COUNTRY_MAX = 2
    abroad = customers(company, now, 3)
    for number, attempt in enumerate(abroad):
        attempt.user.person.phone = f"+49151000000{number}"
        attempt.user.person.save()
    for attempt in abroad[:2]:
        ask(attempt, now)

    with pytest.raises(budgets.CodesAreSlowed):
        ask(abroad[2], now)
    for attempt in customers(company, now, 3):
        ask(attempt, now)


@pytest.mark.parametrize(("phone", "country"), [("+355672000000", "355"), ("+12025550123", "1"), ("+999123456", "999")])
def test_a_number_tells_its_country(phone: str, country: str) -> None:
    assert budgets.country_of(phone) == country


def test_who_is_slowed_reads_why(user: User, company: Company, now: datetime, settings: Any) -> None:
    settings.FNP_PER_BANK_MAX = 0

    with pytest.raises(budgets.TooManyCodes) as refusal:
        login.check_password(attempt=steps.identified(user, company, at=now), password=builders.PASSWORD, at=now)
    assert "shumë FNP" in str(refusal.value.sentence)
