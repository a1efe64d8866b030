"""The way in, in three steps: who (customer number and NIPT), the password, the FNP (R21-R28).

Whoever tries learns nothing before the password is right: a pair that names nobody gets the same pages, the same work
and the same blocks. `network` is an IP address, `browser` the User-Agent. All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates
from accounts.models import Mandate, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import backends, fnp, keys, lockout, selectors
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


class NoSuchMandate(Refusal):
    sentence = _("Kjo kompani nuk është mes të drejtave tuaja. Telefononi bankën nëse duhet të jetë.")


@dataclass(frozen=True, slots=True)
class Step:
    """A step that has passed: the attempt, and the new token of its cookie (empty once signed in)."""

    attempt: LoginAttempt
    token: str


def identify(*, customer_number: str, nipt: str, network: str, browser: str, at: datetime) -> Step:
    """Step one: begin an attempt for this pair, known or not; both parts in their normal form. Refuses nobody."""
    mandate = _in_force(at).filter(user__person__customer_number=customer_number, company__nipt=nipt).first()
    token = keys.new_token()
    attempt = LoginAttempt.objects.create(
        user=mandate.user if mandate else None,
        mandate=mandate,
        identity=lockout.identity_of_user(mandate.user) if mandate else lockout.identity_of_pair(customer_number, nipt),
        key_hash=keys.token_hash(token),
        network=network,
        browser=browser[:200],
        started_at=at,
        identified_at=at,
        last_seen_at=at,
        expires_at=at + timedelta(seconds=settings.SIGN_IN_LIFE_SECONDS),
    )
    return Step(attempt, token)


def check_password(*, attempt: LoginAttempt, password: str, at: datetime) -> Step:
    """Step two: with the right password an FNP goes out.

    The try is counted, in a commit of its own, before the password is hashed. Refuses a blocked identity, a crowded
    network, a wrong password (SignInRefused), too many codes, and an attempt that is over.
    """
    lockout.refuse_crowded_network(attempt.network, at)
    _reserve(attempt, at)
    try:
        customer = backends.CustomerBackend().authenticate(None, customer=attempt.user, password=password)
    except backends.TooBusy:
        lockout.give_back(attempt.identity, lockout.OTHERS)
        raise
    if customer is None or not _mandate_holds(attempt, at):
        raise _refused(attempt, SignInRefused(), at)
    lockout.give_back(attempt.identity, lockout.OTHERS)
    return _accept_password(attempt_id=attempt.id, key_hash=attempt.key_hash, actor=_actor(attempt), at=at)


def check_code(*, attempt: LoginAttempt, code: str, at: datetime) -> LoginAttempt:
    """Step three: with the right FNP the attempt becomes a session, and the user's older one ends.

    Refuses a wrong, spent or expired code, a blocked identity, and an attempt whose password, phone or mandate changed.
    """
    challenge = selectors.last_challenge(attempt, purpose=fnp.SIGN_IN)
    if attempt.user is None or challenge is None:
        raise SignInExpired
    if _has_changed(attempt, challenge, at):
        end(attempt, LoginAttempt.Ended.CHANGED, at=at)
        raise SignInExpired
    try:
        judged = fnp.judge(
            challenge_id=challenge.id, code=code, user=attempt.user, attempt=attempt, purpose=fnp.SIGN_IN, at=at
        )
    except fnp.WrongCode as wrong:
        raise _refused(attempt, wrong, at) from None
    except lockout.SignInBlocked as blocked:
        _record_refused(attempt, blocked, at)
        raise
    return _sign_in(attempt_id=attempt.id, key_hash=attempt.key_hash, challenge=judged, actor=_actor(attempt), at=at)


def resend_code(*, attempt: LoginAttempt, at: datetime) -> None:
    """Send the FNP of this attempt again; a new one when the old can no longer be answered in time.

    Refuses while the identity is blocked, too soon, too often, and an attempt before its second step.
    """
    if attempt.user is None or attempt.password_at is None:
        raise SignInExpired
    if blocked := lockout.block_of(attempt.identity, lockout.OTHERS, at):
        raise blocked
    challenge = fnp.live(user=attempt.user, purpose=fnp.SIGN_IN, attempt=attempt, at=at)
    if challenge and fnp.is_worth_sending(challenge, at):
        fnp.resend(challenge_id=challenge.id, user=attempt.user, attempt=attempt, at=at)
    else:
        _renew_code(attempt_id=attempt.id, actor=_actor(attempt), at=at)


@verb("auth.company.switched")
def switch_company(*, attempt_id: UUID, mandate_id: UUID, actor: audit.Actor, at: datetime) -> LoginAttempt:
    """Let the session act for another of the user's companies; codes asked for under the old one are void.

    Refuses a mandate that is not this user's or does not hold.
    """
    attempt = LoginAttempt.objects.select_for_update().get(id=attempt_id)
    mandate = _in_force(at).filter(id=mandate_id, user__sign_ins=attempt).first()
    if mandate is None:
        raise NoSuchMandate
    FnpChallenge.objects.filter(attempt=attempt, consumed_at=None, voided_at=None).update(
        voided_at=at, void_reason=FnpChallenge.Voided.CHANGED
    )
    attempt.mandate = mandate
    attempt.save(update_fields=["mandate"])
    audit.record("auth.company.switched", actor=audit.actor_of(mandate), at=at, subject=f"sign_in:{attempt.id}")
    return attempt


def end(attempt: LoginAttempt, reason: str, *, at: datetime) -> None:
    """End an attempt or a session; the first reason stays."""
    with transaction.atomic():
        ended = LoginAttempt.objects.filter(id=attempt.id, ended_at=None).update(ended_at=at, end_reason=reason)
        if ended and attempt.signed_in_at:
            audit.record(
                "auth.session.ended",
                actor=_actor(attempt),
                at=at,
                subject=f"sign_in:{attempt.id}",
                reason=str(reason),
            )


# --- Step two, after the password ------------------------------------------------------------------------------------


@verb("auth.sign_in.password_accepted")
def _accept_password(*, attempt_id: UUID, key_hash: str, actor: audit.Actor, at: datetime) -> Step:
    """The password was right: note it, give the cookie a new token, ask for the FNP."""
    token = keys.new_token()
    attempt = _open_attempt(attempt_id, at, key_hash=key_hash, password_at=None)
    assert attempt.user is not None, "nobody has a password"
    attempt.password_at = attempt.last_seen_at = at
    attempt.password_version = backends.password_version(attempt.user)
    attempt.key_hash = keys.token_hash(token)
    attempt.save(update_fields=["password_at", "last_seen_at", "password_version", "key_hash"])
    _issue(attempt, at)
    audit.record("auth.sign_in.password_accepted", actor=actor, at=at, subject=f"sign_in:{attempt.id}")
    return Step(attempt, token)


@verb("auth.fnp.renewed")
def _renew_code(*, attempt_id: UUID, actor: audit.Actor, at: datetime) -> None:
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
    seconds = settings.FNP_LIFE_SECONDS
    return SMS.format(
        bank=settings.BANK["short_name"],
        mark=fnp.MARK,
        life=f"{seconds // 60} min" if seconds >= 60 else f"{seconds} sek",
        phone=settings.BANK["phone_sms"],
        reference=fnp.REFERENCE_MARK,
    )


def _body(attempt: LoginAttempt) -> bytes:
    """What the code of a sign-in allows: this attempt, for this mandate."""
    return f"sign_in {attempt.id} {attempt.mandate_id}".encode()


# --- Step three, after the code --------------------------------------------------------------------------------------


@verb("auth.sign_in.done")
def _sign_in(
    *, attempt_id: UUID, key_hash: str, challenge: FnpChallenge, actor: audit.Actor, at: datetime
) -> LoginAttempt:
    """All three steps have passed: one live session a user, so the older ones end here."""
    User.objects.select_for_update(no_key=True).get(pk=challenge.user_id)
    attempt = _open_attempt(attempt_id, at, key_hash=key_hash, password_at__isnull=False)
    fnp.consume(challenge=challenge, body=_body(attempt), at=at)
    older = LoginAttempt.objects.filter(user_id=challenge.user_id, signed_in_at__isnull=False, ended_at=None)
    replaced = older.update(ended_at=at, end_reason=LoginAttempt.Ended.REPLACED)
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


def _reserve(attempt: LoginAttempt, at: datetime) -> None:
    try:
        with transaction.atomic(durable=True):
            lockout.reserve(attempt.identity, lockout.OTHERS, at)
    except lockout.SignInBlocked as blocked:
        _record_refused(attempt, blocked, at)
        raise


def _refused(attempt: LoginAttempt, refusal: Refusal, at: datetime) -> Refusal:
    """Count and record a failed try; the answer is the block, if this try was the one too many."""
    lockout.count_network(attempt.network, at)
    answer = lockout.block_of(attempt.identity, lockout.OTHERS, at) or refusal
    _record_refused(attempt, answer, at)
    return answer


def _record_refused(attempt: LoginAttempt, refusal: Refusal, at: datetime) -> None:
    """The same line for everybody, known or not: the identity is a keyed hash."""
    with transaction.atomic():
        audit.record(
            "auth.sign_in.refused",
            actor=audit.A_VISITOR,
            at=at,
            subject=f"sign_in:{attempt.id}",
            outcome=audit.REFUSED,
            reason=refusal.code,
            details={"network": attempt.network, "identity": attempt.identity[:16]},
        )


def _open_attempt(attempt_id: UUID, at: datetime, **state: object) -> LoginAttempt:
    """The attempt under its lock, if it is still under way and in this state."""
    attempts = LoginAttempt.objects.select_for_update(of=("self",)).select_related("user__person", "mandate__company")
    attempt = attempts.filter(id=attempt_id, signed_in_at=None, ended_at=None, expires_at__gt=at, **state).first()
    if attempt is None:
        raise SignInExpired
    return attempt


def _has_changed(attempt: LoginAttempt, challenge: FnpChallenge, at: datetime) -> bool:
    """Whether password, phone, user or mandate are no longer those of step two."""
    user = attempt.user
    assert user is not None, "nobody gets an FNP"
    assert user.person is not None, "a customer has a person"
    return (
        attempt.password_version != backends.password_version(user)
        or challenge.phone != user.person.phone
        or not _mandate_holds(attempt, at)
    )


def _mandate_holds(attempt: LoginAttempt, at: datetime) -> bool:
    return _in_force(at).filter(loginattempt=attempt).exists()


def _in_force(at: datetime) -> QuerySet[Mandate]:
    """Mandates are dated by the bank's clock; a sign-in runs on the machine's."""
    return mandates.in_force(at + clock.offset())


def _actor(attempt: LoginAttempt) -> audit.Actor:
    return audit.actor_of(attempt.mandate) if attempt.mandate else audit.A_VISITOR
