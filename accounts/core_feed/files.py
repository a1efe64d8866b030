"""One file of the feed, from its first byte to its report."""

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from django.db import DatabaseError
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
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


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
    is left alone as a whole. After a run that was cut off, the next one finishes.
    """
    report = Report(name=_safe_name(path))
    try:
        with path.open("rb") as file:
            report.kind, report.digest = _kind_of(file), _digest(file)
            row = _row_of(report, at=at)
            if _is_done(row):
                report.is_known, report.imported_at = True, row.finished_at
                return report
            for outcome in _taken(file, row, at=at):
                report.note(outcome)
            _finish(file=row, report=report, actor=CORE, at=at)
    except OSError:
        report.unreadable = "it cannot be opened"
    except Unreadable as why:
        report.unreadable = str(why)
    return report


def _kind_of(file: BinaryIO) -> Kind:
    head = file.read(CHUNK_BYTES).removeprefix(BYTE_ORDER_MARK).lstrip()
    return messages.kind_of(file) if head.startswith(XML_BEGINS) else tables.kind_of(file)


def _digest(file: BinaryIO) -> str:
    digest = hashlib.sha256()
    file.seek(0)
    while chunk := file.read(CHUNK_BYTES):
        digest.update(chunk)
    return digest.hexdigest()


def _row_of(report: Report, *, at: datetime) -> CoreFile:
    """The row of these bytes, from this run or an earlier one."""
    facts = {"name": report.name, "kind": report.kind, "started_at": at}
    return CoreFile.objects.get_or_create(digest=report.digest, defaults=facts)[0]


def _is_done(row: CoreFile) -> bool:
    """Taken to its end, with no record that a new run could mend."""
    is_waiting = Q(settled_at__isnull=True) & ~Q(status="matched")
    return row.finished_at is not None and not row.counts.get(Outcome.BAD) and not row.items.filter(is_waiting).exists()


def _taken(file: BinaryIO, row: CoreFile, *, at: datetime) -> Iterator[Outcome | Bad]:
    kind = Kind(row.kind)
    if kind in messages.MESSAGES:
        yield from entries.take(camt.entries(file, kind), file=row, at=at)
        return
    for record in tables.rows(file):
        yield record if isinstance(record, Bad) else _taken_row(TAKERS[kind], record, row, at=at)


def _taken_row(take: Taker, record: Row, row: CoreFile, *, at: datetime) -> Outcome | Bad:
    """One record by its own transactions; what the books refuse is as bad as what cannot be read."""
    try:
        return take(record, at=at)
    except NotTaken as problem:
        return Bad(record.line, problem.field, problem.reason)
    except Refusal as refusal:
        law = refusal.code
    except DatabaseError as error:
        law = str(getattr(getattr(error.__cause__, "diag", None), "constraint_name", ""))
    # By the name of the law alone: what the record says belongs into no log.
    logger.warning("the books refuse a record of the core", extra={"subject": f"core_file:{row.pk}", "law": law})
    return Bad(record.line, "", Reason.LAW)


@verb("core.file.imported")
def _finish(*, file: CoreFile, report: Report, actor: audit.Actor, at: datetime) -> None:
    """Keep what was refused and what this run mended, and close the row of the file."""
    fresh = [
        RefusedRecord(file=file, line=bad.line, field=bad.field, reason=bad.reason, refused_at=at) for bad in report.bad
    ]
    RefusedRecord.objects.bulk_create(fresh, batch_size=1000, ignore_conflicts=True)
    still_bad = {(bad.line, bad.field, str(bad.reason.value)) for bad in report.bad}
    for refused in file.refused.filter(mended_at__isnull=True).iterator():
        if (refused.line, refused.field, refused.reason) not in still_bad:
            refused.mended_at = at
            refused.save(update_fields=["mended_at"])
    file.finished_at, file.counts = at, dict(report.counts)
    file.save(update_fields=["finished_at", "counts"])
    audit.record(
        "core.file.imported",
        actor=actor,
        at=at,
        subject=f"core_file:{file.pk}",
        details={"name": file.name, "kind": file.kind, "digest": file.digest, "counts": file.counts},
    )


def _safe_name(path: Path) -> str:
    """Without its folders, and without a card number that somebody may have put into it."""
    return card_numbers.hidden(path.name)[:NAME_MAX]
