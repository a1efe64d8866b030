"""How a way in ends, and a session: by its own hand, or because a newer one takes its place (R21)."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q

from accounts import audit
from accounts.models import User
from auth_flow.models import LoginAttempt


def end(attempt: LoginAttempt, reason: str, *, at: datetime) -> None:
    """End an attempt or a session; the first reason stays."""
    with transaction.atomic():
        ended = LoginAttempt.objects.filter(id=attempt.id, ended_at=None).update(ended_at=at, end_reason=reason)
        if ended and attempt.signed_in_at:
            audit.record(
                "auth.session.ended",
                actor=actor_of(attempt),
                at=at,
                subject=f"sign_in:{attempt.id}",
                reason=str(reason),
            )


def make_room(user: User, *, at: datetime) -> int:
    """End the oldest sessions until one more is within SESSIONS_PER_USER; how many. Under the lock of the user's row.

    One that is idle or too long already, though nobody has said so yet, goes before any that is in use.
    """
    in_use = Q(expires_at__gt=at, last_seen_at__gt=at - timedelta(seconds=settings.SESSION_IDLE_SECONDS))
    live = LoginAttempt.objects.filter(user=user, signed_in_at__isnull=False, ended_at=None).select_related("mandate")
    last_to_go_first = live.annotate(in_use=in_use).order_by("-in_use", "-signed_in_at", "-started_at")
    too_many = list(last_to_go_first[max(0, settings.SESSIONS_PER_USER - 1) :])
    for session in too_many:
        end(session, LoginAttempt.Ended.REPLACED, at=at)
    return len(too_many)


def actor_of(attempt: LoginAttempt) -> audit.Actor:
    return audit.actor_of(attempt.mandate) if attempt.mandate else audit.A_VISITOR
