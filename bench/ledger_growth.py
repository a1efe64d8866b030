"""What an account costs when it has grown, in the group `ledger`: ten million entries against ten thousand.

The history is written past the laws by the owner, who alone can, and joins on to its account as if it had been booked.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from psycopg import sql

from accounts import clock, ledger
from accounts.identifiers import make_albanian_iban
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Company
from accounts.models.ledger import Channel, Kind
from bench.rounds import Pace, Result, interleave, rate, ratio
from statements import selectors
from statements.searches import Search

SMALL = 10_000
LARGE = {"full": 10_000_000, "quick": 1_000_000}
LINES_A_POSTING = 10
SLOWER_AT_MOST = 1.5
ROUND_SECONDS = 0.3
FACTS = Facts(kind=Kind.OWN, channel=Channel.ONLINE, remittance_information="Rritje")
# Five years of working hours, evenly, up to the day before the bench.
HISTORY = """
INSERT INTO accounts_posting (
  uuid, key, kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,
  remittance_information, end_to_end_id, source
)
SELECT gen_random_uuid(), 'history:' || %(account)s || ':' || n, 'core', 'interbank', at, at, at, 'OMEGA SHPK', '',
       '', '', 'Arkëtim ' || n, '', 'core'
  FROM (SELECT n, %(until)s::timestamptz - (%(postings)s - n) * (interval '5 years' / %(postings)s) AS at
          FROM generate_series(1, %(postings)s) AS n) AS line;
INSERT INTO accounts_entry (
  posting_id, account_id, sequence, part, amount_minor, currency, balance_after_minor, booked_at, booked_on, value_on
)
SELECT p.id, %(account)s, place, 'principal', 100, 'ALL', 100 * place, p.booked_at, p.booked_on, p.value_on
  FROM (SELECT *, (row_number() OVER (ORDER BY id) - 1) * %(lines)s AS before FROM accounts_posting
         WHERE key LIKE 'history:' || %(account)s || ':%%') AS p,
       generate_series(1, %(lines)s) AS line, LATERAL (SELECT before + line AS place) AS numbered
 ORDER BY p.id, line;
UPDATE accounts_bankaccount a
   SET balance_minor = e.balance_after_minor, last_sequence = e.sequence, last_booked_at = e.booked_at,
       last_booked_on = e.booked_on
  FROM accounts_entry e WHERE a.id = %(account)s AND e.account_id = a.id AND e.sequence = %(postings)s * %(lines)s;
"""
TABLES = ("accounts_entry", "accounts_posting", "accounts_bankaccount", "accounts_daytotal")
FOREIGN_KEYS = """
SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint
 WHERE conrelid = 'accounts_entry'::regclass AND contype = 'f'
"""


@dataclass(frozen=True, slots=True)
class Act:
    words: str
    do: Callable[[BankAccount], object]


def measure(pace: Pace, other_id: int) -> list[Result]:
    """Times of what a customer and the bank do all day, the grown account's over the small one's; `other_id` pays."""
    many = LARGE["full" if pace.seconds > 1 else "quick"]
    company = BankAccount.objects.select_related("company").get(pk=other_id).company
    small, large = (open_account(company, number) for number in range(2))
    _grow({small.pk: SMALL, large.pk: many})
    results: list[Result] = []
    for act in (
        Act("balance and available", lambda account: BankAccount.objects.get(pk=account.pk).available_minor),
        Act("one posting", lambda account: _post(account.pk, other_id)),
        Act("first page of activity", lambda account: selectors.page(account, Search(), None)),
    ):
        found = interleave({"small": _rate_of(act, small), "large": _rate_of(act, large)}, rounds=2 * pace.rounds + 1)
        words = f"{act.words}: account of {many:,} entries / of {SMALL:,}"
        times = ratio(found["small"], found["large"])
        results.append(Result("ledger", words, times, "x", SLOWER_AT_MOST, "lower"))
    return results


def open_account(company: Company | None, number: int) -> BankAccount:
    """A current account in ALL, still empty."""
    iban = make_albanian_iban("205", "1162", f"9998{number:08d}ALL1")
    opened_on = clock.tirana_day(clock.machine())
    return BankAccount.objects.create(
        kind=BankAccount.Kind.CURRENT, company=company, iban=iban, name="Rritje", currency="ALL", opened_on=opened_on
    )


def _rate_of(act: Act, account: BankAccount) -> Callable[[], float]:
    return lambda: rate(lambda: act.do(account), seconds=ROUND_SECONDS)


_numbers = itertools.count(1)


def _post(account: int, other: int) -> None:
    at = clock.machine()
    legs = [Leg(account, -1), Leg(other, 1)]
    ledger.post(key=f"growth:{next(_numbers)}", legs=legs, facts=FACTS, value_on=clock.tirana_day(at), at=at)


def _grow(sizes: dict[int, int]) -> None:
    """Write the histories, up to today's first moment."""
    until = datetime.combine(clock.tirana_day(clock.machine()), datetime.min.time(), UTC)
    with past_the_laws() as owner:
        for account, entries in sizes.items():
            postings = entries // LINES_A_POSTING
            history = {"account": account, "postings": postings, "lines": LINES_A_POSTING, "until": until}
            psycopg.ClientCursor(owner).execute(HISTORY, history)


@contextmanager
def past_the_laws() -> Iterator[psycopg.Connection]:
    """The owner, with the triggers off and the foreign keys away, which come back unasked; statistics at the end."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        keys = owner.execute(FOREIGN_KEYS).fetchall()
        for table in TABLES:
            owner.execute(sql.SQL("ALTER TABLE {} DISABLE TRIGGER USER").format(sql.Identifier(table)))
        for name, _definition in keys:
            owner.execute(sql.SQL("ALTER TABLE accounts_entry DROP CONSTRAINT {}").format(sql.Identifier(name)))
        yield owner
        for name, definition in keys:
            key = sql.SQL("ALTER TABLE accounts_entry ADD CONSTRAINT {} " + definition + " NOT VALID")
            owner.execute(key.format(sql.Identifier(name)))
        for table in TABLES:
            owner.execute(sql.SQL("ALTER TABLE {} ENABLE TRIGGER USER").format(sql.Identifier(table)))
        owner.execute("VACUUM ANALYZE")
