"""How the front door does: SMS on their way, cases of security, alarms about staff; for the first page of the staff.

All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Aggregate, Count, DurationField, F, Min, Q

from auth_flow.models import DeskAlarm, SecurityCase, SmsMessage

Status = SmsMessage.Status


class Median(Aggregate):
    """The middle one of all values, by PostgreSQL's own measure."""

    function = "percentile_cont"
    template = "%(function)s(0.5) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = DurationField()


@dataclass(frozen=True, slots=True)
class SmsFigures:
    """SMS since a moment. `delay_seconds` is the median from the wish to the phone; None while none was delivered."""

    all: int
    queued: int
    sent: int
    delivered: int
    failed: int
    delay_seconds: int | None


def sms_since(since: datetime) -> SmsFigures:
    """One query."""
    counts = SmsMessage.objects.filter(created_at__gte=since).aggregate(
        all=Count("pk"),
        queued=Count("pk", filter=Q(status=Status.QUEUED)),
        sent=Count("pk", filter=Q(status=Status.SENT)),
        delivered=Count("pk", filter=Q(status=Status.DELIVERED)),
        failed=Count("pk", filter=Q(status__in=[Status.FAILED, Status.EXPIRED])),
        delay=Median(F("delivered_at") - F("created_at"), filter=Q(delivered_at__isnull=False)),
    )
    delay = counts.pop("delay")
    return SmsFigures(**counts, delay_seconds=round(delay.total_seconds()) if delay else None)


@dataclass(frozen=True, slots=True)
class CaseFigures:
    """Open cases of security: all, those that nobody has in hand, and since when the oldest waits."""

    open: int
    free: int
    oldest_at: datetime | None


def open_cases() -> CaseFigures:
    """One query."""
    counts = SecurityCase.objects.filter(status=SecurityCase.Status.OPEN).aggregate(
        open=Count("pk"), free=Count("pk", filter=Q(taken_by="")), oldest_at=Min("opened_at")
    )
    return CaseFigures(**counts)


def alarms_since(since: datetime) -> int:
    return DeskAlarm.objects.filter(at__gte=since).count()
