"""Money that comes from the clearing house into the books: returned, credited, settled.

Beside `payments.execution` the room's only caller of `accounts.ledger`; who calls it has locked what it is about.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple
from uuid import UUID

from django.conf import settings

from accounts import ledger, selectors as books
from accounts.core_feed import giving_back
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


class Houses(NamedTuple):
    """The bank's own accounts of one currency: their ids."""

    clearing: int
    fees: int
    core: int


@dataclass(frozen=True, slots=True)
class Home:
    """What came home of an order, in minor units: of its amount and of its fee, to the customer; and how much of it was
    taken out of clearing. It is not known where the core took some of it again."""

    amount_minor: int
    fee_minor: int
    taken_minor: int
    is_known: bool = True


def bring_back(
    orders: Sequence[PaymentOrder], homes: Mapping[UUID, Home], *, reasons: Sequence[str], value_on: date, at: datetime
) -> list[int]:
    """Book what is not home yet of executed orders to the accounts that paid; the ids of the postings. `reasons` stand
    on the statement, `homes` are of `home_of`.

    What the core gave before, it gets back from clearing. The fee stays with the bank, which did its part, unless
    `settings.RETURN_FEE_ON_REJECT`. Refuses AccountIsClosed, and MoreComesBackThanWent where the money was taken out of
    clearing before.
    """
    houses = {currency: _house(currency) for currency in {order.currency for order in orders}}
    items = [
        Item(
            key=f"payments.return:{order.pk}",
            legs=_home(order, homes[order.pk], houses[order.currency]),
            facts=_back(order, reason),
            value_on=value_on,
            gives_back_id=order.posting_id,
        )
        for order, reason in zip(orders, reasons, strict=True)
    ]
    return ledger.post_many(items, at=at)


def home_of(orders: Sequence[PaymentOrder]) -> dict[UUID, Home]:
    """What came home of each of these orders by now, by the core or by staff; one query, and one for each that has."""
    posted = {order.posting_id: order for order in orders if order.posting_id}
    back = Entry.objects.filter(posting__gives_back__in=posted.keys())
    sums: Counter[tuple[UUID, str]] = Counter()
    rows = back.values_list("posting__gives_back", "account", "account__house_code", "part", "amount_minor")
    for posting_id, account_id, house_code, part, amount_minor in rows:
        order = posted[posting_id or 0]
        if account_id == order.debit_account_id:
            sums[order.pk, part] += amount_minor
        elif (house_code or "").startswith(CLEARING):
            sums[order.pk, CLEARING] -= amount_minor
    return {order.pk: _home_of(order, sums) for order in orders}


def _home_of(order: PaymentOrder, sums: Counter[tuple[UUID, str]]) -> Home:
    amount, fee = sums[order.pk, Entry.Part.PRINCIPAL.value], sums[order.pk, Entry.Part.FEE.value]
    is_known = True
    if (amount or fee) and order.posting is not None:
        is_known = not giving_back.was_taken_again(order.posting, order.debit_account_id)
    return Home(amount, fee, sums[order.pk, CLEARING], is_known)


def _house(currency: str) -> Houses:
    return Houses(*(books.house_account(code, currency).pk for code in (CLEARING, "fees", "core")))


def _home(order: PaymentOrder, home: Home, houses: Houses) -> list[Leg]:
    legs = [Leg(houses.clearing, -order.amount_minor)]
    if rest := order.amount_minor - home.amount_minor:
        legs.append(Leg(order.debit_account_id, rest))
    if home.amount_minor:
        legs.append(Leg(houses.core, home.amount_minor))
    if order.fee_minor and settings.RETURN_FEE_ON_REJECT and not home.fee_minor:
        legs += [
            Leg(houses.fees, -order.fee_minor, Entry.Part.FEE),
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
    clearing = {currency: _house(currency).clearing for currency in {one.account.currency for one in credits}}
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
