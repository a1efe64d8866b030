"""A call of the contact centre: opened by one agent for one customer, checked once, ended; every act belongs to one.

All moments are the machine's clock.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import looks
from auth_flow.models import Call, CallAct

What = CallAct.What
NEEDS_CHECK = CallAct.OPENS


class NoOpenCall(Refusal):
    sentence = _("Nuk keni telefonatë të hapur me këtë klient. Hapeni më parë, pastaj veproni.")


class CallerNotChecked(Refusal):
    sentence = _("Verifikoni më parë kush telefonon, sipas pyetjeve dhe shifrave të dërguara, pastaj veproni.")


class AlreadyInACall(Refusal):
    sentence = _("Keni një telefonatë tjetër të hapur. Mbylleni atë, pastaj hapni këtë.")


class NotACustomer(Refusal):
    sentence = _("Telefonata hapet vetëm me një klient, kurrë me stafin ose me veten.")


@verb("staff.call.opened")
def open_call(
    *,
    user_id: int,
    agent: User,
    channel: str,
    began_by_customer: bool,
    reason: str,
    actor: audit.Actor,
    at: datetime,
) -> Call:
    """Open a call. Refuses a colleague and oneself, a customer not looked up before, and a second call at once."""
    User.objects.select_for_update(no_key=True).get(pk=agent.pk)
    user = looks.customers().filter(pk=user_id).first()
    if user is None or agent.kind != User.Kind.STAFF or not looks.may_see(agent=agent, user_id=user_id, at=at):
        raise NotACustomer
    _end_those_over(agent, at)
    if Call.objects.filter(agent=agent, ended_at=None).exists():
        raise AlreadyInACall
    call = Call.objects.create(
        agent=agent,
        user=user,
        channel=channel,
        began_by_customer=began_by_customer,
        reason=reason[:200],
        opened_at=at,
        expires_at=at + timedelta(seconds=settings.CALL_LIFE_SECONDS),
    )
    details = {"call": str(call.id), "channel": channel, "began_by_customer": began_by_customer}
    audit.record("staff.call.opened", actor=actor, at=at, subject=f"user:{user_id}", reason=reason, details=details)
    return call


@verb("staff.call.ended")
def end_call(*, call_id: UUID, actor: audit.Actor, at: datetime) -> Call:
    """End one's own call; what was checked in it counts no more. Refuses one that is over, or another agent's."""
    call = locked(call_id=call_id, actor=actor, at=at)
    call.ended_at = at
    call.save(update_fields=["ended_at"])
    audit.record("staff.call.ended", actor=actor, at=at, subject=f"user:{call.user_id}", details={"call": str(call.id)})
    return call


def _end_those_over(agent: User, at: datetime) -> None:
    """A call that was left open ended when its time was over."""
    for call in Call.objects.select_for_update().filter(agent=agent, ended_at=None, expires_at__lte=at):
        call.ended_at = call.expires_at
        call.save(update_fields=["ended_at"])


def locked(*, call_id: UUID, actor: audit.Actor, at: datetime) -> Call:
    """The open call under its lock, if it is this agent's. Refuses every other one."""
    call = Call.objects.select_for_update(of=("self",), no_key=True).filter(pk=call_id).filter(_goes_on(at)).first()
    if call is None or f"user:{call.agent_id}" != actor.name:
        raise NoOpenCall
    return call


def note_act(*, call_id: UUID, what: What, reason: str, actor: audit.Actor, at: datetime) -> Call:
    """Write an act into its call, in the transaction of the act; returns the call with its customer, under its lock.

    Lock the customer's row first. Refuses a call that is over or another agent's, and, for what opens a way in, one
    whose caller was not checked.
    """
    call = locked(call_id=call_id, actor=actor, at=at)
    if what in NEEDS_CHECK and call.checked_at is None:
        raise CallerNotChecked
    CallAct.objects.create(call=call, what=what, reason=reason[:200], at=at)
    return call


def open_of(agent: User, *, at: datetime) -> Call | None:
    """The call that this agent has open now."""
    return _going_on(at).filter(agent=agent).select_related("user__person").first()


def _going_on(at: datetime) -> QuerySet[Call]:
    return Call.objects.filter(_goes_on(at))


def _goes_on(at: datetime) -> Q:
    return Q(ended_at=None, expires_at__gt=at)
