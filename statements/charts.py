"""Figures as the paths of an SVG: points in, path data out; the templates draw them. Pure.

A chart is stretched to its place, so it holds lines and areas alone; what is read stands beside it as text. Every month
is a column of the same width, whatever its number of days. Zero is always on the scale, so that a small change does not
look like a large one.
"""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext_lazy as _

from accounts.money import MINOR_PER_MAJOR, MINUS

COLUMN = 100  # units of a month
HEIGHT = 1000
BAR = 60  # of its column
TICKS_WANTED = 4


@dataclass(frozen=True, slots=True)
class Scale:
    """From the floor up to the ceiling, in minor units, with ticks at even distances, the highest first."""

    floor_minor: int
    ceiling_minor: int
    ticks: Sequence[int]

    def height_of(self, minor: int) -> int:
        """How far below the ceiling an amount lies, in units of the chart."""
        span = self.ceiling_minor - self.floor_minor
        return (2 * HEIGHT * (self.ceiling_minor - minor) + span) // (2 * span)

    @property
    def grid(self) -> list[int]:
        return [self.height_of(tick) for tick in self.ticks]

    @property
    def zero(self) -> int:
        return self.height_of(0)

    @property
    def labels(self) -> list[str]:
        return [compact(tick) for tick in self.ticks]


@dataclass(frozen=True, slots=True)
class LineChart:
    """A balance over time, which stands until it changes. `area` is between line and zero; `end` is the last point."""

    width: int
    height: int
    scale: Scale
    line: str
    area: str
    end: str


@dataclass(frozen=True, slots=True)
class BarChart:
    """Of each column what came in, above zero, and what went out, below it."""

    width: int
    height: int
    scale: Scale
    above: str
    below: str


def scale_of(amounts: Sequence[int]) -> Scale:
    """The scale that holds zero and every amount: steps of 1, 2 or 5, of whole units of money."""
    low, high = min(0, *amounts, 0), max(0, *amounts, 0)
    step = _step(high - low)
    floor, ceiling = low // step * step, -(-high // step) * step
    if floor == ceiling:
        ceiling = step
    return Scale(floor, ceiling, list(range(ceiling, floor - 1, -step)))


def line_chart(points: Sequence[tuple[date, int]], months: Sequence[date]) -> LineChart:
    """At least one point, in order: a day and the amount at its end. What was before the months is at the left edge."""
    scale = scale_of([minor for _day, minor in points])
    places = [(_place(day, months), scale.height_of(minor)) for day, minor in points]
    x, y = places[0]
    steps = "".join(f"H{across}V{down}" for across, down in places[1:])
    last_x, last_y = places[-1]
    line = f"M{x} {y}{steps}"
    area = f"{line}V{scale.zero}H{x}z"
    return LineChart(COLUMN * len(months), HEIGHT, scale, line, area, f"M{last_x} {last_y}h0")


def bar_chart(columns: Sequence[tuple[int, int]]) -> BarChart:
    """Of each column both sides, positive; nothing is drawn for what was nothing."""
    scale = scale_of([sign * minor for pair in columns for sign, minor in zip((1, -1), pair, strict=True)])
    above = "".join(_bar(number, high, scale) for number, (high, _low) in enumerate(columns))
    below = "".join(_bar(number, -low, scale) for number, (_high, low) in enumerate(columns))
    return BarChart(COLUMN * len(columns), HEIGHT, scale, above, below)


def compact(minor: int) -> str:
    """Short enough for an edge, as exact as a tick is: 250, 12,5 mijë, 1,5 mln."""
    units = abs(minor) // MINOR_PER_MAJOR
    size, word = next(((size, word) for least, size, word in _WORDS if units >= least), (1, ""))
    whole, rest = divmod(units, size)
    figures = f"{whole:,}".replace(",", ".")
    if rest:
        figures += "," + str(rest * 1000 // size).zfill(3).rstrip("0")
    sign = MINUS if minor < 0 else ""
    return f"{sign}{figures}\N{NO-BREAK SPACE}{word}" if word else f"{sign}{figures}"


# From which amount on a word stands for how much.
_WORDS = ((10**9, 10**9, _("mld")), (10**6, 10**6, _("mln")), (10**4, 10**3, _("mijë")))


def _step(span_minor: int) -> int:
    """The least of 1, 2, 5, 10, 20 ... units of money that needs no more steps than wanted."""
    wanted = -(-max(span_minor, MINOR_PER_MAJOR) // TICKS_WANTED)
    power = MINOR_PER_MAJOR
    while power * 10 < wanted:
        power *= 10
    return next(power * times for times in (1, 2, 5, 10) if power * times >= wanted)


def _place(day: date, months: Sequence[date]) -> int:
    """Where a day ends, in units from the left edge."""
    if day < months[0]:
        return 0
    column = months.index(day.replace(day=1))
    return COLUMN * column + COLUMN * day.day // monthrange(day.year, day.month)[1]


def _bar(number: int, minor: int, scale: Scale) -> str:
    if not minor:
        return ""
    x, y = COLUMN * number + (COLUMN - BAR) // 2, scale.height_of(minor)
    return f"M{x} {scale.zero}V{y}h{BAR}V{scale.zero}z"
