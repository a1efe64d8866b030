"""Limits of orders: of a signer by what she signed, of an account and a company by what was released.

Days and months are the bank's, in Tirana time, of the moment of signing. Transfers between a company's own accounts
take nothing from anybody's limit. What was cancelled, failed or came back counts no more.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, Sum
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import BankAccount, Company, User
from accounts.money import format_money
from accounts.refusals import Refusal
from payments.models import PaymentLimit, PaymentOrder, Signature
from payments.models.orders import OrderKind, OrderStatus

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

Scope = PaymentLimit.Scope
COUNTS = (OrderStatus.AWAITING, OrderStatus.RELEASED, OrderStatus.EXECUTED)
RELEASED = (OrderStatus.RELEASED, OrderStatus.EXECUTED)


class OverTheLimit(Refusal):
    """Facts: whose, span (in words), limit, left."""

    sentence = _(
        "%(whose)s: kufiri %(span)s është %(limit)s dhe mbeten %(left)s. Bëni një pagesë më të vogël, ose kërkoni në "
        "degë një kufi tjetër."
    )


WHOSE: "dict[str, StrOrPromise]" = {
    Scope.SIGNER: _("Nënshkrimi juaj"),
    Scope.ACCOUNT: _("Llogaria"),
    Scope.COMPANY: _("Kompania"),
}


@dataclass(frozen=True, slots=True)
class Standing:
    """One limit at one moment, for pages: in minor units; None where there is no such limit."""

    scope: str
    currency: str
    single_minor: int | None
    daily_minor: int | None
    daily_left_minor: int | None
    monthly_minor: int | None
    monthly_left_minor: int | None


def require(order: PaymentOrder, *, signer: User, releases: bool, at: datetime) -> None:
    """Refuse with OverTheLimit a signature that would pass a limit; whatever a page showed.

    Call it under the order's lock. Locks the company, so that two signatures at once count one after the other. The
    signer's limit is asked with each signature, those of account and company where this one `releases` the order.
    """
    if order.kind == OrderKind.OWN:
        return
    Company.objects.select_for_update(no_key=True).get(pk=order.company_id)
    for scope in tuple(Scope) if releases else (Scope.SIGNER,):
        owner = Owner(scope, order.company, signer, order.debit_account, order.currency)
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


def standings(company: Company, user: User, accounts: Iterable[BankAccount], *, at: datetime) -> Iterator[Standing]:
    """The limits of this signer and of her company, currency by currency of its accounts."""
    day = clock.tirana_day(at)
    for currency in sorted({account.currency for account in accounts}):
        for scope in (Scope.SIGNER, Scope.COMPANY):
            owner = Owner(scope, company, user, None, currency)
            limit = _in_force(owner, day)
            if limit:
                yield Standing(
                    scope=scope,
                    currency=currency,
                    single_minor=limit.single_minor,
                    daily_minor=limit.daily_minor,
                    daily_left_minor=_left(limit.daily_minor, owner, _day_of(day)),
                    monthly_minor=limit.monthly_minor,
                    monthly_left_minor=_left(limit.monthly_minor, owner, _month_of(day)),
                )


# --- The rule --------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose limit is asked: of a signer for a company, of an account, of a company; in one currency."""

    scope: str
    company: Company
    user: User | None
    account: BankAccount | None
    currency: str

    def names(self) -> list[dict[str, int | None]]:
        """How a row names this owner, the nearest first; the bank's own row is the last."""
        company, user = self.company.pk, self.user.pk if self.user else None
        nobody: dict[str, int | None] = {"company_id": None, "user_id": None, "account_id": None}
        near = {
            Scope.SIGNER: [{"company_id": company, "user_id": user}, {"company_id": company}],
            Scope.ACCOUNT: [{"account_id": self.account.pk if self.account else None}],
            Scope.COMPANY: [{"company_id": company}],
        }[Scope(self.scope)]
        return [nobody | name for name in near] + [nobody]


def _require(owner: Owner, order: PaymentOrder, day: date) -> None:
    limit = _in_force(owner, day)
    if limit is None:
        return
    spans = (
        (limit.single_minor, None, _("për një urdhër")),
        (limit.daily_minor, _day_of(day), _("ditor")),
        (limit.monthly_minor, _month_of(day), _("mujor")),
    )
    for most, span, label in spans:
        if most is None:
            continue
        left = _left(most, owner, span, besides=order) if span else most
        if left is not None and order.amount_minor > left:
            raise _refusal(owner, label, most, left)


def _in_force(owner: Owner, day: date) -> PaymentLimit | None:
    """The nearest owner's row that is in force on the day; of one owner, the latest."""
    names = owner.names()
    rows = PaymentLimit.objects.filter(scope=owner.scope, currency=owner.currency, valid_from__lte=day)
    wanted = Q(company=None) | Q(company=owner.company)
    found = list(rows.filter(wanted).order_by("-valid_from"))
    return next((row for name in names for row in found if all(getattr(row, k) == v for k, v in name.items())), None)


def _left(
    most: int | None, owner: Owner, span: tuple[datetime, datetime], *, besides: PaymentOrder | None = None
) -> int | None:
    """What is left of a limit in a span of moments; None without a limit."""
    if most is None:
        return None
    if owner.scope == Scope.SIGNER:
        signed = Signature.objects.filter(
            user=owner.user,
            signed_at__gte=span[0],
            signed_at__lt=span[1],
            order__company=owner.company,
            order__currency=owner.currency,
            order__status__in=COUNTS,
        )
        signed = signed.exclude(order__kind=OrderKind.OWN).exclude(order=besides)
        spent = signed.aggregate(sum=Sum("order__amount_minor"))["sum"]
    else:
        released = PaymentOrder.objects.filter(
            company=owner.company,
            currency=owner.currency,
            status__in=RELEASED,
            released_at__gte=span[0],
            released_at__lt=span[1],
        ).exclude(kind=OrderKind.OWN)
        if owner.scope == Scope.ACCOUNT:
            released = released.filter(debit_account=owner.account)
        spent = released.aggregate(sum=Sum("amount_minor"))["sum"]
    return max(0, most - (spent or 0))


def _day_of(day: date) -> tuple[datetime, datetime]:
    return _midnight(day), _midnight(day + timedelta(days=1))


def _month_of(day: date) -> tuple[datetime, datetime]:
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
