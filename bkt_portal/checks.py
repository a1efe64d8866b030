"""System checks for what is not fatal: a calendar that soon ends, feasts of next year missing or not confirmed."""

from typing import Any, Final

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from accounts import clock
from accounts.business_day import calendar_ends_on
from accounts.models import BankHoliday

CALENDAR_WARNED_DAYS: Final = 90


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
