"""What stands on every page: the bank, whose session this is, what awaits her, the state of the bank's day.

Everything that asks the database is asked when a template first uses it: a page that shows none of it pays nothing.
"""

from datetime import datetime
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db.models import F, Func, QuerySet, Subquery
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from accounts import clock, day_watch, notices
from accounts.models import BankDay, Mandate, User
from accounts.questions import Given, Question
from auth_flow import stamps
from auth_flow.models import LoginAttempt, Preferences
from bkt_portal import banners, help_anchors
from bkt_portal.reference import reference_of
from complaints import selectors as complaints
from payments import selectors as payments, standing_selectors

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
SECTIONS = {
    "home": "home",
    "statements": "accounts",
    "payments:approvals": "approvals",
    "payments": "payments",
    "auth_flow": "personalisation",
}


class Header:
    """The head of a signed-in page; its counts are read once, and only if they are shown."""

    def __init__(self, request: HttpRequest, mandate: Mandate) -> None:
        self._request = request
        self._mandate = mandate
        self.mandate_id = mandate.pk
        self.company_name = mandate.company.name
        self.person_name = mandate.user.full_name
        self.section = section_of(request)

    @property
    def mandates(self) -> list[Mandate]:
        """The companies that this person can change to, the present one among them; they came with her session."""
        hers: list[Mandate] = getattr(self._request, "mandates", [])
        return hers

    @property
    def unseen_count(self) -> int:
        """How many notices this person has not read yet."""
        return self._counts[0]

    @property
    def stamp(self) -> stamps.Stamp | None:
        """Her picture and word, which came with her session."""
        chosen: Preferences | None = getattr(self._request, "preferences", None)
        return stamps.of(chosen) if chosen else None

    @property
    def session_clock(self) -> dict[str, Any]:
        """For static/js/session_clock.js, in seconds: until a session without a move ends, in all, and the warning."""
        attempt: LoginAttempt | None = getattr(self._request, "attempt", None)
        if attempt is None:
            return {}
        at = clock.machine()
        total = max(0, int((attempt.expires_at - at).total_seconds()))
        return {
            "id": attempt.pk,
            "idle": settings.SESSION_IDLE_SECONDS,
            "total": total,
            "warn": settings.SESSION_WARN_SECONDS,
        }

    @property
    def awaiting_count(self) -> int:
        """How many orders and standing orders wait for this person's signature."""
        return self._counts[1] + self._counts[2] if self._mandate.may_sign else 0

    @property
    def bank_day_status(self) -> str:
        """How today's books stand; empty for a day that has none."""
        return self._counts[3] or ""

    @property
    def banners(self) -> list[dict[str, Any]]:
        """What staff placed above the pages, as it was read."""
        return self._counts[4]

    @property
    def answers_count(self) -> int:
        """How many of this person's cases have an answer of the bank that she has not read."""
        return self._counts[5]

    @cached_property
    def _counts(self) -> tuple[int, int, int, str | None, list[dict[str, Any]], int]:
        today = clock.tirana_day(moment_of(self._request))
        whose = {"user": self._mandate.user_id, "company": self._mandate.company_id}
        counts: tuple[int, int, int, str | None, list[dict[str, Any]], int]
        (counts,) = _COUNTS(**whose, day=today, at=clock.machine())
        return counts


def _count(rows: QuerySet[Any]) -> Subquery:
    return Subquery(rows.order_by().annotate(count=Func(F("pk"), function="COUNT")).values("count"))


def _status_of(day: Any) -> QuerySet[BankDay, str]:
    return BankDay.objects.filter(day=day).values_list("status", flat=True)


# What stands on every page, in one query over the rooms' own selectors.
_COUNTS = Question(
    lambda: User.objects.filter(pk=Given("user")).values_list(
        _count(notices.unseen(Given("user"))),
        _count(payments.awaiting_of(company=Given("company"), user=Given("user"))),
        _count(standing_selectors.awaiting_of(company=Given("company"), user=Given("user"))),
        Subquery(_status_of(Given("day"))),
        banners.waiting(Given("at")),
        _count(complaints.with_news(user=Given("user"), company=Given("company"))),
    )
)


def header(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    mandate = mandate_of(request)
    head = Header(request, mandate) if mandate else None
    return {
        "bank": settings.BANK,
        "theme": theme_of(request),
        "reference": reference_of(request),
        "demo": settings.IN_DEMO,
        "header": head,
        "bank_moment": SimpleLazyObject(lambda: moment_of(request)),
        "banners": SimpleLazyObject(lambda: banners_of(request, head)),
        "help_anchor": help_anchors.anchor_of(request.resolver_match, is_signed_in=head is not None),
        "late_days": SimpleLazyObject(day_watch.warned_of),
    }


def mandate_of(request: HttpRequest) -> Mandate | None:
    """Who acts, and for which company; None while nobody is signed in, or on a page where it was never asked."""
    mandate: Mandate | None = getattr(request, "mandate", None)
    return mandate


def moment_of(request: HttpRequest) -> datetime:
    """The bank's moment of this request: the same for everything that one page shows."""
    at = request.META.setdefault("portal.at", None) or clock.now()
    request.META["portal.at"] = at
    return at


def theme_of(request: HttpRequest) -> str:
    chosen = request.COOKIES.get(THEME_COOKIE, "")
    return chosen if chosen in THEMES else THEMES[0]


def section_of(request: HttpRequest) -> str:
    """Which entry of the menu this page belongs to; empty for none."""
    match = request.resolver_match
    if match is None:
        return ""
    return SECTIONS.get(match.view_name) or SECTIONS.get(match.app_name, "")


def banners_of(request: HttpRequest, head: Header | None = None) -> list[banners.Above]:
    """What stands above this page: the close of the day by the bank's clock, what staff placed by the machine's."""
    at = clock.machine()
    placed = head.banners if head else banners.ask(at)
    day = banners.of_the_day(day_status_at(moment_of(request), head))
    return day + banners.standing(placed, at=at, is_signed_in=head is not None)


def banners_without_asking(request: HttpRequest) -> list[banners.Above]:
    """The same as far as this process knows, for pages that must not depend on a database."""
    return banners.remembered(at=clock.machine(), is_signed_in=mandate_of(request) is not None)


def day_status_at(at: datetime, head: Header | None = None) -> str:
    """How today's books stand: asked from 20:00 on only, for the close never starts earlier.

    A signed-in page asks with its head, which knows.
    """
    local = clock.tirana(at)
    if local.time() < settings.DAY_CLOSE_STARTS:
        return ""
    return (head.bank_day_status if head else _status_of(local.date()).first()) or ""
