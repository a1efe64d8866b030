"""Step three by an authenticator instead of an SMS, for whoever chose it. It opens the door and signs nothing.

An order is always signed with an FNP whose SMS names amount and payee; a code of an app can name neither.
"""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp import verify_token
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit
from accounts.models import User
from auth_flow import blocks, fnp, lockout, selectors
from auth_flow.models import FailureCounter, LoginAttempt, Preferences

SMS = Preferences.Factor.SMS
TOTP = Preferences.Factor.TOTP


class WrongAppCode(fnp.WrongCode):
    """Fact: attempts_left."""

    sentence = _(
        "Kodi i aplikacionit nuk është i saktë ose është përdorur një herë. Prisni kodin tjetër. "
        "Prova të mbetura: %(attempts_left)s."
    )


def chosen(user: User) -> Preferences.Factor:
    """How this user passes step three; an authenticator that is not there any more is none."""
    if not Preferences.objects.filter(user=user, factor=TOTP).exists():
        return SMS
    return TOTP if device_of(user) else SMS


def device_of(user: User) -> TOTPDevice | None:
    """The confirmed authenticator of a customer."""
    return TOTPDevice.objects.filter(user=user, user__kind=User.Kind.CUSTOMER, confirmed=True).first()


def awaits_app(attempt: LoginAttempt) -> bool:
    """Whether step three of this sign-in asks the authenticator: chosen, and no SMS was asked for instead."""
    if attempt.user is None or selectors.last_challenge(attempt, purpose=fnp.SIGN_IN):
        return False
    return chosen(attempt.user) == TOTP


def judge_totp(*, attempt: LoginAttempt, code: str, at: datetime, lane: str = lockout.OTHERS) -> None:
    """Say whether this is the authenticator's code; a commit of its own, as `fnp.judge`.

    The try is counted first, in the lane of the password and the FNP. Refuses a wrong code, one that was used before,
    and every try while the lane is blocked or the user frozen.
    """
    user = attempt.user
    assert user is not None, "nobody has an authenticator"
    blocks.refuse_frozen(user, lane)
    with transaction.atomic(durable=True):
        lockout.reserve(attempt.identity, lane, at, after_password=True)
        right = verify(user, device_of(user), code)
        if right:
            lockout.give_back(attempt.identity, lane, after_password=True)
        else:
            record_wrong(attempt, at)
    if not right:
        raise WrongAppCode(attempts_left=tries_left(attempt.identity, lane))


def verify(user: User, device: TOTPDevice | None, code: str) -> bool:
    """Whether the device gives this code now; once. Inside a transaction, after the try was counted.

    The library's own brake would let a stranger who has the password hold the owner out for as long as he likes; the
    lanes of lockout.py count in its place.
    """
    if device is None:
        return False
    TOTPDevice.objects.filter(pk=device.pk).update(throttling_failure_count=0, throttling_failure_timestamp=None)
    return verify_token(user, device.persistent_id, code) is not None


def tries_left(identity: str, lane: str) -> int:
    """How many tries this lane has until its next block."""
    failures = FailureCounter.objects.filter(identity=identity, lane=lane).values_list("failures", flat=True).first()
    return lockout.FAILURES_PER_BLOCK - (failures or 0) % lockout.FAILURES_PER_BLOCK


def record_wrong(attempt: LoginAttempt, at: datetime) -> None:
    """Never the code."""
    audit.record(
        "auth.totp.judged",
        actor=audit.actor_of(attempt.mandate or attempt.user),  # type: ignore[arg-type]  # a session has both
        at=at,
        subject=f"sign_in:{attempt.id}",
        outcome=audit.REFUSED,
        reason=WrongAppCode.code,
    )
