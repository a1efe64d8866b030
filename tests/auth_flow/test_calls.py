"""A call at the desk: with whom, one at a time, until when, and what it allows."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEvent, User
from auth_flow import calls, desk
from auth_flow.models import AccessBlock, Call, CallAct
from tests import builders, doors
from tests.auth_flow import callers, steps
from tests.auth_flow.callers import DESK, WHY, agent

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return agent("view_accessblock", "change_accessblock")


def open_with(subject: User, staff: User, at: datetime) -> Call:
    facts: dict[str, Any] = {"channel": "phone", "began_by_customer": True, "reason": WHY}
    return calls.open_call(user_id=subject.pk, agent=staff, **facts, actor=audit.actor_of(staff), at=at)


def test_a_call_says_who_what_and_how(user: User, staff: User, now: datetime) -> None:
    call = callers.call_with(user, agent=staff, at=now, channel="whatsapp", began_by_customer=False)

    assert (call.agent, call.user, call.reason, call.checked_at) == (staff, user, WHY, None)
    event = AuditEvent.objects.get(event="staff.call.opened")
    assert (event.subject, event.reason, event.actor) == (f"user:{user.pk}", WHY, f"user:{staff.pk}")


def test_no_call_without_a_look(user: User, staff: User, now: datetime) -> None:
    with pytest.raises(calls.NotACustomer):
        open_with(user, staff, now)


def test_no_call_with_oneself_or_a_colleague(staff: User, now: datetime) -> None:
    for subject in (staff, builders.staff()):
        with pytest.raises(calls.NotACustomer):
            open_with(subject, staff, now)


def test_an_agent_has_one_call_at_a_time(user: User, staff: User, now: datetime) -> None:
    other = builders.user(at=now)
    first = callers.call_with(user, agent=staff, at=now)
    with pytest.raises(calls.AlreadyInACall):
        callers.call_with(other, agent=staff, at=now)

    calls.end_call(call_id=first.pk, actor=audit.actor_of(staff), at=now)

    assert callers.call_with(other, agent=staff, at=now).user == other
    assert AuditEvent.objects.filter(event="staff.call.ended", outcome="done").count() == 1


def test_a_call_that_was_forgotten_is_over_by_itself(user: User, staff: User, now: datetime) -> None:
    first = callers.call_with(user, agent=staff, at=now)
    late = now + timedelta(minutes=30)

    with pytest.raises(calls.NoOpenCall):
        desk.freeze(**callers.facts(first, at=late))
    callers.call_with(user, agent=staff, at=late)

    first.refresh_from_db()
    assert first.ended_at == first.expires_at == late


def test_a_call_that_was_ended_allows_nothing(user: User, staff: User, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)
    calls.end_call(call_id=call.pk, actor=audit.actor_of(staff), at=now)

    for verb in (desk.unblock, desk.freeze, desk.end_sessions):
        with pytest.raises(calls.NoOpenCall):
            verb(**callers.facts(call, at=now))
    assert not CallAct.objects.exists()


def test_the_call_of_another_agent_is_not_hers_to_use_or_to_end(user: User, staff: User, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)
    stranger = audit.actor_of(agent())

    with pytest.raises(calls.NoOpenCall):
        desk.unblock(**callers.facts(call, at=now) | {"actor": stranger})
    with pytest.raises(calls.NoOpenCall):
        calls.end_call(call_id=call.pk, actor=stranger, at=now)
    assert AuditEvent.objects.filter(outcome="refused", reason="no_open_call").count() == 2


def test_a_call_with_one_customer_helps_no_other(user: User, staff: User, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)
    other = builders.user(at=now)

    for verb in (desk.unblock, desk.freeze, desk.end_sessions, desk.allow_reset):
        with pytest.raises(calls.NoOpenCall):
            verb(**callers.facts(call, at=now) | {"user_id": other.pk})
    assert not CallAct.objects.exists()
    assert not AccessBlock.objects.exists()


def test_staff_are_no_customers_even_in_a_call(user: User, staff: User, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)

    for subject in (staff, builders.staff()):
        with pytest.raises(User.DoesNotExist):
            desk.freeze(**callers.facts(call, at=now) | {"user_id": subject.pk})


def test_the_page_offers_what_the_call_allows(user: User, staff: User) -> None:
    browser = doors.at_the_desk(staff)
    assert "Ngri hyrjen" not in callers.look(browser, user).content.decode()

    talking = callers.ring(browser, user, checked=False).content.decode()
    assert "Ngri hyrjen" in talking
    assert "Zhblloko hyrjen" not in talking

    callers.step(browser, user, "digits/")
    digits = callers.digits_of(Call.objects.get())
    checked = callers.step(browser, user, "check/", digits=digits, answers=callers.ANSWERS).content.decode()
    assert "Zhblloko hyrjen" in checked
    assert f'"{digits}"' not in checked

    ended = callers.step(browser, user, "end/").content.decode()
    assert "Ngri hyrjen" not in ended


def test_another_call_that_is_open_is_named(user: User, staff: User, now: datetime) -> None:
    other = builders.user(at=now)
    browser = doors.at_the_desk(staff)
    callers.ring(browser, other, checked=False)

    page = callers.look(browser, user)

    assert f"{DESK}{other.pk}/" in page.content.decode()
    assert page.context["call"] is None


def test_who_called_whom_must_be_said(user: User, staff: User) -> None:
    browser = doors.at_the_desk(staff)
    callers.look(browser, user)

    page = callers.step(browser, user, "", channel="phone", reason=WHY)

    assert "Shënoni kush e nisi" in page.content.decode()
    assert not Call.objects.exists()


def test_steps_of_a_call_are_only_posted(user: User, staff: User) -> None:
    browser = doors.at_the_desk(staff)
    callers.look(browser, user)

    for step in ("", "end/", "digits/", "check/"):
        assert browser.get(f"{DESK}{user.pk}/call/{step}").status_code == 405


def test_a_call_needs_a_customer_of_the_desk(staff: User) -> None:
    browser = doors.at_the_desk(staff)

    page = browser.post(f"{DESK}{staff.pk}/call/", {"channel": "phone", "began_by_customer": "yes", "reason": WHY})

    assert page.headers["Location"] == DESK
    assert not Call.objects.exists()


@pytest.fixture
def customer_browser(user: User) -> Client:
    browser = Client()
    steps.browse_in(browser, user, user.mandates.get().company)
    return browser


def test_a_customer_takes_no_calls(customer_browser: Client, user: User) -> None:
    for step in ("", "end/", "digits/", "check/"):
        assert customer_browser.post(f"{DESK}{user.pk}/call/{step}").status_code == 302
    assert not Call.objects.exists()
