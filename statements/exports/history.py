"""What every export is made of: the facts of a period and its lines, read as of one moment, some thousand at a time.

Lines are found by their numbers, so that neither memory nor time depends on how long the account has lived.
"""

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final, NamedTuple
from uuid import UUID

from django.db import connection

from accounts import business_day
from accounts.models import BankAccount
from statements.periods import Period
from statements.snapshot import one_moment

LINES_A_PORTION: Final = 5_000
PIECE: Final = 1 << 20


class DoesNotAddUp(Exception):  # noqa: N818  said of the books, and a bug
    """Opening + turnover is not closing, or a line's balance is not the one before with its amount."""


class Row(NamedTuple):
    """One entry, oldest first. Amounts are signed minor units; texts have no control signs.

    The other side has no name on a fee, and maybe none elsewhere.
    """

    sequence: int
    booked_on: date
    value_on: date
    amount_minor: int
    balance_after_minor: int
    part: str
    kind: str
    channel: str
    other_name: str
    other_iban: str
    remittance: str
    end_to_end_id: str
    posting_uuid: UUID


@dataclass(frozen=True, slots=True)
class Head:
    """The facts of a period: opening + turnover in - turnover out = closing, both turnovers positive minor units.

    `before` and `last` are the account's numbers around its lines, `before` excluded. `issued_at` is the bank's moment.
    """

    account_id: int
    iban: str
    currency: str
    holder: str
    nipt: str
    period: Period
    before: int
    last: int
    opening_minor: int
    closing_minor: int
    turnover_in_minor: int
    turnover_out_minor: int
    count_in: int
    count_out: int
    is_provisional: bool
    issued_at: datetime

    @property
    def count(self) -> int:
        return self.last - self.before

    @property
    def reference(self) -> str:
        """Names this period with these lines, in at most 35 signs: the same books give the same one."""
        days = f"{self.period.first:%y%m%d}{self.period.last:%y%m%d}"
        return f"{self.iban[-8:]}-{days}-{self.last}"


@dataclass(frozen=True, slots=True)
class History:
    """A head and its lines, to be read while `opened` is open; `progress` is told how many lines are done."""

    head: Head
    progress: Callable[[int], None] = field(default=lambda done: None)

    def portions(self, *, size: int = LINES_A_PORTION) -> Iterator[tuple[int, int]]:
        """Ranges of numbers, the first of each excluded."""
        for first in range(self.head.before, self.head.last, size):
            last = min(first + size, self.head.last)
            yield first, last
            self.progress(last - self.head.before)

    def rows(self) -> Iterator[Row]:
        """Every line, each balance checked against the one before."""
        balance = self.head.opening_minor
        for first, last in self.portions():
            for row in map(Row._make, _fetched(LINES, self._place(first, last))):
                balance += row.amount_minor
                if row.balance_after_minor != balance:
                    raise DoesNotAddUp(f"account {self.head.account_id} line {row.sequence}")
                yield row
        if balance != self.head.closing_minor:
            raise DoesNotAddUp(f"account {self.head.account_id} {self.head.period}")

    def copied(self, sql: str, facts: dict[str, Any], *, size: int) -> Iterator[bytearray]:
        """What COPY makes of a query over SOURCE; pieces of whole lines, so many lines a COPY."""
        for first, last in self.portions(size=size):
            with connection.cursor() as cursor, cursor.copy(sql, facts | self._place(first, last)) as copy:
                piece = bytearray()  # to which lines are added three times as fast as they are joined
                for line in copy:
                    piece += line
                    if len(piece) >= PIECE:
                        yield piece
                        piece = bytearray()
                yield piece

    def _place(self, first: int, last: int) -> dict[str, int]:
        return {"account": self.head.account_id, "before": first, "last": last}


@contextmanager
def opened(
    account: BankAccount,
    period: Period,
    *,
    at: datetime,
    progress: Callable[[int], None] = lambda done: None,
    unhurried: bool = False,
) -> Iterator[History]:
    """The period's history as of one moment, which lasts until the block ends; `account.company` is at hand.

    `unhurried` as in `one_moment`.
    """
    # Asked before the books are read: a day that is final by now takes nothing more while we read.
    is_final = business_day.is_final(period.last, at=at)
    with one_moment(unhurried=unhurried):
        yield History(_head(account, period, is_provisional=not is_final, at=at), progress)


