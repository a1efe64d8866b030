"""Sessions of customers: begun after step three, ended on the server. The attempt's row decides, the cookie points.

Idle for 300 seconds, eight hours in all (RTS 4(3)(d)), one a user if the bank allows no more; by the machine's clock,
whatever the cookie's age.
"""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

import django_otp
from django.conf import settings
from django.contrib.auth import login, logout
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, notices
from accounts.models import User
from accounts.verbs import verb
from auth_flow import backends, browsers, kept_forms, user_agents
from auth_flow.endings import end as end_attempt
from auth_flow.models import FnpDevice, KnownBrowser, LoginAttempt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SESSION_KEY = "attempt"

Ended = LoginAttempt.Ended
# What needs nobody: the owner may go on where she was.
BY_ITSELF = frozenset({Ended.IDLE, Ended.ABSOLUTE})
WHY: "dict[str, StrOrPromise]" = {
    Ended.IDLE: _("Hyrja u mbyll vetë, sepse për 5 minuta nuk pati veprime. Hyni përsëri."),
    Ended.ABSOLUTE: _("Hyrja u mbyll vetë, sepse kaluan 8 orë nga hyrja. Hyni përsëri."),
    Ended.REPLACED: _(
        "Hyrja u mbyll vetë, sepse u hy nga një shfletues tjetër. Nëse nuk ishit ju, telefononi menjëherë bankën."
    ),
    Ended.CHANGED: _("Hyrja u mbyll vetë, sepse fjalëkalimi ose të dhënat tuaja u ndryshuan. Hyni përsëri."),
    Ended.BLOCKED: _("Hyrja juaj është bllokuar ose ngrirë. Telefononi bankën, në çdo orë."),
    Ended.REPORTED: _("Hyrja u mbyll, sepse FNP-ja e saj u raportua si e pakërkuar. Telefononi bankën, në çdo orë."),
    Ended.NO_MANDATE: _("Hyrja u mbyll vetë, sepse e drejta juaj për këtë kompani nuk vlen më. Telefononi bankën."),
}

NEW_BROWSER = "auth.sign_in.new_browser"
notices.declare(NEW_BROWSER, _("U hy në emrin tuaj nga një shfletues i ri: %(browser)s, rrjeti %(network)s."))


def start(request: HttpRequest, attempt: LoginAttempt) -> None:
    """Give the browser a session with a new key, verified in the eyes of django-otp; all three steps have passed."""
    user = attempt.user
    if user is None or user.kind != User.Kind.CUSTOMER or attempt.signed_in_at is None:
        raise RuntimeError("Only a customer whose three steps have passed gets a session.")
    login(request, user, backend=backends.CUSTOMERS)
    kept_forms.hand_over(request, user, at=attempt.signed_in_at)
    device, _created = FnpDevice.objects.get_or_create(user=user, defaults={"name": "FNP"})
    django_otp.login(request, device)
    request.session[SESSION_KEY] = str(attempt.id)
    if attempt.known_browser_id is None:
        _tell_of_new_browser(user, attempt)


def _tell_of_new_browser(user: User, attempt: LoginAttempt) -> None:
    """Somebody came in, in full, through a browser that this user never used, or that was forgotten since."""
    facts = {"browser": user_agents.in_words(attempt.browser) or "?", "network": attempt.network}
    assert attempt.signed_in_at is not None, "step three has passed"
    with transaction.atomic():
        notices.tell(user, NEW_BROWSER, facts, clock.shown(attempt.signed_in_at))


def end(request: HttpRequest, attempt: LoginAttempt | None, reason: str, *, at: datetime) -> None:
    """End the session on the server, for every copy of its cookie."""
    if attempt:
        end_attempt(attempt, reason, at=at)
    logout(request)


_TOUCH = """
UPDATE auth_flow_loginattempt SET last_seen_at = greatest(last_seen_at, %(at)s)
 WHERE id = %(id)s AND user_id = %(user)s AND signed_in_at IS NOT NULL AND ended_at IS NULL
   AND expires_at > %(at)s AND last_seen_at > %(idle_since)s
   AND NOT EXISTS (SELECT FROM auth_flow_accessblock AS b
                    WHERE b.user_id = %(user)s AND b.lifted_at IS NULL AND b.kind <> 'centre')
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
    if attempt.expires_at > at and attempt.last_seen_at > at - _idle():
        return Ended.BLOCKED
    return Ended.ABSOLUTE if attempt.expires_at <= at else Ended.IDLE


def over_at(attempt: LoginAttempt) -> datetime:
    """When a session ends by itself if nobody moves; or when it has."""
    return min(attempt.last_seen_at + _idle(), attempt.expires_at)


def seconds_left(attempt: LoginAttempt, *, at: datetime) -> int:
    """Whole seconds until the session ends by itself, if nobody moves."""
    return max(0, int((over_at(attempt) - at).total_seconds()))


@verb("auth.session.all_ended")
def end_all(*, user: User, actor: audit.Actor, keep_browser: KnownBrowser | None = None, at: datetime) -> int:
    """End every session of this user and every sign-in under way, in whatever browser; returns how many.

    No browser but `keep_browser`, the one that this is asked from, is known afterwards.
    """
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    ended = LoginAttempt.objects.filter(user=user, ended_at=None).update(
        ended_at=at, end_reason=LoginAttempt.Ended.SIGNED_OUT
    )
    forgotten = browsers.revoke_all(user, keep=keep_browser, at=at)
    details = {"ended": ended, "browsers_forgotten": forgotten}
    audit.record("auth.session.all_ended", actor=actor, at=at, subject=f"user:{user.pk}", details=details)
    return ended


def _idle() -> timedelta:
    return timedelta(seconds=settings.SESSION_IDLE_SECONDS)
