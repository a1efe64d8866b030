"""Blocks that only the contact centre lifts, and what an owner hears of blocks that others caused.

Who places or lifts one locks the user's row first; so does whoever lets her in. So no session begins under a block.
All moments are the machine's clock.
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, notices
from accounts.models import Notice, User
from accounts.refusals import Refusal
from accounts.verbs import verb
from auth_flow import browsers, keys, lockout, selectors
from auth_flow.models import AccessBlock, FailureCounter, FnpChallenge, LoginAttempt
from auth_flow.sms import outbox

Kind = AccessBlock.Kind

BLOCKED = "auth.access.blocked"
HANDED_OVER = "auth.access.handed_to_centre"
FROZEN = "auth.access.frozen"
notices.declare(
    BLOCKED,
    _(
        "Pas disa provash të gabuara hyrja u mbyll deri më %(until)s. Nuk ishit ju? Telefononi bankën dhe thoni "
        "referencën %(reference)s."
    ),
)
notices.declare(
    HANDED_OVER,
    _("Hyrja u mbyll pas shumë provash të gabuara. E hap vetëm Contact Center, me referencën %(reference)s."),
)
notices.declare(FROZEN, _("E ngritë hyrjen tuaj më %(at)s. E hap vetëm Contact Center, me referencën %(reference)s."))

SMS = (
    "{bank}: Hyrja juaj ne Degen Internet u mbyll deri me {until} pas disa provash te gabuara. "
    "Nuk ishit ju? {phone}, ref {reference}"
)
SMS_LIFE = timedelta(hours=1)
A_DAY = timedelta(days=1)


class AccessFrozen(Refusal):
    """Fact: reference, to say to the contact centre, which alone lifts this block."""

    sentence = _("Hyrja juaj është bllokuar. Telefononi bankën, në çdo orë, dhe thoni referencën %(reference)s.")

    def __init__(self, *, reference: str) -> None:
        super().__init__(reference=reference)
        self.reference = reference


def refuse_frozen(user: User, lane: str = "") -> None:
    """Refuse what may not be while an agent's block or the user's freeze stands: a code, a signature, a session.

    In the lane of sessions the block after failures in that lane stops codes and the old password too.
    """
    stops = ~Q(kind=Kind.CENTRE)
    if lane == lockout.SESSION:
        stops |= Q(lane=lane)
    if refusal := _refusal(_standing(user).filter(stops)):
        raise refusal


def refuse_at_the_door(user: User, lane: str) -> None:
    """Refuse to let in: the same, and the lane that the contact centre has to open. After the right password alone."""
    if refusal := refusal_at_the_door(user, lane):
        raise refusal


def refusal_at_the_door(user: User, lane: str) -> AccessFrozen | None:
    return _refusal(_standing(user).filter(Q(lane="") | Q(lane=lane)))


def _standing(user: User) -> QuerySet[AccessBlock]:
    return AccessBlock.objects.filter(user=user, lifted_at=None)


def _refusal(blocks: QuerySet[AccessBlock]) -> AccessFrozen | None:
    block = blocks.order_by("placed_at").first()
    return AccessFrozen(reference=block.reference) if block else None


def place(
    *,
    user: User,
    kind: str,
    reason: str,
    actor: audit.Actor,
    at: datetime,
) -> AccessBlock:
    """Block this user by hand, in the caller's transaction and under the lock of her row; the one that stands stays.

    Ends every session and way in, voids every code, forgets every known browser. Orders stay as they are.
    """
    block, made = AccessBlock.objects.get_or_create(
        user=user,
        kind=kind,
        lane="",
        lifted_at=None,
        defaults={
            "reference": keys.new_reference(),
            "reason": reason[:200],
            "placed_by": actor.name,
            "placed_at": at,
        },
    )
    if made:
        see_out(user, at=at)
        browsers.revoke_all(user, at=at)
    return block


def see_out(user: User, *, at: datetime) -> int:
    """End every session and way in of this user, and void her codes; returns how many sessions and ways in ended.

    First the attempts, then their codes: the order of locks of everybody who touches both.
    """
    ended = LoginAttempt.objects.filter(user=user, ended_at=None).update(
        ended_at=at, end_reason=LoginAttempt.Ended.BLOCKED
    )
    FnpChallenge.objects.filter(user=user, consumed_at=None, voided_at=None).update(
        voided_at=at, void_reason=FnpChallenge.Voided.FROZEN
    )
    return ended


def hand_over_if_due(*, user: User, lane: str, at: datetime) -> None:
    """After a failure: if the block it placed is the one that was announced, the contact centre alone lifts it."""
    if lockout.standing(lockout.identity_of_user(user), lane, at).is_for_the_centre:
        _hand_over(user_id=user.pk, lane=lane, actor=audit.actor_of(user), at=at)


@verb(HANDED_OVER)
def _hand_over(*, user_id: int, lane: str, actor: audit.Actor, at: datetime) -> None:
    user = selectors.locked_user(user_id)
    block, made = AccessBlock.objects.get_or_create(
        user=user,
        kind=Kind.CENTRE,
        lane=lane,
        lifted_at=None,
        defaults={
            "reference": keys.new_reference(),
            "reason": "failures",
            "placed_by": audit.THE_CLOCK.name,
            "placed_at": at,
        },
    )
    if made:
        notices.tell(user, HANDED_OVER, {"reference": block.reference}, clock.shown(at))
        audit.record(HANDED_OVER, actor=actor, at=at, subject=f"user:{user.pk}", details={"lane": lane})


# --- What the owner hears of a run of failures -----------------------------------------------------------------------


def tell_owners(*, at: datetime, most: int = 100) -> int:
    """Tell the owners whose access was shut since the last call; returns how many blocks were looked at.

    A tick does it, not the page that placed the block: there a number that names nobody must take the same time. One
    SMS and one notice a run, and no more than BLOCK_SMS_PER_DAY.
    """
    told = 0
    while told < most and _tell_next(at):
        told += 1
    return told


@transaction.atomic
def _tell_next(at: datetime) -> bool:
    counters = FailureCounter.objects.filter(blocked_until__isnull=False, owner_told_at=None)
    counter = counters.select_for_update(skip_locked=True).order_by("blocked_until").first()
    if counter is None or counter.blocked_until is None:
        return False
    FailureCounter.objects.filter(pk=counter.pk).update(owner_told_at=at)
    owner = _owner_of(counter.identity)
    if owner is not None and counter.blocked_until > at:
        _tell(owner, counter.blocked_until, counter.reference, at)
    return True


def _owner_of(identity: str) -> User | None:
    """The counters do not know it; somebody's earlier sign-in does."""
    sign_ins = LoginAttempt.objects.filter(identity=identity, user__isnull=False).select_related("user__person")
    sign_in = sign_ins.first()
    return sign_in.user if sign_in else None


def _tell(owner: User, until: datetime, reference: str, at: datetime) -> None:
    shown = f"{clock.tirana(clock.shown(until)):%d.%m.%Y %H:%M}"
    bank_at = clock.shown(at)
    earlier = Notice.objects.filter(user=owner, kind=BLOCKED, created_at__gt=bank_at - A_DAY).count()
    notices.tell(owner, BLOCKED, {"until": shown, "reference": reference}, bank_at)
    if owner.person and owner.person.phone and earlier < settings.BLOCK_SMS_PER_DAY:
        text = SMS.format(
            bank=settings.BANK["short_name"], until=shown, phone=settings.BANK["phone_sms"], reference=reference
        )
        outbox.queue(to=owner.person.phone, body_template=text, at=at, expires_at=at + SMS_LIFE)
