"""Gjendje e ulët: below which balances she wants to be told. Part of her notices, and of nobody else's."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts import clock
from accounts.refusals import Refusal
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import low_balances as low, preferences
from statements.low_balance_form import LowBalanceForm


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def low_balances(request: SignedInRequest) -> HttpResponse:
    """A threshold for each account of the company she acts for; an empty field takes it away."""
    accounts, chosen = preferences.accounts(request.mandate), low.of(request.mandate)
    form = LowBalanceForm(accounts, chosen, request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            changed = low.choose(mandate=request.mandate, thresholds=form.thresholds(), at=clock.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
        else:
            messages.info(request, _("Kufijtë u ruajtën.") if changed else _("Asgjë nuk ndryshoi."))
            return redirect("statements:low_balances")
    rows = [
        {"account": account, "field": field, "is_below": account.pk in chosen and chosen[account.pk].is_below}
        for account, field in form.rows()
    ]
    facts = {"form": form, "rows": rows, "company_name": request.company.name}
    return render(request, "statements/low_balances.html", facts, status=422 if form.errors else 200)
