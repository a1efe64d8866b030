"""The totals of a closing day: written some accounts at a time, then proved against the entries by another way.

The one caller of the database's functions that write them. Nothing here locks an account or waits for a posting.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db import connection

# In place of the page's fifteen seconds: one account may have a million entries, and a proof reads the whole day.
STATEMENT_PATIENCE = "10min"


@dataclass(frozen=True, slots=True)
class Written:
    """The last account that was looked at (None: there is none left), how many were, how many had entries."""

    last_account_id: int | None
    looked_at: int
    totals: int


@dataclass(frozen=True, slots=True)
class Difference:
    """What does not add up: the proof, where (a currency, an account, a posting), and both figures."""

    proof: str
    where: str
    expected: int
    found: int

    def __str__(self) -> str:
        return f"{self.proof}: {self.where}, expected {self.expected}, found {self.found}"


def write_some(day: date, *, after: int, limit: int) -> Written:
    """The totals of the next `limit` accounts by id after one, in the caller's transaction; each only once."""
    with connection.cursor() as cursor:
        _be_patient()
        cursor.execute("SELECT last_account, looked_at, written FROM day_totals_write(%s, %s, %s)", [day, after, limit])
        return Written(*cursor.fetchone())


def write_bank(day: date) -> None:
    """The bank's line of each currency, out of the totals of all accounts."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT bank_day_totals_write(%s)", [day])


def differences(day: date, *, most: int = 5) -> list[Difference]:
    """The first few places where the totals of a day do not agree with its entries; empty when it adds up.

    Each proof reads the books by itself: the day's entries as they lie in the table, by currency and by posting; the
    last entry of each account; the checkpoint before. That opening + credit - debit = closing is a law of the row.
    """
    _be_patient()
    found = (difference for proof, sql in PROOFS.items() for difference in _differences(proof, sql, day, most))
    return [difference for difference, _place in zip(found, range(most), strict=False)]


def _differences(proof: str, sql: str, day: date, most: int) -> Iterator[Difference]:
    with connection.cursor() as cursor:
        cursor.execute(sql, {"day": day, "most": most})
        for where, expected, found in cursor.fetchall():
            yield Difference(proof, str(where), int(expected), int(found))


def _be_patient() -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"SET LOCAL statement_timeout = '{STATEMENT_PATIENCE}'; SET LOCAL jit = off")


_BY_CURRENCY = """
WITH entries AS (
  SELECT currency, count(*) AS entries, coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS debit,
         coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS credit
    FROM accounts_entry WHERE booked_on = %(day)s GROUP BY currency
), totals AS (
  SELECT a.currency, sum(t.entries) AS entries, sum(t.debit_minor) AS debit, sum(t.credit_minor) AS credit
    FROM accounts_daytotal t JOIN accounts_bankaccount a ON a.id = t.account_id
   WHERE t.day = %(day)s GROUP BY a.currency
), sides AS (
  SELECT currency, side, coalesce(expected, 0) AS expected, coalesce(found, 0) AS found
    FROM entries FULL JOIN totals USING (currency)
   CROSS JOIN LATERAL (VALUES ('entries', entries.entries, totals.entries), ('debit', entries.debit, totals.debit),
                              ('credit', entries.credit, totals.credit)) AS sides(side, expected, found)
)
SELECT currency || ' ' || side, expected, found FROM sides WHERE expected <> found ORDER BY 1 LIMIT %(most)s
"""
_BY_POSTING = """
SELECT 'posting ' || posting_id || ' ' || currency, 0, sum(amount_minor)
  FROM accounts_entry WHERE booked_on = %(day)s
 GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0 ORDER BY posting_id LIMIT %(most)s
"""
_LAST_ENTRY = """
SELECT 'account ' || t.account_id, last.balance_after_minor, t.closing_minor
  FROM accounts_daytotal t
 CROSS JOIN LATERAL (
   SELECT sequence, balance_after_minor FROM accounts_entry e
    WHERE e.account_id = t.account_id AND e.booked_on <= %(day)s ORDER BY e.booked_on DESC, e.sequence DESC LIMIT 1
 ) AS last
 WHERE t.day = %(day)s AND (last.balance_after_minor, last.sequence) <> (t.closing_minor, t.last_sequence)
 ORDER BY t.account_id LIMIT %(most)s
"""
_NO_GAP = """
SELECT 'account ' || t.account_id, coalesce(before.last_sequence, 0) + t.entries, t.last_sequence
  FROM accounts_daytotal t
  LEFT JOIN LATERAL (
    SELECT b.last_sequence FROM accounts_daytotal b
     WHERE b.account_id = t.account_id AND b.day < t.day ORDER BY b.day DESC LIMIT 1
  ) AS before ON true
 WHERE t.day = %(day)s AND t.last_sequence <> coalesce(before.last_sequence, 0) + t.entries
 ORDER BY t.account_id LIMIT %(most)s
"""
PROOFS = {
    "totals_are_the_sum_of_the_entries": _BY_CURRENCY,
    "every_posting_sums_to_zero": _BY_POSTING,
    "closing_is_the_balance_of_the_last_entry": _LAST_ENTRY,
    "no_entry_is_missing_since_the_last_checkpoint": _NO_GAP,
}
