"""Files from the clearing house: each is taken once, by its bytes, and put out of the way when it is done.

A file is worked through in batches, each a transaction of its own that knows what it did before; a run that was cut
off finds the file still in its folder and goes on. A file that is none is put aside whole, with a reason and an alarm.
"""

import logging
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import InterfaceError, OperationalError
from django.db.models import Q

from accounts import audit
from accounts.verbs import verb
from payments import answers, clearing_folder, incoming, returns, sent_files
from payments.clearing_folder import BAD, DONE
from payments.iso20022 import camt054, pacs002, pacs004, pacs008, xml
from payments.iso20022.xml import Element, UnreadableError
from payments.models import ArrivedFile
from payments.models.clearing import Message

logger = logging.getLogger(__name__)

NAME_MAX = 120
# Ticks come every few seconds; a tick that still meets somebody after this has met no passer-by.
LONG = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Parcel:
    """What stood in a file, ready to be taken."""

    message: Message
    message_id: str
    count: int
    take: Callable[..., None]
    what: Any


def read_all(*, at: datetime) -> int:
    """Take every file that waits; how many were done. One that breaks is told, stays, and holds up no other.

    Somebody in the way, at a lock or at the numbers of our files, is no fault of the file: the next tick goes on with
    it. Only where it has met them for LONG is it told as one that breaks.
    """
    done = 0
    for path in clearing_folder.waiting():
        try:
            done += read(path, at=at)
        except (OperationalError, InterfaceError, incoming.NotAnswered) as busy:
            extra = {"event": "clearing.file.later", "subject": path.name}
            if _is_late(path.name[:NAME_MAX], at=at):
                logger.exception("a clearing file was not taken", extra=extra | {"event": "clearing.file.broken"})
            else:
                logger.warning("a clearing file waits for the next tick: %s", type(busy).__name__, extra=extra)
        except Exception:
            logger.exception(
                "a clearing file was not taken", extra={"event": "clearing.file.broken", "subject": path.name}
            )
    return done


def _is_late(name: str, *, at: datetime) -> bool:
    """Whether a file was begun long ago and is not done."""
    begun = ArrivedFile.objects.filter(name=name, status=ArrivedFile.Status.OPEN)
    return begun.filter(arrived_at__lt=at - LONG).exists()


def read(path: Path, *, at: datetime) -> bool:
    """Take one file and move it; False for one that is bad, was taken before, or is gone."""
    name = path.name[:NAME_MAX]
    try:
        content = clearing_folder.content_of(path)
    except FileNotFoundError:
        return False
    except clearing_folder.NotWhole as why:
        _put_aside(path, str(why))
        return False
    digest = clearing_folder.digest(content)
    known = ArrivedFile.objects.filter(~Q(status=ArrivedFile.Status.BAD) | Q(name=name), digest=digest).first()
    if known is not None and known.status != ArrivedFile.Status.OPEN:
        logger.warning("a clearing file came again", extra={"event": "clearing.file.again", "subject": known.name})
        clearing_folder.move(path, BAD if known.status == ArrivedFile.Status.BAD else DONE, why=known.reason)
        return False
    try:
        parcel = opened(content)
        _require_new_name(name, digest)
    except UnreadableError as why:
        refuse(name=name, digest=digest, reason=str(why), at=at)
        _put_aside(path, str(why))
        return False
    file = begin(name=name, digest=digest, parcel=parcel, at=at)
    parcel.take(parcel.what, file=file, at=at)
    finish(file_id=file.pk, at=at)
    clearing_folder.move(path, DONE)
    return True


def opened(content: bytes) -> Parcel:
    """What bytes from outside say; raises UnreadableError."""
    name, body = xml.read(content)
    try:
        return READERS[name](body)
    except (ValueError, ArithmeticError):  # the schema lets pass what Python's dates and numbers do not
        raise UnreadableError("a number or a moment in it cannot be read") from None


def _status_reports(body: Element) -> Parcel:
    reports = pacs002.read(body)
    count = sum(len(report.statuses) for report in reports)
    message_id = reports[0].message_id if reports else ""
    return Parcel(Message.PACS_002, message_id, count, answers.take, reports)


def _credit_transfers(body: Element) -> Parcel:
    message = pacs008.read(body)
    if message.sender.bic[:8] == sent_files.our_bic()[:8]:
        raise UnreadableError("it is a file of our own")
    return Parcel(Message.PACS_008, message.message_id, len(message.transfers), incoming.take_transfers, message)


def _payment_returns(body: Element) -> Parcel:
    message = pacs004.read(body)
    return Parcel(Message.PACS_004, message.message_id, len(message.returns), returns.take, message)


def _notification(body: Element) -> Parcel:
    notification = camt054.read(body, settlement_account=settings.CLEARING_SETTLEMENT_ACCOUNT)
    count = len(notification.movements)
    return Parcel(Message.CAMT_054, notification.message_id, count, incoming.take_notification, notification)


READERS: dict[str, Callable[[Element], Parcel]] = {
    xml.PACS_002: _status_reports,
    xml.PACS_004: _payment_returns,
    xml.PACS_008: _credit_transfers,
    xml.CAMT_054: _notification,
}


def _require_new_name(name: str, digest: str) -> None:
    earlier = ArrivedFile.objects.filter(name=name).exclude(status=ArrivedFile.Status.BAD)
    if earlier.exclude(digest=digest).exists():
        raise UnreadableError("another file of this name was taken before")


@verb("payments.clearing.received")
def begin(*, name: str, digest: str, parcel: Parcel, at: datetime) -> ArrivedFile:
    """The row of these bytes, from this run or from one that was cut off."""
    facts = {
        "name": name,
        "message": parcel.message,
        "message_id": parcel.message_id,
        "count": parcel.count,
        "arrived_at": at,
    }
    taken = ArrivedFile.objects.exclude(status=ArrivedFile.Status.BAD)  # what was refused may have a better name now
    return taken.get_or_create(digest=digest, defaults=facts)[0]


@verb("payments.clearing.received")
def finish(*, file_id: int, at: datetime) -> None:
    """Close a file whose every batch is done; nothing the second time."""
    file = ArrivedFile.objects.select_for_update(no_key=True).get(pk=file_id)
    if file.status != ArrivedFile.Status.OPEN:
        return
    file.applied = sum(rows.count() for rows in (file.answered_items, file.credits, file.settlements, file.returns))
    file.status, file.finished_at = ArrivedFile.Status.DONE, at
    file.save(update_fields=["applied", "status", "finished_at"])
    facts = {"name": file.name, "message": file.message, "count": file.count, "applied": file.applied}
    facts |= {"digest": file.digest, "differences": file.differences.count()}
    audit.record("payments.clearing.received", actor=audit.THE_CLOCK, at=at, subject=f"file:{file.pk}", details=facts)


@verb("payments.clearing.refused")
def refuse(*, name: str, digest: str, reason: str, at: datetime) -> None:
    """The row of a file that is none of ours to take, for the staff's list."""
    ArrivedFile.objects.get_or_create(
        digest=digest,
        name=name,
        status=ArrivedFile.Status.BAD,
        defaults={
            "reason": reason[:200],
            "arrived_at": at,
            "finished_at": at,
        },
    )
    facts = {"name": name, "digest": digest, "why": reason}
    audit.record("payments.clearing.refused", actor=audit.THE_CLOCK, at=at, details=facts)


def _put_aside(path: Path, why: str) -> None:
    logger.error("a clearing file was put aside: %s", why, extra={"event": "clearing.file.bad", "subject": path.name})
    clearing_folder.move(path, BAD, why=why)
