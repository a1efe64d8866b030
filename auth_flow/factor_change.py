"""Another third step for the sign-in: an authenticator comes or goes, each time with an FNP to the registered phone.

To add one: an FNP, then the secret is shown, then a first code of the app proves that it was taken over. To remove it:
an FNP. Whoever is signed in tries in the lane of sessions. All moments are the machine's clock.
"""

from base64 import b32encode
from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _
from django_otp.plugins.otp_totp.models import TOTPDevice

from accounts import audit, clock, notices
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import blocks, factors, fnp, lockout, preferences, proofs, selectors
from auth_flow.models import FnpChallenge, LoginAttempt

Act = Literal["add", "remove"]
PURPOSE = FnpChallenge.Purpose.SETTINGS
SMS_WHAT: dict[Act, str] = {"add": "te shtuar aplikacionin", "remove": "te hequr aplikacionin"}
TAKEN_OVER_WITHIN = timedelta(minutes=10)
DEVICE_NAME = "aplikacion"

notices.declare("auth.factor.added", _("Hapi i tretë i hyrjes u ndryshua: tani kërkohet kodi i aplikacionit tuaj."))
notices.declare("auth.factor.removed", _("Aplikacioni i kodeve u hoq: hapi i tretë i hyrjes është përsëri FNP me SMS."))


class ChangeExpired(Refusal):
    sentence = _("Ndryshimi zgjati shumë. Filloni përsëri.")


class NothingToChange(Refusal):
    sentence = _("Hapi i tretë është tashmë i tillë. Shiheni te Personalizime.")


def subject_of(act: Act) -> str:
    """What the FNP of this act is about."""
    return f"factor:{act}"


def key_in_fours(device: TOTPDevice) -> str:
    """The secret as people copy it into an app by hand."""
    text = b32encode(device.bin_key).decode().rstrip("=")
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))


@verb("auth.factor.code_asked")
def ask(*, attempt: LoginAttempt, act: Act, at: datetime) -> FnpChallenge:
    """Send the FNP that allows this act. Refuses what changes nothing, too soon after the last one, too many codes."""
    user = _user_of(attempt)
    if (act == "remove") != (factors.device_of(user) is not None):
        raise NothingToChange
    last = selectors.last_challenge(attempt, purpose=PURPOSE, subject=subject_of(act))
    if last and last.consumed_at is None and (wait := fnp.resend_after(last, at)):
        raise fnp.ResendTooSoon(seconds=wait)
    return fnp.issue(
        user=user,
        purpose=PURPOSE,
        body=_body(user, act),
        sms=proofs.sms_text(SMS_WHAT[act]),
        attempt=attempt,
        subject=subject_of(act),
        at=at,
    )


def resend(*, attempt: LoginAttempt, act: Act, at: datetime) -> None:
    """Send the FNP again; a new one when the old can no longer be answered in time."""
    user = _user_of(attempt)
    challenge = fnp.live(user=user, purpose=PURPOSE, attempt=attempt, subject=subject_of(act), at=at)
    if challenge and fnp.is_worth_sending(challenge, at):
        fnp.resend(challenge_id=challenge.id, user=user, attempt=attempt, at=at)
    else:
        ask(attempt=attempt, act=act, at=at)


def begin(*, attempt: LoginAttempt, code: str, at: datetime) -> TOTPDevice:
    """With the right FNP: a new authenticator, not yet confirmed, whose secret may be shown now."""
    return _begin(challenge=_judged(attempt, "add", code, at), attempt=attempt, at=at)


def remove(*, attempt: LoginAttempt, code: str, at: datetime) -> None:
    """With the right FNP: no authenticator any more, and step three is the SMS again."""
    _remove(challenge=_judged(attempt, "remove", code, at), attempt=attempt, at=at)


def confirm(*, attempt: LoginAttempt, device: TOTPDevice, code: str, at: datetime) -> None:
    """With a first code of the app: from now on step three asks for one. Refuses a wrong code, and one too late."""
    user, identity = _user_of(attempt), lockout.identity_of_user(_user_of(attempt))
    blocks.refuse_frozen(user, lockout.SESSION)
    with transaction.atomic(durable=True):
        lockout.reserve(identity, lockout.SESSION, at)
        right = factors.verify(user, device, code)
        if right:
            lockout.give_back(identity, lockout.SESSION)
        else:
            factors.record_wrong(attempt, at)
    if not right:
        raise factors.WrongAppCode(attempts_left=factors.tries_left(identity, lockout.SESSION))
    _confirm(device_id=device.pk, attempt=attempt, at=at)


def under_way(user: User, device_id: object, *, at: datetime) -> TOTPDevice | None:
    """The authenticator that this user is about to take over; None when that took too long."""
    devices = TOTPDevice.objects.filter(user=user, confirmed=False, created_at__gt=at - TAKEN_OVER_WITHIN)
    return devices.filter(pk=device_id).first() if device_id else None


@verb("auth.factor.begun")
def _begin(*, challenge: FnpChallenge, attempt: LoginAttempt, at: datetime) -> TOTPDevice:
    user = _user_of(attempt)
    fnp.consume(challenge=challenge, body=_body(user, "add"), at=at)
    TOTPDevice.objects.filter(user=user, confirmed=False).delete()
    device = TOTPDevice.objects.create(user=user, name=DEVICE_NAME, confirmed=False)
    audit.record("auth.factor.begun", actor=_actor(attempt), at=at, subject=f"user:{user.pk}")
    return device


@verb("auth.factor.added")
def _confirm(*, device_id: int, attempt: LoginAttempt, at: datetime) -> None:
    user = _user_of(attempt)
    device = under_way(user, device_id, at=at)
    if device is None:
        raise ChangeExpired
    TOTPDevice.objects.filter(user=user).exclude(pk=device.pk).delete()
    TOTPDevice.objects.filter(pk=device.pk).update(confirmed=True)
    preferences.note(user, factor=factors.TOTP)
    audit.record("auth.factor.added", actor=_actor(attempt), at=at, subject=f"user:{user.pk}")
    notices.tell(user, "auth.factor.added", {}, clock.shown(at))


@verb("auth.factor.removed")
def _remove(*, challenge: FnpChallenge, attempt: LoginAttempt, at: datetime) -> None:
    user = _user_of(attempt)
    fnp.consume(challenge=challenge, body=_body(user, "remove"), at=at)
    TOTPDevice.objects.filter(user=user).delete()
    preferences.note(user, factor=factors.SMS)
    audit.record("auth.factor.removed", actor=_actor(attempt), at=at, subject=f"user:{user.pk}")
    notices.tell(user, "auth.factor.removed", {}, clock.shown(at))


def _judged(attempt: LoginAttempt, act: Act, code: str, at: datetime) -> FnpChallenge:
    challenge = selectors.last_challenge(attempt, purpose=PURPOSE, subject=subject_of(act))
    if challenge is None:
        raise ChangeExpired
    user = _user_of(attempt)
    return fnp.judge(challenge_id=challenge.id, code=code, user=user, attempt=attempt, purpose=PURPOSE, at=at)


def _body(user: User, act: Act) -> bytes:
    """What the code allows: this act, while the authenticator is the one that she has now."""
    device = factors.device_of(user)
    return f"factor {act} {user.pk} {device.pk if device else 0}".encode()


def _user_of(attempt: LoginAttempt) -> User:
    assert attempt.user is not None, "a session has a user"
    return attempt.user


def _actor(attempt: LoginAttempt) -> audit.Actor:
    assert attempt.mandate is not None, "a session acts for a company"
    return audit.actor_of(attempt.mandate)
