"""What the front door forgets: what strangers can make as much of as they like, and what its time has passed.

`purge` goes every few minutes over what strangers leave behind. Counters go alike for numbers that name somebody and
that do not, so that no block tells which. `KINDS` are what the night forgets long after it mattered: codes, but for
those that confirmed a payment, SMS, e-mails, sign-ins, closed cases, calls and looks of the contact centre, whose trace
stays in the trail. Blocks stay. Everything goes in portions.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Literal

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q, QuerySet

from auth_flow.models import FailureCounter, MailMessage, NetworkCounter, SmsCallback, SmsMessage

PORTION = 5000
Function = Literal[
    "forget_sign_ins_of_nobody",
    "forget_dead_ends_of_nobody",
    "forget_closed_cases",
    "forget_old_codes",
    "forget_old_sign_ins",
    "forget_old_call_digits",
    "forget_old_calls",
    "forget_old_looks",
    "forget_old_desk_alarms",
]
# Forgets what is older than a moment, at most so many rows; says how many went.
Forget = Callable[[datetime, int], int]
RECORDS = (AccessAttempt, AccessFailureLog, AccessLog)


def purge(*, at: datetime) -> dict[str, int]:
    """Forget what is old; how many rows of what went. By the machine's clock."""
    quiet_since = at - timedelta(days=settings.RETENTION_DAYS["counters"])
    old = at - timedelta(days=settings.RETENTION_DAYS["axes"])
    quiet = Q(last_failure_at__lt=quiet_since) & (Q(blocked_until=None) | Q(blocked_until__lt=at))
    return {
        "sessions": _forget(Session.objects.filter(expire_date__lt=at)),
        "counters": _forget(FailureCounter.objects.filter(quiet)),
        "networks": _forget(NetworkCounter.objects.filter(window_at__lt=at - timedelta(days=1))),
        "failures": sum(_forget(model.objects.filter(attempt_time__lt=old)) for model in RECORDS),
        "sign_ins": _forget_by("forget_sign_ins_of_nobody", at - timedelta(days=settings.RETENTION_DAYS["nobody"])),
        "dead_ends": _forget_by("forget_dead_ends_of_nobody", at - timedelta(days=settings.RETENTION_DAYS["nobody"])),
    }


def _forget(rows: "QuerySet[Any]", most: int = PORTION) -> int:
    portion = rows.order_by().values_list("pk", flat=True)[:most]
    gone: int = rows.model._default_manager.filter(pk__in=list(portion)).delete()[0]
    return gone


def _forget_by(function: Function, before: datetime, most: int = PORTION) -> int:
    """The database's own functions: the portal's role may delete no code, no sign-in and no case by itself."""
    with connection.cursor() as cursor:
        cursor.callproc(function, [before, most])
        return int(cursor.fetchone()[0])


def _sms_reports(before: datetime, most: int) -> int:
    return _forget(SmsCallback.objects.filter(received_at__lt=before), most)


def _sms(before: datetime, most: int) -> int:
    over = SmsMessage.objects.exclude(status=SmsMessage.Status.QUEUED)
    return _forget(over.filter(created_at__lt=before, callbacks=None), most)


def _mail(before: datetime, most: int) -> int:
    over = MailMessage.objects.exclude(status=MailMessage.Status.QUEUED)
    return _forget(over.filter(created_at__lt=before), most)


# By their names in settings.RETENTION_DAYS. A code goes after its SMS, a sign-in after its codes, a call after both the
# sign-ins that its permit led to and its digits.
KINDS: Mapping[str, Forget] = {
    "sms_reports": _sms_reports,
    "sms": _sms,
    "mail": _mail,
    "cases": partial(_forget_by, "forget_closed_cases"),
    "codes": partial(_forget_by, "forget_old_codes"),
    "sign_ins": partial(_forget_by, "forget_old_sign_ins"),
    "call_digits": partial(_forget_by, "forget_old_call_digits"),
    "calls": partial(_forget_by, "forget_old_calls"),
    "looks": partial(_forget_by, "forget_old_looks"),
    "desk_alarms": partial(_forget_by, "forget_old_desk_alarms"),
}
