"""What the bank proves to itself every night: that its books are right, and that its trail has lost nothing.

Both leave their mark (an audit event for the day, a file of the day), so that they are done once however often the
clock asks, and caught up when it was away.
"""

import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import date, datetime, time
from typing import Final

from django.db import connection

from accounts import audit, audit_heads, books_check, clock
from accounts.audit import Head
from accounts.books_check import Finding
from accounts.models import AuditEvent, BankDay
from accounts.working_days import ONE_DAY

HEADS_LEAVE: Final = time(21, 0)
VERIFIED: Final = "books.verified"
BREACH: Final = "books.breach"
HEADS: Final = "audit.heads.exported"
LOST: Final = "audit.heads.lost"
# The one number by which two clocks see that the books are being verified: any that nobody else takes.
_LOCK: Final = 0x_B00C_C4EC

log = logging.getLogger(__name__)


def verify_books(*, at: datetime, clock_of_books: Callable[[], datetime] | None = None) -> date | None:
    """Ask every law once after the close of a day; the day, or None when nothing is due or another clock is at it.

    `clock_of_books` is asked when the books stand still (`books_check.check`). A breach is an ERROR in the log with the
    event `books.breach`, one line a law, and stands in the audit trail.
    """
    with _alone() as is_alone:
        day = _day_to_verify()
        if day is None or not is_alone:
            return None
        findings = books_check.check(at=clock_of_books or at)
        _tell(day, books_check.breached(findings))
        _record(day, findings, at=at)
    return day


def export_heads(*, at: datetime) -> date | None:
    """Keep the heads of the audit chains once a day from 21:00; the day, or None when its file is there already.

    The log line carries the file's SHA-256: where the log is collected, the heads are known even without the file. A
    chain that no longer holds the heads of the last file is an ERROR with the event `audit.heads.lost`; so is a last
    file that cannot be read.
    """
    local = clock.tirana(at)
    day = local.date() if local.time() >= HEADS_LEAVE else local.date() - ONE_DAY
    file = audit_heads.file_of(day)
    if file.exists():
        return None
    missed = audit_heads.lost(_last_heads())
    for chain in missed:
        log.error("an audit chain has lost what it held", extra={"event": LOST, "subject": chain})
    try:
        digest = audit_heads.export(file, at=at, missed=missed)
    except audit_heads.FileExists:  # another clock was faster
        return None
    log.info("heads of the audit chains kept, sha256 %s", digest, extra={"event": HEADS, "subject": f"day:{day}"})
    return day


def _last_heads() -> Mapping[str, Head]:
    """Of the newest file that can be read. One that cannot is told, and its day is lost, not those that come after."""
    for file in audit_heads.newest_first():
        try:
            return audit_heads.read(file)
        except audit_heads.NoHeads as problem:
            log.error("heads that were kept are lost: %s", problem, extra={"event": LOST, "subject": file.name})
    return {}


def _tell(day: date, broken: Sequence[Finding]) -> None:
    if not broken:
        log.info("every law of the books holds", extra={"event": VERIFIED, "subject": f"day:{day}"})
    for finding in broken:
        first = finding.examples[0]
        log.error(
            "a law of the books is broken: %s, %d times, first at %s: expected %s, found %s",
            *(finding.law.name, finding.breaches, first.subject, first.expected, first.found),
            extra={"event": BREACH, "subject": first.subject},
        )


def _record(day: date, findings: Sequence[Finding], *, at: datetime) -> None:
    broken = books_check.breached(findings)
    audit.record(
        BREACH if broken else VERIFIED,
        actor=audit.THE_CLOCK,
        at=at,
        subject=f"day:{day}",
        reason=", ".join(finding.law.name for finding in broken),
        details={"laws": len(findings), "rows": sum(finding.rows for finding in findings)},
    )


def _day_to_verify() -> date | None:
    """The last closed day, unless its books were verified."""
    closed = BankDay.objects.filter(status=BankDay.Status.CLOSED).order_by("-day").first()
    if closed is None or AuditEvent.objects.filter(event__in=(VERIFIED, BREACH), subject=f"day:{closed.day}").exists():
        return None
    return closed.day


@contextmanager
def _alone() -> Iterator[bool]:
    """Whether nobody else verifies at this moment; held for this connection until the end."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_LOCK])
        (is_alone,) = cursor.fetchone()
        try:
            yield is_alone
        finally:
            if is_alone:
                cursor.execute("SELECT pg_advisory_unlock(%s)", [_LOCK])
