"""Veprimet e llogarisë, and each of them on a page of its own. Everything here is read, nothing changed."""

from datetime import date
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts import clock
from accounts.days import short_day
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import periods, selectors
from statements.forms import SearchForm
from statements.periods import Period
from statements.searches import Cursor, Search
from statements.snapshot import one_moment
from statements.views.owned import account_or_404


@require_safe
@signed_in
def activity(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Veprimet e llogarisë (R54): what is set aside, then what is booked, newest first.

    The address says what is looked for and nothing else, so that colleagues can send it to each other; what a form left
    empty is taken out of it. A page with nothing newer is the first one, with what is set aside, and has its address.
    """
    form = SearchForm(request.GET)
    if any(not request.GET[name] for name in request.GET if name in form.fields):
        return HttpResponseRedirect(request.path + _asked(form))
    today = clock.tirana_day(clock.now())
    form.is_valid()
    search = form.search()
    cursor = Cursor.read(request.GET.get("cursor", ""))
    with one_moment():
        account = account_or_404(request, account_uuid)
        page = selectors.page(account, search, cursor)
        held = selectors.held(account, search) if cursor is None and search.reaches(today) else []
    if cursor and page.newer is None:
        return HttpResponseRedirect(request.path + _asked(form))
    context = {
        "account": account,
        "form": form,
        "held": held,
        "lines": page.lines,
        "period_label": _label(search),
        "has_days": bool(search.from_on or search.to_on),
        "query": search.words,
        "newer_url": _asked(form, cursor=page.newer) if page.newer else "",
        "older_url": _asked(form, cursor=page.older) if page.older else "",
        "last_year_url": _last_year_url(form, search, today=today),
    }
    return render(request, "statements/activity.html", context)


@require_safe
@signed_in
def line(request: SignedInRequest, account_uuid: UUID, sequence: int) -> HttpResponse:
    """One line of an account, with the way to its order."""
    with one_moment():
        account = account_or_404(request, account_uuid)
        shown = selectors.line(account, sequence)
    if shown is None:
        raise Http404
    return render(request, "statements/line.html", {"account": account, "line": shown})


def _label(search: Search) -> str:
    """The searched days in words."""
    if search.from_on and search.to_on:
        return str(Period(search.from_on, search.to_on))
    if search.from_on:
        return _("Nga %(day)s") % {"day": short_day(search.from_on)}
    if search.to_on:
        return _("Deri më %(day)s") % {"day": short_day(search.to_on)}
    return _("Të gjitha veprimet")


def _asked(form: SearchForm, **others: object) -> str:
    """The same search as the end of an address; what is named besides is added or takes the place of what was asked."""
    asked = {name: form.data[name] for name in form.fields if form.data.get(name)}
    written = {name: str(value) for name, value in others.items()}
    return "?" + urlencode(asked | written) if asked or written else ""


def _last_year_url(form: SearchForm, search: Search, *, today: date) -> str:
    """The same search over twelve months, for a search of fewer days; empty where it looked as far already."""
    year = periods.last_year(today)
    if not search.from_on or search.from_on <= year.first:
        return ""
    return _asked(form, **{"from": short_day(year.first), "to": short_day(year.last)})
