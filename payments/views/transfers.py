"""Where a customer writes a payment down: the form of each kind, then the review page of its draft."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import kept_forms
from auth_flow.decorators import keeps_form, may
from auth_flow.http import SignedInRequest
from payments import orders
from payments.forms.transfers import DomesticForm
from payments.pages.transfers import domestic_page


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_domestic(request: SignedInRequest) -> HttpResponse:
    """A domestic transfer: form, then the review page of its draft."""
    at = clock.now()
    if request.method == "GET":
        return _domestic_page(request, DomesticForm(company=request.company, at=at, typed=kept_forms.take(request)))
    form = DomesticForm(request.POST, company=request.company, at=at)
    if not form.is_valid():
        return _domestic_page(request, form, status=422)
    try:
        order = orders.prepare(
            mandate=request.mandate, wish=form.wish(), submit_key=form.cleaned_data["idempotency_key"], at=at
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _domestic_page(request, form, status=409)
    return redirect("payments:review", order.pk)


def _domestic_page(request: SignedInRequest, form: DomesticForm, *, status: int = 200) -> HttpResponse:
    return render(request, "payments/new_domestic.html", domestic_page(form), status=status)
