"""What staff do with a case of security: take it in hand, hand it over, note what was found, close it.

A customer opened it by "Nuk isha unë" or "Humba celularin", or could not go on (cases.py). All moments are the
machine's clock. What these verbs change is the case alone: access is blocked and given back in a call (desk.py).
"""

from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, notices
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow.cases import CaseIsClosed
from auth_flow.models import CaseNote, SecurityCase

Status = SecurityCase.Status
PERMISSION = "auth_flow.work_securitycase"
CLOSED = "auth.case.closed"
notices.declare(
    CLOSED, _("Rasti juaj i sigurisë %(reference)s u mbyll më %(at)s. Nuk është zgjidhur për ju? Telefononi bankën.")
)


class CaseIsTaken(Refusal):
    sentence = _("Rastin e ka në dorë një koleg. Flisni me të, ose kërkojini t’jua kalojë.")


class TakeTheCaseFirst(Refusal):
    sentence = _("Merreni më parë rastin në dorë: e mbyll ose e kalon vetëm ai që e ka.")


class NobodyToTakeIt(Refusal):
    sentence = _("Ky koleg nuk punon me raste sigurie. Zgjidhni një tjetër.")


@verb("staff.case.taken")
def take(*, case_id: int, actor: audit.Actor, at: datetime) -> SecurityCase:
    """Take in hand a case that nobody has. Refuses a closed one and a colleague's; one's own stays as it is."""
    case = _open(case_id)
    if case.taken_by == actor.name:
        return case
    if case.taken_by:
        raise CaseIsTaken
    _put_in_hand(case, actor.name, at)
    _record("staff.case.taken", case, actor, at)
    return case


@verb("staff.case.handed_over")
def hand_over(*, case_id: int, colleague: User, reason: str, actor: audit.Actor, at: datetime) -> SecurityCase:
    """Give a case to a colleague with a word about it: one's own, or one that nobody has.

    Refuses a closed one, a colleague's, and whoever may not work with cases.
    """
    case = _open(case_id)
    if case.taken_by not in {"", actor.name}:
        raise CaseIsTaken
    if colleague.kind != User.Kind.STAFF or not colleague.has_perm(PERMISSION):
        raise NobodyToTakeIt
    _put_in_hand(case, audit.actor_of(colleague).name, at)
    CaseNote.objects.create(case=case, text=reason, written_by=actor.name, written_at=at)
    _record("staff.case.handed_over", case, actor, at, reason=reason, to=case.taken_by)
    return case


@verb("staff.case.noted")
def note(*, case_id: int, text: str, actor: audit.Actor, at: datetime) -> CaseNote:
    """Write down what was found; whoever works with cases may, also on a colleague's. Refuses a closed one."""
    case = _open(case_id)
    written = CaseNote.objects.create(case=case, text=text, written_by=actor.name, written_at=at)
    _record("staff.case.noted", case, actor, at)
    return written


@verb("staff.case.closed")
def close(*, case_id: int, outcome: str, actor: audit.Actor, at: datetime) -> SecurityCase:
    """Close one's own case with what came of it. Refuses a closed one, and whoever has not taken it."""
    case = _open(case_id)
    if case.taken_by != actor.name:
        raise TakeTheCaseFirst
    return _close(case, outcome, actor, at)


@verb("staff.dead_end.closed")
def close_dead_end(*, reference: str, outcome: str, actor: audit.Actor, at: datetime) -> SecurityCase:
    """Close a dead end by the reference that the caller reads out, without taking it in hand: it may be nobody's.

    Refuses a reference that is of no open dead end, and one that a colleague has in hand.
    """
    dead_ends = SecurityCase.objects.select_for_update(of=("self",)).filter(kind=SecurityCase.Kind.DEAD_END)
    case = dead_ends.filter(reference=reference, status=Status.OPEN).first()
    if case is None:
        raise CaseIsClosed
    if case.taken_by not in {"", actor.name}:
        raise CaseIsTaken
    return _close(case, outcome, actor, at)


def _close(case: SecurityCase, outcome: str, actor: audit.Actor, at: datetime) -> SecurityCase:
    """Its customer hears that it is closed; what came of it stays with the staff."""
    case.status, case.closed_at, case.closed_by, case.outcome = Status.CLOSED, at, actor.name, outcome[:200]
    case.save(update_fields=["status", "closed_at", "closed_by", "outcome"])
    if case.user:
        shown = clock.shown(at)
        facts = {"reference": case.reference, "at": f"{clock.tirana(shown):%d.%m.%Y %H:%M}"}
        notices.tell(case.user, CLOSED, facts, shown)
    _record("staff.case.closed", case, actor, at, reason=outcome)
    return case


def _open(case_id: int) -> SecurityCase:
    """The case under its lock: of two who take it at once the second finds it taken."""
    cases = SecurityCase.objects.select_for_update(of=("self",))
    case = cases.filter(pk=case_id, status=Status.OPEN).first()
    if case is None:
        raise CaseIsClosed
    return case


def _put_in_hand(case: SecurityCase, name: str, at: datetime) -> None:
    case.taken_by, case.taken_at = name, at
    case.save(update_fields=["taken_by", "taken_at"])


def _record(
    event: str, case: SecurityCase, actor: audit.Actor, at: datetime, *, reason: str = "", **details: str
) -> None:
    audit.record(event, actor=actor, at=at, subject=f"case:{case.reference}", reason=reason, details=details)
