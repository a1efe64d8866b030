"""What the bank's staff do with a case: follow it, note, answer, answer for good, close, open again. The bank's clock.

Who may is asked at the desk; each act stands in the trail with the number of the case and without its text.
"""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit, staff_looks
from accounts.models import Company, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from complaints import cases, letters
from complaints.attachments import Accepted
from complaints.models import Case, Reply

Status = Case.Status


class CaseHasEnded(Refusal):
    sentence = _("Ky rast ka mbaruar. Rihapeni, nëse klientit i duhet ende një përgjigje.")


class CaseIsUnderWay(Refusal):
    sentence = _("Ky rast është ende në shqyrtim. Shihni përsëri gjendjen e tij.")


class NoSuchCustomer(Refusal):
    sentence = _("Asnjë klient nuk ka këtë numër. Kontrolloni numrin, ose lëreni bosh.")


class NoSuchCompany(Refusal):
    sentence = _("Asnjë kompani nuk ka këtë NIPT. Kontrolloni NIPT-in, ose lëreni bosh.")


class NotOfThisCompany(Refusal):
    sentence = _("Ky klient nuk vepron për këtë kompani. Kontrolloni të dy numrat.")


class OnlyStaffFollow(Refusal):
    sentence = _("Rastin e ndjek vetëm një koleg me hyrje aktive. Zgjidhni një tjetër.")


def customer_of(*, customer_number: str, nipt: str) -> tuple[User | None, Company | None]:
    """Whom an agent files a case for, by the numbers she was told; empty ones name nobody.

    Refuses numbers that are of nobody, and a customer who has no mandate for the company.
    """
    user = User.objects.filter(kind=User.Kind.CUSTOMER, username=customer_number).first() if customer_number else None
    if customer_number and user is None:
        raise NoSuchCustomer
    company = Company.objects.filter(nipt=nipt).first() if nipt else None
    if nipt and company is None:
        raise NoSuchCompany
    if user and company and not user.mandates.filter(company=company).exists():
        raise NotOfThisCompany
    return user, company


@verb("complaints.case.looked_at")
def note_look(*, case_id: UUID, actor: audit.Actor, at: datetime) -> None:
    """Write down which of staff read a case, before it is shown: for the bank, and for the company it is about."""
    case = Case.objects.get(pk=case_id)
    cases.record("complaints.case.looked_at", case, actor, at)
    if case.company_id:
        # The company reads the number of its own letter alone; what one of its people filed is between her and us.
        number = "" if case.user_id else case.number
        subject = f"complaints.case:{case.pk}"
        way = staff_looks.Way.COMPLAINT
        staff_looks.note([case.company_id], way=way, subject=subject, reason=number, actor=actor, at=at)


@verb("complaints.case.assigned")
def assign(*, case_id: UUID, user_id: int, actor: audit.Actor, at: datetime) -> Case:
    """Give the case to somebody of staff to follow. Refuses a case that has ended, and whoever is no active staff."""
    case = _under_way(case_id)
    colleague = User.objects.filter(pk=user_id, kind=User.Kind.STAFF, is_active=True).first()
    if colleague is None:
        raise OnlyStaffFollow
    case.assigned_to = colleague
    case.save(update_fields=["assigned_to"])
    cases.record("complaints.case.assigned", case, actor, at, {"assigned_to": f"user:{colleague.pk}"})
    return case


@verb("complaints.case.noted")
def note(*, case_id: UUID, text: str, actor: audit.Actor, at: datetime) -> Case:
    """Write something for colleagues that the customer never sees; also on a case that has ended."""
    case = cases.locked(case_id)
    cases.append(case, Reply.Kind.NOTE, text, actor=actor, at=at)
    cases.record("complaints.case.noted", case, actor, at)
    return case


@verb("complaints.case.answered")
def answer(
    *,
    case_id: UUID,
    text: str,
    is_final: bool = False,
    files: Sequence[Accepted] = (),
    actor: audit.Actor,
    at: datetime,
) -> Case:
    """Answer, for good if `is_final`, and tell the customer that there is something to read. Refuses an ended case.

    Only a final answer stops the deadline. The same words at once, without files, are one press of the button too many.
    """
    case = _under_way(case_id)
    if not files and _has_said(case, text, actor, at) and not is_final:
        return case
    cases.append(case, Reply.Kind.BANK, text, files=files, is_final=is_final, actor=actor, at=at)
    if is_final:
        cases.end(case, Status.FINAL, actor, at)
        case.final_at = at
    else:
        case.status = Status.ANSWERED
    case.has_news = case.user_id is not None
    case.save()
    letters.answered(case, at)
    cases.record("complaints.case.answered", case, actor, at, {"is_final": is_final, "files": len(files)})
    return case


@verb("complaints.case.closed")
def close(*, case_id: UUID, text: str, actor: audit.Actor, at: datetime) -> Case:
    """End a case without a final answer, with a word to the customer why. Refuses one that has ended."""
    case = _under_way(case_id)
    cases.append(case, Reply.Kind.BANK, text, actor=actor, at=at)
    cases.end(case, Status.CLOSED, actor, at)
    case.has_news = case.user_id is not None
    case.save()
    letters.closed(case, at)
    cases.record("complaints.case.closed", case, actor, at)
    return case


@verb("complaints.case.reopened")
def reopen(*, case_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> Case:
    """Owe an answer again, by a new day; the reason stands in the thread for colleagues. Refuses one under way."""
    case = cases.locked(case_id)
    if not case.has_ended:
        raise CaseIsUnderWay
    cases.begin_anew(case, at)
    case.save()
    cases.append(case, Reply.Kind.NOTE, reason, actor=actor, at=at)
    cases.record("complaints.case.reopened", case, actor, at, {"answer_by": case.answer_by})
    return case


def _has_said(case: Case, text: str, actor: audit.Actor, at: datetime) -> bool:
    last = Reply.objects.filter(case=case).exclude(kind=Reply.Kind.NOTE).order_by("-pk").first()
    said = (Reply.Kind.BANK, text, actor.name)
    return last is not None and (last.kind, last.text, last.written_by) == said and at - last.written_at < cases.AGAIN


def _under_way(case_id: UUID) -> Case:
    case = cases.locked(case_id)
    if case.has_ended:
        raise CaseHasEnded
    return case
