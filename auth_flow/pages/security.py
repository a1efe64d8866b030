"""The two pages for whoever fears for her access, before any door: a lost phone, and a code nobody asked for."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import browsers, cases, failure_record, freeze as freezing, lockout, login, views
from auth_flow.decorators import public
from auth_flow.forms import FreezeForm, ReportForm
from auth_flow.http import client_ip
from auth_flow.patience import patient


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def freeze(request: HttpRequest) -> HttpResponse:
    """Humbët celularin: shut one's own access until the contact centre opens it."""
    form = FreezeForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/freeze.html", {"form": form})
    try:
        block = freezing.freeze(
            customer_number=form.cleaned_data["customer_number"],
            nipt=form.cleaned_data["nipt"],
            password=form.cleaned_data["password"],
            network=client_ip(request),
            browser_tokens=tuple(browsers.tokens_of(request)),
            at=clock.machine(),
        )
    except lockout.SignInBlocked as blocked:
        if blocked.is_first:
            failure_record.tell(request, lockout.identity_of(form.cleaned_data["customer_number"]))
        return views.blocked_page(request, blocked)
    except Refusal as refusal:
        if isinstance(refusal, login.SignInRefused):
            failure_record.tell(request, lockout.identity_of(form.cleaned_data["customer_number"]))
        form.add_error(None, str(refusal.sentence))
        return render(request, "auth_flow/freeze.html", {"form": form}, status=views.STATUS.get(type(refusal), 200))
    return render(request, "auth_flow/freeze.html", {"case_reference": block.reference})


@public
@require_http_methods(["GET", "HEAD", "POST"])
@patient
def not_me(request: HttpRequest) -> HttpResponse:
    """Nuk isha unë: the reference of the SMS voids its code. The same answer whether the reference is known or not."""
    form = ReportForm(request.POST or None)
    if not form.is_valid():
        return render(request, "auth_flow/not_me.html", {"form": form})
    reference = form.cleaned_data["reference"]
    try:
        cases.report_code(reference=reference, network=client_ip(request), at=clock.machine())
    except lockout.TooManyFromHere as refusal:
        form.add_error(None, str(refusal.sentence))
        return render(request, "auth_flow/not_me.html", {"form": form}, status=429)
    return render(request, "auth_flow/not_me.html", {"case_reference": reference})
