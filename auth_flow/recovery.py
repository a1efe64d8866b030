"""A forgotten password (R31-R33): card and FNP prove who she is, then she makes a new one and signs in as always.

For half an hour a permit of the contact centre stands for the card (permits.py), never for the FNP.

Never a sign-in by itself, never for whoever is blocked, frozen, without a phone or not registered: they hear what all
others hear (proofs.py). All moments are the machine's clock.
"""

from datetime import datetime
from uuid import UUID

from accounts import audit
from accounts.verbs import verb
from auth_flow import passwords, permits, proofs
from auth_flow.models import LoginAttempt


def choose_password(*, attempt: LoginAttempt, new: str, at: datetime) -> None:
    """The last step: a new password. Refuses one that breaks a rule, and an attempt that is over."""
    assert attempt.user is not None, "a card names a user"
    passwords.require_allowed(new, attempt.user)
    made = passwords.hashed(new)
    _reset(attempt_id=attempt.id, key_hash=attempt.key_hash, made=made, attempt=attempt, at=at)


@verb("auth.recovery.done")
def _reset(*, attempt_id: UUID, key_hash: str, made: str, attempt: LoginAttempt, at: datetime) -> None:
    proved = proofs.proven(attempt_id=attempt_id, key_hash=key_hash, kind=proofs.RECOVERY, at=at)
    assert proved.user is not None, "a card names a user"
    if not permits.use(proved, at=at):
        raise proofs.ProofExpired
    passwords.set_password(user=proved.user, made=made, through=passwords.RESET, at=at)
    audit.record(
        "auth.recovery.done",
        actor=audit.actor_of(proved.user),
        at=at,
        subject=f"sign_in:{attempt_id}",
        details={"network": proved.network, "browser": proved.browser},
    )
