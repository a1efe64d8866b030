"""The ways to book one transfer between two of ten thousand accounts, for the group `ledger`; each is one commit."""

import itertools
import os
import random
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

import psycopg
from django.db import connection

from accounts import audit, clock, ledger
from accounts.ledger import Facts, Leg
from accounts.models.ledger import Channel, Kind
from accounts.verbs import verb

BENCH = audit.Actor(name="bench", role="system")
OURS = "SELECT id FROM ledger_post(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
LINE = "audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
BARE = "SELECT bare.post(%s, %s, %s, %s)"
WORDS = "Pagese fature 2026-11"
# As long as what a verb says of one payment.
RECORD = b'{"actor":"user:1","at":"2026-11-23T09:00:00+00:00","company":"1","details":{},"event":"bench.posted"}'


@dataclass(frozen=True, slots=True)
class Books:
    """The accounts to book on, by place, and the company of each: whoever pays, her company's chain takes the line."""

    ids: list[int]
    companies: list[str]


Way = Callable[[Books, int, int, psycopg.Connection], object]
FACTS = Facts(
    kind=Kind.DOMESTIC,
    channel=Channel.ONLINE,
    debtor_name="MATËSI SHPK",
    debtor_iban="AL00205116209999000000000000",
    creditor_name="BETA NDËRTIM SHPK",
    creditor_iban="AL00212110009999000000001147",
    remittance_information=WORDS,
)
_numbers = itertools.count(1)
dice = random.Random()  # noqa: S311  which accounts, how much: no secrets


def _key() -> str:
    return f"bench:{os.getpid()}:{next(_numbers)}"


def _arguments(books: Books, debit: int, credit: int) -> list[str | datetime | date | None]:
    at, key, amount = clock.machine(), _key(), dice.randint(1, 100_000)
    return [
        key,
        FACTS.kind,
        FACTS.channel,
        at,
        clock.tirana_day(at),
        FACTS.debtor_name,
        FACTS.debtor_iban,
        FACTS.creditor_name,
        FACTS.creditor_iban,
        FACTS.remittance_information,
        key,
        f"payments.order:{key}",
        None,
        f"{{{books.ids[debit]},{books.ids[credit]}}}",
        f"{{{-amount},{amount}}}",
        "{principal,principal}",
        None,
    ]


def _post(books: Books, debit: int, credit: int, _bare: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OURS, _arguments(books, debit, credit))
        cursor.fetchone()


def _audited(books: Books, debit: int, credit: int, _bare: psycopg.Connection) -> None:
    """The audit line in the statement of the posting: one round trip, one commit."""
    at, company = clock.machine(), books.companies[debit]
    chain = audit.chain_name(company)
    line = (chain, at, "bench.posted", "done", BENCH.name, BENCH.role, company, "bench", "", RECORD)
    with connection.cursor() as cursor:
        cursor.execute(f"{OURS}, {LINE}", [*_arguments(books, debit, credit), *line])
        cursor.fetchone()


def _wrapper(books: Books, debit: int, credit: int, _bare: psycopg.Connection) -> None:
    at, amount = clock.machine(), dice.randint(1, 100_000)
    legs = [Leg(books.ids[debit], -amount), Leg(books.ids[credit], amount)]
    ledger.post(key=_key(), legs=legs, facts=FACTS, value_on=clock.tirana_day(at), at=at)


def _verb(books: Books, debit: int, credit: int, bare: psycopg.Connection) -> None:
    _post_in_a_verb(books=books, debit=debit, credit=credit, bare=bare)


@verb("bench.posted")
def _post_in_a_verb(*, books: Books, debit: int, credit: int, bare: psycopg.Connection) -> None:
    _post(books, debit, credit, bare)
    actor = audit.Actor(BENCH.name, BENCH.role, books.companies[debit])
    audit.record("bench.posted", actor=actor, at=clock.machine(), subject="bench")


def _limit(_books: Books, debit: int, credit: int, bare: psycopg.Connection) -> None:
    bare.execute(BARE, (debit + 1, credit + 1, dice.randint(1, 100_000), WORDS), prepare=True).fetchone()


WAYS: dict[str, Way] = {
    "post": _post,
    "wrapper": _wrapper,
    "verb": _verb,
    "audited": _audited,
    "limit": _limit,
}
