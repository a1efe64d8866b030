"""Regjistrohu: what is registration's own among the pages of proofs.py (R04, R06, R15-R19), and what to bring (R18)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from auth_flow import proofs, registration
from auth_flow.decorators import public
from auth_flow.pages import proofs as pages
from auth_flow.patience import patient
from auth_flow.proof_forms import FirstPasswordForm

WAY = pages.Way(
    proofs.REGISTRATION,
    "registration",
    "register",
    "register_code",
    "register_password",
    registration.check_code,
    for_newcomers=True,
)


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

    done = _("U regjistruat. Tani hyni me fjalëkalimin që sapo krijuat.")
    return pages.password_page(request, WAY, form, choose, done=done, terms=terms)


@public
@require_safe
def checklist(request: HttpRequest) -> HttpResponse:
    """Çfarë duhet të sillni në degë."""
    return render(request, "auth_flow/register_checklist.html")
