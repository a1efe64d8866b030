"""Many postings in one statement, in the group `ledger`: accounts.ledger.post_many against raw COPY of the same rows.

A batch is a payroll: one account pays, every line is a posting of its own with a key of its own. COPY writes the rows
that the batch wrote into tables of the same shape and size, with the same indexes and foreign keys, in one transaction,
out of memory; it numbers nothing, runs no balance and asks no law.
"""

import itertools
import os
import time
from collections.abc import Sequence
from dataclasses import replace
from statistics import median

import psycopg
from psycopg import sql

from accounts import clock, ledger
from accounts.ledger import Facts, Item, Leg
from accounts.models.ledger import Channel, Kind
from bench.rounds import Pace, Result, ratio

LINES = {"full": 100_000, "quick": 20_000}
FEW = 1_000
LINES_A_CREDITOR = 10
BAR = 0.70
SLOWER_AT_MOST = 2.0
FACTS = Facts(
    kind=Kind.DOMESTIC,
    channel=Channel.ONLINE,
    debtor_name="MATËSI SHPK",
    debtor_iban="AL00205116209999000000000000",
    remittance_information="Paga 11/2026",
)
COPIES = """
CREATE TABLE bare_posting (LIKE accounts_posting INCLUDING ALL);
CREATE TABLE bare_entry (LIKE accounts_entry INCLUDING ALL);
INSERT INTO bare_posting SELECT * FROM accounts_posting;
INSERT INTO bare_entry SELECT * FROM accounts_entry;
ALTER TABLE bare_posting ADD FOREIGN KEY (reverses_id) REFERENCES bare_posting DEFERRABLE INITIALLY DEFERRED;
ALTER TABLE bare_entry
  ADD FOREIGN KEY (posting_id) REFERENCES bare_posting DEFERRABLE INITIALLY DEFERRED,
  ADD FOREIGN KEY (account_id) REFERENCES accounts_bankaccount DEFERRABLE INITIALLY DEFERRED;
"""
_numbers = itertools.count(1)


def measure(pace: Pace, ids: Sequence[int]) -> list[Result]:
    """Lines a second of both, and what a line costs in a small batch; `ids` are the accounts, the first one pays."""
    lines = LINES["full" if pace.seconds > 1 else "quick"]
    posted, copied, few = [], [], []
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for many in (FEW, lines):
            _post(_payroll(ids, many))
        owner.execute(COPIES)
        owner.execute("VACUUM ANALYZE")
        for _round in range(pace.rounds):
            posted.append(_post(_payroll(ids, lines)))
            copied.append(_copy(owner))
            few.append(_post(_payroll(ids, FEW)))
            _copy(owner)
        owner.execute("DROP TABLE bare_entry, bare_posting")
    words = f"batch of {lines:,} lines"
    slower = f"a line of {FEW:,} / a line of {lines:,}"
    return [
        Result("ledger", f"{words}: post_many / raw COPY of its rows", ratio(posted, copied), "x", BAR),
        Result("ledger", slower, ratio(posted, few), "x", SLOWER_AT_MOST, "lower"),
        Result("ledger", f"{words}: post_many, for reading only", median(posted), "lines/s"),
        Result("ledger", f"{words}: raw COPY, for reading only", median(copied), "lines/s"),
    ]


def _payroll(ids: Sequence[int], lines: int) -> list[Item]:
    """One account pays many, ten times each; made before the clock runs."""
    batch, debit, value_on = next(_numbers), ids[0], clock.tirana_day(clock.machine())
    credits = ids[1 : 1 + lines // LINES_A_CREDITOR]
    items = []
    for number in range(lines):
        amount, end_to_end_id = 1 + number % 9_999, f"{batch}-{number}"
        facts = replace(FACTS, creditor_name=f"Punonjësi {number}", end_to_end_id=end_to_end_id)
        legs = (Leg(debit, -amount), Leg(credits[number * 7 % len(credits)], amount))
        items.append(Item(f"payroll:{end_to_end_id}", legs, facts, value_on))
    return items


def _post(items: Sequence[Item]) -> float:
    """Lines a second, the commit included."""
    started_at = time.perf_counter()
    ledger.post_many(items, at=clock.machine())
    return len(items) / (time.perf_counter() - started_at)


def _copy(owner: psycopg.Connection) -> float:
    """Lines a second of COPY, the commit included, for the rows that the copies do not have yet."""
    (last,) = owner.execute("SELECT max(id) FROM bare_posting").fetchone() or (0,)
    postings = _rows(owner, sql.SQL("SELECT * FROM accounts_posting WHERE id > {} ORDER BY id").format(last))
    entries = _rows(owner, sql.SQL("SELECT * FROM accounts_entry WHERE posting_id > {} ORDER BY id").format(last))
    started_at = time.perf_counter()
    with owner.transaction(), owner.cursor() as cursor:
        with cursor.copy("COPY bare_posting FROM STDIN") as copy:
            copy.write(postings)
        with cursor.copy("COPY bare_entry FROM STDIN") as copy:
            copy.write(entries)
    return postings.count(b"\n") / (time.perf_counter() - started_at)


def _rows(owner: psycopg.Connection, query: sql.Composed) -> bytes:
    with owner.cursor().copy(sql.SQL("COPY ({}) TO STDOUT").format(query)) as rows:
        return b"".join(bytes(part) for part in rows)
