"""The pages of registration and of a forgotten password as far as they are one: card, FNP, and what a cookie carries.

An address names its way (urls.py); the last page, of the new password, is each way's own.

No GET sends an SMS; a step out of order leads to the right one; a page left open leads back to where one was.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.identifiers import mask_phone
from accounts.refusals import Refusal
from auth_flow import backends, blocks, browsers, fnp, keys, lockout, passwords, proofs, registration, selectors
from auth_flow.decorators import public
from auth_flow.forms import CodeForm
from auth_flow.http import PortalRequest, client_ip
from auth_flow.models import FnpChallenge, LoginAttempt
from auth_flow.patience import patient
from auth_flow.proof_forms import NewPasswordForm, ProofForm
from auth_flow.views import blocked_page

STATUS = {lockout.TooManyFromHere: 429, fnp.TooManyCodes: 429, backends.TooBusy: 503}


@dataclass(frozen=True, slots=True)
class Way:
    """One of the two ways: its kind of attempt, its cookie, the names of its three pages, and the verb of its FNP.

    `form` is of the first page. `for_newcomers`: whoever is signed in has nothing to do here.
    """

    kind: LoginAttempt.Kind
    cookie: str
    start: str
    code: str
    password: str
    check_code: Callable[..., proofs.Step]
    for_newcomers: bool = False
    form: type[ProofForm] = ProofForm

    @property
    def cookie_name(self) -> str:
        return f"__Host-{self.cookie}" if settings.SESSION_COOKIE_SECURE else self.cookie

    def page_of(self, attempt: LoginAttempt) -> str:
        """The address of the step that comes next."""
        return f"auth_flow:{self.password if attempt.fnp_at else self.code}"

    def template(self, page: str) -> str:
        return f"auth_flow/{page}.html"


def attempt_of(request: HttpRequest, way: Way) -> LoginAttempt | None:
    """What the cookie of this way points to, while it lives."""
    token = request.COOKIES.get(way.cookie_name, "")
    if not token:
        return None
    return selectors.pending(keys.token_hash(token), kind=way.kind, at=clock.machine())


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def start(request: HttpRequest, way: Way) -> HttpResponse:
    """Step one: who, and a card; if all is right an FNP is on its way."""
    if way.for_newcomers and cast(PortalRequest, request).attempt:
        return redirect("home")
    form = way.form(request.POST or None)
    if not form.is_valid():
        underway = attempt_of(request, way)
        facts = {"form": form, "underway": way.page_of(underway) if underway else ""}
        return render(request, way.template(way.start), facts)
    try:
        step = proofs.begin(
            kind=way.kind,
            claim=form.claim(),
            visit=proofs.Visit(client_ip(request), request.headers.get("User-Agent", ""), browsers.tokens_of(request)),
            at=clock.machine(),
        )
    except Refusal as refusal:
        return refused(request, way, refusal, way.start, {"form": form})
    return with_cookie(redirect(way.page_of(step.attempt)), way, step.token)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def code(request: HttpRequest, way: Way) -> HttpResponse:
    """Step two: the FNP from the SMS."""
    attempt = attempt_of(request, way)
    if attempt is None:
        return from_the_start(request, way)
    if attempt.fnp_at:
        return redirect(way.page_of(attempt))
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, way.template(way.code), {"form": form, **_code_facts(attempt, way)})
    try:
        step = way.check_code(attempt=attempt, code=form.cleaned_data["code"], at=clock.machine())
    except Refusal as refusal:
        return refused(request, way, refusal, way.code, {"form": form, **_code_facts(attempt, way)})
    return with_cookie(redirect(way.page_of(step.attempt)), way, step.token)


@public
@require_POST
@patient
def resend(request: HttpRequest, way: Way) -> HttpResponse:
    """Send the FNP again."""
    attempt = attempt_of(request, way)
    if attempt is None:
        return from_the_start(request, way)
    if attempt.fnp_at:
        return redirect(way.page_of(attempt))
    try:
        proofs.resend_code(attempt=attempt, at=clock.machine())
    except (lockout.SignInBlocked, blocks.AccessFrozen) as blocked:
        return blocked_page(request, blocked)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, _("FNP-ja po dërgohet përsëri."))
    return redirect(f"auth_flow:{way.code}")


def password_page(
    request: HttpRequest,
    way: Way,
    form: NewPasswordForm,
    choose: Callable[[str], None],
    *,
    done: str,
    **facts: Any,
) -> HttpResponse:
    """Step three: the new password; `choose` is the verb. Then a normal sign-in, with the word `done`."""
    facts = {"form": form, "rules": passwords.rules(), **facts}
    if not form.is_valid():
        return render(request, way.template(way.password), facts)
    try:
        choose(form.cleaned_data["new_password1"])
    except passwords.PasswordRefused as refusal:
        form.add_error("new_password1", str(refusal.sentence))
        facts["rules"] = passwords.rules(refusal.broken)
        return render(request, way.template(way.password), facts)
    except Refusal as refusal:
        return refused(request, way, refusal, way.password, facts)
    messages.success(request, done)
    return without_cookie(redirect("auth_flow:login"), way)


def refused(request: HttpRequest, way: Way, refusal: Refusal, page: str, facts: dict[str, Any]) -> HttpResponse:
    """The same page again with the sentence; a block, a dead end and an attempt that is over have their own."""
    match refusal:
        case lockout.SignInBlocked() | blocks.AccessFrozen():
            return blocked_page(request, refusal)
        case proofs.DeadEnd():
            return dead_end_page(request, way, refusal.reference, missing=[])
        case registration.SomethingMissing():
            missing = [registration.MISSING[name] for name in refusal.missing]
            return without_cookie(dead_end_page(request, way, refusal.reference, missing=missing), way)
        case proofs.ProofExpired():
            return from_the_start(request, way)
    facts["form"].add_error(None, str(refusal.sentence))
    return render(request, way.template(page), facts, status=STATUS.get(type(refusal), 200))


def dead_end_page(request: HttpRequest, way: Way, reference: str, *, missing: list[Any]) -> HttpResponse:
    """Call the contact centre, with this reference (R33). Says what is missing only to whoever proved who she is."""
    facts = {"reference": reference, "missing": missing, "again": f"auth_flow:{way.start}", "kind": way.kind}
    return render(request, "auth_flow/dead_end.html", facts, status=403)


def from_the_start(request: HttpRequest, way: Way) -> HttpResponse:
    """To step one, with a word why if there was an attempt; a cookie that a stranger invents leaves no message."""
    token = request.COOKIES.get(way.cookie_name, "")
    if token and LoginAttempt.objects.filter(kind=way.kind, key_hash=keys.token_hash(token)).exists():
        messages.warning(request, str(proofs.ProofExpired.sentence))
    return without_cookie(redirect(f"auth_flow:{way.start}"), way)


def _code_facts(attempt: LoginAttempt, way: Way) -> dict[str, Any]:
    """What the page of the FNP tells about the one that is on its way."""
    challenge = selectors.last_challenge(attempt, purpose=proofs.PURPOSES[way.kind])
    assert challenge is not None, "step one issues one"
    return code_facts(challenge)


def code_facts(challenge: FnpChallenge) -> dict[str, Any]:
    delivery = fnp.delivery(challenge, clock.machine())
    return {
        "masked_phone": mask_phone(challenge.phone),
        "sent_at": clock.shown(delivery.sent_at),
        "expires_at": clock.shown(challenge.expires_at),
        "attempts_left": challenge.attempts_max - challenge.attempts,
        "delivery": delivery,
        "resend_after": fnp.resend_after(challenge, clock.machine()),
    }


def with_cookie(response: HttpResponse, way: Way, token: str) -> HttpResponse:
    response.set_cookie(
        way.cookie_name,
        token,
        max_age=settings.PROVING_LIFE_SECONDS,
        path="/",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )
    return response


def without_cookie(response: HttpResponse, way: Way) -> HttpResponse:
    response.set_cookie(
        way.cookie_name, "", max_age=0, path="/", secure=settings.SESSION_COOKIE_SECURE, httponly=True, samesite="Lax"
    )
    return response
