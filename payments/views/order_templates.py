"""Templates of payments: the list, and how an order becomes one."""

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts import clock
from accounts.refusals import Refusal
from auth_flow.decorators import may, signed_in
from auth_flow.http import SignedInRequest
from payments import cards, order_templates
from payments.forms.beneficiaries import NAME_LENGTH, TemplateForm
from payments.pages.beneficiaries import templates_page
from payments.views.orders import found


@require_GET
@signed_in
def templates_list(request: SignedInRequest) -> HttpResponse:
    """What the company pays again and again."""
    context = templates_page(request.mandate, page=request.GET.get("page", ""))
    return render(request, "payments/templates.html", context)


@require_http_methods(["GET", "POST"])
@may("prepare")
def new_template(request: SignedInRequest, order_id: UUID) -> HttpResponse:
    """Keep an order as a template."""
    order = found(request, order_id)
    form = TemplateForm(
        request.POST if request.method == "POST" else None, initial={"name": order.beneficiary_name[:NAME_LENGTH]}
    )
    if form.is_valid():
        try:
            made = order_templates.keep(
                order_id=order.pk,
                mandate=request.mandate,
                name=" ".join(form.cleaned_data["name"].split()),
                with_amount=form.cleaned_data["with_amount"],
                at=clock.now(),
            )
        except Refusal as refusal:
            form.add_error("name", str(refusal.sentence))
        else:
            messages.info(request, _("“%(name)s” është te modelet.") % {"name": made.name})
            return redirect("payments:templates")
    context = {"form": form, "order": cards.order_card(order), "section": "templates"}
    return render(request, "payments/new_template.html", context, status=422 if form.errors else 200)


@require_POST
@may("prepare")
def remove_template(request: SignedInRequest, template_id: UUID) -> HttpResponse:
    """Take a template off the list."""
    row = order_templates.template_of(request.company, template_id)
    if row is None:
        raise Http404
    try:
        order_templates.remove(template_id=row.pk, mandate=request.mandate, at=clock.now())
    except Refusal as refusal:
        messages.error(request, str(refusal.sentence))
    else:
        messages.info(request, _("“%(name)s” u hoq nga modelet.") % {"name": row.name})
    return redirect("payments:templates")
