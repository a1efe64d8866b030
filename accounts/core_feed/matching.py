"""Which entries of the core started here: they are ticked off against our postings and never booked again.

Every order carries its reference to the core as end-to-end id, and the core brings it back with the entry. What
brings it back otherwise, or takes back what nobody knows, goes to the reconciliation list.
"""

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from django.db.models import Sum

from accounts.core_feed.camt import CoreEntry
from accounts.core_feed.records import Outcome
from accounts.ledger import Leg
from accounts.models import BankAccount, Entry, Posting, ReconciliationItem
from accounts.models.core import Part, Why
from accounts.models.ledger import Kind

# How the numbers of our orders look; whatever else comes as end-to-end id is somebody else's.
OURS = re.compile(r"P-20[0-9]{2}-[0-9]{6,}")
# Ticking one part off leaves nothing to tick of those that hold it.
OVERLAPS = {
    Part.PRINCIPAL: {Part.PRINCIPAL, Part.TOTAL},
    Part.FEE: {Part.FEE, Part.TOTAL},
    Part.TOTAL: {Part.PRINCIPAL, Part.FEE, Part.TOTAL},
}


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an entry is to our books. `legs` are those of a reversal to book, `reverses` where they mirror it whole."""

    outcome: Outcome
    why: str = ""
    posting: Posting | None = None
    part: str = ""
    end_to_end_id: str = ""
    amount_minor: int = 0
    legs: tuple[Leg, ...] = ()
    reverses: Posting | None = None


@dataclass(slots=True)
class Known:
    """All that the books know of a batch of entries, read in one go and kept up to date while it is judged."""

    accounts: dict[str, BankAccount]
    booked: dict[str, int] = field(default_factory=dict)
    items: dict[tuple[int, str], list[ReconciliationItem]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    ticked: set[tuple[int, int, str]] = field(default_factory=set)


def key_of(entry: CoreEntry) -> str:
    """The business key: account and the core's own reference, whichever file brings it."""
    return f"core:{entry.iban}:{entry.reference}"


def known_of(entries: Sequence[CoreEntry]) -> Known:
    """Accounts, postings and items that these entries may be about."""
    accounts = BankAccount.objects.filter(iban__in={entry.iban for entry in entries}).select_related("company")
    known = Known({str(account.iban): account for account in accounts})
    ids = [account.pk for account in known.accounts.values()]
    known.booked = _booked(entries, ids)
    for item in ReconciliationItem.objects.filter(
        account_id__in=ids, reference__in={entry.reference for entry in entries}
    ):
        known.items[item.account_id, item.reference].append(item)
    for posting in _candidates(entries, ids):
        known.postings[posting.end_to_end_id].append(posting)
    candidates = [posting.pk for postings in known.postings.values() for posting in postings]
    ticks = ReconciliationItem.objects.filter(posting_id__in=candidates, status=ReconciliationItem.Status.MATCHED)
    known.ticked = {(tick.posting_id or 0, tick.account_id, tick.part) for tick in ticks}
    return known


def judge(entry: CoreEntry, account: BankAccount, known: Known) -> list[Verdict]:
    """One verdict; as many as transactions, where an entry of several ticks off orders of ours one by one."""
    if is_settled_already(entry, account, known):
        return [Verdict(Outcome.UNCHANGED)]
    if known.booked.get(key_of(entry)) is not None:
        return [_wrong(entry, Why.REFERENCE_TAKEN)]
    ours = [detail for detail in entry.transactions if detail.end_to_end_id and _is_ours(detail.end_to_end_id, known)]
    if ours:
        return _judge_several(entry, account, known)
    return [_judge_one(entry, entry.end_to_end_id, entry.amount_minor, account, known)]


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


def _booked(entries: Sequence[CoreEntry], account_ids: list[int]) -> dict[str, int]:
    """Of these entries those in the books already: key and amount. In two steps, each along its index."""
    keys = dict(Posting.objects.filter(key__in={key_of(entry) for entry in entries}).values_list("id", "key"))
    legs = Entry.objects.filter(posting_id__in=keys, account_id__in=account_ids)
    sums = legs.values_list("posting_id").annotate(Sum("amount_minor")).order_by()
    return {keys[posting_id]: amount_minor for posting_id, amount_minor in sums}


