"""Who is signed in, asked anew at every request: session, user, company and mandate must all still hold."""

from collections.abc import Callable
from typing import cast
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from accounts import clock, mandates
from accounts.models import User
from auth_flow import sessions
from auth_flow.http import PortalRequest
from auth_flow.models import FnpDevice, LoginAttempt


class SignedIn:
    """Puts `company`, `mandate` and `attempt` on the request; None for visitors and for staff.

    A session that is over ends here, on the server, with a word why; the view's own guard then leads to the door.
    Stands after the session, authentication, OTP and message middleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        visit = cast(PortalRequest, request)
        visit.company = visit.mandate = visit.attempt = None
        # Before the user: a changed password empties the session when the user is loaded.
        attempt_id = request.session.get(sessions.SESSION_KEY)
        if attempt_id or _is_customer(request):
            reason = _admit(visit, attempt_id)
            if reason:
                _see_out(request, attempt_id, reason)
        return self.get_response(request)


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
    mandate = mandates.in_force(at + clock.offset()).filter(user=user, loginattempt=attempt).first()
    if mandate is None:
        return LoginAttempt.Ended.NO_MANDATE
    user.person = mandate.user.person
    attempt.user, attempt.mandate, mandate.user = user, mandate, user
    request.attempt, request.mandate, request.company = attempt, mandate, mandate.company
    return ""


def _see_out(request: HttpRequest, attempt_id: str | None, reason: str) -> None:
    attempt = LoginAttempt.objects.select_related("mandate").filter(id=attempt_id).first() if attempt_id else None
    sessions.end(request, attempt, reason, at=clock.machine())
    if reason in sessions.WHY:
        messages.warning(request, sessions.WHY[reason])
