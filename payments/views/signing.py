"""From the review of an order to its signature: what will be signed, the code, and what awaits me."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow import fnp
from auth_flow.decorators import may, open_while_password_expired_if, signed_in
from auth_flow.http import SignedInRequest
from auth_flow.models import FnpChallenge
from payments import approvals, limits, orders, selectors, standing_selectors
from payments.forms.signing import SignForm, VersionForm
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus
from payments.pages import signing as pages
from payments.views.orders import awaits_me, found

# What a page that says nonsense has seen: no order has it.
NO_VERSION = 0


def _something_awaits_me(request: SignedInRequest) -> bool:
    return selectors.awaiting_count(request.mandate) > 0 or standing_selectors.awaiting(request.mandate).exists()


@require_http_methods(["GET", "POST"])
@signed_in
@open_while_password_expired_if(awaits_me)
def review(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """What will be signed. POST submits, or asks for the code; GET never sends."""
    order, at = found(request, order_id), clock.now()
    if request.method == "GET":
        return render(request, "payments/review.html", pages.review_page(order, request.mandate, at=at))
    form = VersionForm(request.POST)
    version = form.cleaned_data["version"] if form.is_valid() else NO_VERSION
    action = pages.action_on(order, request.mandate, at=at)
    answered = frozenset(request.POST.getlist("answered"))
    try:
        if action == "sign":
            challenge = approvals.ask_code(
                order_id=order.pk,
                mandate=request.mandate,
                attempt=request.attempt,
                version=version,
                answered=answered,
                at=at,
            )
            is_same = challenge is not None
        else:
            submitted = orders.submit(
                order_id=order.pk, mandate=request.mandate, version=version, answered=answered, at=at
            )
            is_same = submitted.status != OrderStatus.DRAFT
    except Refusal as refusal:
        _refuse(request, refusal)
        return redirect("payments:review", order.pk)
    if not is_same:
        messages.warning(request, _("Komisioni ndryshoi që kur e përgatitët urdhrin. Kontrollojeni përsëri."))
        return redirect("payments:review", order.pk)
    if action == "sign":
        return redirect("payments:sign", order.pk)
    messages.info(request, _("Urdhri u dërgua për nënshkrim. Nënshkruesit e gjejnë te Nënshkrime."))
    return redirect("payments:order", order.pk)


@require_http_methods(["GET", "POST"])
@may("sign")
@open_while_password_expired_if(awaits_me)
def sign(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Type the code that was sent for this order."""
    order, at = found(request, order_id), clock.now()
    if request.method == "GET":
        return _sign_page(request, order)
    form = SignForm(request.POST)
    if not form.is_valid():
        return _sign_page(request, order, form)
    try:
        signed = approvals.sign(
            order_id=order.pk,
            mandate=request.mandate,
            attempt=request.attempt,
            challenge_id=form.cleaned_data["challenge_id"],
            code=form.cleaned_data["code"],
            at=at,
        )
    except fnp.WrongCode as refusal:
        form.add_error("code", str(refusal.sentence))
        return _sign_page(request, order, form)
    except Refusal as refusal:
        _refuse(request, refusal)
        return redirect("payments:review", order.pk)
    messages.success(request, pages.signed_sentence(signed))
    return redirect("payments:order", order.pk)


@require_POST
@may("sign")
@open_while_password_expired_if(awaits_me)
def sign_resend(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Send the same code once more."""
    order = found(request, order_id)
    challenge = _live(request, order)
    if challenge is None:
        return redirect("payments:review", order.pk)
    try:
        fnp.resend(challenge_id=challenge.pk, user=request.user, attempt=request.attempt, at=clock.machine())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    return redirect("payments:sign", order.pk)


@require_GET
@signed_in
@open_while_password_expired_if(_something_awaits_me)
def approvals_list(request: SignedInRequest) -> HttpResponse:
    """What awaits my signature, what is lost soonest first."""
    return render(request, "payments/approvals.html", pages.approvals_page(request.mandate, at=clock.now()))


def _refuse(request: SignedInRequest, refusal: Refusal) -> None:
    """Say why not; from a limit a link leads to all of them."""
    messages.error(request, str(refusal.sentence), "limits" if isinstance(refusal, limits.OverTheLimit) else "")


def _sign_page(request: SignedInRequest, order: PaymentOrder, form: SignForm | None = None) -> HttpResponse:
    challenge = _live(request, order)
    if challenge is None and order.status != OrderStatus.DRAFT and not awaits_me(request, order.pk):
        # Signed, perhaps in another tab; or rejected, cancelled or expired meanwhile.
        messages.info(request, _("Ky urdhër nuk pret më nënshkrimin tuaj. Këtu shihni ku është tani."))
        return redirect("payments:order", order.pk)
    if challenge is None:
        messages.error(request, _("FNP-ja nuk vlen më. Kontrolloni urdhrin dhe kërkoni një FNP të re."))
        return redirect("payments:review", order.pk)
    form = form or SignForm(initial={"challenge_id": challenge.pk})
    context = pages.sign_page(order, challenge, at=clock.now()) | {"form": form}
    return render(request, "payments/sign.html", context, status=422 if form.errors else 200)


def _live(request: SignedInRequest, order: PaymentOrder) -> FnpChallenge | None:
    return fnp.live(
        user=request.user,
        purpose=approvals.PURPOSE,
        attempt=request.attempt,
        subject=approvals.fnp_subject(order),
        at=clock.machine(),
    )
