"""The contact centre's desk: what an agent sees, what she may do, and what she never can."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.db import OperationalError
from django.test import Client
from psycopg import errors

from accounts import audit, clock
from accounts.models import AuditEvent, Company, Notice, User
from auth_flow import blocks, cases, desk, lockout, login
from auth_flow.models import AccessBlock, FailureCounter, LoginAttempt, SecurityCase, SmsMessage
from tests import builders, doors
from tests.auth_flow import steps

pytestmark = pytest.mark.django_db

DESK = "/staff/auth_flow/accessblock/desk/"
WHY = "Telefonoi për hyrjen e bllokuar"


@pytest.fixture
def now() -> datetime:
    return clock.machine()


@pytest.fixture
def company(now: datetime) -> Company:
    return builders.company(at=now)


@pytest.fixture
def user(company: Company) -> User:
    return steps.customer_of(company)


def agent(*permissions: str) -> User:
    staff = builders.staff(superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return staff


@pytest.fixture
def at_desk() -> Client:
    return doors.at_the_desk(agent("view_accessblock", "change_accessblock"))


def look(client: Client, user: User, **typed: str) -> Any:
    """Find her by her number and open her page."""
    return client.post(DESK, {"customer_number": user.username, "reason": WHY} | typed, follow=True)


def act(client: Client, user: User, act: str, **typed: object) -> Any:
    form = {"act": act, "reason": WHY} | typed
    return client.post(f"{DESK}{user.pk}/", form, follow=True)


def shut(user: User, at: datetime) -> None:
    for lane in (lockout.KNOWN, lockout.OTHERS):
        for _try in range(5):
            lockout.reserve(lockout.identity_of_user(user), lane, at)


# --- Looking ---------------------------------------------------------------------------------------------------------


def test_a_look_needs_a_reason_and_stands_in_the_trail(at_desk: Client, user: User) -> None:
    refused = look(at_desk, user, reason="")
    assert refused.context["form"].errors["reason"]
    assert not AuditEvent.objects.filter(event="staff.user.looked_at").exists()

    page = look(at_desk, user)

    assert page.context["dossier"].user == user
    seen = AuditEvent.objects.get(event="staff.user.looked_at")
    assert (seen.subject, seen.reason, seen.actor_role) == (f"user:{user.pk}", WHY, "staff")


@pytest.mark.parametrize("by", ["customer_number", "nipt", "phone_end"])
def test_she_is_found_by_one_of_three(at_desk: Client, user: User, company: Company, by: str) -> None:
    typed = {"customer_number": user.username, "nipt": company.nipt, "phone_end": user.person.phone[-6:]}[by]

    page = at_desk.post(DESK, {by: typed, "reason": WHY}, follow=True)

    assert page.context["dossier"].user == user
    record = bytes(AuditEvent.objects.get(event="staff.user.looked_at").record).decode()
    assert by in record
    assert typed not in record or typed == str(user.pk)


def test_several_people_of_one_company_are_offered(at_desk: Client, user: User, company: Company) -> None:
    colleague = steps.customer_of(company)

    page = at_desk.post(DESK, {"nipt": company.nipt, "reason": WHY})

    assert set(page.context["found"]) == {user, colleague}
    assert AuditEvent.objects.filter(event="staff.user.looked_at").count() == 2


def test_a_page_opens_after_a_look_alone(at_desk: Client, user: User) -> None:
    assert at_desk.get(f"{DESK}{user.pk}/").headers["Location"] == DESK


def test_the_page_tells_no_code_no_phone_and_no_text(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    attempt = steps.with_password(user, company, at=now)
    shut(user, now)

    page = look(at_desk, user).content.decode()

    assert steps.challenge_of(attempt).reference in page
    assert FailureCounter.objects.filter(lane=lockout.OTHERS).get().reference in page
    assert user.person.phone not in page
    assert steps.right_code(attempt) not in re.sub(r'value="[^"]*"', "", page)
    assert 'type="password"' not in page


def test_staff_are_never_found(at_desk: Client) -> None:
    colleague = builders.staff()

    assert look(at_desk, colleague).status_code == 200
    for verb in (desk.block, desk.end_sessions):
        with pytest.raises(User.DoesNotExist):
            verb(user_id=colleague.pk, reason=WHY, actor=audit.actor_of(colleague), at=clock.machine())


def test_who_may_only_look_may_not_act(user: User, now: datetime) -> None:
    looker = doors.at_the_desk(agent("view_accessblock"))
    page = look(looker, user)

    assert "Zhblloko" not in page.content.decode()
    assert act(looker, user, "block").status_code == 403
    assert not AccessBlock.objects.exists()


def test_other_staff_and_customers_have_no_desk(user: User, company: Company) -> None:
    customer = Client()
    steps.browse_in(customer, user, company)

    assert doors.at_the_desk(agent()).get(DESK).status_code == 403
    assert customer.get(DESK).status_code == 302
    assert Client().get(DESK).status_code == 302


# --- Acting ----------------------------------------------------------------------------------------------------------


def test_unblocking_opens_both_lanes_and_tells_the_owner(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    shut(user, now)
    look(at_desk, user)

    act(at_desk, user, "unblock", caller_is_verified="on")

    assert not FailureCounter.objects.exclude(failures=0).exists()
    assert steps.with_password(user, company, at=now).password_at == now
    assert Notice.objects.filter(user=user, kind=desk.UNBLOCKED).exists()
    assert "zhbllokua" in SmsMessage.objects.get(challenge=None, to=user.person.phone).body_template
    assert AuditEvent.objects.get(event="staff.access.unblocked").reason == WHY


def test_nobody_is_unblocked_before_the_caller_was_verified(at_desk: Client, user: User, now: datetime) -> None:
    shut(user, now)
    look(at_desk, user)

    page = act(at_desk, user, "unblock")

    assert str(desk.CallerNotVerified.sentence) in page.content.decode()
    assert FailureCounter.objects.filter(failures=5).count() == 2
    assert AuditEvent.objects.get(event="staff.access.unblocked").outcome == "refused"


def test_an_agent_shuts_an_access_and_lifts_it(at_desk: Client, user: User, company: Company, now: datetime) -> None:
    browser = Client()
    steps.browse_in(browser, user, company)
    look(at_desk, user)

    act(at_desk, user, "block")
    assert browser.get("/personalisation/").status_code == 302
    with pytest.raises(blocks.AccessFrozen):
        steps.with_password(user, company, at=now)

    act(at_desk, user, "unblock", caller_is_verified="on")
    assert steps.with_password(user, company, at=now).password_at == now


def test_a_block_of_the_centre_is_lifted_by_one_agent(at_desk: Client, user: User, now: datetime) -> None:
    AccessBlock.objects.create(
        user=user, kind="centre", lane="others", reference="K7M3P9QX", reason="x", placed_by="clock", placed_at=now
    )
    look(at_desk, user)

    act(at_desk, user, "unblock", caller_is_verified="on")

    assert AccessBlock.objects.get(user=user).lifted_at


def test_a_freeze_takes_two_people(at_desk: Client, user: User, company: Company, now: datetime) -> None:
    Client().post("/security/freeze/", _pair(user, company) | {"password": builders.PASSWORD})
    freeze = AccessBlock.objects.get(user=user)
    second = doors.at_the_desk(agent("view_accessblock", "change_accessblock"))
    for client in (at_desk, second):
        look(client, user)

    act(at_desk, user, "unblock", caller_is_verified="on")
    act(at_desk, user, "lift_freeze", row=freeze.pk, caller_is_verified="on")
    again = act(at_desk, user, "lift_freeze", row=freeze.pk, caller_is_verified="on")
    assert str(desk.AnotherMustConfirm.sentence) in again.content.decode()
    with pytest.raises(blocks.AccessFrozen):
        steps.with_password(user, company, at=now)

    act(second, user, "lift_freeze", row=freeze.pk, caller_is_verified="on")

    freeze.refresh_from_db()
    assert freeze.lifted_at
    assert freeze.lifted_by != freeze.lift_proposed_by
    assert steps.with_password(user, company, at=now).password_at == now


def test_a_proposal_holds_an_hour(user: User, now: datetime) -> None:
    freeze = AccessBlock.objects.create(
        user=user, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="x", placed_at=now
    )
    one, two = (audit.actor_of(agent()) for _agent in range(2))
    facts: dict[str, Any] = {"user_id": user.pk, "block_id": freeze.pk, "reason": WHY, "caller_is_verified": True}
    late = now + timedelta(minutes=60)

    assert not desk.lift_freeze(**facts, actor=one, at=now)
    assert not desk.lift_freeze(**facts, actor=two, at=late), "too late: a proposal of her own"
    with pytest.raises(desk.AnotherMustConfirm):
        desk.lift_freeze(**facts, actor=two, at=late)
    assert desk.lift_freeze(**facts, actor=one, at=late + timedelta(minutes=59))


def test_a_block_that_stands_is_not_recorded_again(user: User, now: datetime) -> None:
    actor = audit.actor_of(agent())
    first = desk.block(user_id=user.pk, reason=WHY, actor=actor, at=now)
    second = desk.block(user_id=user.pk, reason=WHY, actor=actor, at=now + timedelta(minutes=1))

    assert first == second
    assert AuditEvent.objects.filter(event="staff.access.blocked").count() == 1


def test_a_dead_end_of_nobody_is_closed_by_its_reference(at_desk: Client, now: datetime) -> None:
    case = cases.open_case(kind=cases.Kind.DEAD_END, reference="K7M3P9QX", user=None, network="192.0.2.1", at=now)
    form = {"reference": "k7m3 p9qx", "reason": WHY}
    assert doors.at_the_desk(agent("view_accessblock")).post(f"{DESK}dead-end/", form).status_code == 403

    at_desk.post(f"{DESK}dead-end/", form)
    again = at_desk.post(f"{DESK}dead-end/", form, follow=True)

    case.refresh_from_db()
    assert (case.status, case.outcome) == (SecurityCase.Status.CLOSED, WHY)
    assert str(cases.CaseIsClosed.sentence) in again.content.decode()


def test_two_at_one_row_are_asked_to_try_again(at_desk: Client, user: User, monkeypatch: pytest.MonkeyPatch) -> None:
    def in_the_way(**_typed: object) -> None:
        raise OperationalError from errors.LockNotAvailable()

    look(at_desk, user)
    monkeypatch.setattr(desk, "block", in_the_way)

    assert act(at_desk, user, "block").status_code == 503


def test_a_freeze_of_somebody_else_is_not_lifted_from_this_page(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    other = steps.customer_of(company)
    freeze = AccessBlock.objects.create(
        user=other, kind="freeze", reference="K7M3P9QX", reason="x", placed_by="x", placed_at=now
    )
    look(at_desk, user)

    page = act(at_desk, user, "lift_freeze", row=freeze.pk, caller_is_verified="on")

    assert str(desk.NothingToLift.sentence) in page.content.decode()
    freeze.refresh_from_db()
    assert freeze.lift_proposed_by == ""


def test_ending_sessions_ends_ways_in_too(at_desk: Client, user: User, company: Company, now: datetime) -> None:
    steps.with_session(user, company, at=now)
    pending = steps.with_password(user, company, at=now)
    code = steps.right_code(pending)
    look(at_desk, user)

    act(at_desk, user, "end_sessions")

    assert not LoginAttempt.objects.filter(user=user, ended_at=None).exists()
    with pytest.raises(login.SignInExpired):
        login.check_code(attempt=pending, code=code, at=now)


def test_a_case_is_closed_once_with_its_outcome(at_desk: Client, user: User, company: Company, now: datetime) -> None:
    reference = steps.challenge_of(steps.with_password(user, company, at=now)).reference
    cases.report_code(reference=reference, network="192.0.2.1", at=now)
    case = SecurityCase.objects.get(reference=reference)
    look(at_desk, user)

    act(at_desk, user, "close_case", row=case.pk)
    again = act(at_desk, user, "close_case", row=case.pk)

    case.refresh_from_db()
    assert (case.status, case.outcome) == (SecurityCase.Status.CLOSED, WHY)
    assert str(cases.CaseIsClosed.sentence) in again.content.decode()


def test_an_act_without_a_reason_is_none(at_desk: Client, user: User) -> None:
    look(at_desk, user)

    page = act(at_desk, user, "block", reason="")

    assert "Shkruani arsyen" in page.content.decode()
    assert not AccessBlock.objects.exists()


def test_the_first_page_of_staff_leads_to_the_desk(at_desk: Client) -> None:
    assert DESK in at_desk.get("/staff/").content.decode()


def _pair(user: User, company: Company) -> dict[str, str]:
    return {"customer_number": user.username, "nipt": company.nipt}
