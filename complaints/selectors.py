"""Reads of complaints: a customer's own cases, the staff's queue, what stands in the head of every page."""

import re
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet

from accounts.models import Mandate, User
from complaints.attachments import Accepted
from complaints.models import Attachment, Case, Reply


def cases_of(mandate: Mandate) -> QuerySet[Case]:
    """What this customer may see in her company: her own cases there or of no company, and the company's letters.

    A letter of the company (filed at a branch, by no user) is for whoever signs for it. A colleague's case is hers.
    """
    own = Q(user=mandate.user_id) & (Q(company=mandate.company_id) | Q(company=None))
    if mandate.may_sign:
        own |= Q(user=None, company=mandate.company_id)
    return Case.objects.filter(own).order_by("-opened_at", "-number")


def case_of(mandate: Mandate, number: str) -> Case | None:
    """One of them; None for anybody else's, as if it did not exist, and for what is no number."""
    if not is_number(number):
        return None
    return cases_of(mandate).filter(number=number).first()


def is_number(text: str) -> bool:
    """Whether a part of an address can be the number of a case at all."""
    return re.fullmatch(r"A-[0-9]{4}-[0-9]{7,12}", text) is not None


def case_numbered(number: str) -> Case | None:
    """For whoever has proved that it is hers."""
    return Case.objects.filter(number=number).first()


def case_by_id(case_id: UUID) -> Case | None:
    """For the staff."""
    return Case.objects.select_related("company").filter(pk=case_id).first()


def with_news(*, user: Any, company: Any) -> QuerySet[Case]:
    """Cases of this user, of this company or none, whose last answer she has not read; or of places in a question."""
    return Case.objects.filter(Q(company=company) | Q(company=None), user=user, has_news=True)


def thread(case: Case) -> QuerySet[Reply]:
    """What the customer sees, oldest first."""
    return whole_thread(case).exclude(kind=Reply.Kind.NOTE)


def may_be_taken_further(case: Case, replies: Iterable[Reply], *, today: date) -> bool:
    """Whether the Bank of Albania would take it: a complaint to which the bank gave a final answer, or none in time.

    Whoever does not agree and writes once more has had that answer all the same.
    """
    had_an_answer = any(reply.is_final for reply in replies)
    is_late = not case.has_ended and case.answer_by < today
    return case.kind == Case.Kind.COMPLAINT and (had_an_answer or is_late)


def whole_thread(case: Case) -> QuerySet[Reply]:
    """With the notes of the staff."""
    return Reply.objects.filter(case=case).prefetch_related("attachments").order_by("pk")


def file_of(case: Case, file_id: UUID) -> Attachment | None:
    """A file of the thread as the customer sees it."""
    files = Attachment.objects.filter(reply__case=case).exclude(reply__kind=Reply.Kind.NOTE)
    return files.select_related("reply__case").filter(pk=file_id).first()


def unnamed(files: Sequence[Accepted]) -> list[Accepted]:
    """Those of which no row knows."""
    named = set(
        Attachment.objects.filter(stored_as__in=[file.where for file in files]).values_list("stored_as", flat=True)
    )
    return [file for file in files if file.where not in named]


def case_filed(submit_key: str) -> Case | None:
    """The case that this form has become already."""
    return Case.objects.filter(submit_key=submit_key).first()


# --- The staff's queue -----------------------------------------------------------------------------------------------


def queue(rows: QuerySet[Case]) -> QuerySet[Case]:
    """These rows as the desk works them off: the nearest day first, then what has ended, the newest first."""
    return rows.order_by(F("ended_at").desc(nulls_first=True), "answer_by", "opened_at")


def under_way() -> QuerySet[Case]:
    return Case.objects.filter(ended_at=None)


def overdue(today: date) -> QuerySet[Case]:
    """Cases whose day has passed."""
    return under_way().filter(answer_by__lt=today)


def near_deadline(today: date, until: date) -> QuerySet[Case]:
    """Cases whose day is one of these, both included."""
    return under_way().filter(answer_by__range=(today, until))


def colleagues() -> QuerySet[User]:
    """Whoever of staff may follow a case."""
    staff = User.objects.filter(kind=User.Kind.STAFF, is_active=True)
    able = Q(groups__permissions__codename="answer_case", groups__permissions__content_type__app_label="complaints")
    return staff.filter(able | Q(is_superuser=True)).distinct().order_by("username")
