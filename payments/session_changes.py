"""Clearing sessions to come: the whole set of a rail from a day on takes two of staff, new, changed or taken back.

As cut-offs and tariffs, a set begins tomorrow at the earliest, also when the colleague approves.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from itertools import pairwise, zip_longest
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, four_eyes
from accounts.days import short_day
from accounts.models import Proposal
from accounts.refusals import Refusal
from payments import last_sessions, rule_changes, selectors
from payments.models import ClearingSession
from payments.models.orders import Rail

SESSIONS = "payment.sessions"


class SessionsOverlap(Refusal):
    sentence = _("Seancat vijnë njëra pas tjetrës, dhe secila mbaron pasi fillon. Ndreqni orët.")


@dataclass(frozen=True, slots=True)
class Session:
    """A moment, or from a moment until another; see `ClearingSession`."""

    at_time: time
    until_time: time | None = None

    def __str__(self) -> str:
        return f"{self.at_time:%H:%M}" + (f"–{self.until_time:%H:%M}" if self.until_time else "")

    def as_json(self) -> list[str]:
        return [f"{moment:%H:%M}" if moment else "" for moment in (self.at_time, self.until_time)]

    @classmethod
    def from_json(cls, moments: list[str]) -> "Session":
        at_time, until_time = (time.fromisoformat(moment) if moment else None for moment in moments)
        assert at_time is not None, "a session begins"
        return cls(at_time, until_time)


def propose(
    *,
    rail: Rail,
    sessions: Sequence[Session],
    valid_from: date,
    source: str,
    reason: str,
    actor: audit.Actor,
    at: datetime,
) -> Proposal:
    """The sessions of a rail from a day on, in their order; without any, the set that begins on that day is taken back.

    Refuses RuleBeginsTomorrow, SessionsOverlap, RuleIsTheSame, and a day that would end before a cut-off.
    """
    rule_changes.require_to_come(valid_from, at)
    if any(one.until_time and one.until_time <= one.at_time for one in sessions) or any(
        after.at_time <= (before.until_time or before.at_time) for before, after in pairwise(sessions)
    ):
        raise SessionsOverlap
    now, wanted = _set_json(rail, valid_from), [one.as_json() for one in sessions]
    if now == wanted:
        raise rule_changes.RuleIsTheSame
    last_sessions.require_sessions(rail, _rows(rail, valid_from, sessions), valid_from=valid_from)
    return four_eyes.propose(
        kind=SESSIONS,
        subject=f"sessions:{rail}:{valid_from}",
        old={"sessions": now},
        new={
            "rail": rail,
            "valid_from": valid_from.isoformat(),
            "source": source,
            "sessions": wanted,
            "held": [Session(one.at_time, one.until_time).as_json() for one in selectors.sessions(rail, on=valid_from)],
        },
        reason=reason,
        actor=actor,
        at=at,
    )


def set_of(rail: str, valid_from: date) -> list[Session]:
    """The set that begins on this day, in its order."""
    rows = ClearingSession.objects.filter(rail=rail, valid_from=valid_from).order_by("at_time")
    return [Session(row.at_time, row.until_time) for row in rows]


def _apply(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    new = proposal.new
    rail, valid_from = Rail(new["rail"]), date.fromisoformat(new["valid_from"])
    rule_changes.require_to_come(valid_from, at)
    last_sessions.one_at_a_time()
    if _set_json(rail, valid_from) != proposal.old["sessions"]:
        raise four_eyes.Stale
    rows = _rows(rail, valid_from, [Session.from_json(one) for one in new["sessions"]], source=new["source"])
    last_sessions.require_sessions(rail, rows, valid_from=valid_from)
    ClearingSession.objects.filter(rail=rail, valid_from=valid_from).delete()
    ClearingSession.objects.bulk_create(rows)
    rule_changes.record("payments.sessions.set" if rows else "payments.sessions.removed", proposal, actor, at)


def _rows(rail: Rail, valid_from: date, sessions: Sequence[Session], *, source: str = "") -> list[ClearingSession]:
    return [
        ClearingSession(rail=rail, valid_from=valid_from, at_time=one.at_time, until_time=one.until_time, source=source)
        for one in sessions
    ]


def _set_json(rail: str, valid_from: date) -> list[list[str]]:
    return [one.as_json() for one in set_of(rail, valid_from)]


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    new = proposal.new
    pairs: list[tuple[Any, Any]] = list(zip_longest(new.get("held") or proposal.old["sessions"], new["sessions"]))
    times = [(_one(before), _one(after)) for before, after in pairs]
    return [
        (_("Rruga"), "", str(Rail(new["rail"]).label)),
        (_("Vlen nga"), "", f"{date.fromisoformat(new['valid_from']):%d.%m.%Y}"),
        *((_("Seanca %(number)s") % {"number": number}, *both) for number, both in enumerate(times, start=1)),
        (_("Burimi"), "", new["source"]),
    ]


def _about(proposal: Proposal) -> str:
    new = proposal.new
    return f"{Rail(new['rail']).label}, {short_day(date.fromisoformat(new['valid_from']))}"


def _one(moments: list[str] | None) -> str:
    return str(Session.from_json(moments)) if moments else ""


four_eyes.register(
    SESSIONS,
    apply=_apply,
    title=_("Seanca klerimi"),
    permission="payments.change_clearingsession",
    present=_in_words,
    about=_about,
)
