"""Kontaktet: every way to reach the bank, open to everybody (R62)."""

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from auth_flow.decorators import public


@require_safe
@public
def contact(request: HttpRequest) -> HttpResponse:
    """The channels of the bank, in the frame of whoever looks."""
    is_signed_in = getattr(request, "mandate", None) is not None
    layout = "base.html" if is_signed_in else "base_door.html"
    return render(request, "complaints/contact.html", {"bank": settings.BANK, "layout": layout})
