"""The thread of a case as a paper: the proof of a prior contact that the Bank of Albania asks for.

What stands on it is what the customer sees; notes of the staff are on none. A thread that went on gets a new paper, the
earlier ones stay as they were given.
"""

from collections.abc import Iterator
from datetime import date, datetime

from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, clock, papers
from accounts.days import full_day
from accounts.models import Paper
from accounts.papers import Content, Section
from complaints import selectors
from complaints.models import Case, Reply

KIND = "complaint.thread"


def paper_of(case: Case, *, language: str, actor: audit.Actor, at: datetime) -> Paper:
    """The paper of the thread as it stands, as it was made or made now."""
    replies = list(selectors.thread(case))
    subject = f"case:{case.pk}:{replies[-1].pk}:{case.status}"
    kept = papers.find(kind=KIND, subject=subject, language=language)
    if kept:
        return kept
    with translation.override(language):
        content = _content(case, replies, today=clock.tirana_day(at))
    return papers.make(
        kind=KIND, subject=subject, company=case.company, language=language, content=content, actor=actor, at=at
    )


def _content(case: Case, replies: list[Reply], *, today: date) -> Content:
    notes = [_("Ky dokument tregon gjithçka që u shkrua mes klientit dhe bankës për këtë rast, deri kur u bë.")]
    if selectors.may_be_taken_further(case, replies, today=today):
        notes.append(
            _("Mund t’i drejtoheni Bankës së Shqipërisë (bankofalbania.org) dhe t’i bashkëngjitni këtë dokument.")
        )
    return Content(
        title=str(case.get_kind_display()),
        headline=case.number,
        in_words=case.subject or str(case.get_status_display()),
        sections=[Section(_("Rasti"), list(_facts(case))), Section(_("Biseda"), list(_thread(replies)))],
        notes=notes,
    )


def _facts(case: Case) -> Iterator[tuple[str, str]]:
    yield _("Emri"), case.name
    if case.company:
        yield _("Kompania"), f"{case.company.name}\nNIPT {case.company.nipt}"
    yield _("Kanali"), str(case.get_channel_display())
    yield _("Regjistruar më"), _moment(case.opened_at)
    yield _("Përgjigjja deri më"), full_day(case.answer_by)
    yield _("Gjendja"), str(case.get_status_display())
    if case.final_at:
        yield _("Përgjigjja përfundimtare më"), _moment(case.final_at)


def _thread(replies: list[Reply]) -> Iterator[tuple[str, str]]:
    for reply in replies:
        who = str(reply.get_kind_display())
        said = f"{who}, {_('përgjigje përfundimtare')}" if reply.is_final else who
        files = "".join(f"\n• {_('Bashkëngjitur')}: {file.name}" for file in reply.attachments.all())
        yield f"{said}\n{_moment(reply.written_at)}", reply.text + files


def _moment(moment: datetime) -> str:
    return f"{clock.tirana(moment):%d.%m.%Y %H:%M}"
