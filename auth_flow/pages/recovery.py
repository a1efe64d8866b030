"""S'kujtoj fjalëkalimin: the pages of a forgotten password (R31-R33)."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import clock
from auth_flow import proofs, recovery
from auth_flow.decorators import public
from auth_flow.pages import proofs as pages
from auth_flow.patience import patient
from auth_flow.proof_forms import NewPasswordForm

WAY = pages.Way(proofs.RECOVERY, "recovery", "password_forgot", "password_forgot_code", "password_forgot_new")


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def start(request: HttpRequest) -> HttpResponse:
    """Step one: who, and a card."""
    return pages.start_page(request, WAY)


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def code(request: HttpRequest) -> HttpResponse:
    """Step two: the FNP."""
    return pages.code_page(request, WAY, proofs.check_code)


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
    """Step three: the new password; then a normal sign-in."""
    attempt = pages.attempt_of(request, WAY)
    if attempt is None:
        return pages.from_the_start(request, WAY)
    if attempt.fnp_at is None:
        return redirect("auth_flow:password_forgot_code")
    form = NewPasswordForm(request.POST or None)

    def choose(new: str) -> None:
        recovery.choose_password(attempt=attempt, new=new, at=clock.machine())

    answer = pages.password_page(request, WAY, form, choose, {})
    if answer:
        return answer
    messages.success(request, _("Fjalëkalimi i ri u vendos. Tani hyni me të."))
    return pages.without_cookie(redirect("auth_flow:login"), WAY)
