"""Who is calling: four digits to the registered phone, only for whoever called, three minutes, three tries, one use."""

import json
import logging
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEvent, Company, User
from auth_flow import call_codes, caller_checks, calls
from auth_flow.models import Call, CallDigits, DeskAlarm, SmsMessage
from auth_flow.sms import gsm7, outbox
from tests import builders, doors
from tests.auth_flow import callers, doorways, steps
from tests.auth_flow.callers import agent
from tests.conftest import Phone

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return agent("view_accessblock", "change_accessblock")


@pytest.fixture
def call(user: User, staff: User, now: datetime) -> Call:
    return callers.call_with(user, agent=staff, at=now)


def deliver(at: datetime) -> str:
    """What became of the SMS that waits."""
    message = outbox.claim(at)
    assert message is not None, "one waits"
    return outbox.send(message)


def test_the_right_digits_check_the_caller(call: Call, now: datetime) -> None:
    callers.send(call, at=now)

    callers.say(call, callers.digits_of(call), at=now)

    call.refresh_from_db()
    assert call.checked_at == now
    event = AuditEvent.objects.get(event="staff.caller.checked")
    assert json.loads(bytes(event.record))["details"]["answers"] == callers.ANSWERS


def test_the_sms_cannot_be_mistaken_for_an_fnp(call: Call, now: datetime, phone: Phone) -> None:
    callers.send(call, at=now)
    deliver(now)

    (sms,) = phone.new()

    assert sms["to"] == call.user.person.phone
    assert sms["body"] == (
        f"BKT: Shifrat {callers.digits_of(call)} jane vetem per biseden qe nisni ju me 042266288. "
        "Nuk vlejne ne faqe. Banka nuk ju kerkon kurre FNP."
    )
    assert gsm7.fits(sms["body"])


