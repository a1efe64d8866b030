"""Who may open a page. Every view wears exactly one of these, and says so in `view.access`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, cast

from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import Mandate
from auth_flow import kept_forms, passwords
from auth_flow.http import PortalRequest, SignedInRequest

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponse]
Act = Literal["prepare", "sign"]

KEPT = _("E ruajtëm çfarë kishit shkruar. E gjeni në të njëjtën faqe, sapo të hyni përsëri brenda 30 minutave.")


def public(view: View[P]) -> View[P]:
    """Anybody; a signed-in customer too."""
    return _marked(view, "public")


def signed_in(view: SignedInView[P]) -> View[P]:
    """Customers who have passed all three steps; others are led to the door."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if cast(PortalRequest, request).attempt is None:
            kept_forms.remember_way(request, at=clock.machine())
            return redirect(settings.LOGIN_URL)
        visit = cast(SignedInRequest, request)
        if must_change_password(visit) and not _opens_nevertheless(view, visit, *args, **kwargs):
            return redirect("auth_flow:password_change")
        return view(visit, *args, **kwargs)

    return _marked(guarded, "signed_in")


def open_while_password_expired(view: SignedInView[P]) -> SignedInView[P]:
    """Below the guard of a page that stays open when the password must be changed (R42): its change, the way out."""

    def is_open(_request: SignedInRequest, /, *_args: P.args, **_kwargs: P.kwargs) -> bool:
        return True

    return _opening(view, is_open)


def open_while_password_expired_if(
    applies: Callable[Concatenate[SignedInRequest, P], bool],
) -> Callable[[SignedInView[P]], SignedInView[P]]:
    """The same where `applies` says so: a signature that already waits may be given first (N14).

    Only if the password is too old, and not where somebody else may know it.
    """

    def is_open(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> bool:
        return not request.user.must_change_password and applies(request, *args, **kwargs)

    def decorate(view: SignedInView[P]) -> SignedInView[P]:
        return _opening(view, is_open)

    return decorate


def must_change_password(request: SignedInRequest) -> bool:
    """Whether nothing but a new password helps now, by the bank's clock."""
    user = request.user
    may_be_too_old = passwords.expires_at(user) is not None  # else no clock is asked
    return user.must_change_password or (may_be_too_old and passwords.is_expired(user, clock.now()))


def may(act: Act) -> Callable[[SignedInView[P]], View[P]]:
    """Customers whose mandate allows this act; the verbs behind ask again, under their locks."""

    def decorate(view: SignedInView[P]) -> View[P]:
        @wraps(view)
        def allowed(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            if not _allows(request.mandate, act):
                _record_refused(request, act)
                raise PermissionDenied
            return view(request, *args, **kwargs)

        return _marked(signed_in(allowed), f"may:{act}")

    return decorate


def keeps_form(view: View[P]) -> View[P]:
    """Above the guard of a page with a long form: what is sent after the session ended by itself is kept for its owner.

    The page then shows what `kept_forms.take(request)` gives. Django checks the token of a form before any of this.
    """

    @wraps(view)
    def keeping(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        is_over = cast(PortalRequest, request).attempt is None
        if request.method == "POST" and is_over and kept_forms.keep(request, at=clock.machine()):
            messages.info(request, KEPT)
        return view(request, *args, **kwargs)

    return keeping


def _opening(view: SignedInView[P], applies: Callable[Concatenate[SignedInRequest, P], bool]) -> SignedInView[P]:
    setattr(view, "opens_while_password_expired", applies)  # noqa: B010  as in _marked
    return view


def _opens_nevertheless(view: SignedInView[P], request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> bool:
    applies = getattr(view, "opens_while_password_expired", None)
    return applies is not None and bool(applies(request, *args, **kwargs))


def _allows(mandate: Mandate, act: Act) -> bool:
    return mandate.may_prepare if act == "prepare" else mandate.may_sign


def _record_refused(request: SignedInRequest, act: Act) -> None:
    with transaction.atomic():
        audit.record(
            "auth.page.refused",
            actor=audit.actor_of(request.mandate),
            at=clock.now(),
            outcome=audit.REFUSED,
            reason=f"may_{act}",
            subject=request.path[:120],
        )


def _marked(view: View[P], access: str) -> View[P]:
    """Read by the test that knows every page of the house."""
    setattr(view, "access", access)  # noqa: B010  a function has no such attribute for the type checker
    return view
