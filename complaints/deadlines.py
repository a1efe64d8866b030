"""Until when the bank answers, in working days of its calendar (D10), and how many of them are left."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime

from django.conf import settings

from accounts import business_day, clock
from accounts.working_days import ONE_DAY, Calendar
from complaints.models import Case


def answer_by(kind: str, at: datetime) -> date:
    """The last day for the final answer to what is filed at this moment."""
    return day_after(working_days_for(kind), clock.tirana_day(at), calendar=calendar())


def working_days_for(kind: str) -> int:
    """How many working days the bank gives itself: fewer for a message than for a complaint or a suggestion."""
    if kind == Case.Kind.MESSAGE:
        return int(settings.COMPLAINTS["message_reply_days"])
    return int(settings.COMPLAINTS["reply_days"])


def day_after(working_days: int, day: date, *, calendar: Calendar) -> date:
    """The last of so many working days after this day, which itself does not count."""
    for _ in range(working_days):
        day = calendar.next_working(day)
    return day


def last_near_day(today: date) -> date:
    """The last of the days that are near: a case to be answered by then is told of (deadline_watch.py)."""
    return day_after(settings.COMPLAINTS["warn_days"], today, calendar=calendar())


def calendar() -> Calendar:
    """The bank's calendar without its end: a complaint is never refused because next year's feasts are not known yet.

    Beyond the last year that staff completed every weekday counts, so that the day named is early rather than late.
    """
    return replace(business_day.calendar(), until=date.max)


@dataclass(frozen=True, slots=True)
class Left:
    """How a case stands against its day: working days left, today's not counted; negative when it is overdue."""

    days: int

    @property
    def is_overdue(self) -> bool:
        return self.days < 0

    @property
    def is_near(self) -> bool:
        return 0 <= self.days <= settings.COMPLAINTS["warn_days"]

    @property
    def late(self) -> int:
        """Working days past the deadline."""
        return max(0, -self.days)


def left_of(cases: Iterable[Case], *, today: date) -> dict[str, Left]:
    """How each case that has not ended stands, by its number; the calendar is read once."""
    known = calendar()
    return {case.number: left(case.answer_by, today=today, calendar=known) for case in cases if not case.has_ended}


def left(last_day: date, *, today: date, calendar: Calendar) -> Left:
    """Working days from one day to the other, the first not counted."""
    if last_day >= today:
        return Left(_working_days_between(today, last_day, calendar))
    # Over at midnight, whatever day follows.
    return Left(-max(1, _working_days_between(last_day, today, calendar)))


def _working_days_between(first: date, last: date, calendar: Calendar) -> int:
    days = ((first + ONE_DAY * step) for step in range(1, (last - first).days + 1))
    return sum(calendar.is_working(day) for day in days)