def count_of(account: BankAccount, period: Period) -> int:
    """How many lines the period has by now, in four looks into the index."""
    before, last, _opening, _closing = _span(account, period)
    return last - before


def _head(account: BankAccount, period: Period, *, is_provisional: bool, at: datetime) -> Head:
    before, last, opening, closing = _span(account, period)
    place = {"account": account.pk, "before": before, "last": last}
    ((count_in, turnover_in, count_out, turnover_out),) = _fetched(TURNOVER, place)
    if opening + turnover_in - turnover_out != closing or count_in + count_out != last - before:
        raise DoesNotAddUp(f"account {account.pk} {period}")
    return Head(
        account_id=account.pk,
        iban=account.iban or "",
        currency=account.currency,
        holder=re.sub(CONTROLS, " ", account.company.name) if account.company else "",
        nipt=account.company.nipt if account.company else "",
        period=period,
        before=before,
        last=last,
        opening_minor=opening,
        closing_minor=closing,
        turnover_in_minor=turnover_in,
        turnover_out_minor=turnover_out,
        count_in=count_in,
        count_out=count_out,
        is_provisional=is_provisional,
        issued_at=at,
    )


def _span(account: BankAccount, period: Period) -> tuple[int, int, int, int]:
    """The numbers around the period's lines and the balances there: before, last, opening, closing."""
    ((before, opening, last, closing),) = _fetched(
        SPAN, {"account": account.pk, "first_on": period.first, "last_on": period.last}
    )
    if last < before:
        # A feast struck off between two bookings let the later one be booked on an earlier day.
        return before, before, opening, opening
    return before, last, opening, closing


def _fetched(sql: str, facts: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(sql, facts)
        return list(cursor.fetchall())


SPAN = """
SELECT coalesce(b.sequence, 0), coalesce(b.balance_after_minor, 0),
       coalesce(l.sequence, 0), coalesce(l.balance_after_minor, 0)
  FROM (SELECT) AS one
  LEFT JOIN LATERAL (
    SELECT sequence, balance_after_minor FROM accounts_entry
     WHERE account_id = %(account)s AND booked_on < %(first_on)s ORDER BY booked_on DESC, sequence DESC LIMIT 1
  ) AS b ON true
  LEFT JOIN LATERAL (
    SELECT sequence, balance_after_minor FROM accounts_entry
     WHERE account_id = %(account)s AND booked_on <= %(last_on)s ORDER BY booked_on DESC, sequence DESC LIMIT 1
  ) AS l ON true
"""
TURNOVER = """
SELECT count(*) FILTER (WHERE amount_minor > 0), coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0)::bigint,
       count(*) FILTER (WHERE amount_minor < 0), coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0)::bigint
  FROM accounts_entry WHERE account_id = %(account)s AND sequence > %(before)s AND sequence <= %(last)s
"""
# Control signs, and the two that no XML may hold: blanks in every format. Read by Python and by PostgreSQL.
CONTROLS = "[\\x01-\\x1f\\x7f-\\x9f\\u2028\\u2029\\ufffe\\uffff]"


def _clean(text: str) -> str:
    """SQL for a text without control signs; looking first is quicker than replacing nothing."""
    return f"CASE WHEN {text} ~ '{CONTROLS}' THEN regexp_replace({text}, '{CONTROLS}', ' ', 'g') ELSE {text} END"


# The lines of an account behind a number up to another, in their order.
SOURCE = """
  FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
 WHERE e.account_id = %(account)s AND e.sequence > %(before)s AND e.sequence <= %(last)s
 ORDER BY e.sequence
"""
# A fee stands beside the payment that it is for; the other side, the words and their sign are that payment's.
LINES = f"""
SELECT e.sequence, e.booked_on, e.value_on, e.amount_minor, e.balance_after_minor, e.part, p.kind, p.channel,
       CASE WHEN e.part = 'fee' THEN '' WHEN e.amount_minor < 0 THEN {_clean("p.creditor_name")}
            ELSE {_clean("p.debtor_name")} END AS other_name,
       CASE WHEN e.part = 'fee' THEN '' WHEN e.amount_minor < 0 THEN {_clean("p.creditor_iban")}
            ELSE {_clean("p.debtor_iban")} END AS other_iban,
       CASE WHEN e.part = 'fee' THEN '' ELSE {_clean("p.remittance_information")} END AS remittance,
       {_clean("p.end_to_end_id")} AS end_to_end_id, p.uuid AS posting_uuid
{SOURCE}"""  # nosec B608  our own columns
