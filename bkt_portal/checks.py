"""System checks for what is not fatal: a calendar that soon ends, feasts of next year missing or not confirmed, a
cut-off after which no file leaves any more, a certificate that runs out."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Final

from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError

from accounts import clock, papers
from accounts.business_day import calendar_ends_on
from accounts.models import BankHoliday
from payments import last_sessions, rails

CALENDAR_WARNED_DAYS: Final = 90
CERTIFICATE_WARNED_DAYS: Final = 45


@register(Tags.database)
def calendar_goes_on(app_configs: Any, databases: Any, **kwargs: Any) -> list[CheckMessage]:
    """After the last complete year nothing is promised and nothing can be paid: staff need time to add the next."""
    if not databases:
        return []
    try:
        last = calendar_ends_on()
    except DatabaseError:
        return []
    left = (last - clock.tirana_day(clock.machine())).days
    if left >= CALENDAR_WARNED_DAYS:
        return []
    text = f"The calendar ends on {last}: no payment is promised for any later day."
    return [Warning(text, hint=f"Add the feasts of {last.year + 1}, then the year, in /staff/.", id="portal.W003")]


@register(Tags.database)
def feasts_are_known(app_configs: Any, databases: Any, **kwargs: Any) -> list[CheckMessage]:
    """Next year's feasts must stand in the table before orders for it can be promised (R57)."""
    if not databases:
        return []
    year = clock.tirana_day(clock.machine()).year + 1
    try:
        feasts = list(BankHoliday.objects.filter(day__year=year).values_list("name", "is_confirmed"))
    except DatabaseError:
        return []
    if not feasts:
        return [Warning(f"No feast of {year} is in the calendar.", hint="Add them in /staff/.", id="portal.W001")]
    unsure = [name for name, confirmed in feasts if not confirmed]
    if unsure:
        return [Warning(f"Not confirmed for {year}: {', '.join(unsure)}.", id="portal.W002")]
    return []


@register(Tags.database)
def cut_offs_come_before_the_last_session(app_configs: Any, databases: Any, **kwargs: Any) -> list[CheckMessage]:
    """What is executed after a rail's last session of the day leaves on the next: customers were promised this one."""
    if not databases:
        return []
    today = clock.tirana_day(clock.machine())
    try:
        return [warning for kind in rails.RAILS_OF for warning in _late(kind, today)]
    except DatabaseError:
        return []


def _late(kind: str, today: date) -> Iterator[CheckMessage]:
    try:
        last_sessions.require_kept(kind, since=today)
    except last_sessions.CutOffAfterLastSession as refusal:
        text = "The cut-off of {kind} ({cut_off}) is after the last session of {rail} ({last}) from {day} on."
        hint = "Set an earlier cut-off or a later session in /staff/."
        yield Warning(text.format(kind=kind, **refusal.facts), hint=hint, id="portal.W004")


@register(Tags.security, deploy=True)
def papers_can_be_signed(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A certificate that cannot be used, or ran out, stops every paper."""
    try:
        until = papers.signed_until()
    except ImproperlyConfigured as problem:
        return [Error(str(problem), id="portal.E001")]
    left = (until - clock.machine()).days if until else CERTIFICATE_WARNED_DAYS
    if left >= CERTIFICATE_WARNED_DAYS:
        return []
    if left < 0:
        return [Error(f"The certificate that signs papers ran out on {until:%Y-%m-%d}.", id="portal.E001")]
    text = f"The certificate that signs papers holds until {until:%Y-%m-%d}."
    return [Warning(text, hint="Put a new one where PAPERS_CERTIFICATE points, then start anew.", id="portal.W005")]
