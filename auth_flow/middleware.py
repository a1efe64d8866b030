"""Who is signed in, asked anew at every request: session, user, company and mandate must all still hold."""

from collections.abc import Callable
from datetime import date
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from accounts import clock, mandates
from accounts.models import User
from accounts.questions import Given, Question
from auth_flow import kept_forms, preferences, sessions
from auth_flow.http import PortalRequest
from auth_flow.models import FnpDevice, LoginAttempt

# All companies that she may act for, the session's among them: one question decides, and fills the switch of companies.
_MANDATES = Question(
    lambda: (
        mandates.in_force_on(cast(date, Given("day")))
        .filter(user=Given("user"))
        .select_related("user__preferences")
        .order_by("company__name")
    )
)


class SignedIn:
    """Puts `company`, `mandate` and `attempt` on the request; None for visitors and for staff.

    A session that is over ends here, on the server, with a word why; the view's own guard then leads to the door.
    Stands after the session, authentication, OTP and message middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = cast(PortalRequest, request)
        visit.company = visit.mandate = visit.attempt = visit.preferences = None
        visit.mandates = []
        # Before the user: a changed password empties the session when the user is loaded.
        attempt_id = request.session.get(sessions.SESSION_KEY)
        if attempt_id or _is_customer(request):
            reason = _admit(visit, attempt_id)
            if reason:
                _see_out(request, attempt_id, reason)
        return _in_her_language(visit, self.get_response)


def _in_her_language(request: PortalRequest, get_response: Callable[[HttpRequest], HttpResponse]) -> HttpResponse:
    """The answer in the language that she chose; bkt_portal/language.py, further out, takes its own back afterwards."""
    language = request.preferences.language if request.preferences else ""
    if not language:
        return get_response(request)
    translation.activate(language)
    request.LANGUAGE_CODE = language
    response = get_response(request)
    response.headers["Content-Language"] = language
    return response


def _is_customer(request: HttpRequest) -> bool:
    return request.user.is_authenticated and request.user.kind == User.Kind.CUSTOMER


def _admit(request: PortalRequest, attempt_id: str | None) -> str:
    """Fill in the request; or say why the session is over. Two queries beyond the user's own."""
    if attempt_id is None or not _is_customer(request):
        return LoginAttempt.Ended.CHANGED
    user = cast(User, request.user)
    at = clock.machine()
    attempt = sessions.touch(UUID(attempt_id), user, at=at)
    if attempt is None:
        over = LoginAttempt.objects.filter(id=attempt_id, user=user).first()
        return sessions.why_over(over, at=at) if over else LoginAttempt.Ended.CHANGED
    if not isinstance(getattr(user, "otp_device", None), FnpDevice):
        return LoginAttempt.Ended.CHANGED
    hers = _MANDATES(user=user.pk, day=clock.tirana_day(at + clock.offset()))
    mandate = next((each for each in hers if each.pk == attempt.mandate_id), None)
    if mandate is None:
        return LoginAttempt.Ended.NO_MANDATE
    user.person = mandate.user.person
    request.preferences = preferences.of(mandate.user)
    attempt.user, attempt.mandate, mandate.user = user, mandate, user
    request.attempt, request.mandate, request.company = attempt, mandate, mandate.company
    request.mandates = hers
    return ""


def _see_out(request: HttpRequest, attempt_id: str | None, reason: str) -> None:
    at = clock.machine()
    attempt = LoginAttempt.objects.select_related("mandate").filter(id=attempt_id).first() if attempt_id else None
    sessions.end(request, attempt, reason, at=at)
    if attempt and reason in sessions.BY_ITSELF:
        kept_forms.remember_owner(request, attempt, over_at=sessions.over_at(attempt))
    if reason in sessions.WHY:
        messages.warning(request, sessions.WHY[reason])
