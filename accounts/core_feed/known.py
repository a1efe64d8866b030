"""What the books know of a batch of the core's entries: accounts, what is booked, what is listed, what started here."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from django.db.models import Exists, OuterRef, QuerySet, Sum

from accounts.core_feed.camt import CoreEntry
from accounts.models import BankAccount, Entry, Posting, ReconciliationItem
from accounts.models.ledger import Kind

# How the numbers of our orders look; whatever else comes as end-to-end id is somebody else's.
OURS = re.compile(r"P-20[0-9]{2}-[0-9]{6,}")
ORDERS = "payments.order:"
INCOMING = "payments.incoming:"
# Of what the core brought under one reference for one amount, so many are looked at when it takes one back.
OF_THE_CORE_MAX = 20


@dataclass(slots=True)
class Known:
    """All that the books know of a batch of entries, read in one go and kept up to date while it is judged."""

    accounts: dict[str, BankAccount]
    booked: dict[str, int] = field(default_factory=dict)
    items: dict[tuple[int, str], list[ReconciliationItem]] = field(default_factory=lambda: defaultdict(list))
    postings: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    incoming: dict[str, list[Posting]] = field(default_factory=lambda: defaultdict(list))
    ticked: set[tuple[int, int, str]] = field(default_factory=set)


def key_of(entry: CoreEntry) -> str:
    return key_of_record(entry.iban, entry.reference)


def key_of_record(iban: str | None, reference: str) -> str:
    """The business key: account and the core's own reference, whichever file brings it."""
    return f"core:{iban}:{reference}"


def known_of(entries: Sequence[CoreEntry]) -> Known:
    """Accounts, postings and items that these entries may be about."""
    accounts = BankAccount.objects.filter(iban__in={entry.iban for entry in entries}).select_related("company")
    known = Known({str(account.iban): account for account in accounts})
    ids = [account.pk for account in known.accounts.values()]
    known.booked = _booked(entries, ids)
    # Under their locks: staff who settle or book one of them meanwhile are waited for, and seen.
    listed = ReconciliationItem.objects.select_for_update(no_key=True).order_by("pk")
    for item in listed.filter(account_id__in=ids, reference__in={entry.reference for entry in entries}):
        known.items[item.account_id, item.reference].append(item)
    for posting in [*_orders(entries), *_of_the_core(entries, ids)]:
        known.postings[posting.end_to_end_id].append(posting)
    for posting in _incoming(entries):
        known.incoming[(posting.gives_back or posting).key].append(posting)
    looked_at = [*known.postings.values(), *known.incoming.values()]
    candidates = [posting.pk for postings in looked_at for posting in postings]
    ticks = ReconciliationItem.objects.filter(posting_id__in=candidates, status=ReconciliationItem.Status.MATCHED)
    known.ticked = {(tick.posting_id or 0, tick.account_id, tick.part) for tick in ticks}
    return known


def _booked(entries: Sequence[CoreEntry], account_ids: list[int]) -> dict[str, int]:
    """Of these entries those in the books already: key and amount. In two steps, each along its index."""
    keys = dict(Posting.objects.filter(key__in={key_of(entry) for entry in entries}).values_list("id", "key"))
    legs = Entry.objects.filter(posting_id__in=keys, account_id__in=account_ids)
    sums = legs.values_list("posting_id").annotate(Sum("amount_minor")).order_by()
    return {keys[posting_id]: amount_minor for posting_id, amount_minor in sums}


def _whole(postings: QuerySet[Posting]) -> QuerySet[Posting]:
    """With their entries, and with what gave them back before."""
    return postings.select_related("gives_back").prefetch_related("entries__account", "given_back_by__entries")


def _orders(entries: Sequence[CoreEntry]) -> Iterable[Posting]:
    """What orders of ours booked under these numbers, and what gave it back: a handful for each."""
    named = {entry.end_to_end_id for entry in entries}
    named |= {detail.end_to_end_id for entry in entries for detail in entry.transactions}
    numbers = [number for number in named if OURS.fullmatch(number)]
    booked = Posting.objects.filter(end_to_end_id__in=numbers, source__startswith=ORDERS).exclude(kind=Kind.CORE)
    return _whole(booked).order_by("id") if numbers else ()


def _incoming(entries: Sequence[CoreEntry]) -> Iterable[Posting]:
    """What the clearing booked under the names that these payments have there, and what staff gave back of it."""
    keys = [f"{INCOMING}{name}" for entry in entries for name in entry.clearing_names]
    if not keys:
        return
    yield from _whole(Posting.objects.filter(key__in=keys, kind=Kind.INCOMING)).order_by("id")
    yield from _whole(Posting.objects.filter(gives_back__key__in=keys).exclude(kind=Kind.CORE)).order_by("id")


def _of_the_core(entries: Sequence[CoreEntry], account_ids: list[int]) -> Iterable[Posting]:
    """What the core brought itself, of the same account and amount as one that it takes back now; the newest of it, and
    what has not come back before all else."""
    for entry in entries:
        if not entry.is_reversal or not entry.end_to_end_id:
            continue
        legs = Entry.objects.filter(posting=OuterRef("pk"), account_id__in=account_ids)
        brought = Posting.objects.filter(kind=Kind.CORE, end_to_end_id=entry.end_to_end_id)
        same = brought.filter(Exists(legs.filter(amount_minor=-entry.amount_minor)))
        is_back = Exists(Posting.objects.filter(gives_back=OuterRef("pk")))
        yield from _whole(same).order_by(is_back, "-id")[:OF_THE_CORE_MAX]
