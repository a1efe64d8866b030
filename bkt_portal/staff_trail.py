"""What the audit trail keeps of the staff's door: who came in, who was refused and by what, who left and why."""

from django.db import transaction
from django.http import HttpRequest

from accounts import audit, clock
from accounts.models import User
from auth_flow import lockout
from auth_flow.http import client_ip


def signed_in(user: User) -> None:
    _record("staff.sign_in.done", actor=audit.actor_of(user), subject=f"user:{user.pk}")


def signed_out(user: User, *, why: str) -> None:
    _record("staff.signed_out", actor=audit.actor_of(user), subject=f"user:{user.pk}", reason=why)


def refused(request: HttpRequest | None, username: str, *, why: str) -> None:
    """`why` is the part that was wrong. A name that is no member of staff's stands here as a keyed hash alone: it may
    be a password typed into the wrong field."""
    user = User.objects.filter(username=username, kind=User.Kind.STAFF).first()
    subject = f"user:{user.pk}" if user else f"unknown:{lockout.identity_of_staff(username)[:16]}"
    details = {"network": client_ip(request)} if request else {}
    _record(
        "staff.sign_in.refused",
        actor=audit.A_VISITOR,
        subject=subject,
        outcome=audit.REFUSED,
        reason=why,
        details=details,
    )


def _record(
    event: str,
    *,
    actor: audit.Actor,
    subject: str,
    outcome: str = audit.DONE,
    reason: str = "",
    details: dict[str, str] | None = None,
) -> None:
    with transaction.atomic():
        audit.record(
            event, actor=actor, at=clock.now(), subject=subject, outcome=outcome, reason=reason, details=details
        )
