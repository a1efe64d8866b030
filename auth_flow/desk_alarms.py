"""Alarms of the contact centre: an agent who looks up or unblocks many customers in an hour is asked why.

Each alarm stands in its table, in the trail and in the log; `recent` is what a dashboard of the staff shows.
"""

import logging
from datetime import datetime, timedelta

from accounts import audit
from accounts.models import User
from auth_flow.models import CallAct, DeskAlarm

log = logging.getLogger(__name__)

Kind = DeskAlarm.Kind
AN_HOUR = timedelta(hours=1)
A_DAY = timedelta(days=1)


def raise_alarm(*, kind: str, agent: User, count: int, at: datetime) -> None:
    """Once an hour for one agent and kind, in the caller's transaction and under the lock of the agent's row."""
    if DeskAlarm.objects.filter(agent=agent, kind=kind, at__gt=at - AN_HOUR).exists():
        return
    DeskAlarm.objects.create(agent=agent, kind=kind, count=count, at=at)
    log.error("A member of staff does much of one thing: %s.", kind, extra={"subject": f"user:{agent.pk}"})
    details = {"kind": kind, "count": count}
    audit.record("staff.desk.alarm", actor=audit.THE_CLOCK, at=at, subject=f"user:{agent.pk}", details=details)


def unblocks_of(agent: User, *, since: datetime) -> int:
    return CallAct.objects.filter(call__agent=agent, what=CallAct.What.UNBLOCK, at__gt=since).count()


def recent(*, at: datetime, within: timedelta = A_DAY) -> list[DeskAlarm]:
    """The alarms of the last day, newest first, each with its agent."""
    return list(DeskAlarm.objects.filter(at__gt=at - within).select_related("agent").order_by("-at"))
