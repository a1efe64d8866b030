"""Four eyes for the staff: what one of them proposes, another applies or refuses (maker-checker).

A module that owns such an act registers its kind once, beside the verb that does it:

    four_eyes.register(
        "phone.change", apply=_apply, title=_("Celular i ri"), permission="accounts.change_phone", present=_rows,
        personal={"phone": mask_phone},
    )

and calls `propose`. `apply` runs in the transaction of the approval, and has to see for itself that `old` still is
what the subject shows (`Stale`); any other refusal of it leaves the proposal pending. That nobody decides what she
proposed herself, that it is decided once and that it stays as proposed, are laws in the database.
"""

from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, verbs
from accounts.models import Company, Proposal
from accounts.refusals import Refusal
from accounts.verbs import verb

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# The label of a line, how it is now, how it shall be.
Row = tuple["StrOrPromise", str, str]
Apply = Callable[[Proposal, audit.Actor, datetime], object]
Present = Callable[[Proposal], list[Row]]
Mask = Callable[[str], str]
About = Callable[[Proposal], str]
Status = Proposal.Status
EXPIRED_AT_ONCE = 500
EXPIRED = "expired"


class AlreadyProposed(Refusal):
    sentence = _("Për këtë pret tashmë një propozim. Miratojeni ose refuzojeni më parë atë.")


class AlreadyDecided(Refusal):
    sentence = _("Për këtë propozim është vendosur ndërkohë. Shihni përsëri gjendjen e tij.")


class ProposerCannotDecide(Refusal):
    sentence = _("Këtë propozim e bëtë ju. E miraton ose e refuzon një koleg; ju mund ta tërhiqni.")


class OnlyTheProposerWithdraws(Refusal):
    sentence = _("Propozimin e tërheq vetëm ai që e bëri. Ju mund ta refuzoni.")


class RefusedWithoutReason(Refusal):
    sentence = _("Shkruani pse e refuzoni: e lexon kolegu dhe mbetet në gjurmë.")


class Stale(Refusal):
    sentence = _("Të dhënat ndryshuan pas propozimit, prandaj ai nuk vlen më. Bëni një të ri, nëse duhet ende.")


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of act that takes two people; `permission` is asked of both. `personal` masks values by their keys;
    `about` names what is changed where no row stands for it."""

    name: str
    apply: Apply
    title: "StrOrPromise"
    permission: str
    present: Present
    personal: Mapping[str, Mask] = field(default_factory=dict)
    about: About | None = None


_kinds: dict[str, Kind] = {}


def register(
    kind: str,
    *,
    apply: Apply,
    title: "StrOrPromise",
    permission: str,
    present: Present,
    personal: Mapping[str, Mask] | None = None,
    about: About | None = None,
) -> None:
    """Make a kind known. `present` puts a proposal in words: (label, old, new) for each line of the desk's page; like
    `about`, it asks the database nothing."""
    _kinds[kind] = Kind(kind, apply, title, permission, present, dict(personal or {}), about)


def kinds() -> list[Kind]:
    """Every kind that is known, in the order of their names."""
    return [_kinds[name] for name in sorted(_kinds)]


def kind_of(proposal: Proposal) -> Kind | None:
    """None for a kind of an older release: it can be looked at, refused and withdrawn, not applied."""
    return _kinds.get(proposal.kind)


def about(proposal: Proposal) -> str:
    """What it is about where no row says it: in the words of its kind, else its subject."""
    kind = kind_of(proposal)
    return kind.about(proposal) if kind and kind.about else proposal.subject


def in_words(proposal: Proposal, *, is_masked: bool) -> list[Row]:
    """The lines of the page; masked for whoever may look at proposals and not at what is personal in this one."""
    kind = kind_of(proposal)
    if kind is None:
        old, new = _without_personal(proposal) if is_masked else (proposal.old, proposal.new)
        return [(key, str(old.get(key, "")), str(value)) for key, value in new.items()]
    shown = Proposal(kind=proposal.kind, subject=proposal.subject, company=proposal.company, status=proposal.status)
    shown.old, shown.new = _without_personal(proposal) if is_masked else (proposal.old, proposal.new)
    return kind.present(shown)


@verb("bank.proposal.made")
def propose(
    *,
    kind: str,
    subject: str,
    old: Mapping[str, Any],
    new: Mapping[str, Any],
    reason: str,
    actor: audit.Actor,
    at: datetime,
    company: Company | None = None,
) -> Proposal:
    """Put an act before a colleague. Refuses a second one of this kind while one waits for the same subject."""
    known = _kinds[kind]
    facts = {
        "company": str(company.pk) if company else None,
        "old": dict(old),
        "new": dict(new),
        "personal": sorted(known.personal),
        "reason": reason,
        "proposed_by": actor.name,
        "proposed_at": at,
    }
    proposal, is_new = Proposal.objects.get_or_create(kind=kind, subject=subject, status=Status.PENDING, defaults=facts)
    if not is_new:
        raise AlreadyProposed
    _record("bank.proposal.made", proposal, actor, at, reason=reason)
    return proposal


def approve(*, proposal_id: UUID, actor: audit.Actor, at: datetime) -> Proposal:
    """Do what was proposed and mark it so, together or not at all.

    Refuses the proposer herself and a proposal already decided, and whatever its act refuses; then it stays pending,
    but for `Stale`: what the proposer saw is gone, so the proposal ends as failed.
    """
    try:
        return _approve(proposal_id=proposal_id, actor=actor, at=at)
    except Stale:
        _end_as_stale(proposal_id=proposal_id, actor=actor, at=at)
        raise


@verb("bank.proposal.approved")
def _approve(*, proposal_id: UUID, actor: audit.Actor, at: datetime) -> Proposal:
    proposal = _pending(proposal_id)
    _refuse_the_proposer(proposal, actor)
    with verbs.as_part_of_this():
        _kinds[proposal.kind].apply(proposal, actor, at)
    return _decide("bank.proposal.approved", proposal, Status.APPLIED, actor, at)


@verb("bank.proposal.failed")
def _end_as_stale(*, proposal_id: UUID, actor: audit.Actor, at: datetime) -> Proposal:
    return _decide("bank.proposal.failed", _pending(proposal_id), Status.FAILED, actor, at, note=Stale.code)


@verb("bank.proposal.refused")
def refuse(*, proposal_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Say no to a colleague's proposal, and why. Refuses the proposer herself and a proposal already decided."""
    if not reason.strip():
        raise RefusedWithoutReason
    proposal = _pending(proposal_id)
    _refuse_the_proposer(proposal, actor)
    return _decide("bank.proposal.refused", proposal, Status.REFUSED, actor, at, note=reason)


