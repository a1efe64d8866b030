"""Alarms of the contact centre: an agent who looks up or lets in many customers in an hour, or types many wrong digits
of callers in a day, is asked why.

Each alarm stands in its table, in the trail and in the log; `recent` is what a dashboard of the staff shows.
"""

import logging
from datetime import datetime, timedelta

from accounts import audit
from accounts.models import User
from auth_flow.models import AccessBlock, CallAct, DeskAlarm

log = logging.getLogger(__name__)

Kind = DeskAlarm.Kind
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


def raise_alarm(*, kind: str, agent: User, count: int, at: datetime) -> None:
    """Once an hour for one agent and kind, in the caller's transaction.

    The caller holds the agent's row or the one call that she has open; of two seconds at once, two may be raised.
    """
    if DeskAlarm.objects.filter(agent=agent, kind=kind, at__gt=at - AN_HOUR).exists():
        return
    DeskAlarm.objects.create(agent=agent, kind=kind, count=count, at=at)
    log.error("A member of staff does much of one thing: %s.", kind, extra={"subject": f"user:{agent.pk}"})
    details = {"kind": kind, "count": count}
    audit.record("staff.desk.alarm", actor=audit.THE_CLOCK, at=at, subject=f"user:{agent.pk}", details=details)


def openings_of(agent: User, *, since: datetime) -> int:
    """How often she opened somebody's way in: by her own acts, and as the second who lifted a freeze."""
    acts = CallAct.objects.filter(call__agent=agent, what__in=CallAct.OPENS, at__gt=since).count()
    lifted = AccessBlock.objects.filter(lifted_by=f"user:{agent.pk}", lifted_at__gt=since)
    return acts + lifted.exclude(kind=AccessBlock.Kind.CENTRE).values("user").distinct().count()


def recent(*, at: datetime, within: timedelta = A_DAY) -> list[DeskAlarm]:
    """The alarms of the last day, newest first, each with its agent."""
    return list(DeskAlarm.objects.filter(at__gt=at - within).select_related("agent").order_by("-at"))
