"""What proves who one is without a password: a card of hers or of her company, then an FNP (R16, R31).

Registration and a forgotten password share it. Until the card and the FNP were right every no is one and the same: an
unknown pair, a wrong card, no phone, a block, registered or not yet. Each does the same work, counts in the same lane
as a wrong password, and ends in a reference; what was really wrong stands in its case, for the contact centre alone.
All moments are the machine's clock.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import (
    backends,
    browsers,
    claims,
    endings,
    fnp,
    keys,
    lockout,
    login,
    networks,
    permits,
    selectors,
    tries,
)
from auth_flow.models import FnpChallenge, LoginAttempt, SecurityCase

REGISTRATION = LoginAttempt.Kind.REGISTRATION
RECOVERY = LoginAttempt.Kind.RECOVERY
PURPOSES = {REGISTRATION: FnpChallenge.Purpose.REGISTRATION, RECOVERY: FnpChallenge.Purpose.RECOVERY}

SMS = (
    "{bank}: FNP {mark} per {what} ne Degen Internet. Vlen {life}. Mos ia jepni askujt. "
    "Nuk e kerkuat ju? {phone}, ref {reference}"
)
SMS_WHAT = {REGISTRATION: "regjistrim", RECOVERY: "fjalekalim te ri"}


class DeadEnd(Refusal):
    """The one answer to everybody who cannot go on alone. Fact: reference."""

    sentence = _(
        "Nuk mund të vazhdoni vetë me këto të dhëna. Kontrollojini dhe provoni përsëri, ose telefononi bankën dhe "
        "thoni referencën %(reference)s."
    )

    def __init__(self, *, reference: str) -> None:
        super().__init__(reference=reference)
        self.reference = reference


class ProofExpired(Refusal):
    sentence = _("Kjo zgjati shumë ose diçka ndryshoi ndërkohë. Filloni përsëri nga hapi i parë.")


Step = login.Step


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a try comes from: an IP address, a User-Agent, and the known-browser tokens that came along, unbelieved."""

    network: str
    browser: str
    tokens: Sequence[str] = ()


def begin(*, kind: LoginAttempt.Kind, claim: claims.Claim, visit: Visit, at: datetime) -> Step:
    """Step one, who and the card, or a permit that stands for it: if all is right, an FNP goes out.

    The try is counted, in a commit of its own, before anything is judged. Refuses a crowded network, a blocked
    identity, and everything else with DeadEnd.
    """
    mandate = claims.named_by(claim)
    user = mandate.user if mandate else None
    known = browsers.known(visit.tokens, user)
    a_try = tries.Try(
        identity=lockout.identity_of(claim.customer_number),
        lane=lockout.KNOWN if known else lockout.OTHERS,
        network=visit.network,
        user=user,
        subject=f"proof:{kind}",
    )
    tries.begin(a_try, at)
    why = claims.why_not(kind, mandate, claim, at, lane=a_try.lane)
    if why or mandate is None:
        reference = open_case(user=user, why=why, network=visit.network, identity=a_try.identity, at=at)
        raise tries.fail(a_try, DeadEnd(reference=reference), at)
    tries.pass_(a_try)
    token = keys.new_token()
    attempt = LoginAttempt(
        kind=kind,
        user=mandate.user,
        mandate=mandate,
        identity=a_try.identity,
        key_hash=keys.token_hash(token),
        password_version=backends.password_version(mandate.user),
        network=visit.network,
        subscriber=networks.subscriber_of(visit.network),
        browser=visit.browser[:200],
        known_browser=known,
        permit=None if claim.digits else permits.live(mandate.user_id, at),
        started_at=at,
        identified_at=at,
        proof_at=at,
        last_seen_at=at,
        expires_at=at + timedelta(seconds=settings.PROVING_LIFE_SECONDS),
    )
    _accept_card(attempt=attempt, at=at)
    return Step(attempt, token)


