"""Files of long periods: asked for by a page, made by one worker at a time, kept for a day, taken by who asked.

Whoever makes one holds a lock of the database's session, and with it the right to make any: the lock is the lease. A
worker that dies loses both at once, and the next tick makes the file anew. So a worker is always left for payments.
"""

import hashlib
import logging
import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Final, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, notices
from accounts.identifiers import account_tail
from accounts.models import BankAccount, Mandate, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from statements.exports import formats
from statements.exports.formats import FORMATS, Format
from statements.models import Export
from statements.periods import Period

READY: Final = "statements.export.ready"
FAILED: Final = "statements.export.failed"
BROKEN: Final = "statements.export.broken"
FULL: Final = "statements.export.full"
TRIES_MAX: Final = 3
READY_MAX: Final = 10  # of one user, until their day is over
# Of the advisory locks: who makes files, and who of the users has one made by a page.
MAKERS: Final = 5_301
PAGES: Final = 5_302
ARRIVING: Final = ".arriving-"
Status = Export.Status

notices.declare(
    READY, _("Skedari me veprimet e llogarisë %(account)s është gati te Pasqyrat. Atje shihni edhe deri kur mbahet.")
)
notices.declare(FAILED, _("Skedari me veprimet e llogarisë %(account)s nuk u bë. Arsyeja është te Pasqyrat."))
logger = logging.getLogger(__name__)


class OneFileAtATime(Refusal):
    sentence = _("Një skedar juaj po përgatitet. Prisni sa të mbarojë, pastaj kërkoni tjetrin.")


class TooManyFiles(Refusal):
    sentence = _("Keni %(max)s skedarë gati. Merrni njërin prej tyre, ose prisni sa të fshihet më i vjetri.")


class NoRoomForExports(Refusal):
    sentence = _("Për momentin nuk kemi vend për skedarë të gjatë. Provoni përsëri më vonë ose zgjidhni më pak ditë.")


# --- At once ---------------------------------------------------------------------------------------------------------


def write(
    *, mandate: Mandate, account: BankAccount, period: Period, form: Format, file: IO[bytes], at: datetime
) -> None:
    """A short period into a file, while its page waits; refuses a second one of the same user meanwhile."""
    with _lock(connection, PAGES, mandate.user_id) as is_mine:
        if not is_mine:
            raise OneFileAtATime
        head = formats.write(account, period, form, file, at=at)
    digest = _sha256(file)
    facts = {"format": form.code, "first": str(period.first), "last": str(period.last), "lines": head.count}
    _taken(account=account, facts=facts | {"sha256": digest}, actor=audit.actor_of(mandate), at=at)


@verb("statements.export.taken")
def _taken(*, account: BankAccount, facts: dict[str, object], actor: audit.Actor, at: datetime) -> None:
    audit.record("statements.export.taken", actor=actor, at=at, subject=f"account:{account.uuid}", details=facts)


def _sha256(file: IO[bytes]) -> str:
    """Of the whole file, read to its end."""
    digest = hashlib.sha256()
    file.seek(0)
    while piece := file.read(1 << 20):
        digest.update(piece)
    return digest.hexdigest()


# --- Behind the page -------------------------------------------------------------------------------------------------


def of(mandate: Mandate, account: BankAccount) -> list[Export]:
    """What this user asked for of this account, newest first."""
    mine = Export.objects.filter(user=mandate.user_id, company=mandate.company_id, account=account)
    return list(mine.order_by("-asked_at")[:10])


def find(mandate: Mandate, account: BankAccount, export_id: UUID) -> Export | None:
    """One of them; another user's does not exist."""
    mine = Export.objects.filter(user=mandate.user_id, company=mandate.company_id, account=account)
    return mine.filter(pk=export_id).first()


