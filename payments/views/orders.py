"""The company's orders: the list, one order with its way, and how it is stopped."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow.decorators import may, open_while_password_expired_if, signed_in
from auth_flow.http import SignedInRequest
from payments import approvals, changes, orders, selectors
from payments.forms.signing import ReasonForm
from payments.models import PaymentOrder
from payments.pages.orders import order_page, orders_page


def awaits_me(request: SignedInRequest, order_id: UUID) -> bool:
    """An order that may be finished before the password that has grown too old is changed (N14)."""
    return selectors.awaits(request.mandate, order_id)


def found(request: SignedInRequest, order_id: UUID) -> PaymentOrder:
    """The company's order, or 404; another company's does not exist."""
    order = selectors.order_of(request.company, order_id)
    if order is None:
        raise Http404
    return order


@require_GET
@signed_in
def orders_list(request: SignedInRequest) -> HttpResponse:
    """The company's orders, by state."""
    context = orders_page(request.mandate, status=request.GET.get("status", ""), page=request.GET.get("page", ""))
    return render(request, "payments/orders.html", context)


@require_GET
@signed_in
@open_while_password_expired_if(awaits_me)
def order(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """One order with its way, its promise and its signatures."""
    context = order_page(found(request, order_id), request.mandate, at=clock.now())
    return render(request, "payments/order.html", context)


@require_POST
@signed_in
def cancel(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Take an order back before it is executed."""
    return _stop(request, order_id, orders.cancel, _("Urdhri u anulua. Asnjë shumë nuk del nga llogaria."))


@require_POST
@may("sign")
def reject(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Refuse to sign an order, for good."""
    return _stop(request, order_id, approvals.reject, _("Urdhri u refuzua. Kush e përgatiti e sheh arsyen tuaj."))


@require_POST
@may("sign")
def send_back(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Send a submitted order back to its preparer for a change."""
    told = _(
        "Urdhri iu kthye për ndryshim personit që e përgatiti, me arsyen tuaj. Kur të jetë gati, e nënshkruani përsëri."
    )
    return _stop(request, order_id, changes.send_back, told)


def _stop(request: SignedInRequest, order_id: UUID, verb: Callable[..., PaymentOrder], told: str) -> HttpResponse:
    order = found(request, order_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("payments:order", order.pk)
    try:
        verb(order_id=order.pk, mandate=request.mandate, reason=form.cleaned_data["reason"], at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, told)
    return redirect("payments:order", order.pk)
