"""Files of ours: numbered, kept byte for byte in their rows, and copied into the folder after the commit.

The row is the truth. A copy that is missing is written again from it, with the same bytes; a crash between commit and
copy, or between copy and its mark, costs nothing but a second look.
"""

import logging
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Max

from accounts import audit
from accounts.verbs import verb
from payments import clearing_folder
from payments.models import ArrivedFile, SentFile
from payments.models.clearing import Message
from payments.models.orders import Rail

logger = logging.getLogger(__name__)

# Whoever numbers files has the turn until its transaction ends; another worker comes back at the next tick.
TURN = "SELECT pg_try_advisory_xact_lock(hashtext('payments.sent_files'))"
# As a message's number names a rail, in four letters.
CODES: Final = {Rail.AECH: "AECH", Rail.AIPS: "AIPS", Rail.AIPS_EURO: "AIPE"}
# ISO's clearing channel: net in sessions, or one by one.
CHANNELS: Final = {Rail.AECH: "MPNS", Rail.AIPS: "RTGS", Rail.AIPS_EURO: "RTGS"}


@dataclass(frozen=True, slots=True)
class Number:
    """The next place in a day's line of files: NCBAALTX20261120AECH000001; an answer has an A before its figures."""

    message: Message
    rail: Rail
    day: date
    sequence: int

    @property
    def message_id(self) -> str:
        mark = "A" if self.message == Message.PACS_002 else ""
        return f"{our_bic()[:8]}{self.day:%Y%m%d}{CODES[self.rail]}{mark}{self.sequence:06d}"

    @property
    def name(self) -> str:
        return f"{our_bic()[:8]}-{CODES[self.rail]}-{self.day:%Y%m%d}-{self.sequence:04d}.{self.message}.xml"


def our_bic() -> str:
    return str(settings.BANK["bic"])


def take_turn() -> bool:
    """Whether this transaction may number files; False while another one does."""
    with connection.cursor() as cursor:
        cursor.execute(TURN)
        return bool(cursor.fetchone()[0])


def next_number(message: Message, rail: Rail, *, day: date) -> Number:
    """After `take_turn`; the law `sent_files_are_numbered_without_gaps` holds it."""
    last = SentFile.objects.filter(message=message, rail=rail, day=day).aggregate(last=Max("sequence"))["last"]
    return Number(message, rail, day, (last or 0) + 1)


def keep(
    number: Number,
    *,
    content: bytes,
    currency: str,
    count: int,
    sum_minor: int,
    at: datetime,
    session_at: datetime | None = None,
    answers: ArrivedFile | None = None,
) -> SentFile:
    """The row of a file, in the caller's transaction, and the trace of it."""
    file = SentFile.objects.create(
        name=number.name,
        message=number.message,
        message_id=number.message_id,
        rail=number.rail,
        currency=currency,
        day=number.day,
        sequence=number.sequence,
        session_at=session_at,
        answers=answers,
        count=count,
        sum_minor=sum_minor,
        digest=clearing_folder.digest(content),
        content=content,
        made_at=at,
    )
    facts = {"name": file.name, "count": count, "sum_minor": sum_minor, "currency": currency, "digest": file.digest}
    audit.record("payments.clearing.sent", actor=audit.THE_CLOCK, at=at, subject=f"file:{file.pk}", details=facts)
    return file


def write_out(*, at: datetime) -> int:
    """Copy every file that lies in no folder yet; how many were copied. One that cannot be is told and tried again."""
    written = 0
    for file_id in SentFile.objects.filter(written_at=None).order_by("id").values_list("id", flat=True):
        try:
            written += _write(file_id, at=at)
        except (OSError, clearing_folder.OtherContent):
            extra = {"event": "clearing.file.not_written", "subject": f"file:{file_id}"}
            logger.exception("a clearing file is not in its folder", extra=extra)
    return written


def _write(file_id: int, *, at: datetime) -> bool:
    file = SentFile.objects.get(pk=file_id)
    clearing_folder.place(clearing_folder.OUT, file.name, bytes(file.content))
    return bool(SentFile.objects.filter(pk=file_id, written_at=None).update(written_at=at))


@verb("payments.clearing.written_again")
def write_again(*, file_id: int, actor: audit.Actor, at: datetime) -> None:
    """Let the next tick copy a file anew, the same bytes under the same name: for a folder that was lost."""
    SentFile.objects.filter(pk=file_id).update(written_at=None)
    audit.record("payments.clearing.written_again", actor=actor, at=at, subject=f"file:{file_id}")
