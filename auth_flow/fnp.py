"""The one-time code: `issue` it, `judge` what was typed, `consume` it. One purpose, one body, one use (R25-R28).

`judge` commits by itself: the try is counted before it is compared, on the challenge and in the lane of the user.
`consume` belongs into the transaction of what the code allows, and refuses when that is not what was asked.
All moments are the machine's clock.
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import F, Max
from django.utils.translation import gettext_lazy as _, ngettext_lazy

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import blocks, budgets, keys, lockout, selectors
from auth_flow.budgets import TooManyCodes as TooManyCodes
from auth_flow.codes import CODE_DIGITS, MARK as MARK, REFERENCE_MARK as REFERENCE_MARK, derive as derive, key_id
from auth_flow.deliveries import delivery as delivery
from auth_flow.models import FnpChallenge, LoginAttempt
from auth_flow.sms import gsm7, outbox

SIGN_IN = FnpChallenge.Purpose.SIGN_IN
PAYMENT = FnpChallenge.Purpose.PAYMENT

# A code that arrives in its last seconds is useless and teaches people to ask again.
LATE = timedelta(seconds=30)
# How long a code of before is recognised, to tell the person that she reads an older SMS.
OLD = timedelta(minutes=15)
OLD_MOST = 10


class WrongCode(Refusal):
    """Fact: attempts_left."""

    sentence = _("FNP-ja nuk është e saktë. Prova të mbetura: %(attempts_left)s.")


class OldCode(WrongCode):
    """Facts: attempts_left; reference, of the SMS whose code is asked."""

    sentence = _(
        "Kjo është FNP-ja e mëparshme. Shkruani atë të SMS-së së fundit, me referencën %(reference)s. "
        "Prova të mbetura: %(attempts_left)s."
    )


class CodeSpent(Refusal):
    sentence = _("Kjo FNP nuk vlen më. Kërkoni një tjetër.")


class CodeExpired(Refusal):
    sentence = _("FNP-ja skadoi. Kërkoni një tjetër.")


class CodeForSomethingElse(Refusal):
    sentence = _("Kjo FNP u dha për të dhëna të tjera. Shihini përsëri dhe kërkoni një FNP të re.")


class ResendTooSoon(Refusal):
    """Fact: seconds."""

    sentence = ngettext_lazy(
        "SMS-ja sapo u dërgua. Mund ta kërkoni përsëri pas %(seconds)s sekonde.",
        "SMS-ja sapo u dërgua. Mund ta kërkoni përsëri pas %(seconds)s sekondash.",
        "seconds",
    )


class NoMoreSends(Refusal):
    sentence = _("Kjo FNP u dërgua disa herë. Nëse nuk ju vjen, prisni sa të skadojë ose telefononi bankën.")


class NoPhone(Refusal):
    sentence = _("Banka nuk ka një celular tuajin për FNP. Regjistrojeni në degë.")


def issue(
    *, user: User, purpose: str, body: bytes, sms: str, attempt: LoginAttempt, subject: str = "", at: datetime
) -> FnpChallenge:
    """Make a challenge and queue its SMS, in the caller's transaction; the one before it, if any, is void.

    `body` is what the code will allow, frozen; only its hash is kept. `sms` is GSM-7 text of at most 160 septets that
    holds MARK once and REFERENCE_MARK at most once. Refuses a user without a phone, a frozen one, and one over the
    budget of codes.
    """
    sentence = _with_reference(sms, reference := keys.new_reference())
    locked = selectors.locked_user(user.pk)
    phone = locked.person.phone if locked.person else ""
    if not phone:
        raise NoPhone
    blocks.refuse_frozen(locked, lockout.lane_of(attempt, purpose))
    budgets.spend(
        user=locked,
        phone=phone,
        network=attempt.network,
        purpose=purpose,
        known=attempt.known_browser_id is not None,
        at=at,
    )
    _void_previous(user=user, purpose=purpose, attempt=attempt, subject=subject, at=at)
    challenge = FnpChallenge.objects.create(
        nonce=secrets.token_bytes(16),
        purpose=purpose,
        user=user,
        attempt=attempt,
        subject=subject,
        payload_hash=hashlib.sha256(body).digest(),
        sms_sentence=sentence,
        phone=phone,
        reference=reference,
        key_id=key_id(),
        created_at=at,
        expires_at=at + timedelta(seconds=settings.FNP_LIFE_SECONDS),
        attempts_max=settings.FNP_ATTEMPTS_MAX,
        sends=1,
    )
    _send(challenge, at)
    _record("auth.fnp.issued", challenge, at)
    return challenge


def judge(
    *, challenge_id: UUID, code: str, user: User, attempt: LoginAttempt, purpose: str, at: datetime
) -> FnpChallenge:
    """Say whether this is the code; a commit of its own, never inside another transaction.

    The try is counted first. Refuses a wrong code (also a failure in the user's lane; OldCode if it is the one of an
    earlier SMS), a spent, voided or unknown challenge, an expired one, and every try while the lane is blocked.
    """
    identity, lane = lockout.identity_of_user(user), lockout.lane_of(attempt, purpose)
    blocks.refuse_frozen(user, lane)
    mine = FnpChallenge.objects.filter(id=challenge_id, user=user, attempt=attempt, purpose=purpose)
    with transaction.atomic(durable=True):
        reserved = mine.filter(
            consumed_at=None, voided_at=None, key_id=key_id(), attempts__lt=F("attempts_max"), expires_at__gt=at
        ).update(attempts=F("attempts") + 1)
        challenge = mine.first()
        if not reserved or challenge is None:
            raise _why_not(challenge, at)
        lockout.reserve(identity, lane, at, after_password=purpose == SIGN_IN)
        right = secrets.compare_digest(derive(challenge).encode(), code.encode())
        if right:
            lockout.give_back(identity, lane, after_password=purpose == SIGN_IN)
            mine.update(judged_at=at)
        else:
            wrong = _wrong(challenge, code, at)
            _record("auth.fnp.judged", challenge, at, refused=wrong.code)
    if not right:
        blocks.hand_over_if_due(user=user, lane=lane, at=at)
        raise wrong
    return challenge


def consume(*, challenge: FnpChallenge, body: bytes, at: datetime) -> None:
    """Use the code up, in the transaction of what it allows. Refuses another body, a second use, and no judgement."""
    wanted = hashlib.sha256(body).digest()
    row = FnpChallenge.objects.filter(id=challenge.id)
    used = row.filter(
        payload_hash=wanted, judged_at__isnull=False, consumed_at=None, voided_at=None, expires_at__gt=at
    ).update(consumed_at=at)
    if not used:
        raise CodeSpent if row.filter(payload_hash=wanted).exists() else CodeForSomethingElse
    challenge.consumed_at = at
    lockout.clear(lockout.identity_of_user(challenge.user), lockout.lane_of(challenge.attempt, challenge.purpose))


@verb("auth.fnp.sent_again")
def resend(*, challenge_id: UUID, user: User, attempt: LoginAttempt, beyond: int = 0, at: datetime) -> FnpChallenge:
    """Send the same code once more; its tries and its end stay. Refuses too soon, too often, and too late.

    `beyond`: so many more sends than the user has by herself, by the word of the contact centre.
    """
    mine = FnpChallenge.objects.filter(id=challenge_id, user=user, attempt=attempt)
    challenge = mine.select_for_update().first()
    if challenge is None or not is_answerable(challenge, at):
        raise _why_not(challenge, at)
    if not is_worth_sending(challenge, at):
        raise CodeExpired
    if wait := resend_after(challenge, at):
        raise ResendTooSoon(seconds=wait)
    if challenge.sends >= settings.FNP_SENDS_MAX + beyond:
        raise NoMoreSends
    challenge.sends += 1
    challenge.save(update_fields=["sends"])
    _send(challenge, at)
    _record("auth.fnp.sent_again", challenge, at)
    return challenge


def live(*, user: User, purpose: str, attempt: LoginAttempt, subject: str = "", at: datetime) -> FnpChallenge | None:
    """The challenge that a code can answer now."""
    challenge = selectors.last_challenge(attempt, purpose=purpose, subject=subject)
    return challenge if challenge and challenge.user_id == user.pk and is_answerable(challenge, at) else None


def is_answerable(challenge: FnpChallenge, at: datetime) -> bool:
    return (
        challenge.consumed_at is None
        and challenge.voided_at is None
        and challenge.attempts < challenge.attempts_max
        and challenge.expires_at > at
        and challenge.key_id == key_id()
    )


def is_worth_sending(challenge: FnpChallenge, at: datetime) -> bool:
    """Whether an SMS could still go out early enough to be of use."""
    return at <= _last_send(challenge)


def resend_after(challenge: FnpChallenge, at: datetime, *, asked_at: datetime | None = None) -> int:
    """Seconds until the code may be sent again; zero when it may. `asked_at` is of the last SMS, where it is known."""
    last = asked_at or challenge.messages.aggregate(last=Max("created_at"))["last"] or challenge.created_at
    left = last + timedelta(seconds=settings.FNP_RESEND_AFTER_SECONDS) - at
    return max(0, -int(-left.total_seconds() // 1))


def life_in_sms() -> str:
    """How long a code is good for, as its SMS says it: `3 min`, `45 sek`; never more than it is."""
    seconds = settings.FNP_LIFE_SECONDS
    return f"{seconds // 60} min" if seconds >= 60 else f"{seconds} sek"


def _with_reference(sms: str, reference: str) -> str:
    """A text that does not fit one SMS, or has no place for the code, is a bug of the room that wrote it."""
    sample = sms.replace(MARK, "0" * CODE_DIGITS, 1).replace(REFERENCE_MARK, reference, 1)
    if sms.count(MARK) != 1 or not gsm7.fits(sample):
        raise ValueError("An FNP text holds the mark once and fits one GSM-7 SMS.")
    return sms.replace(REFERENCE_MARK, reference, 1)


def _void_previous(*, user: User, purpose: str, attempt: LoginAttempt, subject: str, at: datetime) -> None:
    FnpChallenge.objects.filter(
        user=user, purpose=purpose, attempt=attempt, subject=subject, consumed_at=None, voided_at=None
    ).update(voided_at=at, void_reason=FnpChallenge.Voided.REPLACED)


def _send(challenge: FnpChallenge, at: datetime) -> None:
    outbox.queue(
        to=challenge.phone,
        body_template=challenge.sms_sentence,
        challenge=challenge,
        at=at,
        expires_at=_last_send(challenge),
    )


def _last_send(challenge: FnpChallenge) -> datetime:
    """30 seconds before the end, or a sixth of a life that is shorter than usual."""
    return challenge.expires_at - min(LATE, (challenge.expires_at - challenge.created_at) / 6)


def _wrong(challenge: FnpChallenge, code: str, at: datetime) -> WrongCode:
    """The refusal of a wrong code. The code of an earlier SMS is told apart; it opens nothing either.

    Every earlier code is compared, in constant time, so that an answer takes as long whichever it was.
    """
    left = challenge.attempts_max - challenge.attempts
    earlier = FnpChallenge.objects.filter(
        user=challenge.user_id, purpose=challenge.purpose, key_id=key_id(), created_at__gt=at - OLD
    ).filter(created_at__lt=challenge.created_at)
    newest_first = earlier.order_by("-created_at")[:OLD_MOST]
    matches = [secrets.compare_digest(derive(one).encode(), code.encode()) for one in newest_first]
    if any(matches):
        return OldCode(attempts_left=left, reference=challenge.reference)
    return WrongCode(attempts_left=left)


def _why_not(challenge: FnpChallenge | None, at: datetime) -> Refusal:
    if challenge is None or challenge.consumed_at or challenge.voided_at:
        return CodeSpent()
    is_over = challenge.expires_at <= at or challenge.key_id != key_id()
    return CodeExpired() if is_over else CodeSpent()


def _record(event: str, challenge: FnpChallenge, at: datetime, *, refused: str = "") -> None:
    """Never the code, the phone or the text."""
    audit.record(
        event,
        actor=audit.actor_of(challenge.attempt.mandate or challenge.user),
        at=at,
        subject=f"challenge:{challenge.id}",
        outcome=audit.REFUSED if refused else audit.DONE,
        reason=refused,
        details={
            "purpose": challenge.purpose,
            "subject": challenge.subject,
            "reference": challenge.reference,
            "attempts": challenge.attempts,
            "sends": challenge.sends,
        },
    )
