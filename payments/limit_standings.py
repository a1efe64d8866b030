"""How limits stand, of a signer, her company and its accounts: what one order may be, what is left of day and month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Sum

from accounts import clock
from accounts.models import BankAccount, Company, User
from payments import limits
from payments.limits import Scope
from payments.models import PaymentLimit

# Of the day and of the month, in minor units.
Spent = tuple[int, int]
# By whose limit it counts: the scope, the currency, and of an account its key.
SpentBy = dict[tuple[str, str, int | None], Spent]


@dataclass(frozen=True, slots=True)
class Standing:
    """One limit at one moment, for pages: in minor units; None where there is no such limit.

    `account` is None where the limit is a signer's or the company's.
    """

    scope: str
    account: BankAccount | None
    currency: str
    single_minor: int | None
    daily_minor: int | None
    daily_left_minor: int | None
    monthly_minor: int | None
    monthly_left_minor: int | None


def standings(company: Company, user: User, accounts: Iterable[BankAccount], *, at: datetime) -> list[Standing]:
    """The limits in force of this signer, of her company and of these accounts of it, currency by currency; four
    queries, however many accounts."""
    accounts = list(accounts)
    currencies = sorted({account.currency for account in accounts})
    rows = list(
        PaymentLimit.objects.filter(
            Q(company=None) | Q(company=company),
            Q(account=None) | Q(account__in=accounts),
            currency__in=currencies,
            valid_from__lte=clock.tirana_day(at),
        ).order_by("-valid_from")
    )
    spent = _signed(company, user, at) | _released(company, at)
    standing = []
    for currency in currencies:
        of_accounts = [(Scope.ACCOUNT, account) for account in accounts if account.currency == currency]
        for scope, account in [(Scope.SIGNER, None), (Scope.COMPANY, None), *of_accounts]:
            key = account.pk if account else None
            mine = (row for row in rows if row.scope == scope and row.currency == currency)
            row = limits.nearest(mine, limits.names(scope, company.pk, user.pk, key))
            if row:
                standing.append(_standing(row, account, spent.get((scope, currency, key), (0, 0))))
    return standing


def _standing(row: PaymentLimit, account: BankAccount | None, spent: Spent) -> Standing:
    day, month = spent
    return Standing(
        scope=row.scope,
        account=account,
        currency=row.currency,
        single_minor=row.single_minor,
        daily_minor=row.daily_minor,
        daily_left_minor=_left(row.daily_minor, day),
        monthly_minor=row.monthly_minor,
        monthly_left_minor=_left(row.monthly_minor, month),
    )


def _left(most: int | None, spent: int) -> int | None:
    return None if most is None else max(0, most - spent)


def _signed(company: Company, user: User, at: datetime) -> SpentBy:
    today = clock.tirana_day(at)
    (since, until), (first, last) = limits.day_of(today), limits.month_of(today)
    is_of_the_day, of_the_month = (
        Q(signed_at__gte=since, signed_at__lt=until),
        Q(signed_at__gte=first, signed_at__lt=last),
    )
    spent: SpentBy = {}
    counted = {"order": limits.signed_by(company, user), "standing": limits.series_signed_by(company, user)}
    for name, rows in counted.items():
        amount = f"{name}__amount_minor"
        sums = rows.filter(of_the_month).values(currency=F(f"{name}__currency")).order_by()
        for one in sums.annotate(day=Sum(amount, filter=is_of_the_day, default=0), month=Sum(amount, default=0)):
            _count(spent, (Scope.SIGNER, one["currency"], None), (one["day"], one["month"]))
    return spent


def _released(company: Company, at: datetime) -> SpentBy:
    """Of each account, and of all together, also of those that are closed by now."""
    today = clock.tirana_day(at)
    (since, until), (first, last) = limits.day_of(today), limits.month_of(today)
    of_the_month = limits.released_of(company).filter(released_at__gte=first, released_at__lt=last)
    is_of_the_day = Q(released_at__gte=since, released_at__lt=until)
    sums = of_the_month.values("currency", "debit_account").annotate(
        day=Sum("amount_minor", filter=is_of_the_day, default=0), month=Sum("amount_minor", default=0)
    )
    spent: SpentBy = {}
    for one in sums.order_by():
        sums_of_one = (one["day"], one["month"])
        _count(spent, (Scope.ACCOUNT, one["currency"], one["debit_account"]), sums_of_one)
        _count(spent, (Scope.COMPANY, one["currency"], None), sums_of_one)
    return spent


def _count(spent: SpentBy, key: tuple[str, str, int | None], more: Spent) -> None:
    day, month = spent.get(key, (0, 0))
    spent[key] = (day + more[0], month + more[1])