@verb("bank.proposal.withdrawn")
def withdraw(*, proposal_id: UUID, actor: audit.Actor, at: datetime, note: str = "") -> Proposal:
    """Take back one's own proposal. Refuses anybody else, and a proposal already decided."""
    proposal = _pending(proposal_id)
    if proposal.proposed_by != actor.name:
        raise OnlyTheProposerWithdraws
    return _decide("bank.proposal.withdrawn", proposal, Status.WITHDRAWN, actor, at, note=note)


def expire(*, at: datetime) -> int:
    """End every proposal that nobody decided in PROPOSAL_LIFE_DAYS, and with it what is personal in it; how many."""
    over = at - timedelta(days=settings.PROPOSAL_LIFE_DAYS)
    old = Proposal.objects.filter(status=Status.PENDING, proposed_at__lt=over).order_by("proposed_at")
    ended = 0
    for proposal_id in list(old.values_list("pk", flat=True)[:EXPIRED_AT_ONCE]):
        with suppress(AlreadyDecided):  # by somebody of staff, just now
            expire_one(proposal_id=proposal_id, at=at)
            ended += 1
    return ended


@verb("bank.proposal.failed")
def expire_one(*, proposal_id: UUID, at: datetime) -> Proposal:
    """End one that waited too long for its kind. Refuses a proposal already decided."""
    return _decide("bank.proposal.failed", _pending(proposal_id), Status.FAILED, audit.THE_CLOCK, at, note=EXPIRED)


def _pending(proposal_id: UUID) -> Proposal:
    """The proposal under its lock: of two who decide at once the second finds it decided."""
    proposal = Proposal.objects.select_for_update().get(pk=proposal_id)
    if proposal.status != Status.PENDING:
        raise AlreadyDecided
    return proposal


def _refuse_the_proposer(proposal: Proposal, actor: audit.Actor) -> None:
    if proposal.proposed_by == actor.name:
        raise ProposerCannotDecide


def _decide(
    event: str, proposal: Proposal, status: Status, actor: audit.Actor, at: datetime, note: str = ""
) -> Proposal:
    """Close it. From here on nobody needs what is personal in it: its values stay masked."""
    proposal.old, proposal.new = _without_personal(proposal)
    proposal.status, proposal.decided_by, proposal.decided_at, proposal.note = status, actor.name, at, note[:200]
    proposal.save(update_fields=["status", "decided_by", "decided_at", "note", "old", "new"])
    _record(event, proposal, actor, at, reason=note)
    return proposal


def _record(event: str, proposal: Proposal, actor: audit.Actor, at: datetime, *, reason: str) -> None:
    old, new = _without_personal(proposal)
    details = {
        "kind": proposal.kind,
        "about": proposal.subject,
        "company": proposal.company,
        "proposed_by": proposal.proposed_by,
        "old": old,
        "new": new,
    }
    audit.record(event, actor=actor, at=at, subject=f"proposal:{proposal.pk}", reason=reason, details=details)


def _without_personal(proposal: Proposal) -> tuple[dict[str, Any], dict[str, Any]]:
    """`old` and `new` with every personal value masked; a decided proposal holds them so already.

    A kind of an older release has no mask any more: its values are left out whole.
    """
    if proposal.status != Status.PENDING:
        return proposal.old, proposal.new
    masks = kind.personal if (kind := kind_of(proposal)) else dict.fromkeys(proposal.personal, _nothing_of_it)
    return _masked(masks, proposal.old), _masked(masks, proposal.new)


def _masked(masks: Mapping[str, Mask], values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: masks[key](str(value)) if value and key in masks else value for key, value in values.items()}


def _nothing_of_it(_value: str) -> str:
    return "•••"
