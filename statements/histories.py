"""Twelve months of an account, out of the totals that every closed day leaves behind; one query of some 260 rows.

An account of ten million entries costs what one of ten costs. A day that is not closed has no total yet: the balance of
now is the account's own, after its last entry, and what is still open stands in no month's sum.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet

from accounts.models import BankAccount, DayTotal
from accounts.questions import Given, Question

MONTHS = 12


@dataclass(frozen=True, slots=True)
class Balance:
    """What the account held at the end of a day, in its minor units."""

    day: date
    minor: int


@dataclass(frozen=True, slots=True)
class Flow:
    """A month by its first day; both sides are positive minor units."""

    month: date
    in_minor: int
    out_minor: int


@dataclass(frozen=True, slots=True)
class History:
    """The last twelve months, this one included. `balances` are in order: the one at the beginning, one of each closed
    day that had entries, and the one of today. `closed_until` is the last such day; None if there is none."""

    months: Sequence[date]
    balances: Sequence[Balance]
    flows: Sequence[Flow]
    closed_until: date | None

    @property
    def in_minor(self) -> int:
        return sum(flow.in_minor for flow in self.flows)

    @property
    def out_minor(self) -> int:
        return sum(flow.out_minor for flow in self.flows)


def history(account: BankAccount, *, today: date) -> History:
    """The twelve months that end with today's; `account` is to be read in the same snapshot."""
    months = _months_until(today)
    # A day after today may be closed only where a clock went back: nobody's history.
    rows = _TOTALS(account=account.pk, first=months[0], last=today)
    totals = [_Total(*row) for row in rows]
    return History(
        months=months,
        balances=_balances(account, totals, first=months[0], today=today),
        flows=[_flow(month, totals) for month in months],
        closed_until=totals[-1].day if totals else None,
    )


@dataclass(frozen=True, slots=True)
class _Total:
    day: date
    debit_minor: int
    credit_minor: int
    opening_minor: int
    closing_minor: int


def _totals() -> "QuerySet[DayTotal, tuple[date, int, int, int, int]]":
    rows = DayTotal.objects.filter(account=Given("account"), day__range=(Given("first"), Given("last")))
    return rows.order_by("day").values_list("day", "debit_minor", "credit_minor", "opening_minor", "closing_minor")


_TOTALS = Question(_totals)


def _balances(account: BankAccount, totals: Sequence[_Total], *, first: date, today: date) -> list[Balance]:
    """Without a total there is but today's balance: what was before is not known here and is not made up."""
    found = [Balance(total.day, total.closing_minor) for total in totals if total.day < today]
    if totals and account.opened_on < first < totals[0].day:
        found.insert(0, Balance(first - timedelta(days=1), totals[0].opening_minor))
    return [*found, Balance(today, account.balance_minor)]


def _flow(month: date, totals: Sequence[_Total]) -> Flow:
    of_month = [total for total in totals if total.day.replace(day=1) == month]
    return Flow(month, sum(total.credit_minor for total in of_month), sum(total.debit_minor for total in of_month))


def _months_until(today: date) -> list[date]:
    last = today.year * 12 + today.month - 1
    return [date(number // 12, number % 12 + 1, 1) for number in range(last - MONTHS + 1, last + 1)]
