"""Limits of orders: of a signer by what she signed, of an account and a company by what was released.

Days and months are the bank's, in Tirana time, of the moment of signing. Transfers between a company's own accounts
take nothing from anybody's limit. What was cancelled, failed or came back counts no more.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import BankAccount, Company, User
from accounts.money import format_money
from accounts.refusals import Refusal
from payments.models import PaymentLimit, PaymentOrder, Signature, StandingSignature
from payments.models.orders import OrderKind, OrderStatus
from payments.models.standing import StandingStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Scope = PaymentLimit.Scope
Name = dict[str, int | None]
COUNTS = (OrderStatus.AWAITING, OrderStatus.RELEASED, OrderStatus.EXECUTED)
RELEASED = (OrderStatus.RELEASED, OrderStatus.EXECUTED)
SERIES_COUNTS = (StandingStatus.AWAITING, StandingStatus.RUNNING, StandingStatus.FINISHED)


class OverTheLimit(Refusal):
    """Facts: whose, span (in words), limit, left."""

    sentence = _(
        "%(whose)s: kufiri %(span)s është %(limit)s dhe mbeten %(left)s. Bëni një pagesë më të vogël, ose kërkoni në "
        "degë një kufi tjetër."
    )


class NoLimitInCurrency(Refusal):
    """Facts: currency. Silence is no permission: without any limit of a signer nothing is signed."""

    sentence = _(
        "Për pagesat në %(currency)s banka nuk ka vendosur ende kufij, prandaj nuk mund të nënshkruhen. Telefononi "
        "bankën."
    )


WHOSE: "dict[str, StrOrPromise]" = {
    Scope.SIGNER: _("Nënshkrimi juaj"),
    Scope.ACCOUNT: _("Llogaria"),
    Scope.COMPANY: _("Kompania"),
}


def require(order: PaymentOrder, *, signer: User, releases: bool, at: datetime) -> None:
    """Refuse with OverTheLimit a signature that would pass a limit, and with NoLimitInCurrency one that knows none;
    whatever a page showed.

    Call it under the order's lock. Locks the company, so that two signatures at once count one after the other. The
    signer's limit is asked with each signature, those of account and company where this one `releases` the order.
    """
    if order.kind == OrderKind.OWN:
        return
    Company.objects.select_for_update(no_key=True).get(pk=order.company_id)
    for scope in tuple(Scope) if releases else (Scope.SIGNER,):
        owner = Owner(scope, order.company, signer, order.debit_account, order.currency)
        _require(owner, order, clock.tirana_day(at))


def require_room(order: PaymentOrder, *, at: datetime) -> None:
    """The same of account and company alone, for an order that its series releases; its signers were asked once."""
    if order.kind == OrderKind.OWN:
        return
    Company.objects.select_for_update(no_key=True).get(pk=order.company_id)
    for scope in (Scope.ACCOUNT, Scope.COMPANY):
        owner = Owner(scope, order.company, None, order.debit_account, order.currency)
        _require(owner, order, clock.tirana_day(at))


def require_possible(order: PaymentOrder, *, on: date) -> None:
    """Refuse early an amount that no signature could release: above what account or company may pay by one order."""
    if order.kind == OrderKind.OWN:
        return
    for scope in (Scope.ACCOUNT, Scope.COMPANY):
        owner = Owner(scope, order.company, None, order.debit_account, order.currency)
        limit = _in_force(owner, on)
        if limit and limit.single_minor is not None and order.amount_minor > limit.single_minor:
            raise _refusal(owner, _("për një urdhër"), limit.single_minor, limit.single_minor)


def too_large(orders: Sequence[PaymentOrder], signers: Mapping[UUID, Iterable[int]], *, on: date) -> Iterator[UUID]:
    """Which of these orders are more than one order may be on this day, by the limits of signers, account and company.

    Days and months were counted when the orders were released. One query for all of them.
    """
    orders = [order for order in orders if order.kind != OrderKind.OWN]
    companies, accounts = {order.company_id for order in orders}, {order.debit_account_id for order in orders}
    rows = list(
        PaymentLimit.objects.filter(
            Q(company=None) | Q(company__in=companies), Q(account=None) | Q(account__in=accounts), valid_from__lte=on
        ).order_by("-valid_from")
    )
    most: dict[tuple[int, frozenset[int]], int | None] = {}
    for order in orders:
        key = (order.debit_account_id, frozenset(signers[order.pk]))
        if key not in most:
            most[key] = _single(rows, order, key[1])
        limit = most[key]
        if limit is not None and order.amount_minor > limit:
            yield order.pk


def in_force(
    scope: str,
    currency: str,
    company: Company | None,
    user: User | None,
    account: BankAccount | None,
    *,
    on: date,
) -> PaymentLimit | None:
    """The row that rules an owner on a day, the nearest owner's first; nobody's is the bank's."""
    keys = [row.pk if row else None for row in (company, user, account)]
    rows = PaymentLimit.objects.filter(Q(company=None) | Q(company=company), scope=scope, currency=currency)
    return nearest(rows.filter(valid_from__lte=on).order_by("-valid_from"), names(scope, *keys))


# --- The rule --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose limit is asked: of a signer for a company, of an account, of a company; in one currency."""

    scope: str
    company: Company
    user: User | None
    account: BankAccount | None
    currency: str


