"""What only the demo has: a phone on which its SMS arrive, and a bank's clock that anybody may move."""

import json
from collections import deque
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import business_day, clock, time_travel
from accounts.days import on_day, on_day_month
from accounts.refusals import Refusal
from accounts.working_days import ONE_DAY, Calendar, CalendarUnknown
from auth_flow.decorators import public
from bkt_portal.header import moment_of

SHOWN = 20
MORNING = time(9, 0)


@dataclass(frozen=True, slots=True)
class Sms:
    """One message as the phone shows it."""

    at: datetime
    to: str
    body: str


@dataclass(frozen=True, slots=True)
class Jump:
    """A moment worth trying; `value` is ISO in Tirana time."""

    value: str
    label: str


class ClockForm(forms.Form):
    """Where the bank's clock shall go."""

    to = forms.CharField(max_length=40)

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, auto_id="%s")
        self.fields["to"].label = _("Një çast tjetër")

    def clean_to(self) -> datetime:
        try:
            return time_travel.moment_of(self.cleaned_data["to"])
        except Refusal as refusal:
            raise forms.ValidationError(str(refusal.sentence)) from refusal


@require_safe
@public
def phone(request: HttpRequest) -> HttpResponse:
    """The last messages, newest first."""
    return render(request, "demo/phone.html", {"messages": last_messages(Path(settings.SMS_FILE))})


@require_http_methods(["GET", "HEAD", "POST"])
@public
def clock_page(request: HttpRequest) -> HttpResponse:
    """The bank's clock, and the moments at which the rules change."""
    form = ClockForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            time_travel.move(to=form.cleaned_data["to"])
        except Refusal as refusal:
            form.add_error("to", str(refusal.sentence))
        else:
            messages.info(request, _("Ora e bankës ecën tani nga çasti që zgjodhët."))
            return redirect("demo_clock")
    at = moment_of(request)
    context = {"form": form, "bank_moment": at, "jumps": jumps(at, calendar=business_day.calendar())}
    return render(request, "demo/clock.html", context)


def last_messages(file: Path) -> list[Sms]:
    """The end of the file that the gateway of the demo writes; a line still being written is left for the next look."""
    if not file.exists():
        return []
    with file.open(encoding="utf-8") as lines:
        last = deque((line for line in lines if line.endswith("\n")), maxlen=SHOWN)
    found = [json.loads(line) for line in last]
    return [Sms(datetime.fromisoformat(sms["at"]), sms["to"], sms["body"]) for sms in reversed(found)]


def jumps(at: datetime, *, calendar: Calendar) -> list[Jump]:
    """Just before and after the cut-off, the close, midnight, the next working morning, the next feast."""
    local = clock.tirana(at)
    today = local.date()
    moments = [
        (_next(local, time(13, 59)), "13:59"),
        (_next(local, time(14, 1)), "14:01"),
        (_next(local, time(20, 0)), "20:00"),
        (datetime.combine(today + ONE_DAY, time(0), clock.TIRANA), _("mesnatë")),
    ]
    try:
        morning = calendar.next_working(today)
        moments.append((datetime.combine(morning, MORNING, clock.TIRANA), f"{on_day_month(morning)}, 09:00"))
    except CalendarUnknown:
        pass
    feast = min((day for day in calendar.holidays if day > today), default=None)
    if feast:
        label = f"{_(calendar.holidays[feast].name)}, {on_day(feast)}"
        moments.append((datetime.combine(feast, MORNING, clock.TIRANA), label))
    return [Jump(f"{moment:%Y-%m-%dT%H:%M}", label) for moment, label in moments]


def _next(local: datetime, hour: time) -> datetime:
    """Today at this hour, or tomorrow when it has passed."""
    moment = datetime.combine(local.date(), hour, clock.TIRANA)
    return moment if moment > local else datetime.combine(local.date() + timedelta(days=1), hour, clock.TIRANA)
