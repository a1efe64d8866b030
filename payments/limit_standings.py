"""How the limits of a signer and of her company stand: what one order may be, and what is left of the day and month."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import F, Q, Sum

from accounts import clock
from accounts.models import BankAccount, Company, User
from payments import limits
from payments.limits import Scope
from payments.models import PaymentLimit

SCOPES = (Scope.SIGNER, Scope.COMPANY)
# Of the day and of the month, in minor units.
Spent = tuple[int, int]


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


def standings(company: Company, user: User, accounts: Iterable[BankAccount], *, at: datetime) -> list[Standing]:
    """The limits in force of this signer and of her company, currency by currency of its accounts; three queries."""
    currencies = sorted({account.currency for account in accounts})
    rows = PaymentLimit.objects.filter(
        Q(company=None) | Q(company=company),
        scope__in=SCOPES,
        currency__in=currencies,
        valid_from__lte=clock.tirana_day(at),
    ).order_by("-valid_from")
    spent = {Scope.SIGNER: _signed(company, user, at), Scope.COMPANY: _released(company, at)}
    found = list(rows)
    standing = []
    for currency in currencies:
        for scope in SCOPES:
            mine = (row for row in found if row.scope == scope and row.currency == currency)
            row = limits.nearest(mine, limits.names(scope, company.pk, user.pk, None))
            if row:
                standing.append(_standing(row, spent[scope].get(currency, (0, 0))))
    return standing


def _standing(row: PaymentLimit, spent: Spent) -> Standing:
    day, month = spent
    return Standing(
        scope=row.scope,
        currency=row.currency,
        single_minor=row.single_minor,
        daily_minor=row.daily_minor,
        daily_left_minor=_left(row.daily_minor, day),
        monthly_minor=row.monthly_minor,
        monthly_left_minor=_left(row.monthly_minor, month),
    )


def _left(most: int | None, spent: int) -> int | None:
    return None if most is None else max(0, most - spent)


def _signed(company: Company, user: User, at: datetime) -> dict[str, Spent]:
    today = clock.tirana_day(at)
    (since, until), (first, last) = limits.day_of(today), limits.month_of(today)
    is_of_the_day, of_the_month = (
        Q(signed_at__gte=since, signed_at__lt=until),
        Q(signed_at__gte=first, signed_at__lt=last),
    )
    spent: dict[str, Spent] = {}
    counted = {"order": limits.signed_by(company, user), "standing": limits.series_signed_by(company, user)}
    for name, rows in counted.items():
        amount = f"{name}__amount_minor"
        sums = rows.filter(of_the_month).values(currency=F(f"{name}__currency")).order_by()
        for one in sums.annotate(day=Sum(amount, filter=is_of_the_day, default=0), month=Sum(amount, default=0)):
            day, month = spent.get(one["currency"], (0, 0))
            spent[one["currency"]] = (day + one["day"], month + one["month"])
    return spent


def _released(company: Company, at: datetime) -> dict[str, Spent]:
    today = clock.tirana_day(at)
    (since, until), (first, last) = limits.day_of(today), limits.month_of(today)
    rows = limits.released_of(company).filter(released_at__gte=first, released_at__lt=last).values("currency")
    is_of_the_day = Q(released_at__gte=since, released_at__lt=until)
    sums = rows.annotate(day=Sum("amount_minor", filter=is_of_the_day, default=0), month=Sum("amount_minor", default=0))
    return {one["currency"]: (one["day"], one["month"]) for one in sums}
