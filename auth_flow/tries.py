"""One try at the door, from the count to the answer: `begin`, then judge it, then `pass_` or `fail`.

The sign-in and the freeze of one's own access share it, so that both count alike and answer alike whoever was named.
All moments are the machine's clock.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from accounts import audit
from accounts.models import User
from accounts.refusals import Refusal
from auth_flow import backends, blocks, lockout
from auth_flow.lockout import SignInBlocked
from auth_flow.models import LoginAttempt


@dataclass(frozen=True, slots=True)
class Try:
    """Who tries: counted under `identity` in `lane`, coming from `network`. `user` is None when nobody was named.

    `subject` is what the trail calls it. `after_password` says that the right password was given before.
    """

    identity: str
    lane: str
    network: str
    user: User | None
    subject: str
    after_password: bool = False

    @property
    def is_known(self) -> bool:
        return self.lane != lockout.OTHERS


def of(attempt: LoginAttempt) -> Try:
    """A try of this sign-in."""
    return Try(
        identity=attempt.identity,
        lane=lockout.lane_of(attempt),
        network=attempt.network,
        user=attempt.user,
        subject=f"sign_in:{attempt.id}",
        after_password=attempt.password_at is not None,
    )


def begin(a_try: Try, at: datetime) -> None:
    """Count the try, in a commit of its own, before anything is judged.

    Refuses a crowded network, unless the browser is known, and a blocked identity.
    """
    if not a_try.is_known:
        lockout.refuse_crowded_network(a_try.network, at)
    try:
        with transaction.atomic(durable=True):
            lockout.reserve(a_try.identity, a_try.lane, at)
    except SignInBlocked as blocked:
        raise refused(a_try, blocked, at) from None


def judge_password(a_try: Try, password: str) -> User | None:
    """The customer if this is her password, the same work for nobody. A try that meets no free place costs nothing."""
    try:
        return backends.CustomerBackend().authenticate(None, customer=a_try.user, password=password)
    except backends.TooBusy:
        pass_(a_try)
        raise


def pass_(a_try: Try) -> None:
    """It was right: not a failure after all."""
    lockout.give_back(a_try.identity, a_try.lane)


def fail(a_try: Try, refusal: Refusal, at: datetime) -> Refusal:
    """It was wrong. Returns what to answer: the block, if this try was the one too many, or else `refusal`."""
    lockout.count_network(a_try.network, at)
    answer = _block_of(a_try, at) or refusal
    _record(a_try, answer, at)
    return answer


def refused(a_try: Try, blocked: SignInBlocked, at: datetime) -> SignInBlocked:
    """A block held. The try counts for its network; of all tries under one block, the first is recorded."""
    lockout.count_network(a_try.network, at)
    if lockout.count_refused(a_try.identity, a_try.lane, at) == 1:
        _record(a_try, blocked, at)
        blocked.is_first = True
    return _told(a_try, blocked)


def is_last(a_try: Try, at: datetime) -> bool:
    """Whether the next failure shuts the door; said with the refusal before it, to everybody alike."""
    return lockout.standing(a_try.identity, a_try.lane, at).is_last_try


def _block_of(a_try: Try, at: datetime) -> Refusal | None:
    """The block that this failure placed. That the contact centre has to lift it is for the owner's eyes alone."""
    state = lockout.standing(a_try.identity, a_try.lane, at)
    if state.is_for_the_centre and a_try.user is not None:
        blocks.hand_over_if_due(user=a_try.user, lane=a_try.lane, at=at)
        if a_try.is_known or a_try.after_password:
            return blocks.refusal_at_the_door(a_try.user, a_try.lane)
    if state.block is None:
        return None
    state.block.is_first = True
    return _told(a_try, state.block)


def _told(a_try: Try, blocked: SignInBlocked) -> SignInBlocked:
    """What a block tells a stranger: not that somebody gave the right password before."""
    blocked.centre_is_next = blocked.centre_is_next and (a_try.is_known or a_try.after_password)
    return blocked


def _record(a_try: Try, refusal: Refusal, at: datetime) -> None:
    """The same line for everybody, known or not: the identity is a keyed hash."""
    with transaction.atomic():
        audit.record(
            "auth.sign_in.refused",
            actor=audit.A_VISITOR,
            at=at,
            subject=a_try.subject,
            outcome=audit.REFUSED,
            reason=refusal.code,
            details={"network": a_try.network, "identity": a_try.identity[:16], "lane": a_try.lane},
        )
