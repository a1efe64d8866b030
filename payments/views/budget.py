"""Payments for the budget: which one, then its form."""

from itertools import groupby

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_GET, require_http_methods

from auth_flow.decorators import keeps_form, may
from auth_flow.http import SignedInRequest
from payments import budget
from payments.forms.budget import BudgetForm
from payments.models import BudgetScheme
from payments.views.transfers import new_transfer


@require_GET
@may("prepare")
def budget_schemes(request: SignedInRequest) -> HttpResponse:
    """What can be paid to the state, by group."""
    groups = groupby(budget.schemes(), key=BudgetScheme.get_group_display)
    context = {"kind": BudgetForm.kind, "groups": [(label, list(schemes)) for label, schemes in groups]}
    return render(request, "payments/budget_schemes.html", context)


@require_http_methods(["GET", "POST"])
@keeps_form
@may("prepare")
def new_budget(request: SignedInRequest, code: str) -> HttpResponse:
    """One payment by one scheme."""
    scheme = budget.scheme_of(code)
    if scheme is None:
        raise Http404
    return new_transfer(request, BudgetForm, scheme=scheme)
