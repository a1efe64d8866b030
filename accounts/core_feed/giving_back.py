"""The legs of an entry of the core that gives back what a posting of ours took, or takes back what one brought.

A part stands against the core's own account: whatever the posting paid goes on its way. What makes it whole takes the
money from where the posting put it, for nothing of it goes on; unless that is another customer's, who is not asked.
"""

from collections.abc import Iterable
from typing import Final

from accounts.ledger import Leg
from accounts.models import BankAccount, Entry, Posting

Part = Entry.Part
# What one entry may give back whole: the amount, the amount with its fee, or the fee.
WHOLES: Final = ((Part.PRINCIPAL,), (Part.PRINCIPAL, Part.FEE), (Part.FEE,))


def legs_of(posting: Posting, *, account_id: int, amount_minor: int, core_id: int) -> list[Leg] | None:
    """Of an entry of `amount_minor` on an account; None where it gives nothing of the posting back."""
    entries = list(posting.entries.select_related("account").order_by("pk"))
    went = {part: _sum(entries, account_id, part) for part in (Part.PRINCIPAL, Part.FEE)}
    whole = next((parts for parts in WHOLES if amount_minor == -sum(went[part] for part in parts)), None)
    if whole:
        own = [Leg(account_id, -went[part], part) for part in whole if went[part]]
    elif went[Part.PRINCIPAL] * amount_minor < 0 and abs(amount_minor) < abs(went[Part.PRINCIPAL]):
        own = [Leg(account_id, amount_minor)]
    else:
        return None
    before = list(Entry.objects.filter(posting__gives_back=posting, account=account_id))
    made_whole = {
        leg.part for leg in own if went[Part(leg.part)] + _sum(before, account_id, Part(leg.part)) == -leg.amount_minor
    }
    others = [entry for entry in entries if entry.account_id != account_id and entry.part in made_whole]
    if any(entry.account.kind != BankAccount.Kind.HOUSE for entry in others):
        others = []
    legs = own + [Leg(entry.account_id, -entry.amount_minor, entry.part) for entry in others]
    rest = sum(leg.amount_minor for leg in legs)
    return [*legs, Leg(core_id, -rest)] if rest else legs


def _sum(entries: Iterable[Entry], account_id: int, part: Part) -> int:
    return sum(entry.amount_minor for entry in entries if entry.account_id == account_id and entry.part == part)
