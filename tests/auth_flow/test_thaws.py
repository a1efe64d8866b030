"""A freeze is lifted by two of staff: one with a caller who was checked, another who judges her word."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import audit, four_eyes, powers
from accounts.models import AuditEvent, Company, Notice, Proposal, User
from auth_flow import blocks, calls, desk, thaws
from auth_flow.models import AccessBlock, Call, DeskAlarm, SmsMessage
from tests import builders, doors
from tests.auth_flow import callers, steps
from tests.auth_flow.callers import DESK, WHY, agent, facts

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff() -> User:
    return agent("view_accessblock", "change_accessblock")


@pytest.fixture
def frozen(user: User, company: Company) -> AccessBlock:
    pair = {"customer_number": user.username, "nipt": company.nipt}
    Client().post("/security/freeze/", pair | {"password": builders.PASSWORD})
    return AccessBlock.objects.get(user=user)


@pytest.fixture
def call(frozen: AccessBlock, user: User, staff: User, now: datetime) -> Call:
    return callers.checked_call(user, agent=staff, at=now)


def decide(proposal: Proposal, staff: User, act: str = "approve", *, reason: str = "", at: datetime) -> Proposal:
    return thaws.decide(proposal_id=proposal.pk, act=act, reason=reason, actor=audit.actor_of(staff), at=at)


def test_one_proposes_and_another_confirms(
    call: Call, frozen: AccessBlock, user: User, company: Company, staff: User, now: datetime
) -> None:
    proposal = thaws.propose(**facts(call, at=now))
    with pytest.raises(blocks.AccessFrozen):
        steps.with_password(user, company, at=now)

    second = agent("view_accessblock", "change_accessblock")
    decide(proposal, second, at=now)

    frozen.refresh_from_db()
    assert frozen.lifted_at == now
    assert (frozen.lift_proposed_by, frozen.lifted_by) == (f"user:{staff.pk}", f"user:{second.pk}")
    assert steps.with_password(user, company, at=now).password_at == now
    assert Notice.objects.filter(user=user, kind=desk.UNBLOCKED).exists()
    assert SmsMessage.objects.filter(to=user.person.phone, body_template__contains="zhbllokua").exists()
    assert AuditEvent.objects.get(event="staff.freeze.lifted").reason == WHY


def test_the_customer_hears_of_it_before_the_second_decides(call: Call, user: User, now: datetime) -> None:
    thaws.propose(**facts(call, at=now))

    assert Notice.objects.filter(user=user, kind=thaws.LIFT_PROPOSED).count() == 1
    assert not SmsMessage.objects.filter(to=user.person.phone, body_template__contains="ngrirje").exists()


def test_the_second_is_watched_as_the_first_is(call: Call, staff: User, now: datetime, settings: Any) -> None:
    settings.DESK_UNBLOCKS_PER_HOUR = 1
    second = agent()

    proposal = thaws.propose(**facts(call, at=now))
    assert DeskAlarm.objects.get().agent == staff
    decide(proposal, second, at=now)

    assert DeskAlarm.objects.filter(agent=second, kind="unblocks", count=1).count() == 1


def test_a_proposal_that_is_over_is_put_before_nobody(call: Call, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))

    assert list(thaws.waiting(at=now + timedelta(minutes=59))) == [proposal]
    assert not thaws.waiting(at=now + timedelta(minutes=60)).exists()


def test_nobody_is_her_own_second(call: Call, frozen: AccessBlock, staff: User, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))

    with pytest.raises(four_eyes.ProposerCannotDecide):
        decide(proposal, staff, at=now)
    frozen.refresh_from_db()
    assert frozen.lifted_at is None


def test_an_agents_freeze_takes_two_as_well(user: User, staff: User, company: Company, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)
    desk.freeze(**facts(call, at=now))

    decide(thaws.propose(**facts(call, at=now)), agent(), at=now)

    assert steps.with_password(user, company, at=now).password_at == now


def test_no_proposal_before_the_caller_was_checked(frozen: AccessBlock, user: User, staff: User, now: datetime) -> None:
    call = callers.call_with(user, agent=staff, at=now)

    with pytest.raises(calls.CallerNotChecked):
        thaws.propose(**facts(call, at=now))
    assert not Proposal.objects.exists()


def test_where_nothing_is_frozen_nothing_is_proposed(user: User, staff: User, now: datetime) -> None:
    call = callers.checked_call(user, agent=staff, at=now)

    with pytest.raises(thaws.NothingToLift):
        thaws.propose(**facts(call, at=now))


def test_a_second_proposal_waits_for_the_first(call: Call, now: datetime) -> None:
    thaws.propose(**facts(call, at=now))

    with pytest.raises(four_eyes.AlreadyProposed):
        thaws.propose(**facts(call, at=now))


def test_a_proposal_holds_an_hour(call: Call, frozen: AccessBlock, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))

    with pytest.raises(four_eyes.Stale):
        decide(proposal, agent(), at=now + timedelta(minutes=60))

    proposal.refresh_from_db()
    frozen.refresh_from_db()
    assert proposal.status == "failed"
    assert frozen.lifted_at is None


def test_an_old_proposal_gives_way_to_a_new_one(
    call: Call, user: User, frozen: AccessBlock, staff: User, now: datetime
) -> None:
    old = thaws.propose(**facts(call, at=now))
    later = now + timedelta(minutes=61)
    again = callers.checked_call(user, agent=staff, at=later)

    new = thaws.propose(**facts(again, at=later))
    decide(new, agent(), at=later)

    old.refresh_from_db()
    frozen.refresh_from_db()
    assert old.status == "failed"
    assert frozen.lifted_at == later


def test_a_freeze_placed_meanwhile_is_not_lifted_with_the_first(call: Call, user: User, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))
    desk.freeze(**facts(call, at=now))

    with pytest.raises(four_eyes.Stale):
        decide(proposal, agent(), at=now)
    assert AccessBlock.objects.filter(user=user, lifted_at=None).count() == 2


def test_a_refusal_says_why(call: Call, frozen: AccessBlock, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))
    with pytest.raises(four_eyes.RefusedWithoutReason):
        decide(proposal, agent(), "refuse", at=now)

    decide(proposal, agent(), "refuse", reason="Nuk jam e bindur", at=now)

    frozen.refresh_from_db()
    assert frozen.lifted_at is None


def test_the_desk_decides_no_proposal_of_another_kind(user: User, now: datetime) -> None:
    assert user.person is not None, "a customer has a person"
    other = powers.propose_phone(person=user.person, phone="+355672099999", reason=WHY, actor=builders.STAFF, at=now)

    with pytest.raises(thaws.NothingToLift):
        decide(other, agent(), at=now)


def test_two_agents_lift_it_in_their_browsers(
    call: Call, frozen: AccessBlock, user: User, staff: User, company: Company, now: datetime
) -> None:
    first, second = doors.at_the_desk(staff), doors.at_the_desk(agent("view_accessblock", "change_accessblock"))
    assert "propozua" in callers.act(first, user, "thaw").content.decode()
    address = f"{DESK}thaw/{Proposal.objects.get().pk}/"

    own = first.post(address, {"act": "approve"}, follow=True)
    assert str(four_eyes.ProposerCannotDecide.sentence) in own.content.decode()
    assert user.full_name in second.get(DESK).content.decode()
    done = second.post(address, {"act": "approve"}, follow=True)

    assert "Ngrirja u hoq" in done.content.decode()
    assert steps.with_password(user, company, at=now).password_at == now
    again = second.post(address, {"act": "approve"}, follow=True)
    assert str(four_eyes.AlreadyDecided.sentence) in again.content.decode()


def test_who_may_only_look_decides_nothing(call: Call, frozen: AccessBlock, now: datetime) -> None:
    proposal = thaws.propose(**facts(call, at=now))
    looker = doors.at_the_desk(agent("view_accessblock"))

    assert looker.post(f"{DESK}thaw/{proposal.pk}/", {"act": "approve"}).status_code == 403
    assert doors.at_the_desk(agent()).post(f"{DESK}thaw/{proposal.pk}/", {"act": "approve"}).status_code == 403
    proposal.refresh_from_db()
    assert proposal.status == "pending"
