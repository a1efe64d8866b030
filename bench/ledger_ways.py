"""The ways to book one transfer between two of ten thousand accounts, for the group `ledger`; each is one commit."""

import itertools
import os
import random
from collections.abc import Callable
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

Way = Callable[[list[int], int, int, psycopg.Connection], object]
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


def _arguments(ids: list[int], debit: int, credit: int) -> list[str | datetime | date | None]:
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
        f"{{{ids[debit]},{ids[credit]}}}",
        f"{{{-amount},{amount}}}",
        "{principal,principal}",
        None,
    ]


def _post(ids: list[int], debit: int, credit: int, _bare: psycopg.Connection) -> None:
    with connection.cursor() as cursor:
        cursor.execute(OURS, _arguments(ids, debit, credit))
        cursor.fetchone()


def _audited(ids: list[int], debit: int, credit: int, _bare: psycopg.Connection) -> None:
    """The audit line in the statement of the posting: one round trip, but the head of the chain is held to the end."""
    at, record = clock.machine(), b'{"event": "bench.posted"}'
    line = ("bank", at, "bench.posted", "done", BENCH.name, BENCH.role, "", "bench", "", record)
    with connection.cursor() as cursor:
        cursor.execute(f"{OURS}, {LINE}", [*_arguments(ids, debit, credit), *line])
        cursor.fetchone()


def _wrapper(ids: list[int], debit: int, credit: int, _bare: psycopg.Connection) -> None:
    at, amount = clock.machine(), dice.randint(1, 100_000)
    legs = [Leg(ids[debit], -amount), Leg(ids[credit], amount)]
    ledger.post(key=_key(), legs=legs, facts=FACTS, value_on=clock.tirana_day(at), at=at)


def _verb(ids: list[int], debit: int, credit: int, bare: psycopg.Connection) -> None:
    _post_in_a_verb(ids=ids, debit=debit, credit=credit, bare=bare)


@verb("bench.posted")
def _post_in_a_verb(*, ids: list[int], debit: int, credit: int, bare: psycopg.Connection) -> None:
    _post(ids, debit, credit, bare)
    audit.record("bench.posted", actor=BENCH, at=clock.machine(), subject="bench")


def _limit(_ids: list[int], debit: int, credit: int, bare: psycopg.Connection) -> None:
    bare.execute(BARE, (debit + 1, credit + 1, dice.randint(1, 100_000), WORDS), prepare=True).fetchone()


WAYS: dict[str, Way] = {
    "post": _post,
    "wrapper": _wrapper,
    "verb": _verb,
    "audited": _audited,
    "limit": _limit,
}
