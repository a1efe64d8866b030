"""The pages that see more than one room: the first page, the two switches, health, and the pages of errors."""

import logging
from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.template import loader
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from auth_flow.decorators import public
from auth_flow.http import SignedInRequest
from auth_flow.selectors import last_sign_in
from bkt_portal import readiness
from bkt_portal.header import THEME_COOKIE, THEMES, mandate_of, moment_of, theme_of
from bkt_portal.responses import reference_of
from payments.bank_day import bank_day
from payments.cards import approval_cards
from statements import selectors as statements

log = logging.getLogger(__name__)

MOVEMENTS = 5
AWAITING = 3


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Kreu: the landing page before the door, the overview behind it."""
    at = moment_of(request)
    if mandate_of(request) is None:
        return render(request, "home_public.html", {"bank_day": bank_day(at), "bank_moment": at})
    return render(request, "home.html", _overview(cast("SignedInRequest", request), at))


def _overview(request: SignedInRequest, at: datetime) -> dict[str, object]:
    mandate, user = request.mandate, request.user
    accounts = list(statements.accounts(mandate.company))
    signed_in_at = request.attempt.signed_in_at
    assert signed_in_at is not None, "who is signed in has signed in at some moment"
    return {
        "accounts": accounts,
        "awaiting": approval_cards(mandate, at=at, limit=AWAITING),
        "movements": statements.latest(accounts, count=MOVEMENTS),
        "bank_day": bank_day(at),
        "bank_moment": at,
        "greeting_name": user.person.first_name if user.person else user.username,
        "last_sign_in": clock.shown(last_sign_in(user, before=signed_in_at)),
        "may_prepare": mandate.may_prepare,
    }


# --- Switches --------------------------------------------------------------------------------------------------------


@require_POST
@public
def language(request: HttpRequest) -> HttpResponse:
    """Show the portal in another language from now on, in this browser."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
    return response


@require_POST
@public
def theme(request: HttpRequest) -> HttpResponse:
    """Show the portal light, dark, or as the device says, in this browser."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in THEMES:
        _remember(response, THEME_COOKIE, chosen)
    return response


def _back(request: HttpRequest) -> HttpResponse:
    """To the page where the switch was used; never to another site."""
    page = request.POST.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return HttpResponseRedirect(page if is_ours else reverse("home"))


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


# --- Health ----------------------------------------------------------------------------------------------------------


@require_safe
@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The web server lives; nothing else is asked."""
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@require_safe
@public
def readyz(request: HttpRequest) -> HttpResponse:
    """One line a part; 200 only if every part answered, else 503."""
    answers = readiness.answers()
    lines = [f"{part}: {'ok' if answered else 'no answer'}\n" for part, answered in answers.items()]
    status = 200 if all(answers.values()) else 503
    return HttpResponse("".join(lines), status=status, content_type="text/plain; charset=utf-8")


# --- Errors (R73): in the portal's own face, with the contact centre's number and a reference -----------------------
# Rendered without the request: no context processor, session or database is needed to say that something is wrong.


@public
def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 400)


@public
def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 403)


@public
def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """The form stood open for too long, or came from elsewhere; `reason` is Django's, for the log."""
    log.warning("a form was refused: %s", reason, extra={"reference": reference_of(request)})
    return _page(request, 403)


@public
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, 404)


@public
def conflict(request: HttpRequest) -> HttpResponse:
    """Somebody else was faster, or the same was sent twice."""
    return _page(request, 409)


@public
def too_many(request: HttpRequest) -> HttpResponse:
    return _page(request, 429)


@public
def broken(request: HttpRequest) -> HttpResponse:
    """Our fault; the log has the reason under the reference. In plain text where even the page cannot be made."""
    reference = reference_of(request)
    log.error("a page broke: %s", request.path, extra={"reference": reference}, exc_info=True)
    try:
        return _page(request, 500)
    except Exception:  # whatever broke the page may break this one too, and silence is the worst answer
        log.exception("the page of errors broke as well", extra={"reference": reference})
        return HttpResponse(_last_words(reference), status=500, content_type="text/plain; charset=utf-8")


def _page(request: HttpRequest, status: int) -> HttpResponse:
    context = {"bank": settings.BANK, "reference": reference_of(request), "theme": theme_of(request)}
    return HttpResponse(loader.get_template(f"{status}.html").render(context), status=status)


def _last_words(reference: str) -> str:
    phone = settings.BANK["phone_display"]
    return (
        f"Diçka u prish tek ne. Telefononi {phone} dhe thoni referencën {reference}.\n"
        f"Something broke on our side. Call {phone} and say the reference {reference}.\n"
    )
