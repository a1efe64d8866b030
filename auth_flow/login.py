"""The way in, in three steps: who (customer number and NIPT), the password, the FNP (R21-R28).

Whoever tries learns nothing before the password is right: a pair that names nobody gets the same pages, the same work
and the same blocks. `network` is an IP address, `browser` the User-Agent. All moments are the machine's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates
from accounts.models import Mandate, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import backends, blocks, browsers, factors, fnp, keys, lockout, selectors, tries
from auth_flow.endings import actor_of, end, make_room
from auth_flow.models import FnpChallenge, LoginAttempt

SMS = (
    "{bank}: FNP {mark} per hyrje ne Degen Internet. Vlen {life}. Mos ia jepni askujt. "
    "Nuk e kerkuat ju? {phone}, ref {reference}"
)


class SignInRefused(Refusal):
    """The one answer to a wrong password, a wrong NIPT and an unknown number alike."""

    sentence = _(
        "Të dhënat nuk përputhen. Kontrolloni numrin e klientit, NIPT-in dhe fjalëkalimin, pastaj provoni përsëri."
    )


class SignInExpired(Refusal):
    sentence = _("Hyrja zgjati shumë ose diçka ndryshoi ndërkohë. Filloni përsëri nga hapi i parë.")


class ChangedMeanwhile(SignInExpired):
    """The password, the phone, the user or the mandate is no longer that of step two."""


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has passed: the attempt, and the new token of its cookie (empty once signed in)."""

    attempt: LoginAttempt
    token: str


def identify(
    *,
    customer_number: str,
    nipt: str,
    network: str,
    browser: str,
    at: datetime,
    browser_tokens: Sequence[str] = (),
) -> Step:
    """Step one: begin an attempt for this pair, known or not; both parts in their normal form.

    `browser_tokens` are what the browser's own cookie holds (browsers.py). Refuses only a network that began many ways
    in which led to nothing, unless the browser is a known one.
    """
    mandate = _in_force(at).filter(user__person__customer_number=customer_number, company__nipt=nipt).first()
    known = browsers.known(browser_tokens, mandate.user if mandate else None)
    if known is None:
        lockout.refuse_many_starts(network, at)
    token = keys.new_token()
    attempt = LoginAttempt.objects.create(
        user=mandate.user if mandate else None,
        mandate=mandate,
        identity=lockout.identity_of(customer_number),
        key_hash=keys.token_hash(token),
        network=network,
        browser=browser[:200],
        known_browser=known,
        started_at=at,
        identified_at=at,
        last_seen_at=at,
        expires_at=at + timedelta(seconds=settings.SIGN_IN_LIFE_SECONDS),
    )
    return Step(attempt, token)


def check_password(*, attempt: LoginAttempt, password: str, at: datetime) -> Step:
    """Step two: with the right password an FNP goes out, unless an authenticator takes its place.

    The try is counted, in a commit of its own, before the password is hashed. Refuses a blocked identity, a crowded
    network, a wrong password (SignInRefused), too many codes, and an attempt that is over; after the right password
    also a block that only the contact centre lifts.
    """
    a_try = tries.of(attempt)
    tries.begin(a_try, at)
    customer = tries.judge_password(a_try, password)
    if customer is None or not _mandate_holds(attempt, at):
        raise _failed(attempt, SignInRefused(), at)
    tries.pass_(a_try)
    return _accept_password(
        attempt_id=attempt.id, user_id=customer.pk, key_hash=attempt.key_hash, actor=actor_of(attempt), at=at
    )


def check_code(*, attempt: LoginAttempt, code: str, at: datetime) -> LoginAttempt:
    """Step three: with the right FNP, or code of the authenticator, the attempt becomes a session; older ones may end.

    Refuses a wrong, spent or expired code, a blocked identity, and an attempt whose password, phone or mandate changed.
    """
    if attempt.user is None or attempt.password_at is None:
        raise SignInExpired
    try:
        if _has_changed(attempt, attempt.user, at):
            raise ChangedMeanwhile
        judged = _judge(attempt, attempt.user, code, at)
        return _sign_in(
            attempt_id=attempt.id,
            user_id=attempt.user.pk,
            key_hash=attempt.key_hash,
            challenge=judged,
            actor=actor_of(attempt),
            at=at,
        )
    except ChangedMeanwhile:
        end(attempt, LoginAttempt.Ended.CHANGED, at=at)
        raise


def resend_code(*, attempt: LoginAttempt, at: datetime) -> None:
    """Send the FNP of this attempt again; a new one when the old can no longer be answered in time.

    Refuses while the identity is blocked, too soon, too often, and an attempt before its second step.
    """
    if attempt.user is None or attempt.password_at is None:
        raise SignInExpired
    a_try = tries.of(attempt)
    if blocked := lockout.block_of(a_try.identity, a_try.lane, at):
        raise blocked
    challenge = fnp.live(user=attempt.user, purpose=fnp.SIGN_IN, attempt=attempt, at=at)
    if challenge and fnp.is_worth_sending(challenge, at):
        fnp.resend(challenge_id=challenge.id, user=attempt.user, attempt=attempt, at=at)
    else:
        _renew_code(attempt_id=attempt.id, user_id=attempt.user.pk, actor=actor_of(attempt), at=at)


# --- Step two, after the password ------------------------------------------------------------------------------------


