"""Five years of an account as a customer's would read, for the group `statements`: payees, invoices, references.

Five thousand payees, some a thousand times as frequent as others, a word that stands on most lines and a reference that
stands on two; each posting is an amount and its fee. Written past the laws by the owner, as in `ledger_growth`.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import islice, product
from random import Random
from typing import Any, LiteralString

import psycopg
from psycopg import sql

from accounts.identifiers import make_albanian_iban
from bench import ledger_growth

PAYEES = 5_000
LINES_A_POSTING = 2
AMOUNT_MAX_MINOR = 5_000_099
BEGINNINGS = (
    "Alb",
    "Bes",
    "Çel",
    "Dri",
    "Erz",
    "Flam",
    "Gëzim",
    "Hek",
    "Ili",
    "Jon",
    "Kaf",
    "Lul",
    "Mirë",
    "Ndër",
    "Ohër",
)
MIDDLES = ("ant", "bor", "çar", "dit", "ëm", "fin", "gur", "her", "ind", "kos", "lind", "mal", "nes", "or", "pran")
ENDS = (
    "a",
    "e",
    "im",
    "or",
    "us",
    "ik",
    "ëz",
    "an",
    "ol",
    "et",
    "ur",
    "is",
    "ja",
    "më",
    "os",
    "un",
    "ar",
    "ël",
    "it",
    "o",
)
TRADES = ("NDËRTIM", "TRANSPORT", "TREG", "KAFÉ", "SHËRBIME", "GRUP", "ENERGJI", "PUNIME", "FARMACI", "SHTYP")
GOODS = ("çimento", "kafe", "qira", "energji", "pajisje", "këshillim", "transport", "mirëmbajtje", "licencë", "paga")
PAYEE_TABLE = "CREATE TEMP TABLE payee (place int PRIMARY KEY, name text, iban text)"
# n is the number of the posting; a payee's place falls on few: the first of 5,000 gets a seventeenth of all.
POSTINGS = """
WITH line AS MATERIALIZED (
  SELECT n, floor(%(payees)s * power(random(), 3))::int AS place, random() AS die, random() AS other_die,
         %(until)s::timestamptz - (%(postings)s - n) * (interval '5 years' / %(postings)s) AS at
    FROM generate_series(1, %(postings)s) AS n
)
INSERT INTO accounts_posting (
  uuid, key, kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,
  remittance_information, end_to_end_id, source
)
SELECT gen_random_uuid(), 'history:' || %(account)s || ':' || n,
       CASE WHEN die < 0.4 THEN 'incoming' WHEN die < 0.95 THEN 'domestic' ELSE 'core' END,
       CASE WHEN die < 0.4 THEN 'interbank' WHEN die < 0.95 THEN 'online' ELSE 'branch' END, at, at, at,
       CASE WHEN die < 0.4 THEN name ELSE 'MATËSI SHPK' END, CASE WHEN die < 0.4 THEN iban ELSE '' END,
       CASE WHEN die < 0.4 THEN 'MATËSI SHPK' ELSE name END, CASE WHEN die < 0.4 THEN '' ELSE iban END,
       CASE WHEN other_die < 0.7 THEN 'Fatura ' || extract(year FROM at) || '/' || 1 + n %% 9973
            ELSE 'Kontrata ' || 300 + n %% 97 END || ' ' || (%(goods)s::text[])[1 + floor(other_die * 1000)::int %% 10],
       'DI' || to_char(at, 'YYMM') || lpad(n::text, 8, '0'), 'core'
  FROM line JOIN payee USING (place) ORDER BY n
"""
ENTRIES = """
INSERT INTO accounts_entry (
  posting_id, account_id, sequence, part, amount_minor, currency, balance_after_minor, booked_at, booked_on, value_on
)
SELECT id, %(account)s, sequence, part, amount, 'ALL', sum(amount) OVER (ORDER BY sequence), booked_at, booked_on,
       value_on
  FROM (SELECT *, row_number() OVER (ORDER BY id) AS n FROM accounts_posting WHERE id > %(before)s) AS p,
       LATERAL (VALUES (2 * n - 1, 'principal', (CASE kind WHEN 'incoming' THEN 1 ELSE -1 END)
                        * (100 + abs(hashint8(id)::bigint) %% 5000000)),
                       (2 * n, 'fee', -3000)) AS line (sequence, part, amount)
 ORDER BY sequence
