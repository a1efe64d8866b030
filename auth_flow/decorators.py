"""Who may open a page. Every view wears exactly one of these, and says so in `view.access`."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, Literal, ParamSpec, cast

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from accounts import audit, clock
from accounts.models import Mandate
from auth_flow.http import PortalRequest, SignedInRequest

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]
SignedInView = Callable[Concatenate[SignedInRequest, P], HttpResponse]
Act = Literal["prepare", "sign"]


def public(view: View[P]) -> View[P]:
    """Anybody; a signed-in customer too."""
    return _marked(view, "public")


def signed_in(view: SignedInView[P]) -> View[P]:
    """Customers who have passed all three steps; others are led to the door."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        if cast(PortalRequest, request).attempt is None:
            return redirect(settings.LOGIN_URL)
        return view(cast(SignedInRequest, request), *args, **kwargs)

    return _marked(guarded, "signed_in")


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
