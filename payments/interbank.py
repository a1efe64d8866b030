"""Money that comes from the clearing house into the books: returned, credited, settled.

Beside `payments.execution` the room's only caller of `accounts.ledger`; who calls it has locked what it is about.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.conf import settings

from accounts import ledger, selectors as books
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount
from accounts.models.ledger import Channel, Entry, Kind
from payments.models import PaymentOrder

TEXT_MAX = 140
CLEARING = "clearing-domestic"


@dataclass(frozen=True, slots=True)
class Credit:
    """A payment for one of our accounts; `key` names it for ever, the amount is in the account's currency."""

    key: str
    account: BankAccount
    amount_minor: int
    debtor_name: str
    debtor_iban: str
    creditor_name: str
    remittance_information: str
    end_to_end_id: str
    value_on: date


def bring_back(orders: Sequence[PaymentOrder], *, reasons: Sequence[str], value_on: date, at: datetime) -> list[int]:
    """Book executed orders back to the accounts that paid; the ids of the postings. `reasons` stand on the statement.

    The fee stays with the bank, which did its part, unless `settings.RETURN_FEE_ON_REJECT`; what of it is home stays
    there. Refuses AccountIsClosed, and MoreComesBackThanWent where the core or staff gave one back before.
    """
    houses = {currency: _house(currency) for currency in {order.currency for order in orders}}
    paid = _fees_to_return(orders) if settings.RETURN_FEE_ON_REJECT else set()
    items = [
        Item(
            key=f"payments.return:{order.pk}",
            legs=_home(order, *houses[order.currency], with_fee=order.pk in paid),
            facts=_back(order, reason),
            value_on=value_on,
            gives_back_id=order.posting_id,
        )
        for order, reason in zip(orders, reasons, strict=True)
    ]
    return ledger.post_many(items, at=at)


def given_back(orders: Iterable[PaymentOrder]) -> set[UUID]:
    """Of which of these orders the amount, or a part of it, came home already, by the core or by staff: their ids."""
    return _came_home(orders, Entry.Part.PRINCIPAL)


def _fees_to_return(orders: Iterable[PaymentOrder]) -> set[UUID]:
    return {order.pk for order in orders if order.fee_minor} - _came_home(orders, Entry.Part.FEE)


def _came_home(orders: Iterable[PaymentOrder], part: Entry.Part) -> set[UUID]:
    posted = {order.posting_id: order.pk for order in orders}
    back = Entry.objects.filter(posting__gives_back__in=posted.keys() - {None}, part=part)
    return {posted[posting_id] for posting_id in back.values_list("posting__gives_back", flat=True)}


def _house(currency: str) -> tuple[int, int]:
    """The accounts of clearing and of fees."""
    return books.house_account(CLEARING, currency).pk, books.house_account("fees", currency).pk


def _home(order: PaymentOrder, clearing: int, fees: int, *, with_fee: bool) -> list[Leg]:
    legs = [Leg(clearing, -order.amount_minor), Leg(order.debit_account_id, order.amount_minor)]
    if with_fee:
        legs += [
            Leg(fees, -order.fee_minor, Entry.Part.FEE),
            Leg(order.debit_account_id, order.fee_minor, Entry.Part.FEE),
        ]
    return legs


def _back(order: PaymentOrder, reason: str) -> Facts:
    return Facts(
        kind=Kind.RETURN,
        channel=Channel.INTERBANK,
        debtor_name=order.beneficiary_name,
        debtor_iban=order.beneficiary_iban,
        creditor_name=order.company.name,
        creditor_iban=order.debit_account.iban or "",
        remittance_information=reason[:TEXT_MAX],
        end_to_end_id=order.number,
        source=f"payments.order:{order.pk}",
    )


def credit(credits: Sequence[Credit], *, at: datetime) -> list[int]:
    """Book payments from other banks to our accounts; the ids of the postings. Refuses AccountIsClosed."""
    clearing = {currency: _house(currency)[0] for currency in {one.account.currency for one in credits}}
    items = [
        Item(
            key=f"payments.incoming:{one.key}",
            legs=[Leg(clearing[one.account.currency], -one.amount_minor), Leg(one.account.pk, one.amount_minor)],
            facts=Facts(
                kind=Kind.INCOMING,
                channel=Channel.INTERBANK,
                debtor_name=one.debtor_name,
                debtor_iban=one.debtor_iban,
                creditor_name=one.creditor_name,
                creditor_iban=one.account.iban or "",
                remittance_information=one.remittance_information[:TEXT_MAX],
                end_to_end_id=one.end_to_end_id,
                source=f"payments.incoming:{one.key}",
            ),
            value_on=one.value_on,
        )
        for one in credits
    ]
    return ledger.post_many(items, at=at)


def settle(*, reference: str, amount_minor: int, currency: str, value_on: date, at: datetime) -> int:
    """Move what the central bank settled from clearing to the core's account; positive is what we got. The posting."""
    clearing, core = books.house_account(CLEARING, currency), books.house_account("core", currency)
    item = Item(
        key=f"payments.settlement:{reference}",
        legs=[Leg(clearing.pk, amount_minor), Leg(core.pk, -amount_minor)],
        facts=Facts(
            kind=Kind.CORE,
            channel=Channel.SYSTEM,
            remittance_information=f"{CLEARING} {reference}"[:TEXT_MAX],
            source=f"payments.settlement:{reference}",
        ),
        value_on=value_on,
    )
    (posting_id,) = ledger.post_many([item], at=at)
    return posting_id
