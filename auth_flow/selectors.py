"""Reads of the front door."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, NamedTuple

from django.conf import settings
from django.db.models import Max, Q
from django.utils.translation import gettext_lazy as _

from accounts import clock, mandates
from accounts.models import Company, Mandate, User
from accounts.questions import Given, Question
from auth_flow.models import FnpChallenge, LoginAttempt

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


def locked_user(user_id: int) -> User:
    """The user's row under its lock, the first that every step and every act on an access takes.

    Her person is read after it, thus fresh: joined to the lock, it would show the phone of before the wait.
    """
    return User.objects.select_for_update(no_key=True).get(pk=user_id)


def pending(key_hash: str, *, at: datetime, kind: str = LoginAttempt.Kind.SIGN_IN) -> LoginAttempt | None:
    """What is under way and whose cookie this is; None if it is over, never was or is of another kind."""
    attempts = LoginAttempt.objects.filter(kind=kind).select_related("user__person", "mandate__company")
    return attempts.filter(key_hash=key_hash, signed_in_at=None, ended_at=None, expires_at__gt=at).first()


def last_challenge(attempt: LoginAttempt, *, purpose: str, subject: str = "") -> FnpChallenge | None:
    """The newest challenge of this attempt for this subject, whatever became of it."""
    challenges = FnpChallenge.objects.filter(attempt=attempt, purpose=purpose, subject=subject)
    return challenges.select_related("user").order_by("-created_at").first()


def last_sign_in(user: User, *, before: datetime) -> datetime | None:
    """When this user last passed all three steps before this moment."""
    signed_in = LoginAttempt.objects.filter(user=user, signed_in_at__lt=before).order_by("-signed_in_at")
    return signed_in.values_list("signed_in_at", flat=True).first()


def last_failed_sign_in(user: User) -> datetime | None:
    """When somebody last gave a wrong password or a wrong code for this user."""
    tries = LoginAttempt.objects.filter(user=user, kind=LoginAttempt.Kind.SIGN_IN, failed_at__isnull=False)
    last: datetime | None = tries.aggregate(last=Max("failed_at"))["last"]
    return last


class LastWaysIn(NamedTuple):
    """When somebody last passed all three steps as this user, and when somebody last failed; the machine's clock."""

    signed_in_at: datetime | None
    failed_at: datetime | None


def last_ways_in(attempt: LoginAttempt) -> LastWaysIn:
    """`last_sign_in` before this session and `last_failed_sign_in` of its user, in one query."""
    rows = _LAST_WAYS_IN(user=attempt.user_id, before=attempt.signed_in_at)
    return LastWaysIn(*rows[0]) if rows else LastWaysIn(None, None)


_LAST_WAYS_IN = Question(
    lambda: (
        LoginAttempt.objects.filter(user=Given("user"))
        .order_by()
        .values("user")
        .annotate(
            last=Max("signed_in_at", filter=Q(signed_in_at__lt=Given("before"))),
            failed=Max("failed_at", filter=Q(kind=LoginAttempt.Kind.SIGN_IN)),
        )
        .values_list("last", "failed")
    )
)


def recent_sign_ins(user: User, *, most: int) -> list[LoginAttempt]:
    """Who came in as this user, and who tried in vain, newest first."""
    sign_ins = LoginAttempt.objects.filter(user=user, kind=LoginAttempt.Kind.SIGN_IN).select_related("mandate__company")
    told = sign_ins.filter(Q(signed_in_at__isnull=False) | Q(failed_at__isnull=False))
    return list(told.order_by("-started_at")[:most])


@dataclass(frozen=True, slots=True)
class Right:
    """One company on the page Personalizime: its name, what the user may do there, whether it is the chosen one."""

    company: Company
    rights: "list[StrOrPromise]"
    current: bool


def rights_of(user: User, *, chosen: Mandate, at: datetime) -> list[Right]:
    """The user's companies and rights at this moment of the bank's clock."""
    return [
        Right(company=mandate.company, rights=rights_in_words(mandate), current=mandate.pk == chosen.pk)
        for mandate in mandates.of_user(user, at=at)
    ]


def rights_in_words(mandate: Mandate) -> "list[StrOrPromise]":
    """What a mandate lets its user do."""
    rights: list[StrOrPromise] = [_("Sheh")]
    if mandate.may_prepare:
        rights.append(_("Përgatit pagesa"))
    if mandate.may_sign:
        rights.append(_("Nënshkruan"))
    return rights


def password_expires_on(user: User) -> date | None:
    """The last day of the password, in Tirana; None while passwords do not age or the day is not known."""
    if not settings.PASSWORD_MAX_AGE_DAYS or user.password_changed_at is None:
        return None
    return clock.tirana_day(user.password_changed_at) + timedelta(days=settings.PASSWORD_MAX_AGE_DAYS)