@verb("statements.export.asked")
def ask(
    *, mandate: Mandate, account: BankAccount, period: Period, form: Format, at: datetime, machine_at: datetime
) -> Export:
    """Put a file into the queue, in the language that is active.

    Refuses as `formats.lines_of`, a second one at a time, and one more than a user may have lying there.
    """
    lines = formats.lines_of(account, period, form)
    user = User.objects.select_for_update(no_key=True).get(pk=mandate.user_id)
    if Export.objects.filter(user=user, status__in=Export.OPEN).exists():
        raise OneFileAtATime
    if Export.objects.filter(user=user, status=Status.READY).count() >= READY_MAX:
        raise TooManyFiles(max=READY_MAX)
    export = Export.objects.create(
        user=user,
        company_id=mandate.company_id,
        account=account,
        first_on=period.first,
        last_on=period.last,
        format=form.code,
        language="en" if (translation.get_language() or "").startswith("en") else "sq",
        lines=lines,
        asked_at=machine_at,
    )
    _record("asked", export, actor=audit.actor_of(mandate), at=at)
    return export


@verb("statements.export.taken")
def take(*, export: Export, mandate: Mandate, at: datetime, machine_at: datetime) -> IO[bytes] | None:
    """The file, opened, and the trace of who takes it; None when it is gone."""
    if export.status != Status.READY or export.expires_at is None or export.expires_at <= machine_at:
        return None
    try:
        file = path_of(export).open("rb")
    except FileNotFoundError:
        return None
    _record("taken", export, actor=audit.actor_of(mandate), at=at)
    return file


def make_next(*, at: datetime, machine_at: datetime) -> Export | None:
    """Make the file that waits longest; None when none does, or another worker is making one."""
    if not Export.objects.filter(status__in=Export.OPEN).exists():
        return None
    other = connection.copy()
    try:
        with _lock(other, MAKERS, 0) as is_mine:
            export = _claimed(machine_at) if is_mine else None
            if export:
                _make(export, other, at=at)
    finally:
        other.close()
    return export


def expire(*, machine_at: datetime) -> int:
    """Remove the files whose day is over; how many."""
    over = Export.objects.filter(status=Status.READY, expires_at__lte=machine_at)
    expired = 0
    for export in over.order_by("expires_at")[:100]:
        path_of(export).unlink(missing_ok=True)
        expired += over.filter(pk=export.pk).update(status=Status.EXPIRED)
    return expired


def forget(before: datetime, most: int) -> int:
    """Rows of files that are gone since before a moment, at most so many; how many went."""
    ended = Export.objects.filter(status__in=[Status.FAILED, Status.EXPIRED], ended_at__lt=before)
    return Export.objects.filter(pk__in=list(ended.order_by("ended_at").values_list("pk", flat=True)[:most])).delete()[
        0
    ]


def path_of(export: Export) -> Path:
    """Where the file lies: outside of whatever a web server shows."""
    return _store() / export.pk.hex


def _store() -> Path:
    return Path(settings.FILES_DIR) / "exports"


def _claimed(machine_at: datetime) -> Export | None:
    """The next one; what is running now was left by a worker that died, for we hold the lock."""
    for export in Export.objects.filter(status__in=Export.OPEN).order_by("asked_at"):
        if export.tries < TRIES_MAX:
            Export.objects.filter(pk=export.pk).update(status=Status.RUNNING, tries=export.tries + 1, done=0)
            export.refresh_from_db()
            return export
        _fail(export_id=export.pk, reason="", at=clock.shown(machine_at), machine_at=machine_at)
    return None


class _Written(NamedTuple):
    """What is known of a file when it is whole."""

    lines: int
    size: int
    sha256: str


def _make(export: Export, other: BaseDatabaseWrapper, *, at: datetime) -> None:
    """Write the file beside its place and put it there whole; a refusal ends it, a fault leaves it for a new try."""

    def progress(done: int) -> None:
        _refuse_a_full_disk()
        # By the other connection: this one reads the books as of one moment and may not write.
        with other.cursor() as cursor:
            cursor.execute("UPDATE statements_export SET done = %s WHERE id = %s", [done, export.pk])

    with _workshop() as place:
        arriving = place / "file"
        try:
            _refuse_a_full_disk()
            written = _written(export, arriving, progress, at=at)
        except Refusal as refusal:
            with translation.override(export.language):
                reason = str(refusal.sentence)
            _fail(export_id=export.pk, reason=reason, at=at, machine_at=clock.machine())
            return
        except Exception:
            logger.exception(BROKEN, extra={"event": BROKEN, "subject": f"export:{export.pk}"})
            raise
        arriving.replace(path_of(export))
    _finish(export_id=export.pk, written=written, at=at, machine_at=clock.machine())


