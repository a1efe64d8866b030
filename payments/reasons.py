"""A promise in words: its headline, and one sentence for each reason, in the language of the reader."""

from datetime import date
from typing import TYPE_CHECKING, Any

from django.utils.translation import get_language, gettext, gettext_lazy as _, ngettext_lazy, override

from accounts.clock import TIRANA
from accounts.days import days_as_subject, full_day, on_day, on_days
from payments.cutoff import Facts, Promised, Reason, ReasonCode

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def words(
    promised: Promised, language: str | None = None, *, today: date | None = None, afterwards: bool = False
) -> tuple[str, ...]:
    """The headline and one sentence for each reason, in this language or in that of the screen."""
    with override(language or get_language()):
        reasons = (sentence(reason, afterwards=afterwards) for reason in promised.reasons)
        return (headline(promised, today=today), *reasons)


def headline(promised: Promised, *, today: date | None = None) -> str:
    """Kryhet sot, e premte 20 nëntor 2026; Kryhet të mërkurën 2 dhjetor 2026; Kryhet menjëherë.

    Without `today`, as seen at release.
    """
    if promised.is_at_once:
        if promised.execute_on == promised.released_at.astimezone(TIRANA).date():
            return gettext("Kryhet menjëherë")
        return gettext("Kryhet menjëherë, regjistrohet %(on_day)s") % {"on_day": on_day(promised.execute_on)}
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
    "at_once": _("Brenda bankës paratë kalojnë në çdo orë, edhe në ditë pushimi."),
    "books_shut": _("Dita e bankës po mbyllet ose u mbyll, prandaj veprimi regjistrohet %(booked_on)s."),
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
        "Festa bie në fundjavë, prandaj pushimi shtyhet për %(on_days)s.",
        "Festat bien në fundjavë, prandaj pushimi shtyhet për %(on_days)s.",
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
    if "booked_on" in facts:
        shown["booked_on"] = on_day(date.fromisoformat(facts["booked_on"]))
    if "requested_on" in facts:
        requested_on = date.fromisoformat(facts["requested_on"])
        shown |= {"day": full_day(requested_on), "on_day": on_day(requested_on)}
    if days:
        names = ", ".join(gettext(name) for name in facts["names"])
        shown |= {"count": len(days), "days": days_as_subject(days), "on_days": on_days(days), "names": names}
    return shown
