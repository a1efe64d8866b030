"""Provoni përsëri: a sign-in under way is given up, so that another can begin (R39)."""

from datetime import datetime
from uuid import UUID

from accounts import audit
from accounts.verbs import verb
from auth_flow.models import FnpChallenge, LoginAttempt


@verb("auth.sign_in.restarted")
def restart(*, attempt_id: UUID, at: datetime) -> None:
    """End a sign-in under way; its codes are void from now on. Does nothing to one that is over, or has passed."""
    attempts = LoginAttempt.objects.select_for_update(of=("self",), no_key=True).filter(
        signed_in_at=None, ended_at=None
    )
    attempt = attempts.filter(id=attempt_id).first()
    if attempt is None:
        return
    FnpChallenge.objects.filter(attempt=attempt, consumed_at=None, voided_at=None).update(
        voided_at=at, void_reason=FnpChallenge.Voided.REPLACED
    )
    attempt.ended_at, attempt.end_reason = at, LoginAttempt.Ended.SIGNED_OUT
    attempt.save(update_fields=["ended_at", "end_reason"])
    audit.record("auth.sign_in.restarted", actor=audit.A_VISITOR, at=at, subject=f"sign_in:{attempt.id}")
