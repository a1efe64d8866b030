"""The days that a statement covers: a month, a quarter, or any two dates. Pure."""

from dataclasses import dataclass
from datetime import date, timedelta

from django.utils.translation import gettext_lazy as _

from accounts.days import day_month
from accounts.refusals import Refusal

YEARS_MAX = 5
ONE_DAY = timedelta(days=1)


class PeriodRunsBackwards(Refusal):
    sentence = _("Data e fundit është para datës së parë. Ndryshoni njërën prej tyre.")


class PeriodTooLong(Refusal):
    sentence = _("Një pasqyrë mbulon më së shumti %(years)s vjet. Zgjidhni një periudhë më të shkurtër.")


class PeriodNotBegun(Refusal):
    sentence = _("Kjo periudhë ende nuk ka filluar. Zgjidhni një datë fillimi jo më vonë se sot.")


@dataclass(frozen=True, slots=True)
class Period:
    """Both days belong to it; `first` is never after `last`."""

    first: date
    last: date

    def __str__(self) -> str:
        """18 deri 27 nëntor 2026; 28 nëntor 2025 deri 3 janar 2026; one day alone."""
        last = f"{day_month(self.last)} {self.last.year}"
        if self.first == self.last:
            return last
        if self.first.year != self.last.year:
            first = f"{day_month(self.first)} {self.first.year}"
        elif self.first.month != self.last.month:
            first = day_month(self.first)
        else:
            first = str(self.first.day)
        return str(_("%(first)s deri %(last)s")) % {"first": first, "last": last}


def between(first: date, last: date, *, today: date) -> Period:
    """Any two days; refuses a period that runs backwards, has not begun, or is longer than five years."""
    if last < first:
        raise PeriodRunsBackwards
    if first > today:
        raise PeriodNotBegun
    if last >= _years_later(first):
        raise PeriodTooLong(years=YEARS_MAX)
    return Period(first, last)


def month_so_far(today: date) -> Period:
    """What a statement shows until somebody chooses: this month up to today."""
    return Period(today.replace(day=1), today)


def month(day: date) -> Period:
    """The whole month in which a day lies."""
    return _months(day.replace(day=1), count=1)


def quarter(day: date) -> Period:
    """The whole quarter in which a day lies."""
    return _months(date(day.year, 3 * ((day.month - 1) // 3) + 1, 1), count=3)


def month_before(day: date) -> Period:
    """The whole month before the one in which a day lies."""
    return month(day.replace(day=1) - ONE_DAY)


def quarter_before(day: date) -> Period:
    """The whole quarter before the one in which a day lies."""
    return quarter(quarter(day).first - ONE_DAY)


def last_year(today: date) -> Period:
    """The 365 days up to today."""
    return Period(today - timedelta(days=364), today)


def five_years(today: date) -> Period:
    """The sixty months that end with today's, up to today."""
    return Period(date(today.year - YEARS_MAX + today.month // 12, today.month % 12 + 1, 1), today)


def _months(first: date, *, count: int) -> Period:
    last = first
    for _month in range(count):
        last = (last.replace(day=1) + timedelta(days=32)).replace(day=1)
    return Period(first, last - ONE_DAY)


def _years_later(day: date) -> date:
    """The same day five years on; 29 February becomes 1 March. No year ends after what a date can hold."""
    year = min(day.year + YEARS_MAX, date.max.year)
    try:
        return day.replace(year=year)
    except ValueError:
        return date(year, 3, 1)
