"""The look at a delivery that the page of a code takes by itself, and the way back to the first step."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts import clock
from auth_flow import deliveries, keys, restarts, selectors, views
from auth_flow.decorators import public


@public
@require_safe
def state(request: HttpRequest) -> HttpResponse:
    """A fragment: where the SMS of this ticket is. Asked without cookies, so it neither wakes nor keeps a session."""
    at = clock.machine()
    try:
        challenge = deliveries.challenge_of(request.GET.get("ticket", ""))
    except deliveries.NoSuchTicket:
        raise Http404 from None
    return render(request, "auth_flow/login_delivery.html", {"delivery": deliveries.delivery(challenge, at)})


@public
@require_POST
def restart(request: HttpRequest) -> HttpResponse:
    """Give up the sign-in under way and begin with step one; the FNP of before is void."""
    token, at = request.COOKIES.get(views.COOKIE, ""), clock.machine()
    attempt = selectors.pending(keys.token_hash(token), at=at) if token else None
    if attempt:
        restarts.restart(attempt_id=attempt.id, at=at)
        messages.info(request, _("Filloni përsëri nga hapi i parë. FNP-ja e mëparshme nuk vlen më."))
    return views.without_cookie(redirect("auth_flow:login"))