@verb("auth.sign_in.password_accepted")
def _accept_password(*, attempt_id: UUID, user_id: int, key_hash: str, actor: audit.Actor, at: datetime) -> Step:
    """The password was right: note it, give the cookie a new token, ask for the FNP."""
    token = keys.new_token()
    user = selectors.locked_user(user_id)
    attempt = _open_attempt(attempt_id, at, key_hash=key_hash, password_at=None)
    blocks.refuse_at_the_door(user, lockout.lane_of(attempt))
    attempt.password_at = attempt.last_seen_at = at
    attempt.password_version = backends.password_version(user)
    attempt.key_hash = keys.token_hash(token)
    attempt.save(update_fields=["password_at", "last_seen_at", "password_version", "key_hash"])
    if factors.chosen(user) == factors.SMS:
        _issue(attempt, at)
    audit.record("auth.sign_in.password_accepted", actor=actor, at=at, subject=f"sign_in:{attempt.id}")
    return Step(attempt, token)


@verb("auth.fnp.renewed")
def _renew_code(*, attempt_id: UUID, user_id: int, actor: audit.Actor, at: datetime) -> None:
    selectors.locked_user(user_id)
    attempt = _open_attempt(attempt_id, at)
    last = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    if last and (wait := fnp.resend_after(last, at)):
        raise fnp.ResendTooSoon(seconds=wait)
    _issue(attempt, at)


def _issue(attempt: LoginAttempt, at: datetime) -> None:
    assert attempt.user is not None, "nobody gets an FNP"
    fnp.issue(user=attempt.user, purpose=fnp.SIGN_IN, body=_body(attempt), sms=sms_text(), attempt=attempt, at=at)


def sms_text() -> str:
    """The SMS of a sign-in, with its marks; it looks unlike the one of a payment."""
    return SMS.format(
        bank=settings.BANK["short_name"],
        mark=fnp.MARK,
        life=fnp.life_in_sms(),
        phone=settings.BANK["phone_sms"],
        reference=fnp.REFERENCE_MARK,
    )


def _body(attempt: LoginAttempt) -> bytes:
    """What the code of a sign-in allows: this attempt, for this mandate."""
    return f"sign_in {attempt.id} {attempt.mandate_id}".encode()


# --- Step three, the code --------------------------------------------------------------------------------------------


def _judge(attempt: LoginAttempt, user: User, code: str, at: datetime) -> FnpChallenge | None:
    """The challenge whose code this is; None where an authenticator was asked and was right."""
    challenge = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    try:
        if factors.awaits_app(attempt):
            factors.judge_totp(attempt=attempt, code=code, at=at, lane=lockout.lane_of(attempt))
            return None
        if challenge is None:
            raise SignInExpired
        return fnp.judge(challenge_id=challenge.id, code=code, user=user, attempt=attempt, purpose=fnp.SIGN_IN, at=at)
    except fnp.WrongCode as wrong:
        raise _failed(attempt, wrong, at) from None
    except lockout.SignInBlocked as blocked:
        raise tries.refused(tries.of(attempt), blocked, at) from None


@verb("auth.sign_in.done")
def _sign_in(
    *,
    attempt_id: UUID,
    user_id: int,
    key_hash: str,
    challenge: FnpChallenge | None,
    actor: audit.Actor,
    at: datetime,
) -> LoginAttempt:
    """All three steps have passed: a session opens, and the oldest end where there would be too many."""
    user = selectors.locked_user(user_id)
    attempt = _open_attempt(attempt_id, at, key_hash=key_hash, password_at__isnull=False)
    if _has_changed(attempt, user, at):
        raise ChangedMeanwhile
    blocks.refuse_at_the_door(user, lockout.lane_of(attempt))
    if challenge:
        fnp.consume(challenge=challenge, body=_body(attempt), at=at)
    else:
        lockout.clear(attempt.identity, lockout.lane_of(attempt))
    replaced = make_room(user, at=at)
    attempt.fnp_at = attempt.signed_in_at = attempt.last_seen_at = at
    attempt.expires_at = at + timedelta(seconds=settings.SESSION_ABSOLUTE_SECONDS)
    attempt.key_hash = keys.token_hash(keys.new_token())  # The session's key takes over; the cookie opens nothing now.
    attempt.save(update_fields=["fnp_at", "signed_in_at", "last_seen_at", "expires_at", "key_hash"])
    audit.record(
        "auth.sign_in.done",
        actor=actor,
        at=at,
        subject=f"sign_in:{attempt.id}",
        details={"network": attempt.network, "browser": attempt.browser, "replaced": replaced},
    )
    return attempt


# --- What the steps share --------------------------------------------------------------------------------------------


def _failed(attempt: LoginAttempt, refusal: Refusal, at: datetime) -> Refusal:
    """A wrong password or code: noted on the attempt, counted, recorded; what to answer."""
    LoginAttempt.objects.filter(id=attempt.id).update(failed_at=at)
    return tries.fail(tries.of(attempt), refusal, at)


def _open_attempt(attempt_id: UUID, at: datetime, **state: object) -> LoginAttempt:
    """The attempt under its lock, if it is still under way and in this state."""
    locked = LoginAttempt.objects.select_for_update(of=("self",), no_key=True)
    attempts = locked.select_related("user__person", "mandate__company")
    attempt = attempts.filter(id=attempt_id, signed_in_at=None, ended_at=None, expires_at__gt=at, **state).first()
    if attempt is None:
        raise SignInExpired
    return attempt


def _has_changed(attempt: LoginAttempt, user: User, at: datetime) -> bool:
    """Whether password, phone, user or mandate are no longer those of step two."""
    challenge = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    phone = user.person.phone if user.person else ""
    return (
        attempt.password_version != backends.password_version(user)
        or (challenge is not None and challenge.phone != phone)
        or not _mandate_holds(attempt, at)
    )


def _mandate_holds(attempt: LoginAttempt, at: datetime) -> bool:
    return _in_force(at).filter(loginattempt=attempt).exists()


def _in_force(at: datetime) -> QuerySet[Mandate]:
    """Mandates are dated by the bank's clock; a sign-in runs on the machine's."""
    return mandates.in_force(at + clock.offset())
