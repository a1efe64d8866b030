"""The page of the demo's clearing house: what it answers to what, and a payment that comes in on request."""

from typing import Any, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.fields import AmountField
from accounts.identifiers import account_tail
from accounts.models import BankAccount
from accounts.refusals import Refusal
from auth_flow.decorators import public
from bkt_portal import demo_clearing
from bkt_portal.header import moment_of
from payments import selectors
from payments.iso20022 import reasons
from payments.models.orders import Rail


class IncomingForm(forms.Form):
    """For which account, how much."""

    iban = forms.ChoiceField(label=gettext_lazy("Llogaria"))
    amount = AmountField(label=gettext_lazy("Shuma"), initial="12.500,00")

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        cast(forms.ChoiceField, self.fields["iban"]).choices = _accounts()


def _accounts() -> list[tuple[str, str]]:
    """Every customer's account, by its IBAN."""
    rows = BankAccount.objects.filter(kind=BankAccount.Kind.CURRENT).select_related("company").order_by("pk")
    return [
        (row.iban, f"{row.company.name}, {row.currency}, {account_tail(row.iban)}")
        for row in rows
        if row.iban and row.company
    ]


@require_http_methods(["GET", "HEAD", "POST"])
@public
def page(request: HttpRequest) -> HttpResponse:
    """The rules of the simulated clearing house, and the form."""
    form = IncomingForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            demo_clearing.send_incoming(
                iban=form.cleaned_data["iban"],
                amount_minor=form.cleaned_data["amount"],
                text=_("Arkëtim nga klienti"),
                at=moment_of(request),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
        else:
            messages.info(request, _("Pagesa u nis. Pas pak sekondash e gjeni te veprimet e llogarisë."))
            return redirect("demo_clearing")
    endings = [(end, _(reasons.sentence(code))) for end, code in sorted(demo_clearing.REASON_OF_ENDING.items())]
    sessions = selectors.sessions(Rail.AECH, on=clock.tirana_day(moment_of(request)))
    context = {
        "form": form,
        "endings": endings,
        "word": demo_clearing.ASKS_BACK,
        "sessions": ", ".join(f"{session.at_time:%H:%M}" for session in sessions),
    }
    return render(request, "demo/clearing.html", context, status=422 if form.errors else 200)
