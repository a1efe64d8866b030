"""Working days of banks in Albania: Monday to Friday but for official holidays (law 7651/1992). Pure.

The bank's calendar is a table kept by staff, because Bajram is announced, not computed; `library_feasts` seeds it.
A feast on a weekend moves the day off to the next working day, two in a row move two days.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Literal, NamedTuple

from django.utils.translation import gettext_lazy as _, gettext_noop
from holidays.countries.albania import Albania

from accounts.days import short_day
from accounts.refusals import Refusal

ONE_DAY = timedelta(days=1)
SATURDAY = 5

WhyCode = Literal["weekend", "holiday", "moved"]


class CalendarUnknown(Refusal):
    sentence = _("Kalendari i ditëve të punës njihet deri më %(until)s. Zgjidhni një ditë më të hershme.")


@dataclass(frozen=True, slots=True)
class Holiday:
    """A day off. `certain` is false while the date is an estimate; `moved` when the feast itself fell on a weekend."""

    day: date
    name: str
    certain: bool = True
    moved: bool = False


class WhyClosed(NamedTuple):
    """Why banks are closed on a day; `name` is the Albanian name of the feast, empty for a plain weekend."""

    code: WhyCode
    name: str


@dataclass(frozen=True)
class Calendar:
    """The days on which the bank works. Knows no day after `until`: by default 31 December of the last holiday's year.

    Every question about a day after `until` raises CalendarUnknown, for an unknown year would look like a year
    without feasts.
    """

    holidays: Mapping[date, Holiday]
    until: date = field(default=date.min)

    def __post_init__(self) -> None:
        object.__setattr__(self, "holidays", dict(self.holidays))
        if self.until == date.min and self.holidays:
            object.__setattr__(self, "until", date(max(self.holidays).year, 12, 31))

    def is_working(self, day: date) -> bool:
        """Whether banks are open on this day."""
        return self.why_closed(day) is None

    def why_closed(self, day: date) -> WhyClosed | None:
        """None on a working day. A feast on a weekend is a holiday, not a weekend."""
        if day > self.until:
            raise CalendarUnknown(until=short_day(self.until))
        if holiday := self.holidays.get(day):
            return WhyClosed("moved" if holiday.moved else "holiday", holiday.name)
        return WhyClosed("weekend", "") if day.weekday() >= SATURDAY else None

    def is_certain(self, day: date) -> bool:
        """False on a holiday whose date is still an estimate."""
        holiday = self.holidays.get(day)
        return holiday is None or holiday.certain

    def next_working(self, day: date) -> date:
        """The first working day strictly after this one."""
        return self.on_or_after(day + ONE_DAY)

    def on_or_after(self, day: date) -> date:
        """This day if it is a working day, else the next one."""
        while not self.is_working(day):
            day += ONE_DAY
        return day

    def on_or_before(self, day: date) -> date:
        """This day if it is a working day, else the one before."""
        while not self.is_working(day):
            day -= ONE_DAY
        return day


# --- The seed ----------------------------------------------------------------------------------------------------

# The library's names, and ours: msgids, so that an English screen can name the feast.
FEAST_NAMES = {
    "Festat e Vitit të Ri": gettext_noop("Viti i Ri"),
    "Dita e Verës": gettext_noop("Dita e Verës"),
    "Dita e Nevruzit": gettext_noop("Dita e Nevruzit"),
    "E diela e Pashkëve Katolike": gettext_noop("Pashkët Katolike"),
    "E diela e Pashkëve Ortodokse": gettext_noop("Pashkët Ortodokse"),
    "Dita Ndërkombëtare e Punëtorëve": gettext_noop("Dita Ndërkombëtare e Punëtorëve"),
    "Dita e Bajramit të Madh": gettext_noop("Dita e Bajramit të Madh"),
    "Dita e Kurban Bajramit": gettext_noop("Dita e Kurban Bajramit"),
    "Dita e Shenjtërimit të Shenjt Terezës": gettext_noop("Dita e Shenjtërimit të Shenjt Terezës"),
    "Dita e Alfabetit": gettext_noop("Dita e Alfabetit"),
    "Dita Flamurit dhe e Pavarësisë": gettext_noop("Dita e Flamurit dhe e Pavarësisë"),
    "Dita e Çlirimit": gettext_noop("Dita e Çlirimit"),
    "Dita Kombëtare e Rinisë": gettext_noop("Dita Kombëtare e Rinisë"),
    "Krishtlindjet": gettext_noop("Krishtlindjet"),
    "Ditë pushimi": gettext_noop("Ditë pushimi"),
}


def library_feasts(years: Iterable[int]) -> list[Holiday]:
    """The official holidays of these years with their substitute days, by day, as the `holidays` package knows them.

    Islamic feasts are certain only in the years that the package has confirmed; their substitute days follow them.
    """
    asked = frozenset(years)
    found: dict[date, Holiday] = {}
    for day, label in sorted(_Labelled(years=asked, language="sq").items()):
        if day.year in asked:
            found[day] = _holiday(day, label.split("; "))
    return list(found.values())


class _Labelled(Albania):
    """The library's Albania, saying plainly what its labels say in words."""

    estimated_label = "%s|estimated"
    observed_label = "%s|moved"
    observed_estimated_label = "%s|moved|estimated"


def _holiday(day: date, labels: list[str]) -> Holiday:
    parts = [label.split("|") for label in labels]
    names = dict.fromkeys(FEAST_NAMES.get(name, name) for name, *_marks in parts)
    return Holiday(
        day,
        " / ".join(names),
        certain=not any("estimated" in marks for _name, *marks in parts),
        moved=all("moved" in marks for _name, *marks in parts),
    )
