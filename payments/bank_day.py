"""The bank's day as a ruler from 08:00 to 24:00: where we are on it, and what is left of it for domestic transfers."""

from dataclasses import dataclass
from datetime import date, datetime, time

from django.conf import settings
from django.utils.translation import gettext as _, ngettext

from accounts import clock
from accounts.working_days import Calendar, CalendarUnknown
from payments import cutoff, promises

STARTS_AT_HOUR = 8
UNITS_PER_HOUR = 10
RULER_ENDS = 160


@dataclass(frozen=True, slots=True)
class BankDay:
    """Today in words and places. `left_label` is None once domestic transfers go to `next_day`, the working day after
    today; that is None only where the staff's calendar ends. `x_*` are places on the ruler, 0 to 160, written for SVG,
    `close_width` is what is left of it from the close on.
    """

    now_label: str
    cut_off_label: str
    close_label: str
    left_label: str | None
    next_day: date | None
    is_day_off: bool
    x_now: str
    x_cut_off: str
    x_close: str
    close_width: str


def bank_day(at: datetime, *, by: promises.Rules | None = None) -> BankDay:
    """The bank's day at a moment, in the language of the screen; no query where a page already has the rules."""
    by = by or promises.rules(at=at)
    today, calendar, cut_off = clock.tirana_day(at), by.calendar, by.cut_off
    local, closes = clock.tirana(at), settings.DAY_CLOSE_STARTS
    return BankDay(
        now_label=f"{local:%H:%M}",
        cut_off_label=f"{cut_off:%H:%M}",
        close_label=f"{closes:%H:%M}",
        left_label=_left_label(at, calendar, cut_off),
        next_day=_next_day(today, calendar),
        is_day_off=_is_day_off(today, calendar),
        x_now=_place(local.time()),
        x_cut_off=_place(cut_off),
        x_close=_place(closes),
        close_width=f"{RULER_ENDS - float(_place(closes)):.1f}",
    )


def _left_label(at: datetime, calendar: Calendar, cut_off: time) -> str | None:
    """Whole minutes, rounded down: never more than there is."""
    try:
        left = cutoff.time_left(at, calendar=calendar, cut_off=cut_off)
    except CalendarUnknown:
        return None
    if left is None:
        return None
    hours, minutes = divmod(int(left.total_seconds()) // 60, 60)
    hours_label = ngettext("%(count)s orë", "%(count)s orë", hours) % {"count": hours}
    minutes_label = ngettext("%(count)s minutë", "%(count)s minuta", minutes) % {"count": minutes}
    if hours and minutes:
        return _("%(hours)s e %(minutes)s") % {"hours": hours_label, "minutes": minutes_label}
    if hours:
        return hours_label
    return minutes_label if minutes else _("më pak se një minutë")


def _next_day(today: date, calendar: Calendar) -> date | None:
    try:
        return calendar.next_working(today)
    except CalendarUnknown:
        return None


def _is_day_off(today: date, calendar: Calendar) -> bool:
    try:
        return not calendar.is_working(today)
    except CalendarUnknown:
        return True


def _place(moment: time) -> str:
    """A point, not a comma, whatever the language: a figure that a browser reads."""
    hours = moment.hour + moment.minute / 60
    return f"{min(max((hours - STARTS_AT_HOUR) * UNITS_PER_HOUR, 0), RULER_ENDS):.1f}"
