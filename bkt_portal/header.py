"""What stands on every page: the bank, whose session this is, what awaits her, the state of the bank's day.

Everything that asks the database is asked when a template first uses it: a page that shows none of it pays nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _

from accounts import clock, mandates, notices
from accounts.day_close import CLOSE_STARTS
from accounts.models import BankDay, Mandate
from auth_flow import stamps
from auth_flow.models import LoginAttempt, Preferences
from bkt_portal.reference import reference_of
from payments import selectors as payments

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

THEMES = ("auto", "light", "dark")
THEME_COOKIE = "theme"
SECTIONS = {
    "home": "home",
    "statements": "accounts",
    "payments:approvals": "approvals",
    "payments": "payments",
    "auth_flow": "personalisation",
}


@dataclass(frozen=True, slots=True)
class Banner:
    """One notice for everybody."""

    text: "StrOrPromise"


class Header:
    """The head of a signed-in page; the two lists behind it are read once, and only if they are shown."""

    def __init__(self, request: HttpRequest, mandate: Mandate) -> None:
        self._request = request
        self._mandate = mandate
        self.mandate_id = mandate.pk
        self.company_name = mandate.company.name
        self.person_name = mandate.user.full_name
        self.section = section_of(request)

    @cached_property
    def mandates(self) -> list[Mandate]:
        """The companies that this person can change to, the present one among them."""
        return list(mandates.of_user(self._mandate.user, at=moment_of(self._request)))

    @cached_property
    def unseen_count(self) -> int:
        """How many notices this person has not read yet."""
        return notices.unseen_count(self._mandate.user)

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

    @cached_property
    def awaiting_count(self) -> int:
        """How many orders wait for this person's signature."""
        return payments.awaiting_count(self._mandate)


def header(request: HttpRequest) -> dict[str, Any]:
    """The context processor."""
    mandate = mandate_of(request)
    return {
        "bank": settings.BANK,
        "theme": theme_of(request),
        "reference": reference_of(request),
        "demo": settings.IN_DEMO,
        "header": Header(request, mandate) if mandate else None,
        "bank_moment": SimpleLazyObject(lambda: moment_of(request)),
        "banner": SimpleLazyObject(lambda: banner_at(moment_of(request))),
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


def banner_at(at: datetime) -> Banner | None:
    """The close of the day while it runs (R59). Asked from 20:00 on only, for it never starts earlier."""
    local = clock.tirana(at)
    if local.time() < CLOSE_STARTS:
        return None
    if not BankDay.objects.filter(day=local.date(), status=BankDay.Status.CLOSING).exists():
        return None
    return Banner(_("Mbyllja ditore është në vazhdim: veprimet e tanishme mund të reflektohen ditën tjetër të punës."))
