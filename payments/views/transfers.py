"""Where a customer writes a payment down: the form of each kind, then the review page of its draft."""

from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import kept_forms
from auth_flow.decorators import keeps_form, may
from auth_flow.http import SignedInRequest
from payments import limits, orders, prefill
from payments.forms.transfers import DomesticForm, InternalForm, OwnForm, TransferForm
from payments.models import PaymentOrder
from payments.pages.transfers import transfer_page


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_own(request: SignedInRequest) -> HttpResponse:
    """Between accounts of the company."""
    return new_transfer(request, OwnForm)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_internal(request: SignedInRequest) -> HttpResponse:
    """To another client of this bank."""
    return new_transfer(request, InternalForm)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_domestic(request: SignedInRequest) -> HttpResponse:
    """A domestic transfer, to another bank."""
    return new_transfer(request, DomesticForm)


def new_transfer(request: SignedInRequest, form_class: type[TransferForm], **facts: Any) -> HttpResponse:
    """The form of one kind, then the review page of its draft; `facts` are what this form alone wants to know."""
    facts |= {"company": request.company, "at": clock.now(), "draft": _draft(request)}
    if request.method == "GET":
        typed = kept_forms.take(request) or _filled_in(request, facts["draft"])
        return _page(request, form_class(typed=typed, **facts))
    form = form_class(request.POST, **facts)
    if not form.is_valid():
        return _page(request, form, status=422)
    try:
        order = orders.prepare(
            mandate=request.mandate, wish=form.wish(), submit_key=form.cleaned_data["idempotency_key"], at=form.at
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        form.is_over_limit = isinstance(refusal, limits.OverTheLimit)
        return _page(request, form, status=409)
    return redirect("payments:review", order.pk)


def _draft(request: SignedInRequest) -> PaymentOrder | None:
    """The draft that the address asks to edit. What went on meanwhile is found out by the verb that saves."""
    try:
        return prefill.draft_of(request.mandate, request.GET)
    except prefill.NothingToFillError as error:
        if request.method == "POST":
            return None
        raise Http404 from error


def _filled_in(request: SignedInRequest, draft: PaymentOrder | None) -> dict[str, str]:
    """What the address fills in: the draft, a payee of the book, a template, an order to be paid again."""
    try:
        return prefill.of_draft(draft) if draft else prefill.typed(request.company, request.GET)
    except prefill.NothingToFillError as error:
        raise Http404 from error


def _page(request: SignedInRequest, form: TransferForm, *, status: int = 200) -> HttpResponse:
    return render(request, f"payments/new_{form.kind}.html", transfer_page(form), status=status)
