"""The desk takes an authenticator away that was lost with its phone: who may, what follows, and who hears of it."""

from datetime import datetime, timedelta

import pytest
from django.conf import settings
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock, low_limit
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import calls, desk, factors, preferences
from auth_flow.models import AccessBlock, SmsMessage
from tests import builders, doors
from tests.auth_flow import steps
from tests.auth_flow.callers import WHY, act, agent, look, ring

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


@pytest.fixture
def at_desk() -> Client:
    return doors.at_the_desk(agent("view_accessblock", "change_accessblock"))


def with_app(user: User) -> None:
    preferences.note(user, factor=factors.TOTP)
    TOTPDevice.objects.create(user=user, name="app", confirmed=True)


def test_an_authenticator_that_is_lost_is_taken_away(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    with_app(user)
    assert "Hiq aplikacionin" in ring(at_desk, user).content.decode()

    page = act(at_desk, user, "remove_app")

    assert not TOTPDevice.objects.filter(user=user).exists()
    assert factors.chosen(user) == factors.SMS
    assert Notice.objects.filter(user=user, kind=desk.APP_REMOVED).exists()
    assert (
        "Aplikacioni i kodeve"
        in SmsMessage.objects.get(challenge=None, digits=None, to=user.person.phone).body_template
    )
    assert AuditEvent.objects.get(event="staff.factor.removed", outcome="done").reason == WHY
    assert "Hiq aplikacionin" not in page.content.decode()
    assert steps.challenge_of(steps.with_password(user, company, at=now)).sends == 1, "step three is the SMS again"


def test_without_it_she_signs_small_sums_alone_for_a_day(at_desk: Client, user: User) -> None:
    with_app(user)
    ring(at_desk, user)

    act(at_desk, user, "remove_app")

    hours = low_limit.of(User.objects.get(pk=user.pk), at=clock.now())
    assert hours is not None
    assert hours.until - hours.since == timedelta(hours=settings.LOW_LIMIT_HOURS)


def test_while_a_freeze_stands_no_sms_goes_to_the_lost_phone(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    with_app(user)
    pair = {"customer_number": user.username, "nipt": company.nipt}
    Client().post("/security/freeze/", pair | {"password": builders.PASSWORD})
    ring(at_desk, user)

    act(at_desk, user, "remove_app")

    assert not TOTPDevice.objects.filter(user=user).exists()
    assert Notice.objects.filter(user=user, kind=desk.APP_REMOVED).exists()
    assert not SmsMessage.objects.filter(to=user.person.phone, digits=None).exists()
    assert AccessBlock.objects.get(user=user).lifted_at is None


def test_an_authenticator_stays_until_the_caller_was_checked(at_desk: Client, user: User) -> None:
    with_app(user)
    assert "Hiq aplikacionin" not in ring(at_desk, user, checked=False).content.decode()

    page = act(at_desk, user, "remove_app")

    assert str(calls.CallerNotChecked.sentence) in page.content.decode()
    assert factors.chosen(user) == factors.TOTP
    assert AuditEvent.objects.get(event="staff.factor.removed").outcome == "refused"


def test_what_is_not_there_is_not_taken_away(at_desk: Client, user: User) -> None:
    ring(at_desk, user)

    page = act(at_desk, user, "remove_app")

    assert str(desk.NothingToRemove.sentence) in page.content.decode()
    assert not Notice.objects.filter(user=user, kind=desk.APP_REMOVED).exists()


def test_who_may_only_look_takes_no_authenticator_away(user: User) -> None:
    with_app(user)
    looker = doors.at_the_desk(agent("view_accessblock"))

    assert "Hiq aplikacionin" not in look(looker, user).content.decode()
    assert act(looker, user, "remove_app").status_code == 403
    assert factors.chosen(user) == factors.TOTP