def check_code(*, attempt: LoginAttempt, code: str, at: datetime) -> Step:
    """Step two: the FNP. From here on she is who she says.

    Refuses a wrong, spent or expired code, a blocked identity, and an attempt whose password, phone or block changed.
    """
    challenge = selectors.last_challenge(attempt, purpose=PURPOSES[LoginAttempt.Kind(attempt.kind)])
    if attempt.user is None or challenge is None:
        raise ProofExpired
    if _has_changed(attempt, attempt.user, challenge):
        endings.end(attempt, LoginAttempt.Ended.CHANGED, at=at)
        raise ProofExpired
    try:
        judged = fnp.judge(
            challenge_id=challenge.id,
            code=code,
            user=attempt.user,
            attempt=attempt,
            purpose=challenge.purpose,
            at=at,
        )
    except fnp.WrongCode as wrong:
        raise tries.fail(tries.of(attempt), wrong, at) from None
    except lockout.SignInBlocked as blocked:
        raise tries.refused(tries.of(attempt), blocked, at) from None
    return _accept_code(attempt_id=attempt.id, key_hash=attempt.key_hash, challenge=judged, attempt=attempt, at=at)


def resend_code(*, attempt: LoginAttempt, at: datetime) -> None:
    """Send the FNP again; a new one when the old can no longer be answered in time.

    Refuses while the identity is blocked, too soon, too often, and after the code was right.
    """
    if attempt.user is None or attempt.fnp_at:
        raise ProofExpired
    if blocked := lockout.block_of(attempt.identity, lockout.lane_of(attempt), at):
        raise blocked
    purpose = PURPOSES[LoginAttempt.Kind(attempt.kind)]
    challenge = fnp.live(user=attempt.user, purpose=purpose, attempt=attempt, at=at)
    if challenge and fnp.is_worth_sending(challenge, at):
        fnp.resend(challenge_id=challenge.id, user=attempt.user, attempt=attempt, at=at)
    else:
        _renew_code(attempt_id=attempt.id, user_id=attempt.user.pk, attempt=attempt, at=at)


def proven(*, attempt_id: UUID, key_hash: str, kind: LoginAttempt.Kind, at: datetime) -> LoginAttempt:
    """The attempt that passed card and FNP and the user, both under their locks, for the verb that sets the password.

    Refuses an attempt that is over, and one whose password, phone, access or block changed since the code.
    """
    user_id = LoginAttempt.objects.values_list("user_id", flat=True).get(id=attempt_id)
    user = selectors.locked_user(user_id)
    attempt = _open_attempt(attempt_id, at, kind=kind, key_hash=key_hash, proof_at__isnull=False, fnp_at__isnull=False)
    challenge = selectors.last_challenge(attempt, purpose=PURPOSES[kind])
    if challenge is None or challenge.consumed_at is None or _has_changed(attempt, user, challenge):
        raise ProofExpired
    attempt.user = user
    return attempt


def open_case(*, user: User | None, why: str, network: str, identity: str, at: datetime) -> str:
    """Note a dead end for the contact centre, the same rows for everybody; returns the reference to say there."""
    reference = keys.new_reference()
    with transaction.atomic():
        case = SecurityCase.objects.create(
            reference=reference,
            kind=SecurityCase.Kind.DEAD_END,
            user=user,
            why=why,
            network=network,
            opened_at=at,
        )
        audit.record(
            "auth.proof.refused",
            actor=audit.A_VISITOR,
            at=at,
            subject=f"case:{case.pk}",
            outcome=audit.REFUSED,
            reason=DeadEnd.code,
            details={"network": network, "identity": identity[:16], "reference": reference},
        )
    return reference


def sms_text(what: str) -> str:
    """The SMS of a code that allows `what`, with its marks: GSM-7, one SMS."""
    return SMS.format(
        bank=settings.BANK["short_name"],
        mark=fnp.MARK,
        what=what,
        life=fnp.life_in_sms(),
        phone=settings.BANK["phone_sms"],
        reference=fnp.REFERENCE_MARK,
    )


