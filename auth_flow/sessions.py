"""Sessions of customers: begun after step three, ended on the server. The attempt's row decides, the cookie points.

Idle for 300 seconds, eight hours in all, one a user (RTS 4(3)(d)); by the machine's clock, whatever the cookie's age.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import django_otp
from django.conf import settings
from django.contrib.auth import login, logout
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from auth_flow import backends
from auth_flow.login import end as end_attempt
from auth_flow.models import FnpDevice, LoginAttempt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SESSION_KEY = "attempt"

Ended = LoginAttempt.Ended
WHY: "dict[str, StrOrPromise]" = {
    Ended.IDLE: _("Hyrja u mbyll vetë, sepse për 5 minuta nuk pati veprime. Hyni përsëri."),
    Ended.ABSOLUTE: _("Hyrja u mbyll vetë, sepse kaluan 8 orë nga hyrja. Hyni përsëri."),
    Ended.REPLACED: _(
        "Hyrja u mbyll vetë, sepse u hy nga një shfletues tjetër. Nëse nuk ishit ju, telefononi menjëherë bankën."
    ),
    Ended.CHANGED: _("Hyrja u mbyll vetë, sepse fjalëkalimi ose të dhënat tuaja u ndryshuan. Hyni përsëri."),
    Ended.NO_MANDATE: _("Hyrja u mbyll vetë, sepse e drejta juaj për këtë kompani nuk vlen më. Telefononi bankën."),
}


def start(request: HttpRequest, attempt: LoginAttempt) -> None:
    """Give the browser a session with a new key, verified in the eyes of django-otp; all three steps have passed."""
    user = attempt.user
    assert user is not None, "nobody has no session"
    assert user.kind == User.Kind.CUSTOMER, "staff have another door"
    assert attempt.signed_in_at, "step three has passed"
    login(request, user, backend=backends.CUSTOMERS)
    device, _created = FnpDevice.objects.get_or_create(user=user, defaults={"name": "FNP"})
    django_otp.login(request, device)
    request.session[SESSION_KEY] = str(attempt.id)


def end(request: HttpRequest, attempt: LoginAttempt | None, reason: str, *, at: datetime) -> None:
    """End the session on the server, for every copy of its cookie."""
    if attempt:
        end_attempt(attempt, reason, at=at)
    logout(request)


_TOUCH = """
UPDATE auth_flow_loginattempt SET last_seen_at = greatest(last_seen_at, %(at)s)
 WHERE id = %(id)s AND user_id = %(user)s AND signed_in_at IS NOT NULL AND ended_at IS NULL
   AND expires_at > %(at)s AND last_seen_at > %(idle_since)s
RETURNING *
"""


def touch(attempt_id: UUID, user: User, *, at: datetime) -> LoginAttempt | None:
    """The session's attempt, seen now; None when it has ended, been idle too long or lasted too long. One statement."""
    facts = {"id": attempt_id, "user": user.pk, "at": at, "idle_since": at - _idle()}
    return next(iter(LoginAttempt.objects.raw(_TOUCH, facts)), None)


def why_over(attempt: LoginAttempt, *, at: datetime) -> str:
    """Why a session that cannot be touched is over."""
    if attempt.ended_at:
        return attempt.end_reason
    return Ended.ABSOLUTE if attempt.expires_at <= at else Ended.IDLE


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)
