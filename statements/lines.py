"""One line of an account as the customer reads it: what was booked, or what is set aside. Pure, but for addresses."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.urls import reverse

from accounts import clock
from accounts.models import Entry, Hold, Posting
from accounts.models.ledger import Channel, Kind

# Once, for get_kind_display() makes such a dictionary at every call, and a statement has thousands of lines.
_KINDS, _CHANNELS, _PARTS = dict(Kind.choices), dict(Channel.choices), dict(Entry.Part.choices)
ORDER_SOURCE = "payments.order:"
ORDER_PAGE = "payments:order"
LINE_PAGE = "statements:line"


@dataclass(frozen=True, slots=True)
class Line:
    """A booked entry, seen from its account. Amounts are signed minor units, positive in favour of the account.

    `counterparty` is what the line is called: the other side, or what was charged where there is none.
    `order_id` is set for the one who ordered, whose page it is; the receiver of an internal transfer has no such page.
    """

    sequence: int
    booked_on: date
    value_on: date
    counterparty: str
    counterparty_iban: str
    remittance: str
    reference: str
    channel_label: str
    kind_label: str
    part_label: str
    is_fee: bool
    amount_minor: int
    currency: str
    balance_after_minor: int
    order_id: UUID | None
    account_uuid: UUID | None

    @property
    def url(self) -> str:
        """The line's own page; empty where it was asked for without its account."""
        return reverse(LINE_PAGE, args=[self.account_uuid, self.sequence]) if self.account_uuid else ""

    @property
    def has_other_side(self) -> bool:
        """Whether it names somebody; a fee and a charge of the bank name but what they are."""
        return not self.is_fee and self.counterparty != self.kind_label

    @property
    def order_url(self) -> str:
        """The page of its order, where signatures and confirmation stand."""
        return _order_url(self.order_id)

    @property
    def debit_minor(self) -> int | None:
        """What left the account, without a sign; None for what came in."""
        return -self.amount_minor if self.amount_minor < 0 else None

    @property
    def credit_minor(self) -> int | None:
        """What came in; None for what left."""
        return self.amount_minor if self.amount_minor > 0 else None


@dataclass(frozen=True, slots=True)
class HeldLine:
    """An amount that is set aside for a debit expected on a day; `amount_minor` is negative, as the debit will be."""

    placed_on: date
    expected_on: date
    counterparty: str
    counterparty_iban: str
    remittance: str
    channel_label: str
    kind_label: str
    amount_minor: int
    currency: str
    order_id: UUID | None

    @property
    def url(self) -> str:
        return _order_url(self.order_id)


def line_of(entry: Entry, account_uuid: UUID | None = None) -> Line:
    """The line of an entry whose posting is at hand; with a page of its own where the account is named."""
    posting = entry.posting
    kind, part = str(_KINDS[posting.kind]), str(_PARTS[entry.part])
    name, iban = _other_side(posting, entry.amount_minor)
    remittance = posting.remittance_information
    if entry.part == Entry.Part.FEE:
        name, iban, remittance = part, "", kind
    order_id = _order_id(posting.source) if _is_of_the_orderer(posting, entry.amount_minor) else None
    return Line(
        sequence=entry.sequence,
        booked_on=entry.booked_on,
        value_on=entry.value_on,
        counterparty=name or kind,
        counterparty_iban=iban,
        remittance=remittance,
        reference=posting.end_to_end_id,
        channel_label=str(_CHANNELS[posting.channel]),
        kind_label=kind,
        part_label=part,
        is_fee=entry.part == Entry.Part.FEE,
        amount_minor=entry.amount_minor,
        currency=entry.currency,
        balance_after_minor=entry.balance_after_minor,
        order_id=order_id,
        account_uuid=account_uuid,
    )


def held_line_of(hold: Hold) -> HeldLine:
    """The line of an active hold."""
    kind = str(_KINDS[hold.kind])
    return HeldLine(
        placed_on=clock.tirana_day(hold.placed_at),
        expected_on=hold.expected_on,
        counterparty=hold.creditor_name or kind,
        counterparty_iban=hold.creditor_iban,
        remittance=hold.remittance_information,
        channel_label=str(_CHANNELS[hold.channel]),
        kind_label=kind,
        amount_minor=-hold.amount_minor,
        currency=hold.currency,
        order_id=_order_id(hold.source),
    )


def _other_side(posting: Posting, amount_minor: int) -> tuple[str, str]:
    if amount_minor < 0:
        return posting.creditor_name, posting.creditor_iban
    return posting.debtor_name, posting.debtor_iban


def _is_of_the_orderer(posting: Posting, amount_minor: int) -> bool:
    """Who ordered is debited, gets back what is reversed or returned, and holds both sides of an own transfer."""
    if posting.kind in {Kind.REVERSAL, Kind.RETURN}:
        return amount_minor > 0
    return posting.kind == Kind.OWN or amount_minor < 0


def _order_id(source: str) -> UUID | None:
    """The order that a posting or a hold names as its source, as text; None for every other source."""
    if not source.startswith(ORDER_SOURCE):
        return None
    return UUID(source.removeprefix(ORDER_SOURCE))


def _order_url(order_id: UUID | None) -> str:
    return reverse(ORDER_PAGE, args=[order_id]) if order_id else ""
