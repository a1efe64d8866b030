"""What the portal forgets at night, and the line of the trail that says how much of what (docs/operations.md).

Every kind has its days in settings.RETENTION_DAYS and a function of its room that removes a portion. The books and the
audit trail have none: they are never touched.
"""

import logging
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from typing import Final

from django.conf import settings
from django.db import DatabaseError, connection, transaction

from accounts import audit, clock, notices
from accounts.models import AuditEvent
from auth_flow import purge as door
from auth_flow.purge import Forget
from complaints import purge as complaints
from payments import name_checks, old_drafts
from statements import export_jobs

RAN: Final = "bank.retention.ran"
FAILED: Final = "bank.retention.failed"
BEGINS: Final = time(2, 0)  # Tirana, by the machine's clock
PORTION: Final = 5000
TURN: Final = timedelta(seconds=60)  # then the worker is let go, and the next tick goes on

log = logging.getLogger(__name__)


def _complaints(before: datetime, most: int) -> int:
    return complaints.forget_cases(before=before, most=most)


# In this order: what is named by something else goes after it.
KINDS: Final[Mapping[str, Forget]] = {
    **door.KINDS,
    "notices": notices.forget_seen,
    "drafts": old_drafts.forget,
    "name_checks": name_checks.forget,
    "exports": export_jobs.forget,
    "complaints": _complaints,
}


def forget(*, at: datetime) -> dict[str, int] | None:
    """Once a night from BEGINS: remove all that is over its days; how many of what, or None when nothing is due.

    `at` is the machine's. A night that is not finished in its TURN goes on with the next tick; every turn says in the
    trail what it removed, and the last one that the day is done.
    """
    local = clock.tirana(at)
    if local.time() < BEGINS or _is_done(local.date()):
        return None
    gives_up_at = clock.machine() + TURN
    counts: dict[str, int] = {}
    for kind, remove in KINDS.items():
        before = at - timedelta(days=settings.RETENTION_DAYS[kind])
        try:
            counts[kind] = _removed(remove, before, gives_up_at)
        except DatabaseError:  # a kind that stands still keeps no other from going; it is tried again the next night
            log.exception("retention failed", extra={"event": FAILED, "subject": kind})
    is_done = clock.machine() < gives_up_at
    if is_done:
        counts["orphans"] = complaints.sweep_files(before=at - timedelta(days=settings.RETENTION_DAYS["orphans"]))
    _record(local.date(), counts, is_done=is_done, at=at)
    return counts


def _removed(remove: Forget, before: datetime, gives_up_at: datetime) -> int:
    """Portion after portion, each a transaction of its own, until one is not full or the turn is over."""
    removed = 0
    while clock.machine() < gives_up_at:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET LOCAL statement_timeout = '5min'")
            portion = remove(before, PORTION)
        removed += portion
        if portion < PORTION:
            break
    return removed


def _is_done(day: date) -> bool:
    return AuditEvent.objects.filter(subject=_subject(day), event=RAN).exists()


def _record(day: date, counts: dict[str, int], *, is_done: bool, at: datetime) -> None:
    subject = _subject(day) if is_done else ""
    with transaction.atomic():
        audit.record(RAN, actor=audit.THE_CLOCK, at=clock.shown(at), subject=subject, details=counts)
    log.info("retention ran", extra={"event": RAN, "subject": subject})


def _subject(day: date) -> str:
    return f"retention:{day}"
