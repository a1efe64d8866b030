"""Where one is signed in: the recent sign-ins, the way out of all of them, and the wish to stay (R40, RTS 4(3)(d))."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import audit, clock
from auth_flow import browsers, selectors, sessions, user_agents
from auth_flow.decorators import open_while_password_expired, signed_in
from auth_flow.http import SignedInRequest
from auth_flow.models import LoginAttempt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

SHOWN_MAX = 20


@dataclass(frozen=True, slots=True)
class Visit:
    """One line of the list; `at` is shown on the bank's clock."""

    at: datetime
    browser: "StrOrPromise"
    network: str
    company_name: str
    outcome: "StrOrPromise"
    kind: str


@require_safe
@signed_in
def recent(request: SignedInRequest) -> HttpResponse:
    """The last sign-ins and vain tries, with browser and network: whoever reads it knows which were hers."""
    attempt = request.attempt
    assert attempt.signed_in_at is not None, "step three has passed"
    facts = {
        "visits": [_visit(each, attempt) for each in selectors.recent_sign_ins(request.user, most=SHOWN_MAX)],
        "last_sign_in": clock.shown(selectors.last_sign_in(request.user, before=attempt.signed_in_at)),
        "last_failed": clock.shown(selectors.last_failed_sign_in(request.user)),
        "sessions_at_once": settings.SESSIONS_PER_USER,
        "idle_minutes": settings.SESSION_IDLE_SECONDS // 60,
        "absolute_hours": settings.SESSION_ABSOLUTE_SECONDS // 3600,
    }
    return render(request, "auth_flow/sessions.html", facts)


@require_POST
@signed_in
@open_while_password_expired
def end_all(request: SignedInRequest) -> HttpResponse:
    """Leave every browser, this one too."""
    sessions.end_all(
        user=request.user,
        actor=audit.actor_of(request.mandate),
        keep_browser=browsers.known(browsers.tokens_of(request), request.user),
        at=clock.machine(),
    )
    sessions.end(request, None, LoginAttempt.Ended.SIGNED_OUT, at=clock.machine())
    messages.info(request, _("Dolët nga të gjithë shfletuesit."))
    response = redirect("auth_flow:login")
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@signed_in
@open_while_password_expired
def stay(request: SignedInRequest) -> HttpResponse:
    """A person pressed the button: the visit itself has already put the end off. Says how many seconds are left."""
    return JsonResponse({"seconds": sessions.seconds_left(request.attempt, at=clock.machine())})


def _visit(attempt: LoginAttempt, here: LoginAttempt) -> Visit:
    came_in = attempt.signed_in_at
    if attempt.pk == here.pk:
        outcome, kind = _("Këtu, tani"), "ok"
    elif came_in:
        outcome, kind = attempt.get_end_reason_display() or _("Hapur"), "told"
    else:
        outcome, kind = _("Provë e gabuar"), "stop"
    return Visit(
        at=clock.shown(came_in or attempt.failed_at or attempt.started_at),
        browser=user_agents.in_words(attempt.browser) or _("Shfletues i panjohur"),
        network=attempt.network,
        company_name=attempt.mandate.company.name if attempt.mandate else "",
        outcome=outcome,
        kind=kind,
    )
