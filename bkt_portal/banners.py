"""What stands above a page: what staff placed there, and the close of the bank's day, which needs no staff.

What was read last stays with the process, with what is to come: a page of errors asks no database, and works that were
announced for tonight are told by the very page that says that nothing answers.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models.functions import JSONObject
from django.utils.translation import get_language, gettext_lazy as _

from accounts import banners
from accounts.models import BankDay, Banner
from accounts.questions import Given, Question

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

FACTS = ("kind", "severity", "audience", "text_sq", "text_en", "starts_at", "ends_at")
TONES: dict[int, str] = {Banner.Severity.INFO: "told", Banner.Severity.WARNING: "wait", Banner.Severity.SERIOUS: "stop"}
OF_THE_DAY: "dict[str, StrOrPromise]" = {
    BankDay.Status.CLOSING: _(
        "Mbyllja ditore është në vazhdim: veprimet e tanishme mund të reflektohen ditën tjetër të punës."
    ),
    BankDay.Status.CLOSED: _("Dita e bankës u mbyll: veprimet e tanishme reflektohen ditën tjetër të punës."),
}


@dataclass(frozen=True, slots=True)
class Above:
    """One sentence above a page; `tone` is how it is dressed: told, wait or stop."""

    label: "StrOrPromise"
    text: "StrOrPromise"
    tone: str


@dataclass(frozen=True, slots=True)
class Placed:
    """A banner as it was read; the moments are the machine's."""

    kind: str
    severity: int
    audience: str
    text_sq: str
    text_en: str
    starts_at: datetime
    ends_at: datetime

    def stands(self, at: datetime, *, is_signed_in: bool) -> bool:
        mine = Banner.Audience.SIGNED_IN if is_signed_in else Banner.Audience.SIGNED_OUT
        return self.audience in {Banner.Audience.EVERYBODY, mine} and self.starts_at <= at < self.ends_at

    @property
    def above(self) -> Above:
        text = self.text_en if get_language() == "en" else self.text_sq
        return Above(label=Banner.Kind(self.kind).label, text=text, tone=TONES[self.severity])


def waiting(at: Given) -> ArraySubquery:
    """What stands and what is to come, as a part of another question."""
    return ArraySubquery(banners.not_over(at).values(facts=JSONObject(**{name: name for name in FACTS})))


_WAITING = Question(
    lambda: banners.not_over(Given("at")).values_list(JSONObject(**{name: name for name in FACTS}), flat=True)
)
_last_read: tuple[Placed, ...] = ()


def ask(at: datetime) -> list[Any]:
    """What `waiting` gives, for a page that has no other question to make it a part of."""
    return _WAITING(at=at)


def standing(rows: Iterable[dict[str, Any]], *, at: datetime, is_signed_in: bool) -> list[Above]:
    """What a page shows of the rows that it read; they are remembered for pages that cannot read any."""
    global _last_read  # one reference, replaced as a whole
    _last_read = tuple(_placed(row) for row in rows)
    return remembered(at=at, is_signed_in=is_signed_in)


def remembered(*, at: datetime, is_signed_in: bool) -> list[Above]:
    """What stands now of what this process read last; nothing before its first page."""
    return [placed.above for placed in _last_read if placed.stands(at, is_signed_in=is_signed_in)]


def of_the_day(status: str) -> list[Above]:
    """That today's books take no more (R58, R59); nothing for an open day, and for one that has no books."""
    text = OF_THE_DAY.get(status)
    return [Above(label=_("Dita e bankës"), text=text, tone="wait")] if text else []


def _placed(row: dict[str, Any]) -> Placed:
    moments = {name: datetime.fromisoformat(row[name]) for name in ("starts_at", "ends_at")}
    return Placed(**{**row, **moments})
