"""The pages of the way in and out. No GET sends an SMS; a step out of order leads to the right one."""

from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts import audit, clock
from accounts.identifiers import mask_phone
from accounts.refusals import Refusal
from auth_flow import (
    backends,
    blocks,
    browsers,
    companies,
    factors,
    failure_record,
    fnp,
    kept_forms,
    keys,
    lockout,
    login,
    preferences,
    selectors,
    sessions,
    stamps,
    tries,
)
from auth_flow.decorators import public, signed_in
from auth_flow.forms import CodeForm, CompanyForm, IdentifyForm, PasswordForm
from auth_flow.http import PortalRequest, SignedInRequest, client_ip
from auth_flow.models import LoginAttempt
from auth_flow.patience import patient

LAST_TRY = gettext_lazy("Ju mbetet edhe një provë. Nëse edhe ajo është e gabuar, hyrja mbyllet për një kohë.")
COOKIE = "__Host-attempt" if settings.SESSION_COOKIE_SECURE else "attempt"
STATUS = {lockout.TooManyFromHere: 429, fnp.TooManyCodes: 429, backends.TooBusy: 503}


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def identify(request: HttpRequest) -> HttpResponse:
    """Step one: customer number and NIPT."""
    if cast(PortalRequest, request).attempt:
        return redirect("home")
    form = IdentifyForm(request.POST or None)
    facts = {"form": form, "over": login.SignInExpired.sentence if "over" in request.GET else ""}
    if not form.is_valid():
        return render(request, "auth_flow/login.html", facts)
    try:
        step = login.identify(
            customer_number=form.cleaned_data["customer_number"],
            nipt=form.cleaned_data["nipt"],
            network=client_ip(request),
            browser=request.headers.get("User-Agent", ""),
            browser_tokens=browsers.tokens_of(request),
            at=clock.machine(),
        )
    except lockout.TooManyFromHere as refusal:
        form.add_error(None, str(refusal.sentence))
        return render(request, "auth_flow/login.html", facts, status=STATUS[type(refusal)])
    return _with_cookie(redirect("auth_flow:login_password"), step.token)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def password(request: HttpRequest) -> HttpResponse:
    """Step two: the password."""
    attempt = _attempt(request)
    if attempt is None:
        # A second press of the button comes with the cookie of before the first; the first has led on.
        is_second = request.method == "POST" and COOKIE in request.COOKIES
        return redirect("auth_flow:login_code") if is_second else _from_the_start(request)
    if attempt.password_at:
        return redirect("auth_flow:login_code")
    form = PasswordForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/login_password.html", {"form": form})
    try:
        step = login.check_password(attempt=attempt, password=form.cleaned_data["password"], at=clock.machine())
    except Refusal as refusal:
        return _refused(request, attempt, refusal, "auth_flow/login_password.html", {"form": form})
    return _with_cookie(redirect("auth_flow:login_code"), step.token)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def code(request: HttpRequest) -> HttpResponse:
    """Step three: the FNP from the SMS, or the code of the authenticator."""
    attempt = _attempt(request)
    if attempt is None:
        return _from_the_start(request)
    if attempt.password_at is None:
        return redirect("auth_flow:login_password")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        template, facts = _code_page(attempt)
        return render(request, template, {"form": form, **facts})
    at = clock.machine()
    try:
        attempt = login.check_code(attempt=attempt, code=form.cleaned_data["code"], at=at)
    except Refusal as refusal:
        template, facts = _code_page(attempt)
        return _refused(request, attempt, refusal, template, {"form": form, **facts})
    assert attempt.user is not None, "all three steps have passed"
    sessions.start(request, attempt)
    response = without_cookie(redirect(kept_forms.way_back(request) or "home"))
    browsers.give(request, response, attempt.user, at)
    return response


@public
@require_POST
@patient
def resend(request: HttpRequest) -> HttpResponse:
    """Send the FNP of the sign-in again."""
    attempt = _attempt(request)
    if attempt is None:
        return _from_the_start(request)
    try:
        login.resend_code(attempt=attempt, at=clock.machine())
    except (lockout.SignInBlocked, blocks.AccessFrozen) as blocked:
        return blocked_page(request, blocked)
    except login.SignInExpired:
        return redirect("auth_flow:login_password")
    except Refusal as refusal:
        messages.error(request, refusal.sentence)
    else:
        messages.info(request, _("FNP-ja po dërgohet përsëri."))
    return redirect("auth_flow:login_code")


