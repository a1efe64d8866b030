"""On which days a standing order pays, pure: its rhythm from a first day on, settled on the days when banks work.

The first day gives the day of the month; a month that has no such day takes its last one, and the next longer month has
it again. A day off gives way to the next working day, or to the one before, as the customer chose; a daily rhythm knows
working days alone. No two days of the rhythm fall together: where a long feast would make them, the later one waits for
the next working day that is free.
"""

from calendar import monthrange
from collections.abc import Container, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import count
from typing import Final

from accounts.working_days import ONE_DAY, Calendar
from payments import cutoff
from payments.models.standing import Rhythm

MONTHS: Final = {Rhythm.MONTHLY: 1, Rhythm.QUARTERLY: 3, Rhythm.HALF_YEARLY: 6, Rhythm.YEARLY: 12}
ONE_WEEK: Final = timedelta(weeks=1)
LAST_DAY_OF_EVERY_MONTH: Final = 28


@dataclass(frozen=True, slots=True)
class PayDay:
    """One time of a series: the day that its rhythm names, and the working day on which it pays."""

    nominal_on: date
    due_on: date

    @property
    def is_moved(self) -> bool:
        return self.nominal_on != self.due_on

    @property
    def span(self) -> tuple[date, date]:
        """The first and the last of both days."""
        return min(self.nominal_on, self.due_on), max(self.nominal_on, self.due_on)

    def reasons(self, calendar: Calendar) -> tuple[cutoff.Reason, ...]:
        """Why it pays on that day; a feast in between whose date is an estimate is told."""
        return cutoff.reasons_of_chosen_day(requested_on=self.nominal_on, execute_on=self.due_on, calendar=calendar)

    def is_estimated(self, calendar: Calendar) -> bool:
        """Whether it may still move, because a feast that moved it is not confirmed yet."""
        first, last = self.span
        return any(not calendar.is_certain(first + ONE_DAY * n) for n in range((last - first).days + 1))


def days(
    *,
    rhythm: str,
    first_on: date,
    calendar: Calendar,
    prefers_previous: bool = False,
    last_on: date | None = None,
    times: int | None = None,
    paid: Container[date] = (),
) -> Iterator[PayDay]:
    """All days of a series in their order, none twice: up to `last_on` by the rhythm, or so many times, or without end.

    Days that have `paid` and were declared a day off afterwards are given no more, but count as one of its times.
    Raises CalendarUnknown where the calendar ends before the series does.
    """
    previous: date | None = None
    given = 0
    for nominal_on in nominal_days(rhythm=rhythm, first_on=first_on):
        if (last_on is not None and nominal_on > last_on) or (times is not None and given >= times):
            return
        if rhythm == Rhythm.DAILY and not calendar.is_working(nominal_on):
            given += nominal_on in paid
            continue
        due_on = calendar.on_or_before(nominal_on) if prefers_previous else calendar.on_or_after(nominal_on)
        if previous is not None and due_on <= previous:
            due_on = calendar.next_working(previous)
        yield PayDay(nominal_on, due_on)
        previous, given = due_on, given + 1


def nominal_days(*, rhythm: str, first_on: date) -> Iterator[date]:
    """The days that a rhythm names, whether banks work or not; without end."""
    for number in count():
        if rhythm == Rhythm.DAILY:
            yield first_on + ONE_DAY * number
        elif rhythm == Rhythm.WEEKLY:
            yield first_on + ONE_WEEK * number
        else:
            yield _months_later(first_on, MONTHS[Rhythm(rhythm)] * number)


def needs_month_end_rule(*, rhythm: str, first_on: date) -> bool:
    """Whether there are months in which the day of this rhythm is missing."""
    return rhythm in MONTHS and first_on.day > LAST_DAY_OF_EVERY_MONTH


def _months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day."""
    years, month = divmod(day.month - 1 + months, 12)
    year = day.year + years
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
