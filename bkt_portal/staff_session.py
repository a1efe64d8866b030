"""The staff's session: a cookie of its own, and an end after eight hours or fifteen idle minutes, on the server."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth.signals import user_logged_in
from django.contrib.sessions.backends.base import SessionBase
from django.contrib.sessions.middleware import SessionMiddleware
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import User
from bkt_portal import staff_trail

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

REALM = "/staff/"
SIGNED_IN_AT = "staff_signed_in_at"
SEEN_AT = "staff_seen_at"
WHY: "dict[str, StrOrPromise]" = {
    "idle": _("Hyrja u mbyll vetë, sepse për 15 minuta nuk pati veprime. Hyni përsëri."),
    "absolute": _("Hyrja u mbyll vetë, sepse kaluan 8 orë nga hyrja. Hyni përsëri."),
}


class SessionOfEachDoor(SessionMiddleware):
    """Below /staff/ the session is the one of the staff's cookie, elsewhere the one of the customers': neither door
    ever sees the other's session, even in one browser."""

    def process_request(self, request: HttpRequest) -> None:
        if is_of_staff(request):
            cookies = dict(request.COOKIES)
            cookies.pop(settings.SESSION_COOKIE_NAME, None)
            if settings.STAFF_COOKIE_NAME in cookies:
                cookies[settings.SESSION_COOKIE_NAME] = cookies.pop(settings.STAFF_COOKIE_NAME)
            request.COOKIES = cookies
        super().process_request(request)

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        response = super().process_response(request, response)
        if is_of_staff(request) and settings.SESSION_COOKIE_NAME in response.cookies:
            cookie = response.cookies.pop(settings.SESSION_COOKIE_NAME)
            cookie.set(settings.STAFF_COOKIE_NAME, cookie.value, cookie.coded_value)
            response.cookies[settings.STAFF_COOKIE_NAME] = cookie
        return response


class StaffSession:
    """Sees out whoever was idle or in for too long. Stands after authentication and messages."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if is_of_staff(request) and request.user.is_authenticated:
            at = clock.machine()
            reason = why_over(request.session, at=at)
            if reason:
                _see_out(request, reason)
            else:
                request.session[SEEN_AT] = at.timestamp()
        return self.get_response(request)


@receiver(user_logged_in)
def begin(sender: type[User], request: HttpRequest, user: User, **_others: Any) -> None:
    """Django says so after password and one-time password: from here the two limits count."""
    if user.kind == User.Kind.STAFF:
        request.session[SIGNED_IN_AT] = request.session[SEEN_AT] = clock.machine().timestamp()
        staff_trail.signed_in(user)


def is_of_staff(request: HttpRequest) -> bool:
    return request.path_info.startswith(REALM)


def why_over(session: SessionBase, *, at: datetime) -> str:
    """Why a session of the staff's cookie is over; empty while it holds. One that never began is over too."""
    now = at.timestamp()
    if now - session.get(SIGNED_IN_AT, 0) >= settings.STAFF_ABSOLUTE_SECONDS:
        return "absolute"
    return "idle" if now - session.get(SEEN_AT, 0) >= settings.STAFF_IDLE_SECONDS else ""


def _see_out(request: HttpRequest, reason: str) -> None:
    if isinstance(request.user, User):
        staff_trail.signed_out(request.user, why=reason)
    logout(request)
    messages.warning(request, WHY[reason])