"""
TOTALS = """
INSERT INTO accounts_daytotal (
  account_id, day, entries, debit_minor, credit_minor, opening_minor, closing_minor, last_sequence
)
SELECT account_id, booked_on, count(*), -sum(least(amount_minor, 0)), sum(greatest(amount_minor, 0)),
       sum(sum(amount_minor)) OVER (ORDER BY booked_on) - sum(amount_minor),
       sum(sum(amount_minor)) OVER (ORDER BY booked_on), max(sequence)
  FROM accounts_entry WHERE account_id = %(account)s GROUP BY account_id, booked_on
"""
ACCOUNT = """
UPDATE accounts_bankaccount a
   SET balance_minor = e.balance_after_minor, last_sequence = e.sequence, last_booked_at = e.booked_at,
       last_booked_on = e.booked_on
  FROM accounts_entry e WHERE a.id = %(account)s AND e.account_id = a.id AND e.sequence = %(lines)s
"""
WORDS = """
INSERT INTO statements_wordline (account_id, sequence, amount_minor, words)
SELECT e.account_id, e.sequence, e.amount_minor, line_words(e, p)
  FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id WHERE p.id > %(before)s ORDER BY e.sequence
"""
INDEXES = ("word_lines_by_words", "word_lines_by_amounts")


@dataclass(frozen=True, slots=True)
class Payee:
    """Who is paid, the first of all most often."""

    name: str
    iban: str


def payees() -> list[Payee]:
    """The same five thousand at every run, no two with the same first word."""
    dice = Random(2026)  # noqa: S311  names, no secrets
    firsts = ["".join(parts) for parts in product(BEGINNINGS, MIDDLES, ENDS)]
    dice.shuffle(firsts)
    names = (f"{first}{number % 7 or ''} {dice.choice(TRADES)} SHPK" for number, first in enumerate(firsts * 2))
    return [
        Payee(name, make_albanian_iban("212", "1100", f"{place:016d}"))
        for place, name in enumerate(islice(names, PAYEES))
    ]


def grow(sizes: dict[int, int], *, until: datetime) -> None:
    """Write these many lines for each account, their day totals and their words, up to a moment."""
    assert until.tzinfo is UTC
    with ledger_growth.past_the_laws() as owner:
        owner.execute("SET maintenance_work_mem = '256MB'; SET work_mem = '128MB'; SELECT setseed(0.2026)")
        owner.execute(PAYEE_TABLE)
        with owner.cursor().copy("COPY payee FROM STDIN") as copy:
            for place, payee in enumerate(payees()):
                copy.write_row((place, payee.name, payee.iban))
        definitions = [_one(owner, "SELECT pg_get_indexdef(%s::regclass)", [index])[0] for index in INDEXES]
        owner.execute(sql.SQL("DROP INDEX {}").format(sql.SQL(", ").join(map(sql.Identifier, INDEXES))))
        for account, lines in sizes.items():
            _write(owner, account, lines, until)
        for definition in definitions:
            owner.execute(definition)
        owner.execute("ANALYZE statements_wordline")


def _write(owner: psycopg.Connection, account: int, lines: int, until: datetime) -> None:
    (before,) = _one(owner, "SELECT coalesce(max(id), 0) FROM accounts_posting")
    given = {
        "account": account,
        "lines": lines,
        "postings": lines // LINES_A_POSTING,
        "payees": PAYEES,
        "until": until,
        "goods": list(GOODS),
        "before": before,
    }
    cursor = psycopg.ClientCursor(owner)
    for statement in (POSTINGS, ENTRIES, TOTALS, ACCOUNT, WORDS):
        cursor.execute(statement, given)


def _one(owner: psycopg.Connection, query: LiteralString, given: list[object] | None = None) -> tuple[Any, ...]:
    row = psycopg.ClientCursor(owner).execute(query, given).fetchone()
    assert row
    return row
