"""Kush i pa të dhënat: each look of the bank's staff at what is the company's (N8).

For whoever signs for the company: the portal knows no other administrator of one, and complaints are read so too.
"""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import staff_looks
from auth_flow import look_words
from auth_flow.decorators import may
from auth_flow.http import SignedInRequest
from auth_flow.preference_forms import LookDaysForm

PAGE_SIZE = 25
SEQUENCE_DIGITS_MAX = 18


@require_safe
@may("sign")
def listed(request: SignedInRequest) -> HttpResponse:
    """When, in which role, at what and why; the newest first, of the days in the address."""
    form = LookDaysForm(request.GET)
    form.is_valid()
    days = {f"{name}_on": form.cleaned_data.get(name) for name in ("from", "to")}
    page = staff_looks.page(
        request.company, before=_number(request, "before"), after=_number(request, "after"), size=PAGE_SIZE, **days
    )
    facts = {
        "form": form,
        "company_name": request.company.name,
        "looks": look_words.in_words(page.looks, company=request.company),
        "is_filtered": any(days.values()),
        "older_url": _address(request, before=page.older) if page.older else "",
        "newer_url": _address(request, after=page.newer) if page.newer else "",
    }
    return render(request, "auth_flow/looks.html", facts, status=422 if form.errors else 200)


def _number(request: HttpRequest, name: str) -> int | None:
    """A number of the chain; whatever is none is left out."""
    typed = request.GET.get(name, "")
    return int(typed) if typed.isdecimal() and typed.isascii() and len(typed) <= SEQUENCE_DIGITS_MAX else None


def _address(request: HttpRequest, **place: int) -> str:
    asked = {name: request.GET[name] for name in ("from", "to") if request.GET.get(name)}
    return "?" + urlencode(asked | {name: str(value) for name, value in place.items()})
