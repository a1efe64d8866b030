"""What becomes of a due order: rights, account, limit, payee and money, asked again on the day (security: re-check).

Whatever was true when the order was signed. All questions are put for many orders at once and answered in memory, for
one order as for five hundred. Whether money is there is only foretold here: the ledger has the last word, under its
locks.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from uuid import UUID

from django.utils.translation import gettext_noop

from accounts import clock, mandates, selectors as books
from accounts.models import BankAccount
from accounts.working_days import Calendar
from payments import limits, promises, rails
from payments.models import PaymentOrder, Signature, StandingSignature
from payments.models.orders import OrderKind

# Why an order was not executed; stored as they are, put in the reader's language where they are shown.
NO_FUNDS = gettext_noop(
    "Në llogari nuk kishte para të mjaftueshme deri në afatin e ditës. Siguroni shumën dhe bëni një urdhër të ri."
)
ACCOUNT_BLOCKED = gettext_noop(
    "Nga llogaria nuk mund të paguhej, sepse ishte e ngrirë ose e mbyllur. Telefononi bankën, ose paguani nga një "
    "llogari tjetër."
)
RIGHT_ENDED = gettext_noop(
    "E drejta e përgatitësit ose e një nënshkruesi mbaroi para ditës së kryerjes. Urdhrin e ri e përgatit dhe e "
    "nënshkruan kush e ka të drejtën."
)
PAYEE_GONE = gettext_noop(
    "Llogaria e përfituesit u mbyll ose nuk merr më pagesa në këtë monedhë. Kërkojini përfituesit një llogari tjetër."
)
OVER_THE_LIMIT = gettext_noop(
    "Shuma e kalonte kufirin për një urdhër që vlente në ditën e kryerjes. Kërkoni në degë një kufi tjetër."
)

# Company and user: may prepare, may sign.
Powers = Mapping[tuple[int, int], tuple[bool, bool]]


@dataclass(frozen=True, slots=True)
class Grounds:
    """What decides about some locked orders at one moment, read once for all of them."""

    at: datetime
    calendar: Calendar
    powers: Powers
    signers: Mapping[UUID, frozenset[int]]
    too_large: frozenset[UUID]
    payees: Mapping[UUID, int]
    fee_accounts: Mapping[str, int]
    _cut_offs: dict[tuple[str, bool, date], time] = field(default_factory=dict)

    def objection(self, order: PaymentOrder) -> str | None:
        """Why this order will not be executed, money apart; None where nothing speaks against it."""
        if not self._rights_hold(order):
            return RIGHT_ENDED
        if order.debit_account.status != BankAccount.Status.OPEN:
            return ACCOUNT_BLOCKED
        if order.pk in self.too_large:
            return OVER_THE_LIMIT
        if order.pk not in self.payees:
            return PAYEE_GONE
        return None

    def value_on(self, order: PaymentOrder) -> date:
        """The day that the money counts from: the promised one, or today for what is done at once."""
        assert order.execute_on is not None, "a released order has its day"
        # Within our own books an order holds its money unless a later day was chosen (`promises.is_chosen`).
        is_at_once = rails.executes_at_once(order.kind) and order.hold_id is not None
        return self.calendar.on_or_after(clock.tirana_day(self.at) if is_at_once else order.execute_on)

    def may_wait(self, order: PaymentOrder) -> bool:
        """For money: only an order without a hold, and only until the cut-off of its own day."""
        if order.hold_id or order.execute_on is None:
            return False
        day = self.calendar.on_or_after(order.execute_on)
        key = (order.kind, order.is_urgent, day)
        if key not in self._cut_offs:
            self._cut_offs[key] = promises.cut_off(kind=order.kind, is_urgent=order.is_urgent, on=day)
        return clock.tirana(self.at) <= datetime.combine(day, self._cut_offs[key], clock.TIRANA)

    def _rights_hold(self, order: PaymentOrder) -> bool:
        """Of who prepared it and of all who signed it; a mandate in force is for an active company."""
        company, nothing, signers = order.company_id, (False, False), self.signers[order.pk]
        return (
            self.powers.get((company, order.prepared_by_id), nothing)[0]
            and len(signers) >= order.signatures_wanted
            and all(self.powers.get((company, user), nothing)[1] for user in signers)
        )


def gathered(orders: Sequence[PaymentOrder], *, calendar: Calendar, at: datetime) -> Grounds:
    """The grounds of these orders, in a handful of queries however many they are."""
    signers = _signers(orders)
    return Grounds(
        at=at,
        calendar=calendar,
        powers=_powers(orders, at=at),
        signers=signers,
        too_large=frozenset(limits.too_large(orders, signers, on=clock.tirana_day(at))),
        payees=_payees(orders),
        fee_accounts=_house_accounts("fees", [order for order in orders if order.fee_minor]),
    )


def covered(orders: Iterable[PaymentOrder]) -> tuple[list[PaymentOrder], list[PaymentOrder]]:
    """Those that their accounts can pay, one after the other as they come, and those that must be looked at alone.

    A hold is money set aside for its order; what comes in meanwhile is not counted on.
    """
    free: dict[int, int] = {}
    paying: list[PaymentOrder] = []
    short: list[PaymentOrder] = []
    for order in orders:
        account = order.debit_account_id
        left = free.setdefault(account, order.debit_account.available_minor)
        left -= 0 if order.hold_id else order.total_minor
        if left < 0:
            short.append(order)
        else:
            free[account] = left
            paying.append(order)
    return paying, short


def _powers(orders: Iterable[PaymentOrder], *, at: datetime) -> Powers:
    held = mandates.in_force(at).filter(company__in={order.company_id for order in orders})
    rows = held.values_list("company_id", "user_id", "may_prepare", "may_sign")
    return {(company, user): (may_prepare, may_sign) for company, user, may_prepare, may_sign in rows}


def _signers(orders: Sequence[PaymentOrder]) -> Mapping[UUID, frozenset[int]]:
    """Who signed each order, or the series that made it."""
    found: dict[UUID, set[int]] = defaultdict(set)
    rows = Signature.objects.filter(order__in=[order.pk for order in orders])
    for order_id, user_id in rows.values_list("order_id", "user_id"):
        found[order_id].add(user_id)
    series = {order.standing_id for order in orders if order.standing_id}
    for_all: dict[UUID | None, set[int]] = defaultdict(set)
    if series:
        signed = StandingSignature.objects.filter(standing__in=series)
        for standing_id, user_id in signed.values_list("standing_id", "user_id"):
            for_all[standing_id].add(user_id)
    return {order.pk: frozenset(found[order.pk] | for_all[order.standing_id]) for order in orders}


def _payees(orders: Sequence[PaymentOrder]) -> Mapping[UUID, int]:
    """The account that each order credits; none where the payee's is here and takes nothing any more."""
    inside = [order for order in orders if rails.executes_at_once(order.kind)]
    outside = [order for order in orders if not rails.executes_at_once(order.kind)]
    clearing = _house_accounts("clearing-domestic", outside)
    found = {order.pk: clearing[order.currency] for order in outside}
    rows = books.payee_accounts({order.beneficiary_iban for order in inside}) if inside else ()
    accounts = {(account.iban, account.currency): account for account in rows}
    for order in inside:
        account = accounts.get((order.beneficiary_iban, order.currency))
        if account and (order.kind != OrderKind.OWN or account.company_id == order.company_id):
            found[order.pk] = account.pk
    return found


def _house_accounts(code: str, orders: Iterable[PaymentOrder]) -> Mapping[str, int]:
    """One of the bank's own accounts, by the currencies of these orders."""
    return {currency: books.house_account(code, currency).pk for currency in {order.currency for order in orders}}