@contextmanager
def _workshop() -> Iterator[Path]:
    """A directory of one try, on the disk of the store. Whoever lost the lock finds his own one gone."""
    store = _store()
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    for left in store.glob(f"{ARRIVING}*"):
        shutil.rmtree(left, ignore_errors=True)  # of a worker that died
    with TemporaryDirectory(prefix=ARRIVING, dir=store, ignore_cleanup_errors=True) as place:
        yield Path(place)


def _written(export: Export, arriving: Path, progress: Callable[[int], None], *, at: datetime) -> _Written:
    """The file at that path, safe on the disk, in the language in which it was asked for."""
    account = BankAccount.objects.select_related("company").get(pk=export.account_id)
    period, form = Period(export.first_on, export.last_on), FORMATS[export.format]
    with arriving.open("x+b") as file, translation.override(export.language):
        os.fchmod(file.fileno(), 0o600)
        head = formats.write(account, period, form, file, at=at, progress=progress, unhurried=True)
        file.flush()
        os.fsync(file.fileno())
        digest = _sha256(file)
        return _Written(head.count, file.tell(), digest)


def _refuse_a_full_disk() -> None:
    """What is left of the disk below a limit is not for exports: other things are kept on it, too."""
    if shutil.disk_usage(_store()).free < settings.EXPORTS["free_bytes_min"]:
        logger.error(FULL, extra={"event": FULL})
        raise NoRoomForExports


@verb("statements.export.made")
def _finish(*, export_id: UUID, written: _Written, at: datetime, machine_at: datetime) -> None:
    export = Export.objects.select_for_update().select_related("user", "company", "account").get(pk=export_id)
    export.status, export.lines, export.done = Status.READY, written.lines, written.lines
    export.size, export.sha256, export.ended_at = written.size, written.sha256, machine_at
    export.expires_at = machine_at + timedelta(hours=settings.EXPORTS["hours_kept"])
    export.save(update_fields=["status", "lines", "done", "size", "sha256", "ended_at", "expires_at"])
    _record("made", export, actor=_clock_of(export), at=at)
    notices.tell(export.user, READY, {"account": account_tail(export.account.iban or "")}, at, export.company)


@verb("statements.export.failed")
def _fail(*, export_id: UUID, reason: str, at: datetime, machine_at: datetime) -> None:
    export = Export.objects.select_for_update().select_related("user", "company", "account").get(pk=export_id)
    path_of(export).unlink(missing_ok=True)
    export.status, export.failure, export.ended_at = Status.FAILED, reason, machine_at
    export.save(update_fields=["status", "failure", "ended_at"])
    _record("failed", export, actor=_clock_of(export), at=at)
    notices.tell(export.user, FAILED, {"account": account_tail(export.account.iban or "")}, at, export.company)


def _clock_of(export: Export) -> audit.Actor:
    return audit.Actor(audit.THE_CLOCK.name, audit.THE_CLOCK.role, str(export.company_id))


def _record(what: str, export: Export, *, actor: audit.Actor, at: datetime) -> None:
    facts = {
        "format": export.format,
        "account": str(export.account.uuid),
        "first": str(export.first_on),
        "last": str(export.last_on),
        "lines": export.lines,
        "sha256": export.sha256,
    }
    audit.record(f"statements.export.{what}", actor=actor, at=at, subject=f"export:{export.pk}", details=facts)


@contextmanager
def _lock(on: BaseDatabaseWrapper, kind: int, key: int) -> Iterator[bool]:
    """A lock of the session's, tried once; it ends with the block, and with the connection."""
    with on.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [kind, key])
        (is_mine,) = cursor.fetchone()
    try:
        yield is_mine
    finally:
        if is_mine:
            _unlock(on, kind, key)


def _unlock(on: BaseDatabaseWrapper, kind: int, key: int) -> None:
    """A lock that cannot be given back goes with its connection; what broke that is told, and not this."""
    try:
        with on.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [kind, key])
    except DatabaseError:
        on.close()
