"""The contact centre for tests: agents, calls with a customer, and callers who were checked."""

from datetime import datetime
from typing import Any

from django.contrib.auth.models import Group, Permission
from django.test import Client

from accounts import audit
from accounts.models import User
from auth_flow import call_codes, caller_checks, calls, looks
from auth_flow.models import Call, CallDigits
from tests import builders

DESK = "/staff/auth_flow/accessblock/desk/"
WHY = "Telefonoi për hyrjen e bllokuar"
ANSWERS = ["company", "last_sign_in"]


def agent(*permissions: str) -> User:
    """Staff with these permissions and no others."""
    staff = builders.staff(superuser=False)
    staff.user_permissions.set(Permission.objects.filter(codename__in=permissions))
    return staff


def of_role(role: str) -> User:
    staff = builders.staff(superuser=False)
    staff.groups.add(Group.objects.get(name=role))
    return staff


def call_with(user: User, *, agent: User, at: datetime, channel: str = "phone", began_by_customer: bool = True) -> Call:
    """Found by her number, and a call opened with her."""
    actor = audit.actor_of(agent)
    looks.find(agent=agent, by="customer_number", value=user.username, reason=WHY, actor=actor, at=at)
    return calls.open_call(
        user_id=user.pk,
        agent=agent,
        channel=channel,
        began_by_customer=began_by_customer,
        reason=WHY,
        actor=actor,
        at=at,
    )


def checked_call(user: User, *, agent: User, at: datetime) -> Call:
    """The same, whose caller read the digits that she got."""
    call = call_with(user, agent=agent, at=at)
    send(call, at=at)
    say(call, digits_of(call), at=at)
    call.refresh_from_db()
    return call


def send(call: Call, *, at: datetime) -> CallDigits:
    return caller_checks.send_digits(call_id=call.pk, user_id=call.user_id, actor=audit.actor_of(call.agent), at=at)


def say(call: Call, digits: str, *, at: datetime, answers: list[str] | None = None) -> None:
    caller_checks.check(
        call_id=call.pk,
        user_id=call.user_id,
        digits=digits,
        answers=ANSWERS if answers is None else answers,
        actor=audit.actor_of(call.agent),
        at=at,
    )


def digits_of(call: Call) -> str:
    """What the customer's phone shows."""
    return call_codes.derive(CallDigits.objects.filter(call=call).latest("created_at"))


def wrong_digits(call: Call) -> str:
    return f"{(int(digits_of(call)) + 1) % 10**4:04d}"


def facts(call: Call, *, at: datetime) -> dict[str, Any]:
    """What every verb of the desk takes."""
    return {
        "user_id": call.user_id,
        "call_id": call.pk,
        "reason": WHY,
        "actor": audit.actor_of(call.agent),
        "at": at,
    }


def look(client: Client, user: User, **typed: str) -> Any:
    """Find her by her number and open her page."""
    return client.post(DESK, {"customer_number": user.username, "reason": WHY} | typed, follow=True)


def ring(client: Client, user: User, *, checked: bool = True, **typed: str) -> Any:
    """Find her and open a call, in a browser; her digits are read and typed if `checked`."""
    look(client, user)
    page = step(client, user, "", channel="phone", began_by_customer="yes", reason=WHY, **typed)
    if checked:
        step(client, user, "digits/")
        call = Call.objects.filter(user=user, ended_at=None).latest("opened_at")
        page = step(client, user, "check/", digits=digits_of(call), answers=ANSWERS)
    return page


def step(client: Client, user: User, step: str, **typed: object) -> Any:
    return client.post(f"{DESK}{user.pk}/call/{step}", typed, follow=True)


def act(client: Client, user: User, act: str, **typed: object) -> Any:
    form = {"act": act, "reason": WHY} | typed
    return client.post(f"{DESK}{user.pk}/", form, follow=True)
