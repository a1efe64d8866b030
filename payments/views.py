"""The pages of payments: each translates the request, calls one verb, and translates the answer back."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import fnp, kept_forms
from auth_flow.decorators import (
    keeps_form,
    may,
    open_while_password_expired_if,
    signed_in,
)
from auth_flow.http import SignedInRequest
from auth_flow.models import FnpChallenge
from payments import approvals, orders, pages, selectors
from payments.forms import DomesticForm, ReasonForm, SignForm, VersionForm
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus

# What a page that says nonsense has seen: no order has it.
NO_VERSION = 0


def _something_awaits_me(request: SignedInRequest) -> bool:
    return selectors.awaiting_count(request.mandate) > 0


def _awaits_me(request: SignedInRequest, order_id: UUID) -> bool:
    """An order that may be finished before the password that has grown too old is changed (N14)."""
    return selectors.awaiting(request.mandate).filter(pk=order_id).exists()


@require_GET
@signed_in
def orders_list(request: SignedInRequest) -> HttpResponse:
    """The company's orders, by state."""
    context = pages.orders_page(request.mandate, status=request.GET.get("status", ""), page=request.GET.get("page", ""))
    return render(request, "payments/orders.html", context)


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


@require_GET
@signed_in
@open_while_password_expired_if(_awaits_me)
def order(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """One order with its way, its promise and its signatures."""
    return render(
        request, "payments/order.html", pages.order_page(_found(request, order_id), request.mandate, at=clock.now())
    )


@require_http_methods(["GET", "POST"])
@signed_in
@open_while_password_expired_if(_awaits_me)
def review(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """What will be signed. POST submits, or asks for the code; GET never sends."""
    found, at = _found(request, order_id), clock.now()
    if request.method == "GET":
        return render(request, "payments/review.html", pages.review_page(found, request.mandate, at=at))
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else NO_VERSION
    action = pages.action_on(found, request.mandate, at=at)
    try:
        if action == "sign":
            challenge = approvals.ask_code(
                order_id=found.pk, mandate=request.mandate, attempt=request.attempt, version=version, at=at
            )
            is_same = challenge is not None
        else:
            submitted = orders.submit(order_id=found.pk, mandate=request.mandate, version=version, at=at)
            is_same = submitted.status != OrderStatus.DRAFT
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("payments:review", found.pk)
    if not is_same:
        messages.warning(request, _("Komisioni ndryshoi që kur e përgatitët urdhrin. Kontrollojeni përsëri."))
        return redirect("payments:review", found.pk)
    if action == "sign":
        return redirect("payments:sign", found.pk)
    messages.info(request, _("Urdhri u dërgua për nënshkrim. Nënshkruesit e gjejnë te Nënshkrime."))
    return redirect("payments:order", found.pk)


@require_http_methods(["GET", "POST"])
@may("sign")
@open_while_password_expired_if(_awaits_me)
def sign(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Type the code that was sent for this order."""
    found, at = _found(request, order_id), clock.now()
    if request.method == "GET":
        return _sign_page(request, found)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, found, form)
    try:
        signed = approvals.sign(
            order_id=found.pk,
            mandate=request.mandate,
            attempt=request.attempt,
            challenge_id=form.cleaned_data["challenge_id"],
            code=form.cleaned_data["code"],
            at=at,
        )
    except fnp.WrongCode as refusal:
        form.add_error("code", str(refusal.sentence))
        return _sign_page(request, found, form)
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
        return redirect("payments:review", found.pk)
    messages.success(request, pages.signed_sentence(signed))
    return redirect("payments:order", found.pk)


@require_POST
@may("sign")
@open_while_password_expired_if(_awaits_me)
def sign_resend(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Send the same code once more."""
    found = _found(request, order_id)
    challenge = _live(request, found)
    if challenge is None:
        return redirect("payments:review", found.pk)
    try:
        fnp.resend(challenge_id=challenge.pk, user=request.user, attempt=request.attempt, at=clock.machine())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("payments:sign", found.pk)


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


@require_GET
@signed_in
@open_while_password_expired_if(_something_awaits_me)
def approvals_list(request: SignedInRequest) -> HttpResponse:
    """What awaits my signature, what is lost soonest first."""
    return render(request, "payments/approvals.html", pages.approvals_page(request.mandate, at=clock.now()))


# --- Below the pages ---------------------------------------------------------------------------------------------


def _found(request: SignedInRequest, order_id: UUID) -> PaymentOrder:
    """The company's order; another company's does not exist."""
    found = selectors.order_of(request.company, order_id)
    if found is None:
        raise Http404
    return found


def _domestic_page(request: SignedInRequest, form: DomesticForm, *, status: int = 200) -> HttpResponse:
    return render(request, "payments/new_domestic.html", pages.domestic_page(form), status=status)


def _sign_page(request: SignedInRequest, found: PaymentOrder, form: SignForm | None = None) -> HttpResponse:
    challenge = _live(request, found)
    if challenge is None:
        messages.error(request, _("FNP-ja nuk vlen më. Kontrolloni urdhrin dhe kërkoni një FNP të re."))
        return redirect("payments:review", found.pk)
    form = form or SignForm(initial={"challenge_id": challenge.pk})
    context = pages.sign_page(found, challenge, at=clock.now()) | {"form": form}
    return render(request, "payments/sign.html", context, status=422 if form.errors else 200)


def _live(request: SignedInRequest, found: PaymentOrder) -> FnpChallenge | None:
    return fnp.live(
        user=request.user,
        purpose=approvals.PURPOSE,
        attempt=request.attempt,
        subject=approvals.fnp_subject(found),
        at=clock.machine(),
    )


def _stop(request: SignedInRequest, order_id: UUID, verb: Callable[..., PaymentOrder], told: str) -> HttpResponse:
    found = _found(request, order_id)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        messages.error(request, str(form.errors["reason"][0]))
        return redirect("payments:order", found.pk)
    try:
        verb(order_id=found.pk, mandate=request.mandate, reason=form.cleaned_data["reason"], at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, told)
    return redirect("payments:order", found.pk)
