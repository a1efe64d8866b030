"""The payee book: the list, one payee, and how it is kept."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.identifiers import group_iban
from accounts.refusals import Refusal
from auth_flow import kept_forms
from auth_flow.decorators import keeps_form, may, signed_in
from auth_flow.http import SignedInRequest
from payments import beneficiaries, payees, prefill
from payments.forms.beneficiaries import BeneficiaryForm
from payments.models import Beneficiary
from payments.pages.beneficiaries import beneficiaries_page, beneficiary_page
from payments.payee_names import Likeness


@require_GET
@signed_in
def beneficiaries_list(request: SignedInRequest) -> HttpResponse:
    """The company's payees, by name or by what is looked for."""
    context = beneficiaries_page(
        request.mandate,
        search=request.GET.get("q", "")[:70],
        page=request.GET.get("page", ""),
        at=clock.now(),
    )
    return render(request, "payments/beneficiaries.html", context)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_beneficiary(request: SignedInRequest) -> HttpResponse:
    """Put a payee into the book."""
    if request.method == "GET":
        return _page(request, None, BeneficiaryForm(initial=kept_forms.take(request) or _of_an_order(request)))
    form = BeneficiaryForm(request.POST)
    if not form.is_valid():
        return _page(request, None, form)
    try:
        kept = beneficiaries.add(mandate=request.mandate, **form.facts(), at=clock.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _page(request, None, form)
    return _kept(request, kept)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def beneficiary(request: SignedInRequest, beneficiary_id: UUID) -> HttpResponse:
    """One payee, to be changed."""
    row = _found(request, beneficiary_id)
    if request.method == "GET":
        stands = {"name": row.name, "iban": group_iban(row.iban), "nickname": row.nickname}
        initial = stands | kept_forms.take(request)
        return _page(request, row, BeneficiaryForm(initial=initial))
    form = BeneficiaryForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form)
    try:
        kept = beneficiaries.edit(beneficiary_id=row.pk, mandate=request.mandate, **form.facts(), at=clock.now())
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _page(request, row, form)
    return _kept(request, kept)


@require_POST
@may("prepare")
def remove_beneficiary(request: SignedInRequest, beneficiary_id: UUID) -> HttpResponse:
    """Take a payee out of the book."""
    row = _found(request, beneficiary_id)
    try:
        beneficiaries.remove(beneficiary_id=row.pk, mandate=request.mandate, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, _("%(name)s u hoq nga përfituesit.") % {"name": row.name})
    return redirect("payments:beneficiaries")


def _of_an_order(request: SignedInRequest) -> dict[str, str]:
    """The payee of the order that the address names."""
    try:
        typed = prefill.typed(request.company, request.GET)
    except prefill.NothingToFillError as error:
        raise Http404 from error
    return {"name": typed["beneficiary_name"], "iban": typed["beneficiary_iban"]} if typed else {}


def _found(request: SignedInRequest, beneficiary_id: UUID) -> Beneficiary:
    row = payees.entry(request.company, beneficiary_id)
    if row is None:
        raise Http404
    return row


def _kept(request: SignedInRequest, kept: beneficiaries.Kept) -> HttpResponse:
    name = {"name": kept.beneficiary.name}
    if kept.has_other_iban:
        messages.warning(request, _("IBAN-i ndryshoi. Verifikojeni me përfituesin në një numër që dinit më parë."))
    messages.info(request, _("%(name)s është te përfituesit.") % name)
    if kept.likeness == Likeness.DIFFERENT:
        messages.warning(request, _("Emri %(name)s nuk përputhet me atë të llogarisë. Verifikojeni.") % name)
    elif kept.likeness == Likeness.CLOSE:
        messages.info(request, _("Emri %(name)s përputhet pothuajse me atë të llogarisë. Shikoni shkrimin.") % name)
    return redirect("payments:beneficiaries")


def _page(request: SignedInRequest, row: Beneficiary | None, form: BeneficiaryForm) -> HttpResponse:
    template = "beneficiary" if row else "new_beneficiary"
    context = beneficiary_page(row, form, at=clock.now())
    status = 409 if form.non_field_errors() else 422 if form.errors else 200
    return render(request, f"payments/{template}.html", context, status=status)
