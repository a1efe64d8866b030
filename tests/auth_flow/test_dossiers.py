"""Why she cannot get in: every cause is named on the page of the call, with what helps."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from accounts import clock
from accounts.models import Company, User
from auth_flow import dossiers, lockout
from auth_flow.models import AccessBlock, SmsMessage
from tests.auth_flow import callers, steps

pytestmark = pytest.mark.django_db


def causes(user: User, at: datetime) -> str:
    return " ".join(str(obstacle.cause) for obstacle in dossiers.of(user, at=at).obstacles)


def closed(user: User) -> None:
    user.is_active = False
    user.save()


def unregistered(user: User) -> None:
    user.set_unusable_password()
    user.save()


def old_password(user: User) -> None:
    assert user.password_changed_at is not None, "she registered"
    user.password_changed_at -= timedelta(days=91)
    user.save()


def without_phone(user: User) -> None:
    assert user.person is not None, "a customer has a person"
    user.person.phone = ""
    user.person.save()


def without_mandate(user: User) -> None:
    user.mandates.update(valid_until=date(2020, 1, 1))


def handed_over(user: User) -> None:
    facts = {"reference": "K7M3P9QX", "reason": "x", "placed_by": "clock"}
    AccessBlock.objects.create(user=user, kind="centre", lane="others", placed_at=clock.machine(), **facts)


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (closed, "mbyllur nga banka"),
        (unregistered, "nuk është regjistruar"),
        (old_password, "Fjalëkalimi duhet ndryshuar"),
        (without_phone, "nuk ka celular"),
        (without_mandate, "Nuk hyn dot për asnjë kompani"),
        (handed_over, "deri te Contact Center, K7M3P9QX"),
    ],
)
def test_every_cause_is_named(user: User, now: datetime, spoil: Callable[[User], None], cause: str) -> None:
    assert causes(user, now) == ""

    spoil(user)

    assert cause in causes(User.objects.get(pk=user.pk), now)


def test_a_lane_that_is_shut_is_told_with_its_codes(user: User, now: datetime) -> None:
    for _try in range(5):
        lockout.reserve(lockout.identity_of_user(user), lockout.OTHERS, now, after_password=True)

    assert "5 gabime radhazi, prej tyre FNP pas fjalëkalimit të saktë 5" in causes(user, now)
    assert causes(user, now + timedelta(hours=1)) == ""


def test_an_sms_that_did_not_arrive_is_told(user: User, company: Company, now: datetime) -> None:
    steps.with_password(user, company, at=now)
    SmsMessage.objects.update(status="failed", error_words="Numri nuk ekziston")

    assert "Numri nuk ekziston" in causes(user, now)


def test_the_digits_of_a_call_stand_among_the_sms_without_being_told(user: User, now: datetime) -> None:
    call = callers.call_with(user, agent=callers.agent(), at=now)
    callers.send(call, at=now)

    (message,) = dossiers.of(user, at=now).messages

    assert message.digits_id is not None
    assert {"body_template", "to"} <= message.get_deferred_fields()


def test_what_a_caller_is_asked_is_not_pushed_out_by_tries_of_today(
    user: User, company: Company, now: datetime
) -> None:
    steps.with_session(user, company, at=now)
    today = now + timedelta(days=3)
    for number in range(10):
        steps.with_password(user, company, at=today + timedelta(minutes=6 * number))

    found = dossiers.of(user, at=today + timedelta(minutes=55))

    assert found.last_sign_in is not None
    assert found.last_sign_in.attempt.signed_in_at == now
    assert found.last_code_at == now
    assert all(way.attempt.signed_in_at is None for way in found.sign_ins)
