"""How much may be signed and paid: the limits of the person and of her company."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET

from accounts import clock
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from payments.pages.limits import limits_page


@require_GET
@signed_in
def limits(request: SignedInRequest) -> HttpResponse:
    """What one order may be, and what is left of the day and the month. Only looked at: a branch sets others."""
    return render(request, "payments/limits.html", limits_page(request.mandate, at=clock.now()))
