"""Personalizime, Fjalëkalimi: a new password for whoever is signed in (R41, R42)."""

from typing import Any

from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import blocks, browsers, lockout, password_change, passwords, selectors
from auth_flow.decorators import open_while_password_expired, signed_in
from auth_flow.forms import CodeForm
from auth_flow.http import SignedInRequest
from auth_flow.pages.proofs import STATUS, code_facts
from auth_flow.proof_forms import ChangePasswordForm

# The hash of the new password, while its FNP is on the way.
KEPT = "new_password"


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@open_while_password_expired
def change(request: SignedInRequest) -> HttpResponse:
    """The present password and the new one, twice; then an FNP goes out."""
    form = ChangePasswordForm(request.POST or None)
    facts = _facts(request, form)
    if not form.is_valid():
        return render(request, "auth_flow/password_change.html", facts)
    try:
        request.session[KEPT] = password_change.ask(
            attempt=request.attempt,
            old=form.cleaned_data["old_password"],
            new=form.cleaned_data["new_password1"],
            at=clock.machine(),
        )
    except passwords.PasswordRefused as refusal:
        form.add_error("new_password1", str(refusal.sentence))
        return render(request, "auth_flow/password_change.html", facts | {"rules": passwords.rules(refusal.broken)})
    except Refusal as refusal:
        field = "old_password" if isinstance(refusal, password_change.OldPasswordWrong) else None
        form.add_error(field, str(refusal.sentence))
        return render(request, "auth_flow/password_change.html", facts, status=_status(refusal))
    return redirect("auth_flow:password_change_code")


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
@open_while_password_expired
def code(request: SignedInRequest) -> HttpResponse:
    """The FNP that allows the new password; every other session ends."""
    made = request.session.get(KEPT)
    challenge = selectors.last_challenge(
        request.attempt, purpose=password_change.PURPOSE, subject=password_change.SUBJECT
    )
    if not made or challenge is None:
        return redirect("auth_flow:password_change")
    form = CodeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/password_change_code.html", {"form": form, **code_facts(challenge)})
    try:
        user = password_change.change(
            attempt=request.attempt,
            made=made,
            code=form.cleaned_data["code"],
            browser_tokens=browsers.tokens_of(request),
            at=clock.machine(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        challenge.refresh_from_db()
        facts = {"form": form, **code_facts(challenge)}
        return render(request, "auth_flow/password_change_code.html", facts, status=_status(refusal))
    del request.session[KEPT]
    update_session_auth_hash(request, user)
    messages.success(request, _("Fjalëkalimi u ndryshua. Hyrjet në shfletuesit e tjerë u mbyllën."))
    return redirect("auth_flow:personalisation")


@require_POST
@signed_in
@open_while_password_expired
def resend(request: SignedInRequest) -> HttpResponse:
    """Send the FNP again."""
    made = request.session.get(KEPT)
    if not made:
        return redirect("auth_flow:password_change")
    try:
        password_change.resend_code(attempt=request.attempt, made=made, at=clock.machine())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, _("FNP-ja po dërgohet përsëri."))
    return redirect("auth_flow:password_change_code")


def _facts(request: SignedInRequest, form: ChangePasswordForm) -> dict[str, Any]:
    at = clock.now()
    return {
        "form": form,
        "rules": passwords.rules(),
        "must_change": request.user.must_change_password,
        "is_expired": passwords.is_expired(request.user, at),
        "max_age_days": passwords.max_age_days(),
        "reminder": passwords.warning(request.user, at),
    }


def _status(refusal: Refusal) -> int:
    return 403 if isinstance(refusal, lockout.SignInBlocked | blocks.AccessFrozen) else STATUS.get(type(refusal), 200)
