"""The 14:00 rule, pure: when is a domestic payment executed that is released at this moment, and why (R56, R57).

Released at or before the cut-off of a working day, by Tirana's clock, it is executed that day; the next microsecond
belongs to the next working day. A requested day is kept where it can be. The reasons are codes with plain facts, so
that they can be stored with the order and put in words later, in any language.
"""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING, Any, Literal, Self

from django.utils.translation import get_language, gettext, gettext_lazy as _, ngettext_lazy, override

from accounts.clock import TIRANA
from accounts.days import days_as_subject, full_day, on_day, on_days
from accounts.working_days import ONE_DAY, Calendar

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DayCode = Literal["working", "passed", "weekend", "holiday", "moved", "executes"]
ReasonCode = Literal[
    "in_time",
    "cut_off_passed",
    "cut_off_just_passed",
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
    among them is not confirmed yet, so that the day may still change.
    """

    released_at: datetime
    cut_off: time
    execute_on: date
    reasons: tuple[Reason, ...]
    passes_estimated: bool
    days: tuple[tuple[date, DayCode], ...]

    def as_facts(self) -> dict[str, Any]:
        """JSON values only; `from_facts` brings the same promise back."""
        facts = asdict(self)
        return facts | {
            "released_at": self.released_at.isoformat(),
            "cut_off": self.cut_off.isoformat(),
            "execute_on": self.execute_on.isoformat(),
            "reasons": [{"code": reason.code, "facts": dict(reason.facts)} for reason in self.reasons],
            "days": [[day.isoformat(), code] for day, code in self.days],
        }

    @classmethod
    def from_facts(cls, facts: Facts) -> Self:
        """The promise that `as_facts` put away."""
        return cls(
            released_at=datetime.fromisoformat(facts["released_at"]),
            cut_off=time.fromisoformat(facts["cut_off"]),
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


# --- The words -------------------------------------------------------------------------------------------------------


def words(
    promised: Promised, language: str | None = None, *, today: date | None = None, afterwards: bool = False
) -> tuple[str, ...]:
    """The headline and one sentence for each reason, in this language or in that of the screen."""
    with override(language or get_language()):
        reasons = (sentence(reason, afterwards=afterwards) for reason in promised.reasons)
        return (headline(promised, today=today), *reasons)


def headline(promised: Promised, *, today: date | None = None) -> str:
    """Kryhet sot, e premte 20 nëntor 2026; Kryhet të mërkurën 2 dhjetor 2026. Without `today`, as seen at release."""
    if promised.execute_on == (today or promised.released_at.astimezone(TIRANA).date()):
        return gettext("Kryhet sot, %(day)s") % {"day": full_day(promised.execute_on)}
    return gettext("Kryhet %(on_day)s") % {"on_day": on_day(promised.execute_on)}


def sentence(reason: Reason, *, afterwards: bool = False) -> str:
    """One reason in the language of the screen: as it is at the release, or `afterwards`, looking back at it."""
    template = _LOOKING_BACK.get(reason.code) if afterwards else None
    return str((template or _SENTENCES[reason.code]) % _readable(reason.facts))


_SENTENCES: "dict[ReasonCode, StrOrPromise]" = {
    "in_time": _("Afati për sot është ora %(cut_off)s. Tani është ora %(at)s."),
    "cut_off_passed": _("Afati për sot ishte ora %(cut_off)s. Tani është ora %(at)s."),
    "cut_off_just_passed": _("Afati për sot ishte ora %(cut_off)s dhe sapo kaloi."),
    "requested": _("Ditën e kryerjes e zgjodhët ju."),
    "requested_too_early": _("Ditën që kërkuat, %(on_day)s, urdhri nuk arrin të kryhet; kryhet sa më shpejt pas saj."),
    "requested_closed_later": _("Ditën që kërkuat, %(on_day)s, banka nuk punon; urdhri kryhet ditën e parë të punës."),
    "requested_closed_earlier": _(
        "Ditën që kërkuat, %(on_day)s, banka nuk punon; urdhri kryhet ditën e fundit të punës para saj."
    ),
    "weekend": _("Banka nuk punon %(on_days)s."),
    "holiday": ngettext_lazy(
        "%(days)s është festë zyrtare: %(names)s.", "%(days)s janë festa zyrtare: %(names)s.", "count"
    ),
    "moved": ngettext_lazy(
        "Festa bie në fundjavë, prandaj pushimi shtyhet %(on_days)s.",
        "Festat bien në fundjavë, prandaj pushimi shtyhet %(on_days)s.",
        "count",
    ),
    "estimated": _("Data e festës nuk është konfirmuar ende (%(names)s), prandaj dita e kryerjes mund të ndryshojë."),
}
_LOOKING_BACK: "dict[ReasonCode, StrOrPromise]" = {
    "in_time": _("Afati ishte ora %(cut_off)s. Nënshkrimi i fundit u bë në %(at)s."),
    "cut_off_passed": _("Afati ishte ora %(cut_off)s. Nënshkrimi i fundit u bë në %(at)s."),
    "cut_off_just_passed": _("Afati ishte ora %(cut_off)s. Nënshkrimi i fundit u bë pak çaste më vonë."),
}


def _readable(facts: Facts) -> dict[str, Any]:
    """The facts as people read them; a translator takes the forms that the language needs."""
    days = [date.fromisoformat(day) for day in facts.get("days", ())]
    shown: dict[str, Any] = {key: facts[key] for key in ("cut_off", "at") if key in facts}
    if "requested_on" in facts:
        requested_on = date.fromisoformat(facts["requested_on"])
        shown |= {"day": full_day(requested_on), "on_day": on_day(requested_on)}
    if days:
        names = ", ".join(gettext(name) for name in facts["names"])
        shown |= {"count": len(days), "days": days_as_subject(days), "on_days": on_days(days), "names": names}
    return shown
