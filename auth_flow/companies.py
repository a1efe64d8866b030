"""Which of her companies a session acts for."""

from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow.models import FnpChallenge, LoginAttempt


class NoSuchMandate(Refusal):
    sentence = _("Kjo kompani nuk është mes të drejtave tuaja. Telefononi bankën nëse duhet të jetë.")


@verb("auth.company.switched")
def switch_company(*, attempt_id: UUID, mandate_id: UUID, actor: audit.Actor, at: datetime) -> LoginAttempt:
    """Let the session act for another of the user's companies; codes asked for under the old one are void.

    Refuses a mandate that is not this user's or does not hold.
    """
    attempt = LoginAttempt.objects.select_for_update(no_key=True).get(id=attempt_id)
    mandate = mandates.in_force(at + clock.offset()).filter(id=mandate_id, user__sign_ins=attempt).first()
    if mandate is None:
        raise NoSuchMandate
    FnpChallenge.objects.filter(attempt=attempt, consumed_at=None, voided_at=None).update(
        voided_at=at, void_reason=FnpChallenge.Voided.CHANGED
    )
    attempt.mandate = mandate
    attempt.save(update_fields=["mandate"])
    audit.record("auth.company.switched", actor=audit.actor_of(mandate), at=at, subject=f"sign_in:{attempt.id}")
    return attempt
