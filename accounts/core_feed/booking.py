"""What waits on the list and is true all the same: two of staff have it booked, under the record's own key.

So it is booked once, whatever file brings it again. Where it gives back what a posting took, the posting is named, and
the law watches that no more comes back than went.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, corrections, four_eyes, ledger, money_came, selectors
from accounts.core_feed import giving_back
from accounts.core_feed.entries import take_turn
from accounts.core_feed.known import key_of_record
from accounts.core_feed.reconciliation import NothingToSettle
from accounts.days import short_day
from accounts.identifiers import group_iban
from accounts.ledger import Facts, Leg
from accounts.models import Posting, Proposal, ReconciliationItem
from accounts.models.ledger import Channel, Entry, Kind
from accounts.money import format_signed
from accounts.refusals import Refusal

BOOKING = "core.item.booking"
WORDS_MAX = 140
# What becomes of the payment whose money is given back.
FEE, PART, STOPS, HAS_LEFT = "fee", "part", "stops", "has_left"
FATES = {
    FEE: _("kthehet komisioni; pagesa mbetet siç është"),
    PART: _("shuma kthehet te klienti; pagesa mbetet siç është"),
    STOPS: _("kthehet e gjitha; te përfituesi nuk shkon më"),
    HAS_LEFT: _("ka dalë për në klerim dhe nuk ndalet: mund të paguhet edhe përfituesi"),
}


class ReferenceIsBooked(Refusal):
    sentence = _(
        "Kjo referencë është regjistruar tashmë me një shumë tjetër. Kërkojeni sistemit qendror ta sjellë me një "
        "referencë të vetën, ose shënojeni si të zgjidhur."
    )


def propose_booking(*, item_id: int, words: str, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Ask a colleague to have an item booked; `words` are those of the customer's statement.

    Refuses one that does not wait, and a reference that is booked with another amount.
    """
    item = _waiting(ReconciliationItem.objects.select_related("account__company").filter(pk=item_id).first())
    _refuse_what_is_booked(item)
    return four_eyes.propose(
        kind=BOOKING,
        subject=f"item:{item.pk}",
        company=item.account.company,
        old={"status": item.status, "why": item.why},
        new={
            "account": item.account.iban,
            "amount_minor": item.amount_minor,
            "currency": item.account.currency,
            "value_on": item.value_on.isoformat(),
            "words": " ".join(words.split())[:WORDS_MAX],
            "payment": _fate(item),
            "reference": item.end_to_end_id,
        },
        reason=reason,
        actor=actor,
        at=at,
    )


def _book(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    number = proposal.subject.removeprefix("item:")
    take_turn()  # what else gives back the same posting is before us, or after
    locked = ReconciliationItem.objects.select_for_update(of=("self",), no_key=True)
    item = locked.select_related("account__company", "posting").get(pk=number)
    if not item.is_waiting or (item.status, item.why) != (proposal.old["status"], proposal.old["why"]):
        raise four_eyes.Stale
    _refuse_what_is_booked(item)
    fate = _fate(item)
    if proposal.new.get("payment", "") != fate:
        raise four_eyes.Stale  # it has left meanwhile, or another part has come back
    legs, gives_back = _legs(item, has_left=fate == HAS_LEFT)
    ledger.post(
        key=key_of_record(item.account.iban, item.reference),
        legs=legs,
        facts=_facts(item, proposal.new["words"]),
        value_on=item.value_on,
        at=at,
        gives_back=gives_back,
    )
    if item.amount_minor > 0:
        # Its value date may be long gone, but the customer hears of it only now.
        credit = money_came.Credit(item.account.iban or "", item.amount_minor, "", clock.tirana_day(at))
        money_came.tell([credit], at=at)
    item.settled_at, item.settled_by, item.note = at, actor.name, proposal.reason
    item.save(update_fields=["settled_at", "settled_by", "note"])
    audit.record(
        "core.item.booked",
        actor=actor,
        at=at,
        subject=f"item:{item.pk}",
        reason=proposal.reason,
        details={"reference": item.reference, "amount_minor": item.amount_minor, "why": item.why},
    )


def _waiting(item: ReconciliationItem | None) -> ReconciliationItem:
    if item is None or not item.is_waiting:
        raise NothingToSettle
    return item


def _refuse_what_is_booked(item: ReconciliationItem) -> None:
    if Posting.objects.filter(key=key_of_record(item.account.iban, item.reference)).exists():
        raise ReferenceIsBooked


def _fate(item: ReconciliationItem) -> str:
    """What an item does to the payment of the posting that it names; so it stays until the end of the transaction."""
    if item.posting is None:
        return ""
    is_here = corrections.may_be_undone(item.posting)
    legs, gives_back = _legs(item, has_left=False)
    if gives_back is None or item.amount_minor < 0:
        return ""
    amounts = [leg for leg in legs if leg.part == Entry.Part.PRINCIPAL]
    core_id = selectors.house_account("core", item.account.currency).pk
    if all(leg.account_id == core_id for leg in amounts):
        return FEE
    if any(leg.account_id not in {item.account_id, core_id} for leg in amounts):
        return STOPS if is_here else HAS_LEFT
    return PART


def _legs(item: ReconciliationItem, *, has_left: bool) -> tuple[list[Leg], Posting | None]:
    """Against the core's own account; or as what gives back, with the posting that it takes back."""
    core = selectors.house_account("core", item.account.currency)
    if item.posting is not None:
        back = giving_back.legs_of(
            item.posting,
            account_id=item.account_id,
            amount_minor=item.amount_minor,
            core_id=core.pk,
            has_left=has_left,
        )
        if back is not None:
            return back, item.posting
    return [Leg(item.account_id, item.amount_minor), Leg(core.pk, -item.amount_minor)], None


def _facts(item: ReconciliationItem, words: str) -> Facts:
    """The customer's own side, and what staff say of the other."""
    own = (item.account.company.name if item.account.company else "", item.account.iban or "")
    nobody = ("", "")
    debtor, creditor = (nobody, own) if item.amount_minor > 0 else (own, nobody)
    return Facts(
        kind=Kind.CORE,
        channel=Channel.SYSTEM,
        debtor_name=debtor[0],
        debtor_iban=debtor[1],
        creditor_name=creditor[0],
        creditor_iban=creditor[1],
        remittance_information=words,
        end_to_end_id=item.end_to_end_id,
        source=f"core.file:{item.file_id}",
    )


def _payment(new: dict[str, Any]) -> str:
    """The order's number, and what becomes of it."""
    return f"{new['reference']}: {FATES[new['payment']]}"


def _in_words(proposal: Proposal) -> list[four_eyes.Row]:
    new: dict[str, Any] = proposal.new
    return [
        *([(_("Pagesa"), "", _payment(new))] if new.get("payment") else []),
        (_("Llogaria"), "", group_iban(new["account"])),
        (_("Shuma"), "", f"{format_signed(new['amount_minor'])} {new['currency']}"),
        (_("Data e valutës"), "", short_day(date.fromisoformat(new["value_on"]))),
        (_("Përshkrimi në pasqyrë"), "", new["words"]),
        (_("Pse priste"), str(ReconciliationItem(why=proposal.old["why"]).get_why_display()), ""),
    ]


four_eyes.register(
    BOOKING,
    apply=_book,
    title=_("Regjistrim i një veprimi të sistemit qendror"),
    permission="accounts.change_reconciliationitem",
    present=_in_words,
)
