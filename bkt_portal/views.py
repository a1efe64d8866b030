"""The pages that see more than one room: the first page and the two switches."""

from datetime import datetime
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, clock
from accounts.paper_checks import Verdict
from auth_flow import passwords, preferences
from auth_flow.decorators import must_change_password, public
from auth_flow.http import SignedInRequest, client_ip
from auth_flow.selectors import last_ways_in
from bkt_portal import paper_checking
from bkt_portal.addresses import shows_a_page
from bkt_portal.header import THEME_COOKIE, THEMES, mandate_of, moment_of
from bkt_portal.paper_checking import FactsForm, FileForm
from payments.bank_day import bank_day
from payments.pages.overview import overview
from statements import holdings, preferences as account_preferences, selectors as statements

MOVEMENTS = 5
AWAITING = 3


@require_safe
@public
def home(request: HttpRequest) -> HttpResponse:
    """Kreu: the landing page before the door, the overview behind it."""
    at = moment_of(request)
    if mandate_of(request) is None:
        return render(request, "home_public.html", {"bank_day": bank_day(at), "bank_moment": at})
    visit = cast("SignedInRequest", request)
    if must_change_password(visit):
        return redirect("auth_flow:password_change")
    return render(request, "home.html", _overview(visit, at))


def _overview(request: SignedInRequest, at: datetime) -> dict[str, object]:
    mandate, user = request.mandate, request.user
    accounts = account_preferences.accounts(mandate)
    shown = [account for account in accounts if not holdings.is_hidden(account)]
    last = last_ways_in(request.attempt)
    return {
        "accounts": shown,
        "hidden_count": len(accounts) - len(shown),
        **overview(mandate, at=at, limit=AWAITING),
        "movements": statements.latest(accounts, count=MOVEMENTS),
        "bank_moment": at,
        "greeting_name": user.person.first_name if user.person else user.username,
        "last_sign_in": clock.shown(last.signed_in_at),
        "last_failed": clock.shown(last.failed_at),
        "may_prepare": mandate.may_prepare,
        "password_reminder": passwords.warning(user, at),
    }


@require_http_methods(["GET", "HEAD", "POST"])
@public
def paper_check(request: HttpRequest) -> HttpResponse:
    """Whether the bank made a paper. The QR fills in number and code; nothing is judged until the rest is there."""
    form, verdict, status = paper_checking.asked(request), None, 200
    if form.is_valid():
        try:
            verdict = paper_checking.answer(form, network=client_ip(request), at=clock.machine())
        except paper_checking.TooManyChecks as refusal:
            form.add_error(None, str(refusal.sentence))
            status = 429
    return render(request, "paper_check.html", _checked(request, form, verdict), status=status)


def _checked(request: HttpRequest, form: FactsForm | FileForm, verdict: Verdict | None) -> dict[str, object]:
    return {
        "layout": "base_door.html" if mandate_of(request) is None else "base.html",
        "form": form,
        "facts_form": form if isinstance(form, FactsForm) else FactsForm(),
        "file_form": form if isinstance(form, FileForm) else FileForm(),
        "outcome": verdict.outcome.value if verdict else "",
        "paper": verdict.paper if verdict else None,
        "kind": paper_checking.kind_of(verdict),
        "is_file": isinstance(form, FileForm),
    }


# --- Switches --------------------------------------------------------------------------------------------------------


@require_POST
@public
def language(request: HttpRequest) -> HttpResponse:
    """Show the portal in another language from now on: in this browser, and to this customer in any."""
    response = _back(request)
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        _remember(response, settings.LANGUAGE_COOKIE_NAME, chosen)
        if mandate := mandate_of(request):
            preferences.choose(user=mandate.user, actor=audit.actor_of(mandate), at=clock.now(), language=chosen)
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
    """To the page where the switch was used; home if that is no page of ours, or answered a form."""
    page = request.POST.get("next", "")
    is_ours = page.startswith("/") and url_has_allowed_host_and_scheme(page, allowed_hosts=None)
    return HttpResponseRedirect(page if is_ours and shows_a_page(page) else reverse("home"))


def _remember(response: HttpResponse, name: str, value: str) -> None:
    response.set_cookie(
        name,
        value,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
