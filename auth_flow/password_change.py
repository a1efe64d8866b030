"""A new password for whoever is signed in (R41): the old one, the new one, then an FNP that allows this one alone.

Between the two steps the session keeps the hash of the new password, as the user's row will; the password itself is
kept nowhere. All moments are the machine's clock.
"""

import hashlib
from collections.abc import Sequence
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import backends, blocks, browsers, fnp, lockout, passwords, proofs, selectors, tries
from auth_flow.models import FnpChallenge, KnownBrowser, LoginAttempt

PURPOSE = FnpChallenge.Purpose.SETTINGS
SUBJECT = "password"
SMS_WHAT = "te ndryshuar fjalekalimin"


class OldPasswordWrong(Refusal):
    sentence = _("Fjalëkalimi i tanishëm nuk është ky. Shkruajeni përsëri, ose përdorni “S’kujtoj fjalëkalimin”.")


class ChangeExpired(Refusal):
    sentence = _("Ndryshimi zgjati shumë. Shkruajini përsëri fjalëkalimet.")


def ask(*, attempt: LoginAttempt, old: str, new: str, at: datetime) -> str:
    """Step one: both passwords; an FNP goes out. Returns the hash of the new one, for `change`.

    The old one is counted before it is judged, in the lane of sessions. Refuses while that lane is blocked, a wrong old
    password, a new one that breaks a rule, and too many codes.
    """
    user = _user_of(attempt)
    blocks.refuse_frozen(user, lockout.lane_of(attempt, PURPOSE))
    a_try = tries.Try(
        identity=attempt.identity,
        lane=lockout.lane_of(attempt, PURPOSE),
        network=attempt.network,
        user=user,
        subject=f"password:{attempt.id}",
        after_password=True,
    )
    tries.begin(a_try, at)
    if tries.judge_password(a_try, old) is None:
        raise tries.fail(a_try, OldPasswordWrong(), at)
    tries.pass_(a_try)
    passwords.require_allowed(new, user)
    made = passwords.hashed(new)
    _ask_code(attempt=attempt, made=made, at=at)
    return made


def change(*, attempt: LoginAttempt, made: str, code: str, browser_tokens: Sequence[str] = (), at: datetime) -> User:
    """Step two: with the right FNP the new password is in force, every other session ends, no other browser is known.

    Refuses a wrong, spent or expired code, a blocked lane, and a change that is over.
    """
    challenge = selectors.last_challenge(attempt, purpose=PURPOSE, subject=SUBJECT)
    if challenge is None:
        raise ChangeExpired
    user = _user_of(attempt)
    judged = fnp.judge(challenge_id=challenge.id, code=code, user=user, attempt=attempt, purpose=PURPOSE, at=at)
    browser = browsers.known(browser_tokens, user)
    return _change(challenge=judged, attempt=attempt, made=made, browser=browser, at=at)


def resend_code(*, attempt: LoginAttempt, made: str, at: datetime) -> None:
    """Send the FNP again; a new one when the old can no longer be answered in time."""
    challenge = fnp.live(user=_user_of(attempt), purpose=PURPOSE, attempt=attempt, subject=SUBJECT, at=at)
    if challenge and fnp.is_worth_sending(challenge, at):
        fnp.resend(challenge_id=challenge.id, user=_user_of(attempt), attempt=attempt, at=at)
    else:
        _ask_code(attempt=attempt, made=made, at=at)


@verb("auth.password.code_asked")
def _ask_code(*, attempt: LoginAttempt, made: str, at: datetime) -> None:
    user = _user_of(attempt)
    last = selectors.last_challenge(attempt, purpose=PURPOSE, subject=SUBJECT)
    if last and last.consumed_at is None and (wait := fnp.resend_after(last, at)):
        raise fnp.ResendTooSoon(seconds=wait)
    fnp.issue(
        user=user,
        purpose=PURPOSE,
        body=_body(user, made),
        sms=proofs.sms_text(SMS_WHAT),
        attempt=attempt,
        subject=SUBJECT,
        at=at,
    )
    audit.record("auth.password.code_asked", actor=audit.actor_of(user), at=at, subject=f"user:{user.pk}")


@verb("auth.password.changed")
def _change(
    *, challenge: FnpChallenge, attempt: LoginAttempt, made: str, browser: KnownBrowser | None, at: datetime
) -> User:
    user = selectors.locked_user(challenge.user_id)
    fnp.consume(challenge=challenge, body=_body(user, made), at=at)
    through = passwords.CHANGE
    passwords.set_password(user=user, made=made, through=through, keep=attempt, keep_browser=browser, at=at)
    return user


def _body(user: User, made: str) -> bytes:
    """What the code allows: this new password in the place of that old one."""
    new = hashlib.sha256(made.encode()).hexdigest()
    return f"password {user.pk} {backends.password_version(user)} {new}".encode()


def _user_of(attempt: LoginAttempt) -> User:
    assert attempt.user is not None, "a session has a user"
    return attempt.user
