"""Personalizime, hapi i tretë: an authenticator comes or goes, each time with an FNP (R40)."""

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import factor_change, factors, lockout, qr, selectors
from auth_flow.decorators import signed_in
from auth_flow.factor_change import Act
from auth_flow.forms import CodeForm
from auth_flow.http import SignedInRequest
from auth_flow.pages.proofs import STATUS, code_facts
from auth_flow.preference_forms import AppCodeForm

# In the session: what the FNP under way allows, and the authenticator whose secret may be shown.
ACT = "factor_act"
DEVICE = "factor_device"


@require_safe
@signed_in
def factor(request: SignedInRequest) -> HttpResponse:
    """How step three is passed now, and the other way."""
    return render(request, "auth_flow/factor.html", {"has_app": factors.chosen(request.user) == factors.TOTP})


@require_POST
@signed_in
def ask(request: SignedInRequest) -> HttpResponse:
    """Send the FNP that allows the change."""
    act = request.POST.get("act", "")
    if act not in factor_change.SMS_WHAT:
        raise Http404
    request.session[ACT] = act
    try:
        factor_change.ask(attempt=request.attempt, act=act, at=clock.machine())
    except factor_change.NothingToChange as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("auth_flow:factor")
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("auth_flow:factor_code" if _challenge(request) else "auth_flow:factor")
    return redirect("auth_flow:factor_code")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def code(request: SignedInRequest) -> HttpResponse:
    """The FNP; then the secret is shown, or the authenticator is gone."""
    challenge = _challenge(request)
    if challenge is None:
        return redirect("auth_flow:factor")
    form, act = CodeForm(request.POST or None), request.session[ACT]
    if form.is_valid():
        try:
            return _changed(request, act, form.cleaned_data["code"])
        except Refusal as refusal:
            challenge.refresh_from_db()
            return _refused(request, form, refusal, "auth_flow/factor_code.html", code_facts(challenge) | {"act": act})
    return render(request, "auth_flow/factor_code.html", {"form": form, "act": act, **code_facts(challenge)})


@require_POST
@signed_in
def resend(request: SignedInRequest) -> HttpResponse:
    """Send the FNP again."""
    if ACT not in request.session:
        return redirect("auth_flow:factor")
    try:
        factor_change.resend(attempt=request.attempt, act=request.session[ACT], at=clock.machine())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, _("FNP-ja po dërgohet përsëri."))
    return redirect("auth_flow:factor_code")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def app(request: SignedInRequest) -> HttpResponse:
    """The secret, as a picture and as text, until a first code shows that the app has it."""
    device = factor_change.under_way(request.user, request.session.get(DEVICE), at=clock.machine())
    if device is None:
        return redirect("auth_flow:factor")
    form = AppCodeForm(request.POST or None)
    facts = _app_facts(device)
    if not form.is_valid():
        return render(request, "auth_flow/factor_app.html", {"form": form, **facts})
    try:
        factor_change.confirm(
            attempt=request.attempt, device=device, code=form.cleaned_data["code"], at=clock.machine()
        )
    except Refusal as refusal:
        return _refused(request, form, refusal, "auth_flow/factor_app.html", facts)
    del request.session[DEVICE]
    messages.info(request, _("Nga hyrja tjetër, hapi i tretë kërkon kodin e aplikacionit."))
    return redirect("auth_flow:personalisation")


def _changed(request: SignedInRequest, act: Act, code: str) -> HttpResponse:
    """What the FNP allowed is done; refuses with the verb's own refusal."""
    if act == "remove":
        factor_change.remove(attempt=request.attempt, code=code, at=clock.machine())
        messages.info(request, _("Aplikacioni u hoq. Nga hyrja tjetër ju vjen FNP me SMS."))
        answer = redirect("auth_flow:personalisation")
    else:
        device = factor_change.begin(attempt=request.attempt, code=code, at=clock.machine())
        request.session[DEVICE] = device.pk
        answer = redirect("auth_flow:factor_app")
    del request.session[ACT]
    return answer


def _challenge(request: SignedInRequest) -> Any:
    act = request.session.get(ACT)
    if act is None:
        return None
    subject = factor_change.subject_of(act)
    return selectors.last_challenge(request.attempt, purpose=factor_change.PURPOSE, subject=subject)


def _app_facts(device: TOTPDevice) -> dict[str, Any]:
    return {"qr": qr.picture_of(device.config_url), "key": factor_change.key_in_fours(device)}


def _refused(
    request: SignedInRequest, form: Form, refusal: Refusal, template: str, facts: dict[str, Any]
) -> HttpResponse:
    form.add_error(None, str(refusal.sentence))
    status = 403 if isinstance(refusal, lockout.SignInBlocked) else STATUS.get(type(refusal), 200)
    return render(request, template, {"form": form, **facts}, status=status)
