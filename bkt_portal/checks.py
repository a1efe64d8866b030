"""System checks for what is not fatal: next year's feasts missing or not confirmed, a demo clock that stands off."""

from typing import Any

from django.core.checks import CheckMessage, Tags, Warning, register
from django.db import DatabaseError

from accounts import clock
from accounts.models import BankHoliday


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
