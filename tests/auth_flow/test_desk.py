"""What an agent may do for a caller, with and without a check, who hears of it, and what she never can."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as portal
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.test import Client
from django_otp.plugins.otp_totp.models import TOTPDevice
from psycopg import errors

from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import blocks, calls, cases, desk, desk_alarms, fnp, lockout, login
from auth_flow.models import (
    AccessBlock,
    Call,
    CallAct,
    DeskAlarm,
    FailureCounter,
    FnpChallenge,
    LoginAttempt,
    SecurityCase,
    SmsMessage,
)
from auth_flow.sms import gsm7
from tests import builders, doors
from tests.auth_flow import callers, steps
from tests.auth_flow.callers import DESK, WHY, act, agent, facts, look, ring

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return agent("view_accessblock", "change_accessblock")


@pytest.fixture
def at_desk(staff: User) -> Client:
    return doors.at_the_desk(staff)


@pytest.fixture
def call(user: User, staff: User, now: datetime) -> Call:
    return callers.checked_call(user, agent=staff, at=now)


@pytest.fixture
def unchecked(user: User, staff: User, now: datetime) -> Call:
    return callers.call_with(user, agent=staff, at=now)


def shut(user: User, at: datetime) -> None:
    for lane in (lockout.KNOWN, lockout.OTHERS):
        for _try in range(5):
            lockout.reserve(lockout.identity_of_user(user), lane, at)


# --- What opens a way in ---------------------------------------------------------------------------------------------


def test_unblocking_opens_every_lane_and_tells_the_owner(
    call: Call, user: User, company: Company, now: datetime
) -> None:
    shut(user, now)

    desk.unblock(**facts(call, at=now))

    assert not FailureCounter.objects.exclude(failures=0).exists()
    assert steps.with_password(user, company, at=now).password_at == now
    assert Notice.objects.filter(user=user, kind=desk.UNBLOCKED).exists()
    assert "zhbllokua" in SmsMessage.objects.get(challenge=None, digits=None, to=user.person.phone).body_template
    assert AuditEvent.objects.get(event="staff.access.unblocked").reason == WHY
    assert CallAct.objects.get().what == "unblock"


@pytest.mark.parametrize("verb", [desk.unblock, desk.allow_reset, desk.remove_app])
def test_nothing_is_opened_before_the_caller_was_checked(
    unchecked: Call, user: User, now: datetime, verb: Callable[..., object]
) -> None:
    shut(user, now)

    with pytest.raises(calls.CallerNotChecked):
        verb(**facts(unchecked, at=now))

    assert FailureCounter.objects.filter(failures=5).count() == 2
    assert not CallAct.objects.exists()
    refused = AuditEvent.objects.get(outcome="refused", reason="caller_not_checked")
    assert refused.subject == f"user:{user.pk}"


def test_a_block_of_the_centre_is_lifted_by_one_agent(call: Call, user: User, now: datetime) -> None:
    AccessBlock.objects.create(
        user=user, kind="centre", lane="others", reference="K7M3P9QX", reason="x", placed_by="clock", placed_at=now
    )

    desk.unblock(**facts(call, at=now))

    assert AccessBlock.objects.get(user=user).lifted_at == now


def test_to_unblock_lifts_no_freeze(call: Call, user: User, company: Company, now: datetime) -> None:
    desk.freeze(**facts(call, at=now))

    desk.unblock(**facts(call, at=now))

    with pytest.raises(blocks.AccessFrozen):
        steps.with_password(user, company, at=now)


def test_many_unblocks_within_the_hour_raise_one_alarm(call: Call, staff: User, now: datetime, settings: Any) -> None:
    settings.DESK_UNBLOCKS_PER_HOUR = 2
    desk.unblock(**facts(call, at=now))
    assert not DeskAlarm.objects.exists()

    for _again in range(2):
        desk.unblock(**facts(call, at=now))

    alarm = DeskAlarm.objects.get()
    assert (alarm.agent, alarm.kind, alarm.count) == (staff, "unblocks", 2)
    assert AuditEvent.objects.filter(event="staff.desk.alarm").count() == 1
    assert desk_alarms.recent(at=now) == [alarm]


def test_permits_and_removals_count_as_much_as_unblocks(
    call: Call, user: User, staff: User, now: datetime, settings: Any
) -> None:
    settings.DESK_UNBLOCKS_PER_HOUR = 3
    TOTPDevice.objects.create(user=user, name="authenticator", confirmed=True)

    desk.remove_app(**facts(call, at=now))
    desk.allow_reset(**facts(call, at=now))
    desk.end_sessions(**facts(call, at=now))
    assert not DeskAlarm.objects.exists()
    desk.unblock(**facts(call, at=now))

    assert DeskAlarm.objects.get().agent == staff


# --- What shuts, and what only hurries -------------------------------------------------------------------------------


def test_an_agent_shuts_an_access_without_a_check(unchecked: Call, user: User, company: Company, now: datetime) -> None:
    browser = Client()
    steps.browse_in(browser, user, company)

    desk.freeze(**facts(unchecked, at=now))

    assert browser.get("/personalisation/").status_code == 302
    with pytest.raises(blocks.AccessFrozen):
        steps.with_password(user, company, at=now)
    assert Notice.objects.filter(user=user, kind=desk.FROZEN).exists()
    assert not SmsMessage.objects.filter(challenge=None, to=user.person.phone).exists(), "the phone may be lost"


def test_a_freeze_that_stands_already_stays(unchecked: Call, user: User, now: datetime) -> None:
    first = desk.freeze(**facts(unchecked, at=now))
    second = desk.freeze(**facts(unchecked, at=now + timedelta(minutes=1)))

    assert first == second
    assert Notice.objects.filter(user=user, kind=desk.FROZEN).count() == 1


def test_ending_sessions_ends_ways_in_too(unchecked: Call, user: User, company: Company, now: datetime) -> None:
    steps.with_session(user, company, at=now)
    pending = steps.with_password(user, company, at=now)
    code = steps.right_code(pending)

    desk.end_sessions(**facts(unchecked, at=now))

    assert not LoginAttempt.objects.filter(user=user, ended_at=None).exists()
    assert Notice.objects.filter(user=user, kind=desk.SESSIONS_ENDED).exists()
    with pytest.raises(login.SignInExpired):
        login.check_code(attempt=pending, code=code, at=now)


def test_an_fnp_that_waits_in_the_outbox_is_hurried(
    unchecked: Call, user: User, company: Company, now: datetime
) -> None:
    attempt = steps.with_password(user, company, at=now)
    SmsMessage.objects.update(not_before=now + timedelta(seconds=20))

    desk.send_again(**facts(unchecked, at=now))

    assert SmsMessage.objects.get().not_before == now
    assert steps.challenge_of(attempt).sends == 1
    assert Notice.objects.filter(user=user, kind=desk.SENT_AGAIN).exists()


def test_an_fnp_that_was_sent_goes_out_once_more_than_she_could(
    unchecked: Call, user: User, company: Company, now: datetime
) -> None:
    attempt = steps.with_password(user, company, at=now)
    FnpChallenge.objects.update(sends=portal.FNP_SENDS_MAX)
    SmsMessage.objects.update(status="delivered", created_at=now - timedelta(minutes=1))
    before = steps.right_code(attempt)

    desk.send_again(**facts(unchecked, at=now))

    assert SmsMessage.objects.filter(status="queued", challenge__attempt=attempt).count() == 1
    assert steps.right_code(attempt) == before, "the same code, sent again"
    SmsMessage.objects.update(status="delivered", created_at=now - timedelta(minutes=1))
    with pytest.raises(fnp.NoMoreSends):
        desk.send_again(**facts(unchecked, at=now))


def test_where_no_fnp_waits_none_is_sent(unchecked: Call, user: User, company: Company, now: datetime) -> None:
    with pytest.raises(desk.NothingToSend):
        desk.send_again(**facts(unchecked, at=now))
    steps.with_password(user, company, at=now)

    with pytest.raises(desk.NothingToSend):
        desk.send_again(**facts(unchecked, at=now + timedelta(seconds=179)))
    assert not CallAct.objects.exists()


def test_every_act_is_told_and_stands_in_the_call(call: Call, user: User, company: Company, now: datetime) -> None:
    steps.with_password(user, company, at=now)
    for verb in (desk.send_again, desk.unblock, desk.allow_reset, desk.end_sessions, desk.freeze):
        verb(**facts(call, at=now))

    told = set(Notice.objects.filter(user=user).values_list("kind", flat=True))
    assert told >= {desk.SENT_AGAIN, desk.UNBLOCKED, desk.RESET_ALLOWED, desk.SESSIONS_ENDED, desk.FROZEN}
    done = set(CallAct.objects.values_list("what", flat=True))
    assert done == {"resend", "unblock", "reset", "end_sessions", "freeze"}
    assert set(CallAct.objects.values_list("reason", flat=True)) == {WHY}


# --- In a browser ----------------------------------------------------------------------------------------------------


def test_a_call_from_the_look_to_the_unblocked_access(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    shut(user, now)
    assert "mbyllur deri" in ring(at_desk, user).content.decode()

    page = act(at_desk, user, "unblock")

    assert "Hyrja u zhbllokua" in page.content.decode()
    assert steps.with_password(user, company, at=now).password_at == now


@pytest.mark.parametrize("verb", ["unblock", "freeze", "thaw", "reset", "remove_app", "end_sessions", "resend"])
def test_no_act_without_a_call(at_desk: Client, user: User, verb: str) -> None:
    look(at_desk, user)

    page = act(at_desk, user, verb)

    assert str(calls.NoOpenCall.sentence) in page.content.decode()
    assert not CallAct.objects.exists()
    assert AuditEvent.objects.get(outcome="refused").reason == "no_open_call"


def test_who_may_only_look_may_not_act(user: User) -> None:
    looker = doors.at_the_desk(agent("view_accessblock"))
    page = look(looker, user).content.decode()

    assert "Hap telefonatën" not in page
    assert act(looker, user, "freeze").status_code == 403
    for step in ("", "end/", "digits/", "check/"):
        assert callers.step(looker, user, step).status_code == 403
    assert not AccessBlock.objects.exists()


def test_an_act_without_a_reason_is_none(at_desk: Client, user: User) -> None:
    ring(at_desk, user, checked=False)

    page = act(at_desk, user, "freeze", reason="")

    assert "Shkruani arsyen" in page.content.decode()
    assert not AccessBlock.objects.exists()


def test_the_call_that_is_open_is_named_where_customers_are_looked_for(at_desk: Client, user: User) -> None:
    assert "Keni një telefonatë të hapur" not in at_desk.get(DESK).content.decode()
    ring(at_desk, user, checked=False)

    page = at_desk.get(DESK)

    assert "Keni një telefonatë të hapur" in page.content.decode()
    assert page.context["call"].user == user


def test_two_at_one_row_are_asked_to_try_again(at_desk: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_the_way(**_typed: object) -> None:
        raise OperationalError from errors.LockNotAvailable()

    look(at_desk, user)
    monkeypatch.setattr(calls, "open_call", in_the_way)

    assert callers.step(at_desk, user, "", channel="phone", began_by_customer="yes", reason=WHY).status_code == 503


def test_a_case_is_closed_in_the_queue_and_not_here(
    user: User, company: Company, call: Call, staff: User, now: datetime
) -> None:
    reference = steps.challenge_of(steps.with_password(user, company, at=now)).reference
    cases.report_code(reference=reference, network="192.0.2.1", at=now)
    case = SecurityCase.objects.get(reference=reference)
    staff.user_permissions.add(Permission.objects.get(codename="view_securitycase"))
    browser = doors.at_the_desk(User.objects.get(pk=staff.pk))

    act(browser, user, "close_case", row=case.pk)

    assert SecurityCase.objects.get().status == SecurityCase.Status.OPEN
    assert f"/staff/auth_flow/securitycase/{case.pk}/change/" in look(browser, user).content.decode()


def test_the_page_shows_no_money(at_desk: Client, user: User, company: Company) -> None:
    account = builders.funded(company, 123_456_789)

    page = ring(at_desk, user).content.decode()

    assert company.name in page
    assert "1.234.567,89" not in page
    assert str(account.iban) not in page


@pytest.mark.parametrize("text", [desk.SMS_UNBLOCKED, desk.SMS_APP_REMOVED, desk.SMS_RESET_ALLOWED])
def test_what_the_desk_sends_fits_one_sms(text: str) -> None:
    bank = portal.BANK

    assert gsm7.fits(text.format(bank=bank["short_name"], at="20.11.2026 10:00", phone=bank["phone_sms"]))
