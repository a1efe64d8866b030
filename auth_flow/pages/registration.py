"""Regjistrohu: the pages of registration (R04, R06, R15-R19), and what to bring to the branch before it (R18)."""

from typing import cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts import clock
from auth_flow import proofs, registration
from auth_flow.decorators import public
from auth_flow.http import PortalRequest
from auth_flow.pages import proofs as pages
from auth_flow.patience import patient
from auth_flow.proof_forms import FirstPasswordForm

WAY = pages.Way(proofs.REGISTRATION, "registration", "register", "register_code", "register_password")


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def start(request: HttpRequest) -> HttpResponse:
    """Step one: who, and a card."""
    if cast(PortalRequest, request).attempt:
        return redirect("home")
    return pages.start_page(request, WAY)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def code(request: HttpRequest) -> HttpResponse:
    """Step two: the FNP; then what is missing, if anything is."""
    return pages.code_page(request, WAY, registration.check_code)


@public
@require_POST
@patient
def resend(request: HttpRequest) -> HttpResponse:
    """Send the FNP again."""
    return pages.resend_page(request, WAY)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def password(request: HttpRequest) -> HttpResponse:
    """Step three: the agreement, the price, the terms, and the first password."""
    attempt = pages.attempt_of(request, WAY)
    if attempt is None:
        return pages.from_the_start(request, WAY)
    terms = registration.terms_of(attempt, at=clock.machine())
    if attempt.fnp_at is None or terms is None:
        return redirect("auth_flow:register_code" if terms else "auth_flow:register")
    form = FirstPasswordForm(request.POST or None)

    def choose(new: str) -> None:
        registration.choose_password(
            attempt=attempt, new=new, accepts_terms=form.cleaned_data["accept_terms"], at=clock.machine()
        )

    answer = pages.password_page(request, WAY, form, choose, {"terms": terms})
    if answer:
        return answer
    messages.success(request, _("U regjistruat. Tani hyni me fjalëkalimin që sapo krijuat."))
    return pages.without_cookie(redirect("auth_flow:login"), WAY)


@public
@require_safe
def checklist(request: HttpRequest) -> HttpResponse:
    """Çfarë duhet të sillni në degë."""
    return render(request, "auth_flow/register_checklist.html")
