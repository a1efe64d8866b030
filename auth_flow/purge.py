"""What the front door forgets: rows that strangers can make as many of as they like, and what nobody asks for any more.

Sign-ins of customers, codes and blocks stay; dead ends of nobody go, and cases long after they were closed. Counters
go alike for numbers that name somebody and that do not, so that no block tells which. Everything goes in portions: a
tick is short, and what is left goes with the next one.
"""

from datetime import datetime, timedelta
from typing import Any, Literal

from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import Q, QuerySet

from auth_flow.models import FailureCounter, NetworkCounter

PORTION = 5000
Function = Literal["forget_sign_ins_of_nobody", "forget_dead_ends_of_nobody", "forget_closed_cases"]
RECORDS = (AccessAttempt, AccessFailureLog, AccessLog)


def purge(*, at: datetime) -> dict[str, int]:
    """Forget what is old; how many rows of what went. By the machine's clock."""
    quiet_since = at - timedelta(days=settings.COUNTERS_KEPT_DAYS)
    old = at - timedelta(days=settings.AXES_KEPT_DAYS)
    quiet = Q(last_failure_at__lt=quiet_since) & (Q(blocked_until=None) | Q(blocked_until__lt=at))
    return {
        "sessions": _forget(Session.objects.filter(expire_date__lt=at)),
        "counters": _forget(FailureCounter.objects.filter(quiet)),
        "networks": _forget(NetworkCounter.objects.filter(window_at__lt=at - timedelta(days=1))),
        "failures": sum(_forget(model.objects.filter(attempt_time__lt=old)) for model in RECORDS),
        "sign_ins": _forget_by("forget_sign_ins_of_nobody", at - timedelta(days=settings.NOBODY_KEPT_DAYS)),
        "dead_ends": _forget_by("forget_dead_ends_of_nobody", at - timedelta(days=settings.NOBODY_KEPT_DAYS)),
        "cases": _forget_by("forget_closed_cases", at - timedelta(days=settings.CASES_KEPT_DAYS)),
    }


def _forget(rows: "QuerySet[Any]") -> int:
    portion = rows.order_by().values_list("pk", flat=True)[:PORTION]
    gone: int = rows.model._default_manager.filter(pk__in=list(portion)).delete()[0]
    return gone


def _forget_by(function: Function, before: datetime) -> int:
    """The database's own functions: the portal's role may delete no sign-in and no case by itself."""
    with connection.cursor() as cursor:
        cursor.callproc(function, [before, PORTION])
        return int(cursor.fetchone()[0])
