"""Which entries of the core started here: they are ticked off against our postings and never booked again.

Every order carries its number to the core as end-to-end id, and the core brings it back with the entry; a payment that
the clearing brought is known by the sending bank's own reference. The end-to-end id of a payer says nothing: anybody
may write anything there. What brings a number of ours back otherwise, or takes back what nobody knows, goes to the
reconciliation list; but money for a customer under a number that no order has is booked.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts import corrections
from accounts.core_feed.camt import CoreEntry
from accounts.core_feed.known import INCOMING, OURS, Known, key_of
from accounts.core_feed.records import Outcome
from accounts.ledger import Leg
from accounts.models import BankAccount, Entry, Posting, ReconciliationItem
from accounts.models.core import Part, Why
from accounts.models.ledger import Kind

# Ticking one part off leaves nothing to tick of those that hold it.
OVERLAPS = {
    Part.PRINCIPAL: {Part.PRINCIPAL, Part.TOTAL},
    Part.FEE: {Part.FEE, Part.TOTAL},
    Part.TOTAL: {Part.PRINCIPAL, Part.FEE, Part.TOTAL},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry is to our books. `legs` are those of a reversal to book, `reverses` where they mirror it whole.

    One that is booked although its number is nobody's says `why`, too."""

    outcome: Outcome
    why: str = ""
    posting: Posting | None = None
    part: str = ""
    end_to_end_id: str = ""
    amount_minor: int = 0
    legs: tuple[Leg, ...] = ()
    reverses: Posting | None = None


def judge(entry: CoreEntry, account: BankAccount, known: Known) -> list[Verdict]:
    """One verdict; as many as transactions, where an entry of several ticks off orders of ours one by one."""
    if is_settled_already(entry, account, known):
        return [Verdict(Outcome.UNCHANGED)]
    if known.booked.get(key_of(entry)) is not None:
        return [_wrong(entry, Why.REFERENCE_TAKEN)]
    ours = [detail for detail in entry.transactions if detail.end_to_end_id and _is_ours(detail.end_to_end_id)]
    if ours:
        return _judge_several(entry, account, known)
    candidates = _known_by(entry, account, known)
    verdict = _judge_one(entry, entry.end_to_end_id, entry.amount_minor, account, known, candidates)
    if verdict.part == Part.REVERSAL and verdict.posting and not corrections.may_be_undone(verdict.posting):
        return [_wrong(entry, Why.HAS_LEFT, posting=verdict.posting)]
    return [verdict]


def is_settled_already(entry: CoreEntry, account: BankAccount, known: Known) -> bool:
    """Booked, matched or settled by staff before, with this amount."""
    if known.booked.get(key_of(entry)) == entry.amount_minor:
        return True
    items = known.items.get((account.pk, entry.reference), [])
    return bool(items) and not any(item.is_waiting for item in items) and _amount_of(items) == entry.amount_minor


def is_taken(entry: CoreEntry, account: BankAccount, known: Known) -> bool:
    """Whether an entry with this reference and another amount stands on the list already."""
    items = known.items.get((account.pk, entry.reference), [])
    return key_of(entry) not in known.booked and bool(items) and _amount_of(items) != entry.amount_minor


def _amount_of(items: list[ReconciliationItem]) -> int:
    """Of an entry on the list: as a whole, or by the parts in which it matched."""
    matched = [item for item in items if item.status == ReconciliationItem.Status.MATCHED]
    return sum(item.amount_minor for item in matched or items)


def _known_by(entry: CoreEntry, account: BankAccount, known: Known) -> list[Posting]:
    """The postings that an entry of one payment may be about."""
    candidates = list(known.postings.get(entry.end_to_end_id, [])) if entry.end_to_end_id else []
    for name in entry.clearing_names:
        for posting in known.incoming.get(f"{INCOMING}{name}", []):
            if abs(_sums(posting, account)[Part.PRINCIPAL]) == abs(entry.amount_minor):
                candidates.append(posting)
    return candidates


def _is_ours(end_to_end_id: str) -> bool:
    return OURS.fullmatch(end_to_end_id) is not None


def _judge_one(
    entry: CoreEntry,
    reference: str,
    amount_minor: int,
    account: BankAccount,
    known: Known,
    candidates: Sequence[Posting],
) -> Verdict:
    ours = [posting for posting in candidates if posting.kind != Kind.CORE]
    for posting in ours:
        if entry.is_reversal and posting.gives_back_id is None:
            continue
        part = _fitting_part(posting, account, amount_minor, known)
        if part:
            known.ticked.add((posting.pk, account.pk, part))
            return Verdict(
                Outcome.MATCHED, posting=posting, part=part, end_to_end_id=reference, amount_minor=amount_minor
            )
    if entry.is_reversal and candidates:
        return _judge_reversal(reference, amount_minor, candidates, account, known)
    if ours:
        return _wrong(entry, _why_not(ours[0], account, amount_minor), posting=ours[0], reference=reference)
    if OURS.fullmatch(reference):
        # A payer may have written it: what is the customer's reaches her, and staff see that it came.
        outcome = Outcome.BOOKED if amount_minor > 0 and not entry.is_reversal else Outcome.UNMATCHED
        return Verdict(outcome, why=Why.NO_SUCH_ORDER, end_to_end_id=reference)
    if entry.is_reversal:
        return Verdict(Outcome.UNMATCHED, why=Why.NO_ORIGINAL, end_to_end_id=reference)
    return Verdict(Outcome.BOOKED, end_to_end_id=reference)


