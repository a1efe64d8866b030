"""Days as people say them, in the language of the screen; any language without words here reads Albanian.

Albanian bends both weekdays and months (e mërkurë, të mërkurën; 2 dhjetor, 2 dhjetori), which no date format can do,
so the words stand here. The functions take a calendar day, never a moment: first ask `accounts.clock.tirana_day`.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.utils.translation import get_language


@dataclass(frozen=True, slots=True)
class _Words:
    weekdays: tuple[str, ...]
    on_weekdays: tuple[str, ...]
    months: tuple[str, ...]
    months_as_subject: tuple[str, ...]
    conjunction: str
    comma_after_weekday: str


def _each(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_SQ = _Words(
    weekdays=("e hënë", "e martë", "e mërkurë", "e enjte", "e premte", "e shtunë", "e diel"),
    on_weekdays=("të hënën", "të martën", "të mërkurën", "të enjten", "të premten", "të shtunën", "të dielën"),
    months=_each("janar shkurt mars prill maj qershor korrik gusht shtator tetor nëntor dhjetor"),
    months_as_subject=_each(
        "janari shkurti marsi prilli maji qershori korriku gushti shtatori tetori nëntori dhjetori"
    ),
    conjunction="dhe",
    comma_after_weekday=",",
)
_EN_WEEKDAYS = _each("Monday Tuesday Wednesday Thursday Friday Saturday Sunday")
_EN_MONTHS = _each("January February March April May June July August September October November December")
_EN = _Words(
    weekdays=_EN_WEEKDAYS,
    on_weekdays=tuple(f"on {weekday}" for weekday in _EN_WEEKDAYS),
    months=_EN_MONTHS,
    months_as_subject=_EN_MONTHS,
    conjunction="and",
    comma_after_weekday="",
)


def _words() -> _Words:
    return _EN if (get_language() or "").startswith("en") else _SQ


def weekday(day: date) -> str:
    """The weekday alone: e mërkurë; Wednesday."""
    return _words().weekdays[day.weekday()]


def day_month(day: date) -> str:
    """2 dhjetor; 2 December."""
    return f"{day.day} {_words().months[day.month - 1]}"


def month_year(day: date) -> str:
    """The month in which a day lies: tetor 2026; October 2026."""
    return f"{_words().months[day.month - 1]} {day.year}"


def long_day(day: date) -> str:
    """The day standing alone: e mërkurë, 2 dhjetor 2026; Wednesday 2 December 2026."""
    return f"{weekday(day)}{_words().comma_after_weekday} {day_month(day)} {day.year}"


def full_day(day: date) -> str:
    """The day inside a sentence that has named it (sot, e premte 20 nëntor 2026); Friday 20 November 2026."""
    return f"{weekday(day)} {day_month(day)} {day.year}"


def on_day(day: date) -> str:
    """When something happens: të mërkurën 2 dhjetor 2026; on Wednesday 2 December 2026."""
    return f"{on_day_month(day)} {day.year}"


def on_day_month(day: date) -> str:
    """When something happens, this year: të mërkurën 2 dhjetor; on Wednesday 2 December."""
    return f"{_words().on_weekdays[day.weekday()]} {day_month(day)}"


def short_day(day: date) -> str:
    """02.12.2026, in every language."""
    return f"{day:%d.%m.}{day.year:04d}"


def on_days(days: Iterable[date]) -> str:
    """When several things happen: të hënën 30 nëntor dhe të martën 1 dhjetor."""
    return listed([on_day_month(day) for day in days])


def days_as_subject(days: Iterable[date]) -> str:
    """Days that a sentence speaks of: 28 dhe 29 nëntori; 28 and 29 November; 30 nëntori dhe 1 dhjetori."""
    months = _words().months_as_subject
    return listed(
        [
            f"{listed([str(day.day) for day in group])} {months[month - 1]}"
            for (_year, month), group in groupby(sorted(days), key=lambda day: (day.year, day.month))
        ]
    )


def listed(items: Sequence[str]) -> str:
    """One sentence part out of several: "a", "a dhe b", "a, b dhe c"."""
    if len(items) < 2:
        return "".join(items)
    return f"{', '.join(items[:-1])} {_words().conjunction} {items[-1]}"
