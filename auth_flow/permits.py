"""A permit of the contact centre: for half an hour it stands for the card of a forgotten password, never for the FNP.

Whoever has it leaves the card's fields empty. All moments are the machine's clock.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings

from accounts.models import User
from auth_flow.models import LoginAttempt, ResetPermit


def give(*, call_id: UUID, user: User, at: datetime) -> ResetPermit:
    """Let the customer of this call begin without a card, in the transaction of the agent's act."""
    life = timedelta(seconds=settings.RESET_PERMIT_SECONDS)
    return ResetPermit.objects.create(call_id=call_id, user=user, given_at=at, expires_at=at + life)


def live(user_id: int, at: datetime) -> ResetPermit | None:
    """The last permit of this user that holds now; one query, whoever is asked for."""
    permits = ResetPermit.objects.filter(user=user_id, used_at=None, given_at__lte=at, expires_at__gt=at)
    return permits.order_by("-given_at").first()


def use(attempt: LoginAttempt, *, at: datetime) -> bool:
    """Use up every permit of the attempt's user with the new password; False where its own was used meanwhile."""
    unused = ResetPermit.objects.filter(user=attempt.user_id, used_at=None)
    is_hers = attempt.permit_id is None or unused.filter(pk=attempt.permit_id).exists()
    unused.update(used_at=at)
    return is_hers
