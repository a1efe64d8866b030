"""A freeze is lifted by two of staff: one proposes it in a call with a caller who was checked, another confirms it.

The second needs no call: she judges the first one's reason. A proposal holds LIFT_PROPOSAL_MINUTES. All moments are
the machine's clock; proposals themselves live by the bank's.
"""

from contextlib import suppress
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, four_eyes, notices
from accounts.models import Proposal, User
from accounts.refusals import Refusal
from accounts.verbs import as_part_of_this, verb
from auth_flow import calls, desk, selectors
from auth_flow.models import AccessBlock

KIND = "access.thaw"
PERMISSION = "auth_flow.change_accessblock"
LIFT_PROPOSED = "auth.access.lift_proposed"
notices.declare(
    LIFT_PROPOSED,
    _(
        "Më %(at)s Contact Center propozoi heqjen e ngrirjes së hyrjes suaj; vendos një punonjës tjetër. "
        "Nuk e kërkuat ju? Telefononi bankën."
    ),
)


class NothingToLift(Refusal):
    sentence = _("Nuk ka ngrirje për të hequr. Shihni përsëri gjendjen.")


def propose(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Put it before a colleague to lift every freeze of this customer.

    Refuses before the caller was checked, where nothing is frozen, and while another proposal for her waits.
    """
    earlier = pending().filter(subject=f"user:{user_id}").first()
    if earlier and not _holds(earlier, at):
        with suppress(four_eyes.AlreadyDecided):  # by a colleague, just now
            four_eyes.expire_one(proposal_id=earlier.pk, at=clock.shown(at))
    return _propose(user_id=user_id, call_id=call_id, reason=reason, actor=actor, at=at)


@verb("staff.freeze.lift_proposed")
def _propose(*, user_id: int, call_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    user = desk.in_call(user_id, call_id, calls.What.THAW, reason, actor, at)
    frozen = _references(user)
    if not frozen:
        raise NothingToLift
    with as_part_of_this():
        proposal = four_eyes.propose(
            kind=KIND,
            subject=f"user:{user.pk}",
            old={"freezes": frozen},
            new={"freezes": ""},
            reason=reason,
            actor=actor,
            at=clock.shown(at),
        )
    desk.tell(user, LIFT_PROPOSED, "", at=at)
    details = {"call": str(call_id), "references": frozen}
    audit.record(
        "staff.freeze.lift_proposed", actor=actor, at=at, subject=f"user:{user.pk}", reason=reason, details=details
    )
    desk.watch(actor, at=at)
    return proposal


def decide(*, proposal_id: UUID, act: str, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Approve, refuse or withdraw a proposal to lift a freeze, and of no other kind.

    Refuses the proposer as her own second, a proposal already decided, one that is older than it holds or of a freeze
    that is another now (`four_eyes.Stale`).
    """
    proposal = Proposal.objects.filter(pk=proposal_id, kind=KIND).first()
    if proposal is None:
        raise NothingToLift
    moment = clock.shown(at)
    match act:
        case "approve":
            return four_eyes.approve(proposal_id=proposal.pk, actor=actor, at=moment)
        case "refuse":
            return four_eyes.refuse(proposal_id=proposal.pk, reason=reason, actor=actor, at=moment)
        case _:
            return four_eyes.withdraw(proposal_id=proposal.pk, actor=actor, at=moment, note=reason)


def pending() -> QuerySet[Proposal]:
    """What nobody has decided, old ones too."""
    return Proposal.objects.filter(kind=KIND, status=Proposal.Status.PENDING).order_by("proposed_at")


def waiting(*, at: datetime) -> QuerySet[Proposal]:
    """Of these, what a second person may still confirm."""
    return pending().filter(proposed_at__gt=clock.shown(at) - timedelta(minutes=settings.LIFT_PROPOSAL_MINUTES))


def _apply(proposal: Proposal, actor: audit.Actor, bank_at: datetime) -> None:
    at = bank_at - clock.offset()
    user = selectors.locked_user(int(proposal.subject.removeprefix("user:")))
    if not _holds(proposal, at) or _references(user) != proposal.old["freezes"]:
        raise four_eyes.Stale
    for freeze in _freezes(user):
        # Two steps: a lift never changes, in one go, who proposed it.
        freeze.lift_proposed_by, freeze.lift_proposed_at = proposal.proposed_by, at
        freeze.save(update_fields=["lift_proposed_by", "lift_proposed_at"])
        freeze.lifted_by, freeze.lifted_at, freeze.lift_reason = actor.name, at, proposal.reason[:200]
        freeze.save(update_fields=["lifted_by", "lifted_at", "lift_reason"])
    desk.tell(user, desk.UNBLOCKED, desk.SMS_UNBLOCKED, at=at)
    details = {"references": proposal.old["freezes"], "proposed_by": proposal.proposed_by}
    audit.record(
        "staff.freeze.lifted", actor=actor, at=at, subject=proposal.subject, reason=proposal.reason, details=details
    )
    desk.watch(actor, at=at)


def _freezes(user: User) -> list[AccessBlock]:
    standing = AccessBlock.objects.filter(user=user, lifted_at=None).exclude(kind=AccessBlock.Kind.CENTRE)
    return list(standing.order_by("reference"))


def _references(user: User) -> str:
    return ", ".join(freeze.reference for freeze in _freezes(user))


def _holds(proposal: Proposal, at: datetime) -> bool:
    return clock.shown(at) < proposal.proposed_at + timedelta(minutes=settings.LIFT_PROPOSAL_MINUTES)


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    return [(_("Ngrirje në fuqi"), str(proposal.old.get("freezes", "")), str(_("asnjë")))]


four_eyes.register(KIND, apply=_apply, title=_("Heqja e ngrirjes"), permission=PERMISSION, present=_in_words)
