"""The 14:00 rule, pure: when is a payment executed that is released at this moment, and why (R56, R57).

Released at or before the cut-off of a working day, by Tirana's clock, it is executed that day; the next microsecond
belongs to the next working day. What stays in our own books has no cut-off: it is executed at once (D5). A requested
day is kept where it can be. The reasons are codes with plain facts, so that they can be stored with the order and put
in words later, in any language (reasons.py).
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Literal, Self

from accounts.clock import TIRANA
from accounts.working_days import ONE_DAY, Calendar

DayCode = Literal["working", "passed", "weekend", "holiday", "moved", "executes"]
ReasonCode = Literal[
    "in_time",
    "cut_off_passed",
    "cut_off_just_passed",
    "at_once",
    "books_shut",
    "requested",
    "requested_too_early",
    "requested_closed_later",
    "requested_closed_earlier",
    "weekend",
    "holiday",
    "moved",
    "estimated",
]
Facts = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason for the promised day; the facts are JSON values, days in ISO form."""

    code: ReasonCode
    facts: Facts


@dataclass(frozen=True, slots=True)
class Promised:
    """The day on which an order is executed, and all that led to it.

    `days` runs from the day of release to `execute_on`, each with what it is; `passes_estimated` says that a feast
    among them is not confirmed yet, so that the day may still change. Without a `cut_off` the order stays in our own
    books: `execute_on` is then the day in which it is booked, and `is_at_once` says that the money moves now.
    """

    released_at: datetime
    cut_off: time | None
    execute_on: date
    reasons: tuple[Reason, ...]
    passes_estimated: bool
    days: tuple[tuple[date, DayCode], ...]

    @property
    def is_at_once(self) -> bool:
        return any(reason.code == "at_once" for reason in self.reasons)

    def as_facts(self) -> dict[str, Any]:
        """JSON values only; `from_facts` brings the same promise back."""
        facts = asdict(self)
        return facts | {
            "released_at": self.released_at.isoformat(),
            "cut_off": self.cut_off.isoformat() if self.cut_off else None,
            "execute_on": self.execute_on.isoformat(),
            "reasons": [{"code": reason.code, "facts": dict(reason.facts)} for reason in self.reasons],
            "days": [[day.isoformat(), code] for day, code in self.days],
        }

    @classmethod
    def from_facts(cls, facts: Facts) -> Self:
        """The promise that `as_facts` put away."""
        return cls(
            released_at=datetime.fromisoformat(facts["released_at"]),
            cut_off=time.fromisoformat(facts["cut_off"]) if facts["cut_off"] else None,
            execute_on=date.fromisoformat(facts["execute_on"]),
            reasons=tuple(Reason(reason["code"], reason["facts"]) for reason in facts["reasons"]),
            passes_estimated=facts["passes_estimated"],
            days=tuple((date.fromisoformat(day), code) for day, code in facts["days"]),
        )


# --- The rule --------------------------------------------------------------------------------------------------------


def promise(
    *,
    released_at: datetime,
    calendar: Calendar,
    cut_off: time,
    requested_on: date | None = None,
    prefer_previous: bool = False,
) -> Promised:
    """When an order released at this moment is executed.

    A requested day that is not a working day becomes the next one, or the one before if that is preferred and can
    still be reached; one that is too early becomes the earliest possible. Raises ValueError for a naive moment and
    CalendarUnknown where the calendar ends.
    """
    if released_at.tzinfo is None:
        raise ValueError("the moment of release must be aware")
    local = released_at.astimezone(TIRANA)
    release_day = local.date()
    earliest = earliest_day(local, calendar=calendar, cut_off=cut_off)
    execute_on = _settle(requested_on, earliest, calendar, prefer_previous=prefer_previous)

    days = _strip(release_day, execute_on, calendar, in_time=earliest == release_day)
    reasons = (
        *_reasons_of_request(requested_on, earliest, execute_on, calendar),
        *_reasons_of_day(requested_on, earliest, local, cut_off, calendar),
        *_reasons_of_doubt(days, calendar),
    )
    return Promised(
        released_at=released_at,
        cut_off=cut_off,
        execute_on=execute_on,
        reasons=reasons,
        passes_estimated=any(reason.code == "estimated" for reason in reasons),
        days=days,
    )


def in_our_books(
    *,
    released_at: datetime,
    calendar: Calendar,
    booked_on: date,
    requested_on: date | None = None,
    prefer_previous: bool = False,
) -> Promised:
    """When an order between accounts of this bank is executed: now, at any hour, unless a later day was asked for.

    `booked_on` is the day whose books are open at this moment (R58). Raises as `promise` does.
    """
    if released_at.tzinfo is None:
        raise ValueError("the moment of release must be aware")
    local = released_at.astimezone(TIRANA)
    execute_on = _settle(requested_on, local.date(), calendar, prefer_previous=prefer_previous)
    is_now = execute_on <= local.date()  # a day off whose working day before has come, or is over, is now too
    execute_on = booked_on if is_now else max(booked_on, execute_on)
    days = () if is_now else _strip(local.date(), execute_on, calendar, in_time=True)
    if is_now:
        reasons = tuple(_reasons_of_now(local.date(), booked_on, calendar))
        if requested_on and requested_on > local.date():
            reasons += (Reason("requested_closed_earlier", {"requested_on": requested_on.isoformat()}),)
    else:
        reasons = (
            *_reasons_of_request(requested_on, local.date(), execute_on, calendar),
            *_reasons_of_doubt(days, calendar),
        )
    return Promised(
        released_at=released_at,
        cut_off=None,
        execute_on=execute_on,
        reasons=reasons,
        passes_estimated=any(reason.code == "estimated" for reason in reasons),
        days=days,
    )


