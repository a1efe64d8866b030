"""The lines of a period as files: at once where they are few, else made behind the page and had for a day."""

from collections.abc import Mapping
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, cast
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.http import FileResponse, Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_safe

from accounts import clock
from accounts.days import short_day
from accounts.models import BankAccount
from accounts.refusals import Refusal
from auth_flow.decorators import signed_in
from auth_flow.http import SignedInRequest
from statements import export_jobs
from statements.exports import formats
from statements.exports.formats import FORMATS, Format
from statements.forms import PeriodForm
from statements.models import Export
from statements.periods import Period
from statements.views.owned import account_or_404


def statement_file(request: SignedInRequest, account: BankAccount, period: Period, *, at: datetime) -> HttpResponse:
    """The period in the format that the address asks for; the way to its preparation where it is long. Refuses."""
    form = formats.named(request.GET["format"], request.GET.get("preset", ""))
    if formats.lines_of(account, period, form) > settings.EXPORTS["lines_at_once"]:
        return redirect(f"{reverse('statements:exports', args=[account.uuid])}?{query_of(period, form)}")
    file = TemporaryFile()  # noqa: SIM115  the answer closes it
    try:
        export_jobs.write(mandate=request.mandate, account=account, period=period, form=form, file=file, at=at)
    except BaseException:
        file.close()
        raise
    file.seek(0)
    return _answer(file, form, form.file_name(account.iban or "", period))


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def exports(request: SignedInRequest, account_uuid: UUID) -> HttpResponse:
    """What she asked for of this account; a period that is too long for a page is put into the queue here."""
    account, at = account_or_404(request, account_uuid), clock.now()
    asked = (request.POST if request.method == "POST" else request.GET).dict()
    form = PeriodForm(asked if asked.get("format") else None)
    chosen: tuple[Period, Format, int] | None = None
    try:
        chosen = _chosen(form, account, asked, at=at)
        if chosen and request.method == "POST":
            period, file_format, _lines = chosen
            export = export_jobs.ask(
                mandate=request.mandate,
                account=account,
                period=period,
                form=file_format,
                at=at,
                machine_at=clock.machine(),
            )
            return redirect("statements:export", account.uuid, export.pk)
    except Refusal as refusal:
        form.add_error(None, str(refusal.sentence))
    context = {
        "account": account,
        "form": form,
        "chosen": chosen,
        "exports": [_shown(account, export) for export in export_jobs.of(request.mandate, account)],
        "hours": settings.EXPORTS["hours_kept"],
    }
    return render(request, "statements/exports.html", context)


@require_safe
@signed_in
def export(request: SignedInRequest, account_uuid: UUID, export_id: UUID) -> HttpResponse:
    """How far one file is. The page does not renew itself, for that would keep the session alive without her."""
    account = account_or_404(request, account_uuid)
    found = export_jobs.find(request.mandate, account, export_id)
    if found is None:
        raise Http404
    return render(request, "statements/export.html", {"account": account, **_shown(account, found)})


@require_safe
@signed_in
def export_file(request: SignedInRequest, account_uuid: UUID, export_id: UUID) -> HttpResponse:
    """The file, for its day and for who asked; the page that says so when it is gone."""
    account = account_or_404(request, account_uuid)
    found = export_jobs.find(request.mandate, account, export_id)
    if found is None:
        raise Http404
    file = export_jobs.take(export=found, mandate=request.mandate, at=clock.now(), machine_at=clock.machine())
    if file is None:
        return redirect("statements:export", account.uuid, found.pk)
    file_format = FORMATS[found.format]
    return _answer(file, file_format, file_format.file_name(account.iban or "", Period(found.first_on, found.last_on)))


def _chosen(
    form: PeriodForm, account: BankAccount, asked: Mapping[str, str], *, at: datetime
) -> tuple[Period, Format, int] | None:
    """The days, the format and how many lines that would be; None where nothing is asked. Refuses what is no file."""
    if not form.is_bound or not form.is_valid():
        return None
    period = form.period(today=clock.tirana_day(at))
    file_format = formats.named(asked["format"], asked.get("preset", ""))
    return period, file_format, formats.lines_of(account, period, file_format)


def _shown(account: BankAccount, export: Export) -> dict[str, object]:
    form = FORMATS.get(export.format)
    return {
        "export": export,
        "period": Period(export.first_on, export.last_on),
        "format_label": form.label if form else export.format,
        "is_there": export.status == Export.Status.READY and clock.machine() < (export.expires_at or clock.machine()),
        "asked_at": clock.shown(export.asked_at),
        "expires_at": clock.shown(export.expires_at),
        "again_url": f"{reverse('statements:exports', args=[account.uuid])}?{_again(export, form)}",
    }


def _again(export: Export, form: Format | None) -> str:
    return query_of(Period(export.first_on, export.last_on), form) if form else ""


def query_of(period: Period, form: Format) -> str:
    """How an address asks for a period in a format."""
    asked = {"from": short_day(period.first), "to": short_day(period.last), "format": form.name}
    return urlencode(asked | ({"preset": form.preset} if form.preset else {}))


def _answer(file: IO[bytes], form: Format, name: str) -> HttpResponse:
    answer = FileResponse(file, as_attachment=True, filename=name, content_type=form.content_type)
    answer["Cache-Control"] = "no-store"
    answer["X-Content-Type-Options"] = "nosniff"
    return cast(HttpResponse, answer)  # it streams; views and what wraps them take it for any other
