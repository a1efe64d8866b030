"""Llogaritë: the company's accounts, their activity and their statements. Everything here is read, nothing changed."""

from dataclasses import fields
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.days import short_day
from accounts.models import BankAccount
from accounts.refusals import Refusal
from accounts.selectors import account_of
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import periods, selectors
from statements.forms import PeriodForm, SearchForm
from statements.periods import Period
from statements.searches import Cursor, Search
from statements.selectors import Statement
from statements.snapshot import one_moment


@require_safe
@signed_in
def accounts(request: SignedInRequest) -> HttpResponse:
    """Llogaritë rrjedhëse (R52)."""
    return render(request, "statements/accounts.html", {"accounts": selectors.accounts(request.company)})


@require_safe
@signed_in
def activity(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Veprimet e llogarisë (R54): what is set aside, then what is booked, newest first."""
    today = clock.tirana_day(clock.now())
    form = SearchForm(request.GET)
    form.is_valid()
    search = form.search()
    cursor = Cursor.read(request.GET.get("cursor", ""))
    with one_moment():
        account = _account_or_404(request, account_uuid)
        page = selectors.page(account, search, cursor)
        held = selectors.held(account, search) if cursor is None and search.reaches(today) else []
    context = {
        "account": account,
        "form": form,
        "held": held,
        "lines": page.lines,
        "period_label": _label(search),
        "query": search.words,
        "newer_url": _page_url(form, page.newer),
        "older_url": _page_url(form, page.older),
    }
    return render(request, "statements/activity.html", context)


@require_safe
@signed_in
def statement(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Pasqyra e llogarisë (R53); today's own statement stands beside a period that was refused."""
    account = _account_or_404(request, account_uuid)
    at = clock.now()
    today = clock.tirana_day(at)
    form = PeriodForm(request.GET)
    shown = _asked(form, account, at=at)
    if shown is None:
        shown = selectors.statement(account, Period(today, today), at=at, lines_max=None)
    context = {
        "account": account,
        "company": request.company,
        "form": form,
        "issued_at": at,
        "last_month_url": _statement_url(account, periods.month_before(today)),
        "from_on": shown.period.first,
        "to_on": shown.period.last,
    }
    figures = {field.name: getattr(shown, field.name) for field in fields(shown)}
    return render(request, "statements/statement.html", context | figures)


def _account_or_404(request: SignedInRequest, account_uuid: UUID) -> BankAccount:
    account = account_of(request.company, account_uuid)
    if account is None:
        raise Http404
    return account


def _asked(form: PeriodForm, account: BankAccount, *, at: datetime) -> Statement | None:
    """The statement of the days in the form; None, with the reason in the form, if there is none."""
    if not form.is_valid():
        return None
    try:
        return selectors.statement(account, form.period(today=clock.tirana_day(at)), at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return None


def _label(search: Search) -> str:
    """The searched days in words."""
    if search.from_on and search.to_on:
        return str(Period(search.from_on, search.to_on))
    if search.from_on:
        return _("Nga %(day)s") % {"day": short_day(search.from_on)}
    if search.to_on:
        return _("Deri më %(day)s") % {"day": short_day(search.to_on)}
    return _("Të gjitha veprimet")


def _page_url(form: SearchForm, cursor: Cursor | None) -> str:
    """The same search from another line on; empty where there is no such page."""
    if cursor is None:
        return ""
    asked = {name: form.data[name] for name in form.fields if form.data.get(name)}
    return "?" + urlencode(asked | {"cursor": str(cursor)})


def _statement_url(account: BankAccount, period: Period) -> str:
    days = urlencode({"from": short_day(period.first), "to": short_day(period.last)})
    return f"{reverse('statements:statement', args=[account.uuid])}?{days}"