# --- Step one --------------------------------------------------------------------------------------------------------


@verb("auth.proof.card_accepted")
def _accept_card(*, attempt: LoginAttempt, at: datetime) -> None:
    attempt.save(force_insert=True)
    _issue(attempt, at)
    audit.record(
        "auth.proof.card_accepted",
        actor=_actor(attempt),
        at=at,
        subject=f"sign_in:{attempt.id}",
        details={"kind": attempt.kind, "permit": attempt.permit_id},
    )


# --- Step two --------------------------------------------------------------------------------------------------------


@verb("auth.proof.code_accepted")
def _accept_code(
    *, attempt_id: UUID, key_hash: str, challenge: FnpChallenge, attempt: LoginAttempt, at: datetime
) -> Step:
    selectors.locked_user(challenge.user_id)
    token = keys.new_token()
    opened = _open_attempt(attempt_id, at, key_hash=key_hash, proof_at__isnull=False, fnp_at=None)
    fnp.consume(challenge=challenge, body=_body(opened), at=at)
    opened.fnp_at = opened.last_seen_at = at
    opened.key_hash = keys.token_hash(token)
    opened.save(update_fields=["fnp_at", "last_seen_at", "key_hash"])
    audit.record(
        "auth.proof.code_accepted",
        actor=_actor(opened),
        at=at,
        subject=f"sign_in:{opened.id}",
        details={"kind": opened.kind},
    )
    return Step(opened, token)


@verb("auth.fnp.renewed")
def _renew_code(*, attempt_id: UUID, user_id: int, attempt: LoginAttempt, at: datetime) -> None:
    selectors.locked_user(user_id)
    opened = _open_attempt(attempt_id, at, fnp_at=None)
    last = selectors.last_challenge(opened, purpose=PURPOSES[LoginAttempt.Kind(opened.kind)])
    if last and (wait := fnp.resend_after(last, at)):
        raise fnp.ResendTooSoon(seconds=wait)
    _issue(opened, at)


def _issue(attempt: LoginAttempt, at: datetime) -> None:
    assert attempt.user is not None, "nobody has a card"
    kind = LoginAttempt.Kind(attempt.kind)
    text = sms_text(SMS_WHAT[kind])
    fnp.issue(user=attempt.user, purpose=PURPOSES[kind], body=_body(attempt), sms=text, attempt=attempt, at=at)


def _body(attempt: LoginAttempt) -> bytes:
    """What the code allows: to make a password in this attempt, while the one before it is what it was."""
    return f"{attempt.kind} {attempt.id} {attempt.mandate_id} {attempt.password_version}".encode()


def _actor(attempt: LoginAttempt) -> audit.Actor:
    assert attempt.mandate is not None, "a card names a mandate"
    return audit.actor_of(attempt.mandate)


def _open_attempt(attempt_id: UUID, at: datetime, **state: object) -> LoginAttempt:
    """The attempt under its lock, if it is still under way and in this state."""
    locked = LoginAttempt.objects.select_for_update(of=("self",), no_key=True)
    attempts = locked.select_related("user__person", "mandate__company")
    attempt = attempts.filter(id=attempt_id, signed_in_at=None, ended_at=None, expires_at__gt=at, **state).first()
    if attempt is None:
        raise ProofExpired
    return attempt


def _has_changed(attempt: LoginAttempt, user: User, challenge: FnpChallenge) -> bool:
    """Whether password, phone, access or block are no longer those of step one."""
    if not user.is_active or user.kind != User.Kind.CUSTOMER:
        return True
    assert user.person is not None, "a customer has a person"
    return (
        attempt.password_version != backends.password_version(user)
        or challenge.phone != user.person.phone
        or claims.is_blocked(user, lockout.lane_of(attempt))
    )