def _judge_several(entry: CoreEntry, account: BankAccount, known: Known) -> list[Verdict]:
    """All of an entry's transactions fit orders of ours, and make up its amount; else the whole entry is listed."""
    if any(detail.amount_minor is None for detail in entry.transactions) or entry.amount_minor != sum(
        detail.amount_minor or 0 for detail in entry.transactions
    ):
        return [_wrong(entry, Why.AMOUNT)]
    before = set(known.ticked)
    verdicts = [
        _judge_one(
            entry, detail.end_to_end_id, detail.amount_minor or 0, account, known, known.postings[detail.end_to_end_id]
        )
        for detail in entry.transactions
    ]
    if all(verdict.outcome == Outcome.MATCHED for verdict in verdicts):
        return verdicts
    known.ticked = before
    failed = next((verdict for verdict in verdicts if verdict.why), None)
    if failed is None:
        return [_wrong(entry, Why.MIXED)]
    outcome = Outcome.UNMATCHED if failed.outcome == Outcome.BOOKED else failed.outcome
    return [Verdict(outcome, why=failed.why, posting=failed.posting)]


def _fitting_part(posting: Posting, account: BankAccount, amount_minor: int, known: Known) -> Part | None:
    """The amount, the fee or both of our posting on this account, if just that is wanted and not ticked off yet."""
    sums = _sums(posting, account)
    for part in (Part.PRINCIPAL, Part.TOTAL, Part.FEE):
        is_ticked = any((posting.pk, account.pk, other) in known.ticked for other in OVERLAPS[part])
        if sums[part] == amount_minor and not is_ticked:
            return part
    return None


def _sums(posting: Posting, account: BankAccount) -> dict[Part, int]:
    legs = [entry for entry in posting.entries.all() if entry.account_id == account.pk]
    principal = sum(leg.amount_minor for leg in legs if leg.part == Entry.Part.PRINCIPAL)
    fee = sum(leg.amount_minor for leg in legs if leg.part == Entry.Part.FEE)
    return {Part.PRINCIPAL: principal, Part.FEE: fee, Part.TOTAL: principal + fee}


def _why_not(posting: Posting, account: BankAccount, amount_minor: int) -> Why:
    sums = _sums(posting, account)
    if not any(sums.values()):
        return Why.ACCOUNT
    if amount_minor in sums.values():
        return Why.TICKED_ALREADY
    return Why.DIRECTION if -amount_minor in sums.values() else Why.AMOUNT


def _judge_reversal(
    reference: str, amount_minor: int, candidates: Sequence[Posting], account: BankAccount, known: Known
) -> Verdict:
    """Money that comes back: the amount of one known posting, or the amount with its fee, once. What the clearing or
    staff gave back has come back."""
    went = [posting for posting in candidates if posting.gives_back_id is None]
    why, last = Why.AMOUNT, (went or candidates)[-1]
    for posting in candidates:
        sums = _sums(posting, account)
        if -amount_minor not in (sums[Part.PRINCIPAL], sums[Part.TOTAL]):
            why = Why.ACCOUNT if not any(sums.values()) else why
            continue
        legs = _mirror(posting, only_principal=-amount_minor != sums[Part.TOTAL])
        if _came_back(posting, legs) or (posting.pk, account.pk, Part.REVERSAL) in known.ticked:
            why, last = Why.REVERSED_ALREADY, posting
            continue
        if any(leg.account_id != account.pk and not _is_of_the_house(posting, leg) for leg in legs):
            why, last = Why.INSIDE, posting
            continue
        known.ticked.add((posting.pk, account.pk, Part.REVERSAL))
        whole = posting if len(legs) == len(posting.entries.all()) else None
        return Verdict(
            Outcome.BOOKED, posting=posting, part=Part.REVERSAL, end_to_end_id=reference, legs=legs, reverses=whole
        )
    return Verdict(Outcome.CONTRADICTING, why=why, posting=last, end_to_end_id=reference)


def _came_back(posting: Posting, legs: Sequence[Leg]) -> bool:
    """Whether any of these amounts was given back before, by whomever."""
    before = {(leg.account_id, leg.part) for back in posting.given_back_by.all() for leg in back.entries.all()}
    return posting.gives_back_id is not None or any((leg.account_id, leg.part) in before for leg in legs)


def _mirror(posting: Posting, *, only_principal: bool) -> tuple[Leg, ...]:
    legs = sorted(posting.entries.all(), key=lambda entry: entry.pk)
    kept = [leg for leg in legs if leg.part == Entry.Part.PRINCIPAL or not only_principal]
    return tuple(Leg(leg.account_id, -leg.amount_minor, leg.part) for leg in kept)


def _is_of_the_house(posting: Posting, leg: Leg) -> bool:
    kinds = {entry.account_id: entry.account.kind for entry in posting.entries.all()}
    return kinds[leg.account_id] == BankAccount.Kind.HOUSE


def _wrong(entry: CoreEntry, why: Why, *, posting: Posting | None = None, reference: str = "") -> Verdict:
    return Verdict(Outcome.CONTRADICTING, why=why, posting=posting, end_to_end_id=reference or entry.end_to_end_id)
