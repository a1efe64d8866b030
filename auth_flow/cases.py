"""Cases of the contact centre that customers open themselves: an unexpected code, a lost phone (R43-R45).

All moments are the machine's clock.
"""

from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, notices
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import lockout, selectors
from auth_flow.models import FnpChallenge, LoginAttempt, SecurityCase

Kind = SecurityCase.Kind
# A code behind which the right password stood: whoever asked for it knows it.
AFTER_PASSWORD = frozenset({FnpChallenge.Purpose.SIGN_IN, FnpChallenge.Purpose.PAYMENT, FnpChallenge.Purpose.SETTINGS})

REPORTED = "auth.code.reported"
notices.declare(
    REPORTED,
    _(
        "Një FNP u raportua si e pakërkuar, referenca %(reference)s. E anuluam dhe e trajtojmë si rast sigurie. "
        "Ndryshoni fjalëkalimin në hyrjen e parë."
    ),
)


class CaseIsClosed(Refusal):
    sentence = _("Ky rast u mbyll ndërkohë. Shihni përsëri listën.")


def open_case(
    *, kind: str, reference: str, user: User | None, network: str, at: datetime, challenge: FnpChallenge | None = None
) -> SecurityCase:
    """Open a case under this reference, in the caller's transaction; the one that is there already stays as it is."""
    case, _made = SecurityCase.objects.get_or_create(
        reference=reference,
        defaults={
            "kind": kind,
            "user": user,
            "challenge": challenge,
            "network": network[:45],
            "opened_at": at,
        },
    )
    return case


def report_code(*, reference: str, network: str, at: datetime) -> None:
    """ "Nuk isha unë": somebody got an SMS with a code that she had not asked for, and names its reference.

    Says nothing, whether the reference is known or not. Refuses a network that reports all the time.
    """
    lockout.count_or_refuse(lockout.REPORTS, network, at, most=settings.NETWORK_REPORTS_MAX)
    challenge = FnpChallenge.objects.filter(reference=reference).select_related("user").first()
    if challenge is not None:
        _report(challenge_id=challenge.id, user_id=challenge.user_id, network=network, actor=audit.A_VISITOR, at=at)


@verb(REPORTED)
def _report(*, challenge_id: UUID, user_id: int, network: str, actor: audit.Actor, at: datetime) -> None:
    """Void the codes of that way in, end it if it is still under way, and let the contact centre see the case.

    A reference is no secret, so it freezes nothing. It ends one session at most, the one that this very code of a
    sign-in began, and while the code is young it makes the owner choose a new password.
    """
    user = selectors.locked_user(user_id)
    challenge = FnpChallenge.objects.select_related("attempt").get(pk=challenge_id)
    if SecurityCase.objects.filter(reference=challenge.reference).exists():
        return
    way_in = LoginAttempt.objects.filter(id=challenge.attempt_id, ended_at=None)
    if challenge.purpose != FnpChallenge.Purpose.SIGN_IN:
        way_in = way_in.filter(signed_in_at=None)
    ended = way_in.update(ended_at=at, end_reason=LoginAttempt.Ended.REPORTED)
    FnpChallenge.objects.filter(attempt=challenge.attempt_id, consumed_at=None, voided_at=None).update(
        voided_at=at, void_reason=FnpChallenge.Voided.REPORTED
    )
    is_young = at - challenge.created_at < timedelta(hours=settings.REPORT_FORCES_CHANGE_HOURS)
    if is_young and challenge.purpose in AFTER_PASSWORD:
        user.must_change_password = True
        user.save(update_fields=["must_change_password"])
    open_case(
        kind=Kind.UNEXPECTED_CODE,
        reference=challenge.reference,
        user=user,
        challenge=challenge,
        network=network,
        at=at,
    )
    notices.tell(user, REPORTED, {"reference": challenge.reference}, clock.shown(at))
    audit.record(
        REPORTED,
        actor=actor,
        at=at,
        subject=f"challenge:{challenge.id}",
        details={"reference": challenge.reference, "network": network, "ended": ended},
    )
