"""What went in and out of an account month by month, out of the totals that every closed day leaves behind.

Five years are some thirteen hundred rows, whatever happened on a day; what no day has closed over yet is read from its
entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.db import connection

from accounts.models import BankAccount
from statements.periods import Period


@dataclass(frozen=True, slots=True)
class YearTurnover:
    """A year and its months, both newest first; the sums are positive minor units."""

    year: int
    months: Sequence["MonthTurnover"]

    @property
    def entries(self) -> int:
        return sum(month.entries for month in self.months)

    @property
    def debit_minor(self) -> int:
        return sum(month.debit_minor for month in self.months)

    @property
    def credit_minor(self) -> int:
        return sum(month.credit_minor for month in self.months)


@dataclass(frozen=True, slots=True)
class MonthTurnover:
    """A month with at least one entry, by its first day; both sides are positive minor units of the account."""

    month: date
    entries: int
    debit_minor: int
    credit_minor: int
    closing_minor: int


def monthly(account: BankAccount, period: Period) -> Sequence[MonthTurnover]:
    """The months of a period in their order, the first and the last as far as the period reaches; in one query."""
    with connection.cursor() as cursor:
        cursor.execute(_MONTHLY, {"account": account.pk, "first": period.first, "last": period.last})
        return [MonthTurnover(*row) for row in cursor.fetchall()]


def by_year(months: Sequence[MonthTurnover]) -> list[YearTurnover]:
    """The years of these months."""
    newest_first = sorted(months, key=lambda turnover: turnover.month, reverse=True)
    years = groupby(newest_first, key=lambda turnover: turnover.month.year)
    return [YearTurnover(year, list(of_year)) for year, of_year in years]


_MONTHLY = """
WITH closed AS (
  SELECT coalesce(max(day), '-infinity') AS last FROM accounts_daytotal WHERE account_id = %(account)s
), days AS (
  SELECT day, entries, debit_minor AS debit, credit_minor AS credit, closing_minor AS closing
    FROM accounts_daytotal
   WHERE account_id = %(account)s AND day BETWEEN %(first)s AND %(last)s
   UNION ALL
  SELECT booked_on, count(*), coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0),
         coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0),
         (array_agg(balance_after_minor ORDER BY sequence DESC))[1]
    FROM accounts_entry
   WHERE account_id = %(account)s AND booked_on > (SELECT last FROM closed)
     AND booked_on BETWEEN %(first)s AND %(last)s
   GROUP BY booked_on
)
SELECT date_trunc('month', day)::date, sum(entries)::bigint, sum(debit)::bigint, sum(credit)::bigint,
       (array_agg(closing ORDER BY day DESC))[1]
  FROM days GROUP BY 1 ORDER BY 1
"""
