"""S'kujtoj fjalëkalimin: what is a forgotten password's own among the pages of proofs.py (R31-R33)."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import clock
from auth_flow import proofs, recovery
from auth_flow.decorators import public
from auth_flow.pages import proofs as pages
from auth_flow.patience import patient
from auth_flow.proof_forms import NewPasswordForm, RecoveryForm

WAY = pages.Way(
    proofs.RECOVERY,
    "recovery",
    "password_forgot",
    "password_forgot_code",
    "password_forgot_new",
    proofs.check_code,
    form=RecoveryForm,
)


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

    def choose(new: str) -> None:
        recovery.choose_password(attempt=attempt, new=new, at=clock.machine())

    form, done = NewPasswordForm(request.POST or None), _("Fjalëkalimi i ri u vendos. Tani hyni me të.")
    return pages.password_page(request, WAY, form, choose, done=done)