def test_the_digits_stand_in_no_row_no_trail_and_no_log(
    call: Call, now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    callers.send(call, at=now)
    deliver(now)
    callers.say(call, digits := callers.digits_of(call), at=now)

    message = SmsMessage.objects.get(digits__call=call)
    assert call_codes.MARK in message.body_template
    written = [bytes(event.record).decode() for event in AuditEvent.objects.filter(event__startswith="staff.caller")]
    assert not any(f'"{digits}"' in line or f"Shifrat {digits}" in line for line in [*written, caplog.text])
    assert f"Shifrat {digits}" not in message.body_template


def test_digits_go_out_only_when_the_customer_called(user: User, now: datetime) -> None:
    for channel, began_by_customer in (("phone", False), ("whatsapp", True), ("email", True)):
        call = callers.call_with(user, agent=agent(), at=now, channel=channel, began_by_customer=began_by_customer)
        with pytest.raises(caller_checks.CustomerMustCall):
            callers.send(call, at=now)
    assert not SmsMessage.objects.filter(to=user.person.phone).exists()


def test_they_live_three_minutes(call: Call, now: datetime) -> None:
    callers.send(call, at=now)

    with pytest.raises(caller_checks.DigitsAreOver):
        callers.say(call, callers.digits_of(call), at=now + timedelta(minutes=3))
    callers.say(call, callers.digits_of(call), at=now + timedelta(seconds=179))


def test_they_may_be_tried_three_times(call: Call, now: datetime) -> None:
    callers.send(call, at=now)
    lefts = []
    for _try in range(3):
        with pytest.raises(caller_checks.WrongDigits) as refusal:
            callers.say(call, callers.wrong_digits(call), at=now)
        lefts.append(refusal.value.facts["attempts_left"])

    with pytest.raises(caller_checks.DigitsAreOver):
        callers.say(call, callers.digits_of(call), at=now)
    assert lefts == [2, 1, 0]
    call.refresh_from_db()
    assert call.checked_at is None
    assert AuditEvent.objects.filter(event="staff.caller.checked", outcome="refused").count() == 4


def test_they_are_used_once(call: Call, user: User, staff: User, now: datetime) -> None:
    callers.send(call, at=now)
    digits = callers.digits_of(call)
    callers.say(call, digits, at=now)

    with pytest.raises(caller_checks.AlreadyChecked):
        callers.say(call, digits, at=now)
    with pytest.raises(caller_checks.AlreadyChecked):
        callers.send(call, at=now)
    calls.end_call(call_id=call.pk, actor=callers.facts(call, at=now)["actor"], at=now)
    second = callers.call_with(user, agent=staff, at=now)
    with pytest.raises(caller_checks.DigitsAreOver):
        callers.say(second, digits, at=now)


def test_the_digits_of_one_call_are_not_those_of_another(user: User, now: datetime) -> None:
    first, second = (callers.call_with(user, agent=agent(), at=now) for _agent in range(2))
    for call in (first, second):
        callers.send(call, at=now)
    if callers.digits_of(first) == callers.digits_of(second):  # one in ten thousand
        return

    with pytest.raises(caller_checks.WrongDigits):
        callers.say(second, callers.digits_of(first), at=now)


def test_a_caller_who_knows_too_little_is_not_judged_by_digits(call: Call, now: datetime) -> None:
    callers.send(call, at=now)

    for answers in ([], ["company"], ["last_sign_in"], ["company", "company"], ["company", "invented"]):
        with pytest.raises(caller_checks.TooFewAnswers):
            callers.say(call, callers.digits_of(call), at=now, answers=answers)
    assert CallDigits.objects.get().attempts == 0


def test_what_a_stranger_can_know_is_not_enough(call: Call, now: datetime) -> None:
    callers.send(call, at=now)

    with pytest.raises(caller_checks.TooFewAnswers):
        callers.say(call, callers.digits_of(call), at=now, answers=["company", "trouble"])
    callers.say(call, callers.digits_of(call), at=now, answers=["company", "earlier_code"])


def guess(staff: User, *, tries: int = 3, at: datetime) -> Call:
    """One more customer, and guesses about her digits."""
    call = callers.call_with(builders.user(at=at), agent=staff, at=at)
    callers.send(call, at=at)
    for _try in range(tries):
        with pytest.raises(caller_checks.WrongDigits):
            callers.say(call, callers.wrong_digits(call), at=at)
    return call


def hang_up(call: Call, *, at: datetime) -> None:
    calls.end_call(call_id=call.pk, actor=audit.actor_of(call.agent), at=at)


def test_nobody_guesses_her_way_through_many_customers(staff: User, user: User, now: datetime) -> None:
    for _customer in range(4):
        assert not DeskAlarm.objects.exists()
        hang_up(guess(staff, at=now), at=now)

    call = callers.call_with(user, agent=staff, at=now)
    with pytest.raises(caller_checks.TooManyWrongDigits):
        callers.send(call, at=now)

    alarm = DeskAlarm.objects.get()
    assert (alarm.agent, alarm.kind, alarm.count) == (staff, "digits", 12)
    callers.send(callers.call_with(user, agent=agent(), at=now), at=now)
    hang_up(call, at=now)
    tomorrow = now + timedelta(days=1, seconds=1)
    callers.send(callers.call_with(user, agent=staff, at=tomorrow), at=tomorrow)


def test_after_too_many_wrong_ones_the_right_ones_count_no_more(staff: User, now: datetime) -> None:
    for tries in (3, 3, 3, 2):
        hang_up(guess(staff, tries=tries, at=now), at=now)
    call = guess(staff, tries=1, at=now)

    with pytest.raises(caller_checks.TooManyWrongDigits):
        callers.say(call, callers.digits_of(call), at=now)
    assert Call.objects.get(pk=call.pk).checked_at is None


def test_callers_who_read_rightly_are_no_guesses(staff: User, now: datetime) -> None:
    for _customer in range(13):
        hang_up(callers.checked_call(builders.user(at=now), agent=staff, at=now), at=now)

    assert not DeskAlarm.objects.exists()


def test_they_are_sent_again_as_they_are_once(call: Call, now: datetime) -> None:
    first = callers.send(call, at=now)
    with pytest.raises(caller_checks.DigitsSentJustNow):
        callers.send(call, at=now + timedelta(seconds=10))
    again = callers.send(call, at=now + timedelta(seconds=31))

    assert again == first
    assert again.expires_at == now + timedelta(minutes=3)
    with pytest.raises(caller_checks.NoMoreDigits):
        callers.send(call, at=now + timedelta(seconds=90))


def test_a_call_gets_two_kinds_of_digits_and_no_more(call: Call, now: datetime) -> None:
    callers.send(call, at=now)
    second = callers.send(call, at=now + timedelta(minutes=4))

    assert second.attempts == 0
    with pytest.raises(caller_checks.NoMoreDigits):
        callers.send(call, at=now + timedelta(minutes=8))


def test_a_customer_gets_six_a_day(user: User, now: datetime) -> None:
    for _call in range(6):
        callers.send(callers.call_with(user, agent=agent(), at=now), at=now)

    with pytest.raises(caller_checks.NoMoreDigits):
        callers.send(callers.call_with(user, agent=agent(), at=now), at=now)


def test_another_agent_neither_sends_nor_judges(call: Call, now: datetime) -> None:
    of_call: dict[str, Any] = {"call_id": call.pk, "user_id": call.user_id, "at": now}
    actor = audit.actor_of(agent())
    with pytest.raises(calls.NoOpenCall):
        caller_checks.send_digits(**of_call, actor=actor)
    callers.send(call, at=now)
    with pytest.raises(calls.NoOpenCall):
        caller_checks.check(**of_call, actor=actor, digits=callers.digits_of(call), answers=callers.ANSWERS)


def test_a_phone_that_changed_meanwhile_checks_nobody(call: Call, user: User, now: datetime) -> None:
    callers.send(call, at=now)
    user.person.phone = "+355672099999"
    user.person.save()

    with pytest.raises(caller_checks.DigitsAreOver):
        callers.say(call, callers.digits_of(call), at=now)


def test_a_customer_without_a_phone_gets_none(call: Call, user: User, now: datetime) -> None:
    user.person.phone = ""
    user.person.save()

    with pytest.raises(caller_checks.NoPhoneForDigits):
        callers.send(call, at=now)


def test_no_page_takes_the_digits(call: Call, user: User, company: Company, now: datetime) -> None:
    callers.send(call, at=now)
    digits = callers.digits_of(call)
    at_the_door, forgot = Client(), Client()
    steps.browse_to_code(at_the_door, user, company)

    for typed in (digits, f"00{digits}", f"{digits}00"):
        assert at_the_door.post("/login/code/", {"code": typed}).status_code == 200
    doorways.card(user)
    forgot.post("/password/forgot/", doorways.typed(user, company))
    assert forgot.post("/password/forgot/code/", {"code": digits}).status_code == 200
    assert "_auth_user_id" not in at_the_door.session


def test_used_digits_are_sent_no_more(call: Call, now: datetime, phone: Phone) -> None:
    callers.send(call, at=now)
    callers.say(call, callers.digits_of(call), at=now)

    assert deliver(now) == "expired"
    assert phone.new() == []


def test_the_page_shows_how_they_fare_and_never_what_they_are(user: User, staff: User) -> None:
    browser = doors.at_the_desk(staff)
    callers.ring(browser, user, checked=False)

    page = callers.step(browser, user, "digits/").content.decode()

    digits = callers.digits_of(Call.objects.get())
    assert "prova të mbetura 3" in page
    assert f">{digits}<" not in page
    assert f'value="{digits}"' not in page
    wrong = callers.wrong_digits(Call.objects.get())
    again = callers.step(browser, user, "check/", digits=wrong, answers=callers.ANSWERS)
    assert "Shifrat nuk përputhen" in again.content.decode()
    assert f'value="{wrong}"' not in again.content.decode()


@pytest.mark.parametrize("typed", ["", "12", "12345", "abcd"])
def test_what_are_no_four_digits_costs_no_try(user: User, staff: User, typed: str) -> None:
    browser = doors.at_the_desk(staff)
    callers.ring(browser, user, checked=False)
    callers.step(browser, user, "digits/")

    callers.step(browser, user, "check/", digits=typed, answers=callers.ANSWERS)

    assert CallDigits.objects.get().attempts == 0
