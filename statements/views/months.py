"""Muaj pas muaji: five years of an account, each month with its sums and the way to its statement."""

from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts import clock
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import periods, turnovers
from statements.periods import Period
from statements.snapshot import one_moment
from statements.turnovers import MonthTurnover
from statements.views.owned import account_or_404
from statements.views.statement import statement_url


@require_safe
@signed_in
def months(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """What went in and out in each month, today's lines included."""
    asked = periods.five_years(clock.tirana_day(clock.now()))
    with one_moment():
        account = account_or_404(request, account_uuid)
        years = turnovers.by_year(turnovers.monthly(account, asked))
    facts = {
        "account": account,
        "period": asked,
        "years": [
            (year, [(month, statement_url(account, _days(month, asked))) for month in year.months]) for year in years
        ],
    }
    return render(request, "statements/months.html", facts)


def _days(month: MonthTurnover, asked: Period) -> Period:
    """The days of the month that have begun."""
    whole = periods.month(month.month)
    return Period(whole.first, min(whole.last, asked.last))
