"""The low limit: for some hours after a reset of her password, with a new phone or without the authenticator that she
had, a user signs small sums alone.

Whoever took her phone may be signing. All moments are the bank's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings

from accounts.models import User


@dataclass(frozen=True, slots=True)
class Hours:
    """What is signed from `since` on counts, until `until`."""

    since: datetime
    until: datetime


def lower(user: User, *, at: datetime) -> None:
    """Begin the hours of the low limit, under the lock of the user's row, in the transaction of what causes them.

    Hours that run already are lengthened, never shortened, and keep their beginning: who resets twice has one budget.
    A bank that sets no hours has no low limit.
    """
    if not settings.LOW_LIMIT_HOURS:
        return
    running = of(user, at=at)
    until = at + timedelta(hours=settings.LOW_LIMIT_HOURS)
    user.low_limit_since = running.since if running else at
    user.low_limit_until = max(running.until, until) if running else until
    user.save(update_fields=["low_limit_since", "low_limit_until"])


def of(user: User, *, at: datetime) -> Hours | None:
    """The hours that run now for this user, or None."""
    if user.low_limit_since is None or user.low_limit_until is None or user.low_limit_until <= at:
        return None
    return Hours(user.low_limit_since, user.low_limit_until)