@public
@require_POST
def leave(request: HttpRequest) -> HttpResponse:
    """Sign out: the session ends on the server, and the browser forgets what it kept."""
    attempt = cast(PortalRequest, request).attempt
    sessions.end(request, attempt, LoginAttempt.Ended.SIGNED_OUT, at=clock.machine())
    messages.info(request, _("Dolët. Mund ta mbyllni shfletuesin."))
    response = without_cookie(redirect("home"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
@patient
@signed_in
def company(request: SignedInRequest) -> HttpResponse:
    """Act for another of one's companies. A mandate of somebody else does not exist."""
    form = CompanyForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        attempt = companies.switch_company(
            attempt_id=request.attempt.id,
            mandate_id=form.cleaned_data["mandate"],
            actor=audit.actor_of(request.mandate),
            at=clock.machine(),
        )
    except companies.NoSuchMandate:
        raise Http404 from None
    request.session.cycle_key()
    assert attempt.mandate is not None, "a session acts for a company"
    messages.info(request, _("Tani punoni për %(company)s.") % {"company": attempt.mandate.company.name})
    return redirect("home")


def _attempt(request: HttpRequest) -> LoginAttempt | None:
    token = request.COOKIES.get(COOKIE, "")
    return selectors.pending(keys.token_hash(token), at=clock.machine()) if token else None


def _from_the_start(request: HttpRequest) -> HttpResponse:
    """To step one. The cookie stays as it is: another answer may just have renewed it, and it lives ten minutes.

    What was over is said by the address: a cookie that a stranger invents leaves no message, and so no row.
    """
    if cast(PortalRequest, request).attempt:
        return redirect("home")
    token = request.COOKIES.get(COOKIE, "")
    was_one = token and LoginAttempt.objects.filter(key_hash=keys.token_hash(token), signed_in_at=None).exists()
    return redirect(reverse("auth_flow:login") + ("?over=1" if was_one else ""))


def _lead_on(request: HttpRequest, attempt: LoginAttempt, at: datetime) -> HttpResponse | None:
    """Where a second press of the same button finds the work done: on to what comes next, its cookie untouched."""
    now = LoginAttempt.objects.filter(id=attempt.id, ended_at=None, expires_at__gt=at).first()
    if now and now.signed_in_at:
        return redirect("home")
    if now and now.password_at and attempt.password_at is None:
        return redirect("auth_flow:login_code")
    return None


def _refused(
    request: HttpRequest, attempt: LoginAttempt, refusal: Refusal, template: str, facts: dict[str, Any]
) -> HttpResponse:
    """The same page again with the sentence; a block and an attempt that is over have pages of their own."""
    at = clock.machine()
    if isinstance(refusal, login.SignInExpired | fnp.CodeSpent) and (done := _lead_on(request, attempt, at)):
        return done
    if isinstance(refusal, login.SignInExpired):
        return _from_the_start(request)
    failed = isinstance(refusal, login.SignInRefused | fnp.WrongCode)
    if failed or (isinstance(refusal, lockout.SignInBlocked) and refusal.is_first):
        failure_record.tell(request, attempt.identity)
    if isinstance(refusal, lockout.SignInBlocked | blocks.AccessFrozen):
        return blocked_page(request, refusal)
    form: Form = facts["form"]
    form.add_error(None, str(refusal.sentence))
    if failed and tries.is_last(tries.of(attempt), at):
        form.add_error(None, str(LAST_TRY))
    return render(request, template, facts, status=STATUS.get(type(refusal), 200))


def blocked_page(request: HttpRequest, block: lockout.SignInBlocked | blocks.AccessFrozen) -> HttpResponse:
    """The door is shut: until a moment, or until the contact centre opens it."""
    facts: dict[str, Any] = {"reference": block.reference}
    if isinstance(block, lockout.SignInBlocked):
        facts |= {"until": clock.shown(block.until), "centre_is_next": block.centre_is_next}
    return render(request, "auth_flow/blocked.html", facts, status=403)


def _code_page(attempt: LoginAttempt) -> tuple[str, dict[str, Any]]:
    """The template of step three and what it tells; after the password, her stamp says that it is the bank who asks."""
    assert attempt.user is not None, "nobody passes step two"
    stamp = stamps.of(preferences.of(attempt.user))
    if factors.awaits_app(attempt):
        left = factors.tries_left(attempt.identity, lockout.lane_of(attempt))
        return "auth_flow/_login_app.html", {"attempts_left": left, "stamp": stamp}
    return "auth_flow/login_code.html", _code_facts(attempt) | {"stamp": stamp}


def _code_facts(attempt: LoginAttempt) -> dict[str, Any]:
    """What the page of step three tells about the FNP that is on its way."""
    challenge = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    assert challenge is not None, "step two issues one"
    delivery = fnp.delivery(challenge, clock.machine())
    return {
        "masked_phone": mask_phone(challenge.phone),
        "sent_at": clock.shown(delivery.sent_at),
        "expires_at": clock.shown(challenge.expires_at),
        "attempts_left": challenge.attempts_max - challenge.attempts,
        "delivery": delivery,
        "resend_after": fnp.resend_after(challenge, clock.machine()),
    }


def _with_cookie(response: HttpResponse, token: str) -> HttpResponse:
    response.set_cookie(
        COOKIE,
        token,
        max_age=settings.SIGN_IN_LIFE_SECONDS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def without_cookie(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        COOKIE, "", max_age=0, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
