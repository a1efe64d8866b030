"""The legs of an entry of the core that gives back what a posting of ours took, or takes back what one brought.

A part stands against the core's own account: whatever the posting paid goes on its way. What makes it whole takes the
money from where the posting put it, for nothing of it goes on; unless it has gone already, or that is another
customer's, who is not asked.
"""

from collections.abc import Iterable
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts.core_feed.known import ORDERS
from accounts.ledger import Leg
from accounts.models import BankAccount, Entry, Posting
from accounts.models.ledger import Kind
from accounts.refusals import Refusal

Part = Entry.Part
# What one entry may give back whole: the amount, the amount with its fee, or the fee.
WHOLES: Final = ((Part.PRINCIPAL,), (Part.PRINCIPAL, Part.FEE), (Part.FEE,))


class TakenAgain(Refusal):
    sentence = _(
        "Sistemi qendror ktheu para të këtij urdhri dhe i mori përsëri. Kërkojini ta sjellë veprimin pa numrin e "
        "urdhrit, dhe këtë shënojeni si të zgjidhur."
    )


def legs_of(
    posting: Posting, *, account_id: int, amount_minor: int, core_id: int, has_left: bool = False
) -> list[Leg] | None:
    """Of an entry of `amount_minor` on an account; None where the posting never took as much.

    Refuses (TakenAgain) an order of which the core took again what it gave. What is more than the posting has left to
    give back is for the ledger to refuse. An amount that `has_left` the bank stays where the posting put it. The caller
    lets nobody else give back meanwhile.
    """
    entries = list(posting.entries.select_related("account").order_by("pk"))
    before = list(Entry.objects.filter(posting__gives_back=posting, account=account_id))
    went = {part: _sum(entries, account_id, part) for part in Part}
    left = {part: _sum([*entries, *before], account_id, part) for part in Part}
    fitting = next((parts for parts in WHOLES if amount_minor == -sum(left[part] for part in parts)), ())
    whole = [part for part in fitting if left[part]]
    total = sum(went.values())
    if not whole and (total * amount_minor >= 0 or abs(amount_minor) > abs(total)):
        return None
    if before and was_taken_again(posting, account_id):
        raise TakenAgain
    # A fee that is home already is not a part of the amount: the ledger refuses it.
    part = Part.FEE if amount_minor == -went[Part.FEE] else Part.PRINCIPAL
    own = [Leg(account_id, -left[part], part) for part in whole] or [Leg(account_id, amount_minor, part)]
    # What itself came home is not sent out again; a fee stays in the bank wherever its payment is.
    undone = [part for part in whole if posting.gives_back_id is None and (part == Part.FEE or not has_left)]
    legs = own + [leg for part in undone for leg in _undone(entries, account_id, part)]
    rest = sum(leg.amount_minor for leg in legs)
    return [*legs, Leg(core_id, -rest)] if rest else legs


def was_taken_again(posting: Posting, account_id: int) -> bool:
    """Whether the core took money of an order anew, under its number: what is home of it people must say."""
    if not posting.source.startswith(ORDERS):
        return False
    taken = Entry.objects.filter(account=account_id, amount_minor__lt=0, posting__kind=Kind.CORE)
    return taken.filter(posting__end_to_end_id=posting.end_to_end_id).exists()


def _undone(entries: Iterable[Entry], account_id: int, part: Part) -> list[Leg]:
    """The other side of one part, the other way round; nothing where it is another customer's."""
    others = [entry for entry in entries if entry.account_id != account_id and entry.part == part]
    if any(entry.account.kind != BankAccount.Kind.HOUSE for entry in others):
        return []
    return [Leg(entry.account_id, -entry.amount_minor, part) for entry in others]


def _sum(entries: Iterable[Entry], account_id: int, part: Part) -> int:
    return sum(entry.amount_minor for entry in entries if entry.account_id == account_id and entry.part == part)
