"""The two clocks of the portal.

`now()` is the bank's clock: cut-offs, promises, booking and value dates, validity of mandates, password age.
`machine()` is the real one: sessions, the life of a code, throttles, leases.
In production both are the same. In the demo and the tests the bank's clock runs at an offset that every process
reads through the function named in `settings.BANK_CLOCK_OFFSET`.
"""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import cast, overload
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils.module_loading import import_string

TIRANA = ZoneInfo("Europe/Tirane")


def machine() -> datetime:
    """The real moment, aware, in UTC."""
    return datetime.now(UTC)


def now() -> datetime:
    """The bank's moment, aware, in UTC."""
    return machine() + offset()


def offset() -> timedelta:
    """How far the bank's clock stands from the real one; zero in production."""
    if not settings.BANK_CLOCK_OFFSET:
        return timedelta(0)
    read = cast(Callable[[], timedelta], import_string(settings.BANK_CLOCK_OFFSET))
    return read()


@overload
def shown(moment: datetime) -> datetime: ...
@overload
def shown(moment: None) -> None: ...
def shown(moment: datetime | None) -> datetime | None:
    """A moment of the machine's clock as people read it, beside the bank's; the same moment in production."""
    return moment + offset() if moment else None


def tirana(moment: datetime) -> datetime:
    """The same moment on Tirana's wall clock."""
    return moment.astimezone(TIRANA)


def tirana_day(moment: datetime) -> date:
    """The calendar day in Tirana at this moment."""
    return tirana(moment).date()
