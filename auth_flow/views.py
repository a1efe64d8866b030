"""The pages of the way in and out. No GET sends an SMS; a step out of order leads to the right one."""

from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import audit, clock
from accounts.identifiers import mask_phone
from accounts.refusals import Refusal
from auth_flow import backends, fnp, keys, lockout, login, selectors, sessions
from auth_flow.decorators import public, signed_in
from auth_flow.forms import CodeForm, CompanyForm, IdentifyForm, PasswordForm
from auth_flow.http import PortalRequest, SignedInRequest, client_ip
from auth_flow.models import LoginAttempt

COOKIE = "__Host-attempt" if settings.SESSION_COOKIE_SECURE else "attempt"
STATUS = {lockout.TooManyFromHere: 429, fnp.TooManyCodes: 429, backends.TooBusy: 503}


@public
@require_http_methods(["GET", "HEAD", "POST"])
def identify(request: HttpRequest) -> HttpResponse:
    """Step one: customer number and NIPT."""
    if cast(PortalRequest, request).attempt:
        return redirect("home")
    form = IdentifyForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/login.html", {"form": form})
    step = login.identify(
        customer_number=form.cleaned_data["customer_number"],
        nipt=form.cleaned_data["nipt"],
        network=client_ip(request),
        browser=request.headers.get("User-Agent", ""),
        at=clock.machine(),
    )
    return _with_cookie(redirect("auth_flow:login_password"), step.token)


@public
@require_http_methods(["GET", "HEAD", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Step two: the password."""
    attempt = _attempt(request)
    if attempt is None:
        return _from_the_start(request)
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
def code(request: HttpRequest) -> HttpResponse:
    """Step three: the FNP from the SMS."""
    attempt = _attempt(request)
    if attempt is None:
        return _from_the_start(request)
    if attempt.password_at is None:
        return redirect("auth_flow:login_password")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/login_code.html", {"form": form, **_code_facts(attempt)})
    try:
        attempt = login.check_code(attempt=attempt, code=form.cleaned_data["code"], at=clock.machine())
    except Refusal as refusal:
        facts = {"form": form, **_code_facts(attempt)}
        return _refused(request, attempt, refusal, "auth_flow/login_code.html", facts)
    sessions.start(request, attempt)
    return _without_cookie(redirect("home"))


@public
@require_POST
def resend(request: HttpRequest) -> HttpResponse:
    """Send the FNP of the sign-in again."""
    attempt = _attempt(request)
    if attempt is None:
        return _from_the_start(request)
    try:
        login.resend_code(attempt=attempt, at=clock.machine())
    except lockout.SignInBlocked as blocked:
        return _blocked(request, blocked)
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
    response = _without_cookie(redirect("home"))
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    return response


@signed_in
@require_POST
def company(request: SignedInRequest) -> HttpResponse:
    """Act for another of one's companies. A mandate of somebody else does not exist."""
    form = CompanyForm(request.POST)
    if not form.is_valid():
        raise Http404
    try:
        attempt = login.switch_company(
            attempt_id=request.attempt.id,
            mandate_id=form.cleaned_data["mandate"],
            actor=audit.actor_of(request.mandate),
            at=clock.machine(),
        )
    except login.NoSuchMandate:
        raise Http404 from None
    request.session.cycle_key()
    assert attempt.mandate is not None, "a session acts for a company"
    messages.info(request, _("Tani punoni për %(company)s.") % {"company": attempt.mandate.company.name})
    return redirect("home")


@signed_in
@require_safe
def personalisation(request: SignedInRequest) -> HttpResponse:
    """Who one is for the bank, and for which companies one may do what."""
    person = request.user.person
    assert person is not None, "a customer has a person"
    assert request.attempt.signed_in_at is not None, "step three has passed"
    facts = {
        "person_name": person.full_name,
        "customer_number": person.customer_number,
        "masked_phone": mask_phone(person.phone),
        "last_sign_in": clock.shown(selectors.last_sign_in(request.user, before=request.attempt.signed_in_at)),
        "password_expires_on": selectors.password_expires_on(request.user),
        "mandates": selectors.rights_of(request.user, chosen=request.mandate, at=clock.now()),
    }
    return render(request, "auth_flow/personalisation.html", facts)


def _attempt(request: HttpRequest) -> LoginAttempt | None:
    token = request.COOKIES.get(COOKIE, "")
    return selectors.pending(keys.token_hash(token), at=clock.machine()) if token else None


def _from_the_start(request: HttpRequest) -> HttpResponse:
    if cast(PortalRequest, request).attempt:
        return redirect("home")
    if COOKIE in request.COOKIES:
        messages.warning(request, login.SignInExpired.sentence)
    return _without_cookie(redirect("auth_flow:login"))


def _refused(
    request: HttpRequest, attempt: LoginAttempt, refusal: Refusal, template: str, facts: dict[str, Any]
) -> HttpResponse:
    """The same page again with the sentence; a block and an attempt that is over have pages of their own."""
    if isinstance(refusal, login.SignInExpired):
        return _from_the_start(request)
    if isinstance(refusal, login.SignInRefused | fnp.WrongCode | lockout.SignInBlocked):
        lockout.tell_axes(request, attempt.identity)
    if isinstance(refusal, lockout.SignInBlocked):
        return _blocked(request, refusal)
    form: Form = facts["form"]
    form.add_error(None, str(refusal.sentence))
    return render(request, template, facts, status=STATUS.get(type(refusal), 200))


def _blocked(request: HttpRequest, block: lockout.SignInBlocked) -> HttpResponse:
    facts = {"until": block.until, "reference": block.reference}
    return render(request, "auth_flow/blocked.html", facts, status=403)


def _code_facts(attempt: LoginAttempt) -> dict[str, Any]:
    """What the page of step three tells about the FNP that is on its way."""
    challenge = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    assert challenge is not None, "step two issues one"
    delivery = fnp.delivery(challenge)
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


def _without_cookie(response: HttpResponse) -> HttpResponse:
    response.set_cookie(
        COOKIE, "", max_age=0, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
