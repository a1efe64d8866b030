"""Statements as papers: of a period, and of the months of the archive."""

from collections.abc import Iterator
from datetime import datetime
from typing import cast
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_GET, require_safe

from accounts import audit, clock, papers
from accounts.days import month_year, short_day
from accounts.models import BankAccount
from accounts.refusals import Refusal
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import archive as months
from statements.archive import Month
from statements.exports import pdf
from statements.exports.bundle import CONTENT_TYPE, ENDING, Enclosed, bundle
from statements.exports.pdf import Volume
from statements.forms import PeriodForm
from statements.periods import Period
from statements.views.owned import account_or_404


@require_safe
@signed_in
def archive(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """Arkivi: closed months of one year, with their numbers where they have been made."""
    account = account_or_404(request, account_uuid)
    span = months.span(account, at=clock.now())
    years = list(range(span.last.year, span.first.year - 1, -1)) if span else []
    asked = request.GET.get("year", "")
    year = next((year for year in years if str(year) == asked), years[0] if years else 0)
    found = months.months(account, year, span, language=_language()) if span else []
    here = reverse("statements:archive", args=[account.uuid])
    context = {
        "account": account,
        "year": year,
        "years": [(one, f"{here}?{urlencode({'year': one})}") for one in years],
        "months": [_shown(account, month) for month in found],
    }
    return render(request, "statements/archive.html", context)


@require_safe
@signed_in
def archive_paper(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """One volume of a closed month, for ever the same file; any other month does not exist."""
    account = account_or_404(request, account_uuid)
    month = months.closed_month(account, request.GET.get("month", ""), at=clock.now())
    if month is None:
        raise Http404
    return _taken(request, account, _chosen(request, pdf.volumes(account, month, at=clock.now())))


@require_safe
@signed_in
def volumes(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """The volumes of a period that is too long for one paper."""
    account, form = account_or_404(request, account_uuid), PeriodForm(request.GET)
    return _listed(request, account, form, _asked(account, form))


@require_GET
@signed_in
def all_volumes(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """The same in one ZIP, which begins to arrive while the later ones are made; refused before it begins or never."""
    account, form = account_or_404(request, account_uuid), PeriodForm(request.GET)
    found, language, at = _asked(account, form), _language(), clock.now()
    if len(found) < 2:
        return _listed(request, account, form, found)
    actor = audit.actor_of(request.mandate)
    try:
        pdf.require_room(account, found, language=language, at=at)
        pdf.paper_of(account, found[0], language=language, actor=actor, at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return _listed(request, account, form, found)
    answer = StreamingHttpResponse(bundle(_enclosed(account, found, language, actor, at)), content_type=CONTENT_TYPE)
    period = found[0].head.period
    name = f"{account.iban}-{period.first:%Y%m%d}-{period.last:%Y%m%d}.{ENDING}"
    for header, value in _saved_as(name).items():
        answer.headers[header] = value
    return cast(HttpResponse, answer)  # it streams; views and what wraps them take it for any other


def _enclosed(
    account: BankAccount, found: list[Volume], language: str, actor: audit.Actor, at: datetime
) -> Iterator[Enclosed]:
    """Each volume as it was made or is made when its turn comes, and the trace of whoever takes it."""
    for volume in found:
        paper = pdf.paper_of(account, volume, language=language, actor=actor, at=at)
        content = papers.take(paper=paper, actor=actor, at=at)
        yield Enclosed(f"{volume.number:03d}-{paper.number}.pdf", content, paper.made_at)


def _asked(account: BankAccount, form: PeriodForm) -> list[Volume]:
    """The volumes of the days in the form; none, with the reason in the form, where there are none."""
    if not form.is_valid():
        return []
    at = clock.now()
    try:
        return pdf.volumes_asked(account, form.period(today=clock.tirana_day(at)), at=at)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
        return []


def _listed(request: SignedInRequest, account: BankAccount, form: PeriodForm, found: list[Volume]) -> HttpResponse:
    period = found[0].head.period if found else None
    context = {
        "account": account,
        "form": form,
        "period": period,
        "volumes": [(volume, paper_url(account, volume.head.period, volume.number)) for volume in found],
        "zip_url": _zip_url(account, period) if period and len(found) > 1 else "",
    }
    return render(request, "statements/volumes.html", context)


def statement_paper(request: SignedInRequest, account: BankAccount, period: Period) -> HttpResponse:
    """The period as a paper; the way to its volumes where it has several and none is named. Refuses too many."""
    found = pdf.volumes_asked(account, period, at=clock.now())
    if len(found) > 1 and not request.GET.get("volume"):
        return redirect(f"{reverse('statements:volumes', args=[account.uuid])}?{_days(period)}")
    return _taken(request, account, _chosen(request, found))


def paper_url(account: BankAccount, period: Period, volume: int | None = None) -> str:
    """Where a period is had as a paper."""
    number = f"&volume={volume}" if volume else ""
    return f"{reverse('statements:statement', args=[account.uuid])}?{_days(period)}&format=pdf{number}"


def _chosen(request: SignedInRequest, found: list[Volume]) -> Volume:
    """The volume that the address names, the first where it names none."""
    asked = request.GET.get("volume") or "1"
    volume = next((volume for volume in found if str(volume.number) == asked), None)
    if volume is None:
        raise Http404
    return volume


def _taken(request: SignedInRequest, account: BankAccount, volume: Volume) -> HttpResponse:
    """The bytes of a volume's paper, and the trace of whoever takes them."""
    actor, at = audit.actor_of(request.mandate), clock.now()
    paper = pdf.paper_of(account, volume, language=_language(), actor=actor, at=at)
    content = papers.take(paper=paper, actor=actor, at=at)
    return HttpResponse(content, content_type="application/pdf", headers=_saved_as(f"{paper.number}.pdf"))


def _saved_as(name: str) -> dict[str, str]:
    return {
        "Content-Disposition": f'attachment; filename="{name}"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }


def _shown(account: BankAccount, month: Month) -> dict[str, object]:
    page = reverse("statements:archive_paper", args=[account.uuid])
    name = f"{month.period.first:%Y-%m}"
    return {
        "name": month_year(month.period.first),
        "lines": month.lines,
        "volumes": [(filed, f"{page}?{urlencode({'month': name, 'volume': filed.volume})}") for filed in month.volumes],
        "zip_url": _zip_url(account, month.period) if 1 < len(month.volumes) <= pdf.VOLUMES_MAX else "",
    }


def _zip_url(account: BankAccount, period: Period) -> str:
    return f"{reverse('statements:all_volumes', args=[account.uuid])}?{_days(period)}"


def _days(period: Period) -> str:
    return urlencode({"from": short_day(period.first), "to": short_day(period.last)})


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "sq"
