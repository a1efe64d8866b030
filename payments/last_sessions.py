"""No cut-off is later than what its rails still take on the same day: what is executed in between would leave late.

Cut-offs and sessions each begin on days of their own; whoever changes one of them asks here about every day to come.
"""

from collections.abc import Iterable, Mapping
from datetime import date, time

from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from payments import rails, selectors
from payments.models import ClearingSession, CutOff
from payments.models.orders import Rail

# A time by the day from which it holds.
Steps = Mapping[date, time]


class CutOffAfterLastSession(Refusal):
    """Facts: rail, day, last, cut_off."""

    sentence = _(
        "Më %(day)s seanca e fundit e rrugës %(rail)s është në %(last)s, para afatit %(cut_off)s: çka kryhet ndërmjet "
        "do të dilte ditën tjetër. Zgjidhni një afat më të hershëm, ose shtoni më parë seancën më të vonë."
    )


def require_kept(kind: str, *, since: date) -> None:
    """Refuse what stands in the tables already, from that day on: rows may also come past the desk."""
    for rail in rails.RAILS_OF.get(kind, ()):
        _require(rail, _cut_offs(kind), _lasts(rail), since=since)


def require_cut_off(kind: str, at_time: time | None, *, valid_from: date) -> None:
    """Refuse a cut-off to come that is later than its rails; None takes the one that begins on that day back."""
    cut_offs = _with(_cut_offs(kind), valid_from, at_time)
    for rail in rails.RAILS_OF.get(kind, ()):
        _require(rail, cut_offs, _lasts(rail), since=valid_from)


def require_sessions(rail: Rail, sessions: Iterable[ClearingSession], *, valid_from: date) -> None:
    """Refuse a set of sessions to come that ends before a cut-off; without any the set of that day is taken back."""
    lasts = _with(_lasts(rail), valid_from, selectors.last_taken(sessions))
    for kind, ways in rails.RAILS_OF.items():
        if rail in ways:
            _require(rail, _cut_offs(kind), lasts, since=valid_from)


def one_at_a_time() -> None:
    """Hold this until the transaction ends: of two who change cut-offs and sessions the second sees what the first
    did."""
    list(CutOff.objects.select_for_update().order_by("pk").values_list("pk"))


def _require(rail: Rail, cut_offs: Steps, lasts: Steps, *, since: date) -> None:
    for day in sorted({since, *(turn for turn in (*cut_offs, *lasts) if turn > since)}):
        cut_off, last = _on(cut_offs, day), _on(lasts, day)
        if cut_off and last and cut_off > last:
            raise CutOffAfterLastSession(
                rail=str(rail.label), day=f"{day:%d.%m.%Y}", last=f"{last:%H:%M}", cut_off=f"{cut_off:%H:%M}"
            )


def _cut_offs(kind: str) -> Steps:
    return dict(CutOff.objects.filter(kind=kind).values_list("valid_from", "at_time"))


def _lasts(rail: Rail) -> Steps:
    """Until when each set of sessions takes orders."""
    sets: dict[date, list[ClearingSession]] = {}
    for session in ClearingSession.objects.filter(rail=rail):
        sets.setdefault(session.valid_from, []).append(session)
    return {day: last for day, rows in sets.items() if (last := selectors.last_taken(rows))}


def _with(steps: Steps, day: date, moment: time | None) -> Steps:
    others = {begun: at_time for begun, at_time in steps.items() if begun != day}
    return others | {day: moment} if moment else others


def _on(steps: Steps, day: date) -> time | None:
    begun = [turn for turn in steps if turn <= day]
    return steps[max(begun)] if begun else None
