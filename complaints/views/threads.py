"""What every page of a case needs: whose it is, and how its thread reads."""

from datetime import date
from typing import Any, cast

from django.http import HttpRequest
from django.utils.translation import get_language

from accounts import audit, clock
from accounts.models import Mandate
from auth_flow.decorators import must_change_password
from auth_flow.http import PortalRequest, SignedInRequest
from complaints import deadlines, selectors
from complaints.models import Case

# Who takes a complaint further, after the bank's final answer.
SUPERVISOR_URL = "https://www.bankofalbania.org/"
# Numbers of the cases that this browser filed, or opened by a link of an e-mail.
OPENED = "cases_opened"
OPENED_MAX = 20


def remember(request: HttpRequest, number: str) -> None:
    """From now on this browser may open the case, until its session ends."""
    opened = [one for one in request.session.get(OPENED, []) if one != number]
    request.session[OPENED] = [*opened, number][-OPENED_MAX:]


def mandate_of(request: HttpRequest) -> Mandate | None:
    """Whoever is signed in and has no new password to choose first."""
    visit = cast(PortalRequest, request)
    if getattr(visit, "mandate", None) is None or must_change_password(cast(SignedInRequest, request)):
        return None
    return visit.mandate


def case_for(request: HttpRequest, number: str) -> Case | None:
    """The case, if this browser opened it by a link or its customer is signed in; None as if it did not exist."""
    if number in request.session.get(OPENED, []):
        return selectors.case_numbered(number)
    mandate = mandate_of(request)
    return selectors.case_of(mandate, number) if mandate else None


def actor_for(request: HttpRequest) -> audit.Actor:
    """Whoever looks: a customer, or a visitor with a link."""
    mandate = mandate_of(request)
    return audit.actor_of(mandate) if mandate else audit.A_VISITOR


def language_of() -> str:
    """In which language a person is written to and a paper is made."""
    return "en" if (get_language() or "").startswith("en") else "sq"


def layout_of(request: HttpRequest) -> str:
    """The frame of whoever looks."""
    return "base.html" if getattr(request, "mandate", None) else "base_door.html"


def thread_page(case: Case, *, today: date) -> dict[str, Any]:
    """What templates/complaints/_thread.html shows."""
    replies = list(selectors.thread(case))
    return {
        "case": case,
        "replies": replies,
        "may_be_taken_further": selectors.may_be_taken_further(case, replies, today=today),
        "supervisor_url": SUPERVISOR_URL,
        "left": deadlines.left_of([case], today=today).get(case.number),
    }


def today() -> date:
    return clock.tirana_day(clock.now())
