"""Payments for the budget: which one, then its form."""

from itertools import groupby

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
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
    """One payment by one scheme. Where a template leads to one that staff have withdrawn, the list has others."""
    scheme = budget.scheme_of(code)
    if scheme is None:
        if not BudgetScheme.objects.filter(code=code).exists():
            raise Http404
        messages.error(request, str(budget.SchemeNotServed.sentence))
        return redirect("payments:budget_schemes")
    return new_transfer(request, BudgetForm, scheme=scheme)
