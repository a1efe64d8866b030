"""What leaves a case as a file: the thread as a paper, and what was sent along. Each leaves its trace."""

from datetime import datetime
from typing import cast
from uuid import UUID

from django.http import Http404, HttpResponse

from accounts import audit, papers
from accounts.verbs import verb
from complaints import attachments, cases, thread_papers
from complaints.models import Attachment, Case


def paper(case: Case, *, language: str, actor: audit.Actor, at: datetime) -> HttpResponse:
    """The PDF of the thread as it stands now; the same bytes until somebody writes more."""
    made = thread_papers.paper_of(case, language=language, actor=actor, at=at)
    content = papers.take(paper=made, actor=actor, at=at)
    headers = {
        "Content-Disposition": f'attachment; filename="{case.number}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(content, content_type="application/pdf", headers=headers)


def file(kept: Attachment, *, actor: audit.Actor, at: datetime) -> HttpResponse:
    """The bytes of one file, to be saved. Raises Http404 where the store has them no more."""
    try:
        answer = attachments.download(name=kept.name, type=kept.type, size=kept.size, where=kept.stored_as)
    except FileNotFoundError as error:
        raise Http404 from error
    _note(case=kept.reply.case, file_id=kept.pk, actor=actor, at=at)
    return cast(HttpResponse, answer)  # it streams; views and what wraps them take it for any other


@verb("complaints.file.taken")
def _note(*, case: Case, file_id: UUID, actor: audit.Actor, at: datetime) -> None:
    cases.record("complaints.file.taken", case, actor, at, {"file": str(file_id)})
