"""Pasqyra e llogarisë."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import date, datetime
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.days import short_day
from accounts.models import BankAccount
from accounts.refusals import Refusal
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import periods, selectors
from statements.exports.history import count_of
from statements.forms import PeriodForm
from statements.periods import Period
from statements.selectors import Statement
from statements.views.archive import statement_paper
from statements.views.exports import statement_file
from statements.views.offers import offers
from statements.views.owned import account_or_404


@require_safe
@signed_in
def statement(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Pasqyra e llogarisë (R53); today's own statement stands beside a period that was refused."""
    account = account_or_404(request, account_uuid)
    at = clock.now()
    today = clock.tirana_day(at)
    form = PeriodForm(request.GET)
    period = _period(form, today)
    if period and request.GET.get("format") and (file := _file(request, form, account, period, at=at)):
        return file
    shown = _statement(form, account, period, at=at) if period else None
    if shown is None:
        shown = selectors.statement(account, Period(today, today), at=at, lines_max=None)
    period = period or shown.period
    is_shown = period == shown.period
    lines = shown.count_in + shown.count_out if is_shown else count_of(account, period)
    context = {
        "account": account,
        "company": request.company,
        "form": form,
        "issued_at": at,
        "shortcuts": list(_shortcuts(account, today)),
        "offers": offers(account, period, lines=lines),
        "offered": None if is_shown else period,
        "offered_lines": lines,
        "is_long": lines > settings.EXPORTS["lines_at_once"],
        "from_on": shown.period.first,
        "to_on": shown.period.last,
    }
    figures = {field.name: getattr(shown, field.name) for field in fields(shown)}
    return render(request, "statements/statement.html", context | figures)


def _period(form: PeriodForm, today: date) -> Period | None:
    """The days in the form; None, with the reason in the form, where they are none."""
    if not form.is_valid():
        return None
    try:
        return form.period(today=today)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _file(
    request: SignedInRequest, form: PeriodForm, account: BankAccount, period: Period, *, at: datetime
) -> HttpResponse | None:
    """The period as a paper or a file; None, with the reason in the form, if there is none."""
    try:
        if request.GET["format"] == "pdf":
            return statement_paper(request, account, period)
        return statement_file(request, account, period, at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _statement(form: PeriodForm, account: BankAccount, period: Period, *, at: datetime) -> Statement | None:
    """The statement of the period; None, with the reason in the form, if no page can carry it."""
    try:
        return selectors.statement(account, period, at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _shortcuts(account: BankAccount, today: date) -> Iterator[tuple[str, str]]:
    """Periods that people ask for, with their addresses."""
    yield _("Ky muaj"), statement_url(account, periods.month_so_far(today))
    yield _("Muaji i kaluar"), statement_url(account, periods.month_before(today))
    yield _("Ky tremujor"), statement_url(account, Period(periods.quarter(today).first, today))
    yield _("Tremujori i kaluar"), statement_url(account, periods.quarter_before(today))


def statement_url(account: BankAccount, period: Period) -> str:
    """Where the statement of a period stands."""
    days = urlencode({"from": short_day(period.first), "to": short_day(period.last)})
    return f"{reverse('statements:statement', args=[account.uuid])}?{days}"
