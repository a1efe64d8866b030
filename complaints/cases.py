"""What customers do with a case: file it, write more, read the answer, take it back (R61-R66). The bank's clock.

An agent files through the same verb, in the name of whoever called, wrote or came. No event of the trail carries a
word of what was written.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import Company, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from complaints import deadlines, letters, quotas, spam
from complaints.attachments import Accepted
from complaints.models import Attachment, Case, Reply

Status = Case.Status
STAFF = "staff"
TEXT_MAX = 4000
REPLIES_PER_DAY_MAX = 20
# The same words within so short a time are one press of the button too many.
AGAIN = timedelta(minutes=5)


class CaseIsClosed(Refusal):
    sentence = _("Ky rast është mbyllur. Na shkruani një mesazh të ri dhe përmendni numrin e tij.")


class TooMuchWritten(Refusal):
    sentence = _("Sot keni shkruar shumë herë për këtë rast. Provoni nesër ose telefononi bankën.")


@dataclass(frozen=True, slots=True)
class Filing:
    """What is filed, as it was typed. `submit_key` is the form's own: the same key twice is one case."""

    kind: str
    channel: str
    text: str
    name: str
    submit_key: str
    email: str = ""
    phone: str = ""
    customer_number: str = ""
    subject: str = ""
    user: User | None = None
    company: Company | None = None
    language: str = "sq"


@verb("complaints.case.opened")
def open_case(*, filing: Filing, files: Sequence[Accepted] = (), actor: audit.Actor, at: datetime) -> Case:
    """Give what was filed a number and a day for the answer, and acknowledge it.

    Refuses more cases and more files than spam.py and quotas.py let in; what staff log is never too much. Pressed
    twice, it is the case that is there already; then `files` belong to nothing, and the caller takes them back.
    """
    _refuse_too_many(filing, at)
    case, is_new = Case.objects.get_or_create(
        submit_key=filing.submit_key,
        defaults={
            "number": _next_number(at),
            "kind": filing.kind,
            "channel": filing.channel,
            "subject": filing.subject,
            "name": filing.name,
            "email": filing.email,
            "phone": filing.phone,
            "customer_number": filing.customer_number,
            "user": filing.user,
            "company": filing.company,
            "language": filing.language,
            "opened_at": at,
            "opened_by": actor.name,
            "answer_by": deadlines.answer_by(filing.kind, at),
        },
    )
    if not is_new:
        return case
    if actor.role != STAFF:
        quotas.refuse_many_files(case, files, at=at)
    append(case, Reply.Kind.CUSTOMER, filing.text, files=files, actor=actor, at=at)
    letters.opened(case, by_staff=actor.role == STAFF, at=at)
    details: dict[str, object] = {
        "kind": case.kind,
        "channel": case.channel,
        "answer_by": case.answer_by,
        "files": len(files),
    }
    record("complaints.case.opened", case, actor, at, details)
    return case


@verb("complaints.case.written")
def write(*, case_id: UUID, text: str, files: Sequence[Accepted] = (), actor: audit.Actor, at: datetime) -> Reply:
    """Add what the customer writes; after a final answer that opens the case again, with a new day.

    Refuses a closed case, more than REPLIES_PER_DAY_MAX in a day, and more files than quotas.py lets in. The same words
    with the same files at once are one reply; then `files` belong to nothing, and the caller takes them back.
    """
    case = locked(case_id)
    if case.status == Status.CLOSED:
        raise CaseIsClosed
    hers = Reply.objects.filter(case=case, kind=Reply.Kind.CUSTOMER)
    for again in hers.filter(text=text, written_at__gt=at - AGAIN, written_by=actor.name).order_by("-pk"):
        if sorted(again.attachments.values_list("sha256", flat=True)) == sorted(file.sha256 for file in files):
            return again
    if hers.filter(written_at__gt=at - timedelta(days=1)).count() >= REPLIES_PER_DAY_MAX:
        raise TooMuchWritten
    quotas.refuse_many_files(case, files, at=at)
    was_final = case.status == Status.FINAL
    if was_final:
        begin_anew(case, at)
    case.status, case.has_news = Status.OPEN, False
    case.save()
    reply = append(case, Reply.Kind.CUSTOMER, text, files=files, actor=actor, at=at)
    record("complaints.case.written", case, actor, at, {"reopened": was_final, "files": len(files)})
    return reply


@verb("complaints.case.read")
def read(*, case_id: UUID, actor: audit.Actor, at: datetime) -> None:
    """Its user has read the bank's answer; the second time says nothing more."""
    case = locked(case_id)
    if case.has_news:
        case.has_news = False
        case.save(update_fields=["has_news"])
        record("complaints.case.read", case, actor, at)


@verb("complaints.case.withdrawn")
def withdraw(*, case_id: UUID, actor: audit.Actor, at: datetime) -> Case:
    """Its customer needs no answer any more. Refuses a case that has ended."""
    case = locked(case_id)
    if case.has_ended:
        raise CaseIsClosed
    end(case, Status.CLOSED, actor, at)
    case.has_news = False
    case.save()
    record("complaints.case.withdrawn", case, actor, at)
    return case


# --- What these verbs share with those of the staff ------------------------------------------------------------------


def locked(case_id: UUID) -> Case:
    """The case under its lock; whoever acts on it at the same time waits."""
    cases = Case.objects.select_for_update(of=("self",), no_key=True).select_related("user", "company")
    return cases.get(pk=case_id)


def append(
    case: Case,
    kind: str,
    text: str,
    *,
    actor: audit.Actor,
    at: datetime,
    files: Sequence[Accepted] = (),
    is_final: bool = False,
) -> Reply:
    """One more entry of the thread, with its files; in the caller's transaction."""
    reply = Reply.objects.create(
        case=case, kind=kind, text=text, is_final=is_final, written_at=at, written_by=actor.name
    )
    Attachment.objects.bulk_create(Attachment.of(reply, file, at=at) for file in files)
    return reply


def end(case: Case, status: str, actor: audit.Actor, at: datetime) -> None:
    """Nothing more to answer; the caller saves."""
    case.status, case.ended_at, case.ended_by = status, at, actor.name


def begin_anew(case: Case, at: datetime) -> None:
    """The bank owes an answer again, by a new day; the caller saves."""
    case.status, case.ended_at, case.ended_by, case.final_at = Status.OPEN, None, "", None
    case.answer_by, case.warned_at, case.overdue_at = deadlines.answer_by(case.kind, at), None, None


def record(
    event: str, case: Case, actor: audit.Actor, at: datetime, details: Mapping[str, object] | None = None
) -> None:
    audit.record(
        event, actor=actor, at=at, subject=f"case:{case.pk}", details={"number": case.number, **(details or {})}
    )


def _refuse_too_many(filing: Filing, at: datetime) -> None:
    """Under a lock, since forms that come at once would each be counted before the others are there."""
    if filing.channel not in {Case.Channel.WEB, Case.Channel.PORTAL}:
        return
    spam.wait_for_turn(filing.user)
    if Case.objects.filter(submit_key=filing.submit_key).exists():
        return
    if filing.user:
        spam.refuse_many_of(filing.user, banks_at=at)
    else:
        spam.refuse_many_of_strangers(email=filing.email, banks_at=at)


def _next_number(at: datetime) -> str:
    """A-2026-0000123: seven digits, since six look like a code (auth_flow.mail)."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('complaints_case_number')")
        (number,) = cursor.fetchone()
    return f"A-{clock.tirana(at):%Y}-{number:07d}"
