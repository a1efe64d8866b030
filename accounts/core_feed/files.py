"""One file of the feed, from its first byte to its report."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import Q

from accounts import audit
from accounts.core_feed import camt, card_numbers, entries, holdings, messages, parties, tables
from accounts.core_feed.records import CORE, Bad, NotTaken, Outcome, Report, Unreadable
from accounts.core_feed.tables import Row
from accounts.models import CoreFile, RefusedRecord
from accounts.models.core import Reason
from accounts.refusals import Refusal
from accounts.verbs import verb

logger = logging.getLogger(__name__)

Kind = CoreFile.Kind
Taker = Callable[..., Outcome]

TAKERS: dict[Kind, Taker] = {
    Kind.COMPANIES: parties.take_company,
    Kind.PEOPLE: parties.take_person,
    Kind.AGREEMENTS: parties.take_agreement,
    Kind.MANDATES: parties.take_mandate,
    Kind.ACCOUNTS: holdings.take_account,
    Kind.CARDS: holdings.take_card,
}
# What later files are about stands in earlier ones; entries come last.
ORDER = list(Kind)
NAME_MAX = 120
CHUNK_BYTES = 1024 * 1024
XML_BEGINS = b"<"
MADE_AT = "made_at"
CLOCKS_DIFFER = timedelta(hours=1)
# What is no news of a file that ran before.
NO_NEWS = {Outcome.UNCHANGED, Outcome.SKIPPED, Outcome.BAD}


def kind_of(path: Path) -> Kind | None:
    """What a file holds, or None where it cannot be told; reads no more than its beginning."""
    try:
        with path.open("rb") as file:
            return _kind_of(file)
    except (OSError, Unreadable):
        return None


def in_order(paths: list[Path]) -> list[Path]:
    """Customers before accounts, accounts before entries, whatever the order of the names; unreadable files first."""
    kinds = {path: kind_of(path) for path in paths}
    return sorted(paths, key=lambda path: ORDER.index(kind) if (kind := kinds[path]) else -1)


def import_file(path: Path, *, at: datetime) -> Report:
    """Take one file into the books and say what became of every record.

    A second time nothing changes. A record that is bad is reported and the rest goes on; a file that cannot be read
    is left alone as a whole, and so is one of yesterday's after today's. After a run that was cut off, or that the
    database did not answer to its end, the next one finishes.
    """
    report = Report(name=_safe_name(path))
    try:
        with path.open("rb") as file:
            _import(file, report, at=at)
    except OSError:
        report.unreadable = "it cannot be opened"
    except Unreadable as why:
        report.unreadable = str(why)
    except (OperationalError, InterfaceError):
        logger.exception("a file of the core was cut off", extra={"event": "core.file.cut_off"})
        report.unreadable = "the database did not answer to its end; run it again"
    return report


def _import(file: BinaryIO, report: Report, *, at: datetime) -> None:
    report.kind, report.digest = _kind_of(file), _digest(file)
    row = _row_of(report, made_at=_made_at(file, report.kind, at=at), at=at)
    if _is_done(row):
        report.is_known, report.imported_at = True, row.finished_at
        return
    if _is_stale(row):
        report.note(Bad(1, MADE_AT, Reason.STALE))
        _refuse(file=row, actor=CORE, at=at)
        return
    for outcome in _taken(file, row, at=at):
        report.note(outcome)
    _finish(file=row, report=report, actor=CORE, at=at)


def _kind_of(file: BinaryIO) -> Kind:
    head = file.read(CHUNK_BYTES).removeprefix(tables.BYTE_ORDER_MARK).lstrip()
    return messages.kind_of(file) if head.startswith(XML_BEGINS) else tables.kind_of(file)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _made_at(file: BinaryIO, kind: str, *, at: datetime) -> datetime | None:
    """When the core made a table, where its first line says so. Nothing is made later than now."""
    made_at = None if kind in messages.MESSAGES else tables.made_at(file)
    if made_at and made_at > at + CLOCKS_DIFFER:
        raise Unreadable("it was made in the future")
    return made_at


def _row_of(report: Report, *, made_at: datetime | None, at: datetime) -> CoreFile:
    """The row of these bytes, from this run or an earlier one."""
    facts = {"name": report.name, "kind": report.kind, "started_at": at, "made_at": made_at}
    return CoreFile.objects.get_or_create(digest=report.digest, defaults=facts)[0]


def _is_done(row: CoreFile) -> bool:
    """Taken to its end, with no record that a new run could mend."""
    is_waiting = Q(settled_at__isnull=True) & ~Q(status="matched")
    return row.finished_at is not None and not row.counts.get(Outcome.BAD) and not row.items.filter(is_waiting).exists()


def _is_stale(row: CoreFile) -> bool:
    """Whether a later table of its kind was taken: what this one says would bring back what has changed since.

    Later by what the tables say themselves; where this one says nothing, one that was begun after its own first run. An
    entry of the core is a fact, whenever it comes.
    """
    if row.kind in messages.MESSAGES:
        return False
    others = CoreFile.objects.filter(kind=row.kind, finished_at__isnull=False).exclude(pk=row.pk)
    is_later = (
        Q(made_at__gt=row.made_at)
        if row.made_at
        else Q(started_at__gt=row.started_at) | Q(started_at=row.started_at, pk__gt=row.pk)
    )
    return others.filter(is_later).exists()


def _taken(file: BinaryIO, row: CoreFile, *, at: datetime) -> Iterator[Outcome | Bad]:
    """What becomes of each record. Of a table that was taken before only what was refused is taken again: the rest
    of it may have changed since, at a desk or by another file."""
    kind = Kind(row.kind)
    if kind in messages.MESSAGES:
        yield from entries.take(camt.entries(file, kind), file=row, at=at)
        return
    waiting = set(row.refused.filter(mended_at__isnull=True).values_list("line", flat=True))
    for record in tables.rows(file):
        if row.finished_at and record.line not in waiting:
            yield Outcome.UNCHANGED
        else:
            yield record if isinstance(record, Bad) else _taken_row(TAKERS[kind], record, row, at=at)


def _taken_row(take: Taker, record: Row, row: CoreFile, *, at: datetime) -> Outcome | Bad:
    """One record by its own transactions; what the books refuse is as bad as what cannot be read."""
    try:
        return take(record, at=at)
    except NotTaken as problem:
        return Bad(record.line, problem.field, problem.reason)
    except Refusal as refusal:
        law = refusal.code
    except (IntegrityError, DataError) as error:
        law = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
    # By the name of the law alone: what the record says belongs into no log.
    logger.warning("the books refuse a record of the core", extra={"subject": f"core_file:{row.pk}", "law": law})
    return Bad(record.line, "", Reason.LAW)


@verb("core.file.imported")
def _finish(*, file: CoreFile, report: Report, actor: audit.Actor, at: datetime) -> None:
    """Keep what was refused and what this run mended, and close the row of the file; nothing where nothing is new."""
    is_first = file.finished_at is None
    is_changed = _keep_refused(file, report.bad, at=at) or bool(report.counts.keys() - NO_NEWS)
    if not is_first and not is_changed:
        return
    file.finished_at, file.counts = at, dict(report.counts)
    file.save(update_fields=["finished_at", "counts"])
    audit.record(
        "core.file.imported",
        actor=actor,
        at=at,
        subject=f"core_file:{file.pk}",
        details={"name": file.name, "kind": file.kind, "digest": file.digest, "counts": file.counts},
    )


def _keep_refused(file: CoreFile, bad: list[Bad], *, at: datetime) -> bool:
    """Each record that was refused, once, with whether it still is; whether any of that changed."""
    known = {(row.line, row.field, row.reason): row for row in file.refused.all()}
    now = {(one.line, one.field, str(one.reason.value)) for one in bad}
    fresh = [
        RefusedRecord(file=file, line=line, field=field, reason=reason, refused_at=at)
        for line, field, reason in sorted(now - known.keys())
    ]
    RefusedRecord.objects.bulk_create(fresh, batch_size=1000)
    mended = [row.pk for key, row in known.items() if key not in now and row.mended_at is None]
    again = [row.pk for key, row in known.items() if key in now and row.mended_at is not None]
    RefusedRecord.objects.filter(pk__in=mended).update(mended_at=at)
    RefusedRecord.objects.filter(pk__in=again).update(mended_at=None)
    return bool(fresh or mended or again)


@verb("core.file.refused")
def _refuse(*, file: CoreFile, actor: audit.Actor, at: datetime) -> None:
    """Keep that a whole file came too late, once; nothing else of its row changes."""
    facts = {"line": 1, "field": MADE_AT, "reason": Reason.STALE}
    _row, is_new = file.refused.get_or_create(**facts, defaults={"refused_at": at})
    if is_new:
        details = {"name": file.name, "kind": file.kind, "digest": file.digest}
        audit.record("core.file.refused", actor=actor, at=at, subject=f"core_file:{file.pk}", details=details)


def _safe_name(path: Path) -> str:
    """Without its folders, and without a card number that somebody may have put into it."""
    return card_numbers.hidden(path.name)[:NAME_MAX]
