"""The bank's day on the staff's desk: how each day was closed, and the page where the close is begun and watched."""

from collections import defaultdict
from datetime import date, datetime
from typing import Any, cast

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from accounts import audit, business_day, clock, day_close, day_watch
from accounts.desk import Shown, actor_of, named
from accounts.models import BankDay, BankDayTotal, DayClose, User
from accounts.money import format_money
from accounts.refusals import Refusal

MAY_CLOSE = "accounts.close_bankday"
CLOSES_SHOWN = 10


class CloseForm(forms.Form):
    """Which day and what to do; beginning is confirmed, for it takes the day from every posting still to come."""

    day = forms.DateField(widget=forms.HiddenInput, input_formats=["%Y-%m-%d"])
    act = forms.ChoiceField(choices=[("begin", "begin"), ("resume", "resume")], widget=forms.HiddenInput)
    is_meant = forms.BooleanField(required=False)

    def clean_is_meant(self) -> bool:
        is_meant: bool = self.cleaned_data["is_meant"]
        if not is_meant and self.cleaned_data.get("act") != "resume":
            raise forms.ValidationError(_("Konfirmoni se doni ta mbyllni ditën."))
        return is_meant


@admin.register(BankDay)
class BankDayDesk(Shown):
    """Days and their totals; whoever has `close_bankday` begins a close, and the worker does it."""

    change_list_template = "admin/accounts/bankday/change_list.html"
    list_display = ("day", "status", "closing_at", "closed_at")
    list_filter = ("status",)
    ordering = ("-day",)
    fields = ("day", "status", "closing_at", "closed_at")

    def get_urls(self) -> list[URLPattern]:
        page = path("close/", self.admin_site.admin_view(self.close), name="accounts_bankday_close")
        return [page, *super().get_urls()]

    def close(self, request: HttpRequest) -> HttpResponse:
        """The day that is next to close: its progress, and the button. Begun by POST, with a confirmation."""
        at = clock.now()
        if request.method == "POST":
            if not _may_close(request):
                raise PermissionDenied
            self._act(request, at)
            return redirect("admin:accounts_bankday_close")
        if not self.has_view_permission(request):
            raise PermissionDenied
        facts = {
            **self.admin_site.each_context(request),
            "title": _("Mbyllja e ditës"),
            "opts": self.opts,
            "may_close": _may_close(request),
            **_next_close(at),
            "latest": _latest(),
        }
        return TemplateResponse(request, "admin/accounts/bankday/close.html", facts)

    def _act(self, request: HttpRequest, at: datetime) -> None:
        form = CloseForm(request.POST)
        if not form.is_valid():
            for errors in form.errors.values():
                messages.error(request, str(errors[0]))
            return
        day, actor = form.cleaned_data["day"], actor_of(request)
        try:
            if form.cleaned_data["act"] == "begin":
                day_close.begin(day=day, at=at, actor=actor)
            else:
                day_close.resume(day=day, at=at, actor=actor)
        except Refusal as refusal:
            messages.error(request, str(refusal.sentence))
            return
        day_close.hurry()
        messages.info(request, _("Mbyllja vazhdon në sfond. Rifreskoni faqen për të parë ku ka arritur."))


def _may_close(request: HttpRequest) -> bool:
    return cast(User, request.user).has_perm(MAY_CLOSE)


def _next_close(at: datetime) -> dict[str, Any]:
    """The first day that is due, else the oldest that is not closed, and how far its close has come."""
    day = next(iter(business_day.to_close(at)), None) or _oldest_open()
    close = DayClose.objects.select_related("bank_day").filter(pk=day).first()
    status = close.bank_day.status if close else BankDay.Status.OPEN
    return {
        "day": day,
        "close": close,
        "begun_by": _who(close.begun_by) if close else "",
        "trouble": _in_words(close.trouble) if close else "",
        "is_closing": status == BankDay.Status.CLOSING,
        "is_late": day in day_watch.late(at),
    }


def _in_words(trouble: str) -> str:
    """Why the day could not be closed, in a sentence, with the words of the log behind it for whoever mends it."""
    if not trouble:
        return ""
    if trouble.startswith("hook "):
        sentence = _("një nga hapat e fundit të ditës nuk përfundoi")
    elif trouble.startswith("refused by law: "):
        sentence = _("librat nuk pranuan një nga regjistrimet e fundit të ditës")
    else:
        sentence = _("totalet e ditës nuk përputhen me veprimet")
    return f"{sentence} ({trouble})"


def _oldest_open() -> date | None:
    return BankDay.objects.exclude(business_day.IS_CLOSED).order_by("day").values_list("day", flat=True).first()


def _latest() -> list[dict[str, Any]]:
    """The last closes and what the bank turned over on each of the days."""
    closed = DayClose.objects.select_related("bank_day").filter(bank_day__status=BankDay.Status.CLOSED)
    closes = list(closed.order_by("-pk")[:CLOSES_SHOWN])
    totals = defaultdict(list)
    for total in BankDayTotal.objects.filter(day__in=[close.pk for close in closes]).order_by("currency"):
        totals[total.day].append(total)
    return [
        {
            "close": close,
            "begun_by": _who(close.begun_by),
            "entries": sum(total.entries for total in totals[close.pk]),
            "turnover": [format_money(total.credit_minor, total.currency) for total in totals[close.pk]],
        }
        for close in closes
    ]


def _who(actor: str) -> str:
    return _("automatikisht") if actor in {"", audit.THE_CLOCK.name} else named(actor)
