"""Cases whose day comes near or has passed: each is told once of each, in the trail, the log and one e-mail.

The e-mail goes to the bank's own people (`COMPLAINTS_MAILBOX`, none by default) and carries numbers of cases alone.
"""

import logging
from datetime import datetime

from django.conf import settings
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, clock
from accounts.verbs import verb
from auth_flow import mail
from complaints import cases, deadlines, selectors
from complaints.models import Case

log = logging.getLogger(__name__)
AT_ONCE = 200


@verb("complaints.deadlines.watched")
def watch(*, at: datetime) -> tuple[list[str], list[str]]:
    """Tell of cases that are newly near their day and newly past it; their numbers. Nothing is told twice."""
    today = clock.tirana_day(at)
    overdue = _take(selectors.overdue(today).filter(overdue_at=None))
    near = _take(selectors.near_deadline(today, deadlines.last_near_day(today)).filter(warned_at=None))
    for case in overdue:
        case.overdue_at = at
        case.save(update_fields=["overdue_at"])
        cases.record("complaints.case.overdue", case, audit.THE_CLOCK, at, {"answer_by": case.answer_by})
        log.error("complaints.case.overdue", extra={"event": "complaints.case.overdue", "subject": case.number})
    for case in near:
        case.warned_at = at
        case.save(update_fields=["warned_at"])
        cases.record("complaints.case.near_deadline", case, audit.THE_CLOCK, at, {"answer_by": case.answer_by})
    if near or overdue:
        _tell_the_bank(near, overdue, at)
    return [case.number for case in near], [case.number for case in overdue]


def _take(rows: QuerySet[Case]) -> list[Case]:
    """Those that nobody else holds just now; the others come with the next tick."""
    return list(rows.select_for_update(skip_locked=True, no_key=True).order_by("answer_by", "number")[:AT_ONCE])


def _tell_the_bank(near: list[Case], overdue: list[Case], at: datetime) -> None:
    with translation.override(settings.LANGUAGE_CODE):
        parts = [
            _lines(_("Afati i përgjigjes ka kaluar:"), overdue),
            _lines(_("Afati i përgjigjes afrohet:"), near),
            _("I gjeni te tavolina e stafit, Ankesat."),
        ]
        mail.queue(
            to=settings.COMPLAINTS["mailbox"],
            subject=_("Afatet e ankesave"),
            body="\n\n".join(part for part in parts if part),
            at=at - clock.offset(),
        )


def _lines(heading: str, found: list[Case]) -> str:
    return "\n".join([heading, *(f"{case.number}, {case.answer_by:%d.%m.%Y}" for case in found)]) if found else ""