def reasons_of_chosen_day(*, requested_on: date, execute_on: date, calendar: Calendar) -> tuple[Reason, ...]:
    """Why a day that was chosen long before is the one, or gives way to this one; nothing of any cut-off."""
    days: list[tuple[date, DayCode]] = [(day, "working") for day in _each_day(*sorted((requested_on, execute_on)))]
    return (
        *_reasons_of_request(requested_on, date.min, execute_on, calendar),
        *_reasons_of_doubt(days, calendar),
    )


def earliest_day(released_at: datetime, *, calendar: Calendar, cut_off: time) -> date:
    """The first day on which an order released at this moment can be executed."""
    local = released_at.astimezone(TIRANA)
    if calendar.is_working(local.date()) and local.time() <= cut_off:
        return local.date()
    return calendar.next_working(local.date())


def time_left(now: datetime, *, calendar: Calendar, cut_off: time) -> timedelta | None:
    """How long an order can still be released for today: zero at the cut-off itself, None after it or on a day off."""
    local = now.astimezone(TIRANA)
    if earliest_day(local, calendar=calendar, cut_off=cut_off) != local.date():
        return None
    return datetime.combine(local.date(), cut_off, TIRANA) - local


def _settle(requested_on: date | None, earliest: date, calendar: Calendar, *, prefer_previous: bool) -> date:
    if requested_on is None or requested_on <= earliest:
        return earliest
    return calendar.on_or_before(requested_on) if prefer_previous else calendar.on_or_after(requested_on)


def _strip(first: date, last: date, calendar: Calendar, *, in_time: bool) -> tuple[tuple[date, DayCode], ...]:
    days: list[tuple[date, DayCode]] = []
    for day in _each_day(first, last):
        closed = calendar.why_closed(day)
        if day == last:
            days.append((day, "executes"))
        elif closed:
            days.append((day, closed.code))
        else:
            days.append((day, "passed" if day == first and not in_time else "working"))
    return tuple(days)


# --- The reasons -----------------------------------------------------------------------------------------------------


def _reasons_of_request(
    requested_on: date | None, earliest: date, execute_on: date, calendar: Calendar
) -> Iterable[Reason]:
    if requested_on is None or requested_on == earliest:
        return
    facts = {"requested_on": requested_on.isoformat()}
    if requested_on < earliest:
        yield Reason("requested_too_early", facts)
    elif requested_on == execute_on:
        yield Reason("requested", facts)
    else:
        yield Reason("requested_closed_later" if execute_on > requested_on else "requested_closed_earlier", facts)
        first, last = sorted((requested_on, execute_on))
        yield from _reasons_of_closed_days(first, last, calendar)


def _reasons_of_day(
    requested_on: date | None, earliest: date, local: datetime, cut_off: time, calendar: Calendar
) -> Iterable[Reason]:
    """Why the earliest day is what it is; of no interest to who asked for a later one."""
    if requested_on is not None and requested_on > earliest:
        return
    facts = {"cut_off": f"{cut_off:%H:%M}", "at": f"{local:%H:%M}"}
    if earliest == local.date():
        yield Reason("in_time", facts)
    elif calendar.is_working(local.date()):
        yield Reason("cut_off_just_passed" if facts["at"] == facts["cut_off"] else "cut_off_passed", facts)
    yield from _reasons_of_closed_days(local.date(), earliest, calendar)


def _reasons_of_now(today: date, booked_on: date, calendar: Calendar) -> Iterable[Reason]:
    """That it is executed now; and why it is booked on another day, where it is."""
    yield Reason("at_once", {})
    if booked_on == today:
        return
    if calendar.is_working(today):
        yield Reason("books_shut", {"booked_on": booked_on.isoformat()})
    yield from _reasons_of_closed_days(today, booked_on, calendar)


def _reasons_of_closed_days(first: date, last: date, calendar: Calendar) -> Iterable[Reason]:
    codes: dict[ReasonCode, list[date]] = {"holiday": [], "moved": [], "weekend": []}
    for day in _each_day(first, last):
        if closed := calendar.why_closed(day):
            codes[closed.code].append(day)
    for code, days in codes.items():
        if days:
            yield Reason(code, _named(days, calendar))


def _reasons_of_doubt(days: Iterable[tuple[date, DayCode]], calendar: Calendar) -> Iterable[Reason]:
    doubtful = [day for day, _what in days if not calendar.is_certain(day)]
    if doubtful:
        yield Reason("estimated", _named(doubtful, calendar))


def _named(days: list[date], calendar: Calendar) -> Facts:
    closed = (calendar.why_closed(day) for day in days)
    names = dict.fromkeys(why.name for why in closed if why and why.name)
    return {"days": [day.isoformat() for day in days], "names": list(names)}


def _each_day(first: date, last: date) -> Iterable[date]:
    return (first + ONE_DAY * number for number in range((last - first).days + 1))
