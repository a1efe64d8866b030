"""Statements as papers: of a period, and of the months of the archive."""

from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe

from accounts import audit, clock, papers
from accounts.days import month_year, short_day
from accounts.models import BankAccount
from accounts.refusals import Refusal
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import archive as months
from statements.archive import Month
from statements.exports import pdf
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
    month = months.closed_month(request.GET.get("month", ""), at=clock.now())
    if month is None:
        raise Http404
    return _taken(request, account, _chosen(request, pdf.volumes(account, month, at=clock.now())))


@require_safe
@signed_in
def volumes(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """The volumes of a period that is too long for one paper."""
    account, at = account_or_404(request, account_uuid), clock.now()
    form = PeriodForm(request.GET)
    found: list[Volume] = []
    if form.is_valid():
        try:
            found = pdf.volumes_asked(account, form.period(today=clock.tirana_day(at)), at=at)
        except Refusal as refusal:
            form.add_error(None, str(refusal.sentence))
    period = found[0].head.period if found else None
    context = {
        "account": account,
        "form": form,
        "period": period,
        "volumes": [(volume, paper_url(account, volume.head.period, volume.number)) for volume in found],
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
    headers = {
        "Content-Disposition": f'attachment; filename="{paper.number}.pdf"',
        "Cache-Control": "no-store",
        "X-Content-Type-Options": "nosniff",
    }
    return HttpResponse(papers.take(paper=paper, actor=actor, at=at), content_type="application/pdf", headers=headers)


def _shown(account: BankAccount, month: Month) -> dict[str, object]:
    page = reverse("statements:archive_paper", args=[account.uuid])
    name = f"{month.period.first:%Y-%m}"
    return {
        "name": month_year(month.period.first),
        "lines": month.lines,
        "volumes": [(filed, f"{page}?{urlencode({'month': name, 'volume': filed.volume})}") for filed in month.volumes],
    }


def _days(period: Period) -> str:
    return urlencode({"from": short_day(period.first), "to": short_day(period.last)})


def _language() -> str:
    return "en" if (get_language() or "").startswith("en") else "sq"