def _candidates(entries: Sequence[CoreEntry], account_ids: list[int]) -> Iterator[Posting]:
    """What started here under these references; of what the core brought itself only what a reversal may take back."""
    named = {entry.end_to_end_id for entry in entries}
    named |= {detail.end_to_end_id for entry in entries for detail in entry.transactions}
    reversed_ids = {entry.end_to_end_id for entry in entries if entry.is_reversal} - {""}
    postings = Posting.objects.select_related("reversed_by").prefetch_related("entries__account").order_by("id")
    yield from postings.filter(end_to_end_id__in=named - {""}).exclude(kind=Kind.CORE)
    if reversed_ids:
        of_the_core = postings.filter(kind=Kind.CORE, end_to_end_id__in=reversed_ids)
        yield from of_the_core.filter(entries__account_id__in=account_ids).distinct()


def _is_ours(end_to_end_id: str, known: Known) -> bool:
    started_here = any(posting.kind != Kind.CORE for posting in known.postings.get(end_to_end_id, []))
    return started_here or OURS.fullmatch(end_to_end_id) is not None


def _judge_one(entry: CoreEntry, reference: str, amount_minor: int, account: BankAccount, known: Known) -> Verdict:
    candidates = known.postings.get(reference, []) if reference else []
    ours = [posting for posting in candidates if posting.kind != Kind.CORE]
    for posting in ours:
        if entry.is_reversal and posting.kind != Kind.REVERSAL:
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
        return Verdict(Outcome.UNMATCHED, why=Why.NO_SUCH_ORDER, end_to_end_id=reference)
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
        _judge_one(entry, detail.end_to_end_id, detail.amount_minor or 0, account, known)
        for detail in entry.transactions
    ]
    if all(verdict.outcome == Outcome.MATCHED for verdict in verdicts):
        return verdicts
    known.ticked = before
    failed = next((verdict for verdict in verdicts if verdict.why), None)
    if failed is None:
        return [_wrong(entry, Why.MIXED)]
    return [Verdict(failed.outcome, why=failed.why, posting=failed.posting)]


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
    reference: str, amount_minor: int, candidates: list[Posting], account: BankAccount, known: Known
) -> Verdict:
    """Money that comes back: the amount of one known posting, or the amount with its fee, once."""
    why, last = Why.AMOUNT, candidates[-1]
    for posting in candidates:
        sums = _sums(posting, account)
        if -amount_minor not in (sums[Part.PRINCIPAL], sums[Part.TOTAL]):
            why = Why.ACCOUNT if not any(sums.values()) else why
            continue
        if hasattr(posting, "reversed_by") or (posting.pk, account.pk, Part.REVERSAL) in known.ticked:
            why, last = Why.REVERSED_ALREADY, posting
            continue
        legs = _mirror(posting, only_principal=-amount_minor != sums[Part.TOTAL])
        if any(leg.account_id != account.pk and not _is_of_the_house(posting, leg) for leg in legs):
            why, last = Why.INSIDE, posting
            continue
        known.ticked.add((posting.pk, account.pk, Part.REVERSAL))
        whole = posting if len(legs) == len(posting.entries.all()) else None
        return Verdict(
            Outcome.BOOKED, posting=posting, part=Part.REVERSAL, end_to_end_id=reference, legs=legs, reverses=whole
        )
    return Verdict(Outcome.CONTRADICTING, why=why, posting=last, end_to_end_id=reference)


def _mirror(posting: Posting, *, only_principal: bool) -> tuple[Leg, ...]:
    legs = sorted(posting.entries.all(), key=lambda entry: entry.pk)
    kept = [leg for leg in legs if leg.part == Entry.Part.PRINCIPAL or not only_principal]
    return tuple(Leg(leg.account_id, -leg.amount_minor, leg.part) for leg in kept)


def _is_of_the_house(posting: Posting, leg: Leg) -> bool:
    kinds = {entry.account_id: entry.account.kind for entry in posting.entries.all()}
    return kinds[leg.account_id] == BankAccount.Kind.HOUSE


def _wrong(entry: CoreEntry, why: Why, *, posting: Posting | None = None, reference: str = "") -> Verdict:
    return Verdict(Outcome.CONTRADICTING, why=why, posting=posting, end_to_end_id=reference or entry.end_to_end_id)
