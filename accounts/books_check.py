"""Proof that the books are right: every law of the books as one query, all of them asked of one moment.

The database keeps these laws while it is written to. Here they are asked again of what is stored, by other words:
after a restored backup, an owner's hand with the triggers off, a mistake in a function, a broken disk. Whoever has
rows that the books must agree with registers laws of its own (`register`).
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.backends.utils import CursorWrapper

EXAMPLES_MAX: Final = 20


@dataclass(frozen=True, slots=True)
class Rows:
    """What a law looks at: a table, in spans of `step` numbers of its column `key`, or all at once without a key."""

    table: str
    key: str = ""
    step: int = 1


@dataclass(frozen=True, slots=True)
class Law:
    """One law. `sql` selects a breach a row: subject, what is expected, what was found, all of them text.

    It may name %(at)s, the bank's moment of the check, and must name %(low)s and %(high)s, the first number of a span
    and the one after its last, where its rows have a key. `sentence` tells people what holds.
    """

    name: str
    sentence: str
    rows: Rows
    sql: str


@dataclass(frozen=True, slots=True)
class Breach:
    """One place where a law does not hold, e.g. `account:17`."""

    law: str
    subject: str
    expected: str
    found: str


@dataclass(slots=True)
class Finding:
    """What became of one law: the rows looked at, how many breaches, and the first of them."""

    law: Law
    rows: int = 0
    breaches: int = 0
    examples: list[Breach] = field(default_factory=list)


# Told after every span: the law, spans done, spans in all.
Progress = Callable[[Law, int, int], None]
Span = tuple[int, int]

_laws: dict[str, Law] = {}


def register(*laws: Law) -> None:
    """Add laws to those that `check` asks; a name stands for one law."""
    for law in laws:
        assert _laws.setdefault(law.name, law) == law, f"two laws are called {law.name}"


def laws() -> tuple[Law, ...]:
    """Every law, in the order in which they are asked."""
    return tuple(_laws.values())


def check(
    *,
    at: datetime | Callable[[], datetime],
    using: str = DEFAULT_DB_ALIAS,
    until_broken: bool = False,
    progress: Progress | None = None,
    only: Sequence[Law] | None = None,
) -> list[Finding]:
    """Ask every law (or `only` some) of the books as they stand at one moment; a finding for each that was asked.

    `until_broken` ends after the first law with a breach. Reads alone; nobody who books waits for it. Big tables are
    walked through in spans, and of the breaches of a law the first are kept and all are counted, so that memory stays
    flat however large the bank is. A clock for `at` is asked when the books stand still, so that what was booked just
    before is not ahead of it. Inside somebody's open transaction it sees what that transaction sees.
    """
    findings = []
    with one_moment(using) as cursor:
        cursor.execute("SELECT 1")  # from here on the books stand still
        moment = at() if callable(at) else at
        walks: dict[Rows, tuple[list[Span], int]] = {}
        for law in only if only is not None else laws():
            if law.rows not in walks:
                walks[law.rows] = _spans(cursor, law.rows), _count(cursor, law.rows)
            finding = _ask(cursor, law, *walks[law.rows], at=moment, progress=progress)
            findings.append(finding)
            if until_broken and finding.breaches:
                break
    return findings


def breached(findings: Sequence[Finding]) -> list[Finding]:
    """Those that found a breach."""
    return [finding for finding in findings if finding.breaches]


@contextmanager
def one_moment(using: str) -> Iterator[CursorWrapper]:
    """A cursor whose queries all see the books of one moment and may take their time."""
    connection = connections[using]
    is_outermost = not connection.in_atomic_block
    with transaction.atomic(using=using), connection.cursor() as cursor:
        if is_outermost:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL statement_timeout = 0")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
        yield cursor


def _spans(cursor: CursorWrapper, rows: Rows) -> list[Span]:
    if not rows.key:
        return [(0, 0)]
    cursor.execute(f"SELECT min({rows.key}), max({rows.key}) FROM {rows.table}")  # noqa: S608  # nosec B608  our own names
    low, high = cursor.fetchone()
    return [] if low is None else [(first, first + rows.step) for first in range(low, high + 1, rows.step)]


def _count(cursor: CursorWrapper, rows: Rows) -> int:
    cursor.execute(f"SELECT count(*) FROM {rows.table}")  # noqa: S608  # nosec B608  our own names
    return int(cursor.fetchone()[0])


def _ask(
    cursor: CursorWrapper, law: Law, spans: list[Span], rows: int, *, at: datetime, progress: Progress | None
) -> Finding:
    finding = Finding(law, rows)
    sql = f"SELECT *, count(*) OVER () FROM ({law.sql}) AS breach (subject, expected, found) LIMIT {EXAMPLES_MAX}"  # noqa: S608  # nosec B608
    for done, (low, high) in enumerate(spans, start=1):
        cursor.execute(sql, {"low": low, "high": high, "at": at})
        found: list[tuple[Any, ...]] = cursor.fetchall()
        if found:
            finding.breaches += found[0][-1]
            fresh = [Breach(law.name, str(row[0]), str(row[1]), str(row[2])) for row in found]
            finding.examples += fresh[: EXAMPLES_MAX - len(finding.examples)]
        if progress:
            progress(law, done, len(spans))
    return finding
