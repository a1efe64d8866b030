"""Finding a customer at the desk: by one of three, with a reason, never too many, and never a colleague."""

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from accounts import audit
from accounts.models import AuditEvent, Company, User
from auth_flow import desk_alarms, lockout, looks
from auth_flow.models import CustomerLook, DeskAlarm, FailureCounter
from tests import builders, doors
from tests.auth_flow import callers, steps
from tests.auth_flow.callers import DESK, WHY, agent, look

pytestmark = pytest.mark.django_db


@pytest.fixture
def at_desk() -> Client:
    return doors.at_the_desk(agent("view_accessblock", "change_accessblock"))


def find(staff: User, value: str, *, by: str = "customer_number", at: datetime) -> looks.Found:
    return looks.find(agent=staff, by=by, value=value, reason=WHY, actor=audit.actor_of(staff), at=at)


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
    typed = {"customer_number": user.username, "nipt": company.nipt, "phone_end": user.person.phone[-8:]}[by]

    page = at_desk.post(DESK, {by: typed, "reason": WHY}, follow=True)

    assert page.context["dossier"].user == user
    record = bytes(AuditEvent.objects.get(event="staff.user.looked_at").record).decode()
    assert by in record
    assert typed not in record or typed == str(user.pk)


def test_several_people_of_one_company_are_offered(at_desk: Client, user: User, company: Company) -> None:
    colleague = steps.customer_of(company)

    page = at_desk.post(DESK, {"nipt": company.nipt, "reason": WHY})

    assert set(page.context["found"].users) == {user, colleague}
    assert CustomerLook.objects.count() == AuditEvent.objects.filter(event="staff.user.looked_at").count() == 2


def test_digits_of_a_phone_that_many_have_name_nobody(at_desk: Client, company: Company) -> None:
    for number in range(4):
        person = steps.customer_of(company).person
        person.phone = f"+35567{number}123456"
        person.save()

    page = at_desk.post(DESK, {"phone_end": "123456", "reason": WHY}, follow=True)

    assert page.context["found"].is_cut
    assert not page.context["found"].users
    assert CustomerLook.objects.get().user is None


def test_few_digits_of_a_phone_are_no_question(at_desk: Client, user: User, now: datetime) -> None:
    page = at_desk.post(DESK, {"phone_end": user.person.phone[-5:], "reason": WHY})

    assert page.context["form"].errors["phone_end"]
    assert find(agent(), user.person.phone[-5:], by="phone_end", at=now).users == []


def test_a_look_at_nobody_is_a_look_too(now: datetime) -> None:
    assert find(agent(), "999999999", at=now).users == []

    assert CustomerLook.objects.get().user is None
    assert AuditEvent.objects.get(event="staff.user.looked_at").subject == "nobody"


def test_too_many_looks_within_the_hour_are_refused_and_raise_one_alarm(
    user: User, now: datetime, settings: Any
) -> None:
    settings.DESK_LOOKS_PER_HOUR = 2
    staff, colleague = agent(), agent()
    for _look in range(2):
        find(staff, user.username, at=now)

    with pytest.raises(looks.TooManyLooks):
        find(staff, user.username, at=now)
    assert find(colleague, user.username, at=now).users == [user]
    assert find(staff, user.username, at=now + timedelta(minutes=61)).users == [user]
    alarm = DeskAlarm.objects.get()
    assert (alarm.agent, alarm.kind, alarm.count) == (staff, "looks", 2)
    assert AuditEvent.objects.get(event="staff.desk.alarm").subject == f"user:{staff.pk}"
    assert desk_alarms.recent(at=now) == [alarm]
    assert desk_alarms.recent(at=now + timedelta(days=2)) == []


def test_an_alarm_is_shown_to_whoever_may_see_it(user: User, now: datetime, settings: Any) -> None:
    settings.DESK_LOOKS_PER_HOUR = 1
    find(agent(), user.username, at=now)
    administrator, colleague = (doors.at_the_desk(callers.of_role(r)) for r in ("Administrator", "Qendra e kontaktit"))

    assert administrator.get(DESK).context["alarms"]
    assert not colleague.get(DESK).context["alarms"]


def test_a_page_opens_after_a_look_of_ones_own_alone(at_desk: Client, user: User, now: datetime) -> None:
    find(agent(), user.username, at=now)

    assert at_desk.get(f"{DESK}{user.pk}/").headers["Location"] == DESK


def test_a_look_holds_an_hour(at_desk: Client, user: User, now: datetime) -> None:
    staff = User.objects.get(kind="staff")
    find(staff, user.username, at=now - timedelta(minutes=61))

    assert at_desk.get(f"{DESK}{user.pk}/").headers["Location"] == DESK


def test_the_page_tells_no_code_no_phone_and_no_text(
    at_desk: Client, user: User, company: Company, now: datetime
) -> None:
    attempt = steps.with_password(user, company, at=now)
    for _try in range(5):
        lockout.reserve(lockout.identity_of_user(user), lockout.OTHERS, now)

    page = look(at_desk, user).content.decode()

    assert steps.challenge_of(attempt).reference in page
    assert FailureCounter.objects.filter(lane=lockout.OTHERS).get().reference in page
    assert user.person.phone not in page
    assert steps.right_code(attempt) not in re.sub(r'value="[^"]*"', "", page)
    assert 'type="password"' not in page


def test_staff_are_never_found(at_desk: Client) -> None:
    colleague = builders.staff(username="123456789")

    assert not look(at_desk, colleague).context["found"].users
    assert CustomerLook.objects.get().user is None


def test_other_staff_and_customers_have_no_desk(user: User, company: Company) -> None:
    customer = Client()
    steps.browse_in(customer, user, company)

    assert doors.at_the_desk(agent()).get(DESK).status_code == 403
    assert customer.get(DESK).status_code == 302
    assert Client().get(DESK).status_code == 302


def test_the_first_page_of_staff_leads_to_the_desk(at_desk: Client) -> None:
    assert DESK in at_desk.get("/staff/").content.decode()