def names(scope: str, company: int | None, user: int | None, account: int | None) -> list[Name]:
    """How a row names this owner, the nearest first; the bank's own row is the last."""
    nobody: Name = {"company_id": None, "user_id": None, "account_id": None}
    near: list[Name] = {
        Scope.SIGNER: [{"company_id": company, "user_id": user}, {"company_id": company}],
        Scope.ACCOUNT: [{"account_id": account}],
        Scope.COMPANY: [{"company_id": company}],
    }[Scope(scope)]
    return [nobody | name for name in near] + [nobody]


def _single(rows: Iterable[PaymentLimit], order: PaymentOrder, signers: Iterable[int]) -> int | None:
    """The smallest limit for one order of this account, signed by these people; rows of every owner, newest first."""
    mine = [row for row in rows if row.currency == order.currency]
    asked: list[tuple[str, int | None]] = [(Scope.ACCOUNT, None), (Scope.COMPANY, None)]
    singles = []
    for scope, user in [*asked, *((Scope.SIGNER, user) for user in signers)]:
        mine_by_name = names(scope, order.company_id, user, order.debit_account_id)
        row = nearest((row for row in mine if row.scope == scope), mine_by_name)
        if row and row.single_minor is not None:
            singles.append(row.single_minor)
    return min(singles, default=None)


def _require(owner: Owner, order: PaymentOrder, day: date) -> None:
    limit = _in_force(owner, day)
    if limit is None:
        if owner.scope == Scope.SIGNER:
            raise NoLimitInCurrency(currency=owner.currency)
        return
    spans = (
        (limit.single_minor, None, _("për një urdhër")),
        (limit.daily_minor, day_of(day), _("ditor")),
        (limit.monthly_minor, month_of(day), _("mujor")),
    )
    for most, span, label in spans:
        if most is None:
            continue
        left = _left(most, owner, span, besides=order) if span else most
        if left is not None and order.amount_minor > left:
            raise _refusal(owner, label, most, left)


def _in_force(owner: Owner, day: date) -> PaymentLimit | None:
    return in_force(owner.scope, owner.currency, owner.company, owner.user, owner.account, on=day)


def nearest(rows: Iterable[PaymentLimit], names: Iterable[Name]) -> PaymentLimit | None:
    """The newest row of the first owner who has one; the rows come newest first."""
    found = list(rows)
    return next((row for name in names for row in found if all(getattr(row, k) == v for k, v in name.items())), None)


def _left(
    most: int | None, owner: Owner, span: tuple[datetime, datetime], *, besides: PaymentOrder | None = None
) -> int | None:
    """What is left of a limit in a span of moments; None without a limit."""
    if most is None:
        return None
    if owner.scope == Scope.SIGNER:
        signed = signed_by(owner.company, owner.user).filter(order__currency=owner.currency).exclude(order=besides)
        orders = signed.filter(signed_at__gte=span[0], signed_at__lt=span[1]).aggregate(sum=Sum("order__amount_minor"))
        series = series_signed_by(owner.company, owner.user).filter(standing__currency=owner.currency)
        once = series.filter(signed_at__gte=span[0], signed_at__lt=span[1]).aggregate(sum=Sum("standing__amount_minor"))
        spent = {"sum": (orders["sum"] or 0) + (once["sum"] or 0)}
    else:
        released = released_of(owner.company).filter(currency=owner.currency)
        if owner.scope == Scope.ACCOUNT:
            released = released.filter(debit_account=owner.account)
        span_of = released.filter(released_at__gte=span[0], released_at__lt=span[1])
        spent = span_of.aggregate(sum=Sum("amount_minor"))
    return max(0, most - (spent["sum"] or 0))


def signed_by(company: Company, user: User | None) -> QuerySet[Signature]:
    """What counts for a signer's limit."""
    signed = Signature.objects.filter(user=user, order__company=company, order__status__in=COUNTS)
    return signed.exclude(order__kind=OrderKind.OWN)


def series_signed_by(company: Company, user: User | None) -> QuerySet[StandingSignature]:
    """What counts beside it: of each series its single amount, once."""
    signed = StandingSignature.objects.filter(user=user, standing__company=company, standing__status__in=SERIES_COUNTS)
    return signed.exclude(standing__kind=OrderKind.OWN)


def released_of(company: Company) -> QuerySet[PaymentOrder]:
    """What counts for the limits of a company and its accounts."""
    return PaymentOrder.objects.filter(company=company, status__in=RELEASED).exclude(kind=OrderKind.OWN)


def day_of(day: date) -> tuple[datetime, datetime]:
    return _midnight(day), _midnight(day + timedelta(days=1))


def month_of(day: date) -> tuple[datetime, datetime]:
    first = day.replace(day=1)
    return _midnight(first), _midnight((first + timedelta(days=32)).replace(day=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(0), clock.TIRANA)


def _refusal(owner: Owner, span: "StrOrPromise", limit: int, left: int) -> OverTheLimit:
    return OverTheLimit(
        whose=str(WHOSE[owner.scope]),
        span=str(span),
        limit=format_money(limit, owner.currency),
        left=format_money(left, owner.currency),
    )
