"""What staff do with a case, as acts on its desk, and the page on which an agent logs one."""

import secrets
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.desk_acts import Act
from complaints import answers, attachments, cases
from complaints.cases import Filing
from complaints.desk_forms import (
    AnswerForm,
    CloseForm,
    ColleagueForm,
    LogForm,
    NoteForm,
    NothingForm,
    ReopenForm,
)
from complaints.models import Case

Typed = dict[str, Any]
ANSWERS = "complaints.answer_case"
LOGS = "complaints.log_case"


def _take(case: Case, _typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return answers.assign(case_id=case.pk, user_id=int(actor.name.removeprefix("user:")), actor=actor, at=at)


def _assign(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return answers.assign(case_id=case.pk, user_id=typed["colleague"].pk, actor=actor, at=at)


def _note(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return answers.note(case_id=case.pk, text=typed["text"], actor=actor, at=at)


def _answer(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return _answered(case, typed, actor, at, is_final=False)


def _answer_for_good(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return _answered(case, typed, actor, at, is_final=True)


def _answered(case: Case, typed: Typed, actor: audit.Actor, at: datetime, *, is_final: bool) -> Case:
    files = attachments.accept(typed["files"])
    try:
        return answers.answer(case_id=case.pk, text=typed["text"], is_final=is_final, files=files, actor=actor, at=at)
    except BaseException:
        attachments.discard(files)
        raise


def _close(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return answers.close(case_id=case.pk, text=typed["text"], actor=actor, at=at)


def _reopen(case: Case, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    return answers.reopen(case_id=case.pk, reason=typed["reason"], actor=actor, at=at)


def _log(_row: None, typed: Typed, actor: audit.Actor, at: datetime) -> Case:
    """A case of a customer is in her name, and her list shows it; one of anybody else has a name and an address."""
    user, company = answers.customer_of(customer_number=typed["customer_number"], nipt=typed["nipt"])
    filing = Filing(
        kind=typed["kind"],
        channel=typed["channel"],
        subject=typed["subject"],
        text=typed["message"],
        name=user.full_name if user else typed["name"],
        email="" if user else typed["email"],
        phone="" if user else typed["phone"],
        customer_number=user.username if user else "",
        user=user,
        company=company,
        submit_key=f"staff:{typed['mark'] or secrets.token_hex(16)}"[:64],
    )
    files = attachments.accept(typed["files"])
    try:
        return cases.open_case(filing=filing, files=files, actor=actor, at=at)
    except BaseException:
        attachments.discard(files)
        raise


def _is_under_way(case: Case) -> bool:
    return not case.has_ended


def _has_ended(case: Case) -> bool:
    return case.has_ended


TAKE = Act(
    name="take",
    title=_("Merre përsipër"),
    intro=_("Rastin e ndiqni ju, deri te përgjigjja përfundimtare."),
    button=_("Merre përsipër"),
    permission=ANSWERS,
    form=NothingForm,
    do=_take,
    said=_("Rastin e ndiqni ju."),
    is_offered=_is_under_way,
)
ASSIGN = Act(
    name="assign",
    title=_("Jepja një kolegu"),
    intro=_("Rastin e ndjek kolegu që zgjidhni."),
    button=_("Jepja"),
    permission=ANSWERS,
    form=ColleagueForm,
    do=_assign,
    said=_("Rastin e ndjek kolegu."),
    is_offered=_is_under_way,
)
NOTE = Act(
    name="note",
    title=_("Shënim i brendshëm"),
    intro=_("Shënimi mbetet te rasti. Klienti nuk e sheh dhe nuk del në PDF."),
    button=_("Shëno"),
    permission=ANSWERS,
    form=NoteForm,
    do=_note,
    said=_("Shënimi u shtua."),
)
ANSWER = Act(
    name="answer",
    title=_("Përgjigju"),
    intro=_("Për një pyetje ose një njoftim ndërkohë. Afati vazhdon deri te përgjigjja përfundimtare."),
    button=_("Dërgo përgjigjen"),
    permission=ANSWERS,
    form=AnswerForm,
    do=_answer,
    said=_("Përgjigjja u dërgua. Klienti njoftohet."),
    is_offered=_is_under_way,
)
ANSWER_FOR_GOOD = Act(
    name="final",
    title=_("Përgjigje përfundimtare"),
    intro=_("Me këtë përgjigje mbyllet afati. Klientit i tregohet edhe rruga te Banka e Shqipërisë."),
    button=_("Dërgo përgjigjen përfundimtare"),
    permission=ANSWERS,
    form=AnswerForm,
    do=_answer_for_good,
    said=_("Përgjigjja përfundimtare u dërgua. Klienti njoftohet."),
    is_offered=_is_under_way,
)
CLOSE = Act(
    name="close",
    title=_("Mbyll rastin"),
    intro=_("Pa përgjigje përfundimtare: rasti u regjistrua dy herë, ose nuk është për bankën."),
    button=_("Mbyll rastin"),
    permission=ANSWERS,
    form=CloseForm,
    do=_close,
    said=_("Rasti u mbyll. Klienti njoftohet."),
    is_offered=_is_under_way,
)
REOPEN = Act(
    name="reopen",
    title=_("Rihap rastin"),
    intro=_("Banka i detyrohet klientit përsëri një përgjigje: afati numërohet nga sot."),
    button=_("Rihap rastin"),
    permission=ANSWERS,
    form=ReopenForm,
    do=_reopen,
    said=_("Rasti u rihap."),
    is_offered=_has_ended,
)
LOG = Act(
    name="log",
    title=_("Regjistro një rast"),
    intro=_("Për atë që telefonoi, shkroi ose erdhi në degë. Shkruani fjalët e tij, pa fjalëkalime dhe pa FNP."),
    button=_("Regjistro"),
    permission=LOGS,
    form=LogForm,
    do=_log,
    said=_("Rasti u regjistrua."),
)
