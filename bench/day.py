"""The close of a day, at the end of the group `ledger`: how fast a day is closed, and what a posting feels of it.

A million entries (a hundred thousand when quick) are booked on one day, 999 credits a posting, and closed while one
process goes on posting. The limit is bench/day.sql: as many bare entries, written a hundred thousand lines at a time.
"""

import multiprocessing
import os
import random
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import mean, quantiles
from typing import TypeVar

import psycopg
from django.conf import settings
from django.db import connections

from accounts import clock, day_close, ledger
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, BankDayTotal, Entry
from accounts.models.ledger import Channel, Kind
from bench.rounds import Pace, Result

T = TypeVar("T")
LEGS = 1_000
LINES_A_BATCH = 50_000  # two entries each
ENTRIES = {"full": 1_000_000, "quick": 100_000}
QUIET_SECONDS = 3.0
BAR = 0.5
FACTS = Facts(
    kind=Kind.DOMESTIC, channel=Channel.ONLINE, debtor_name="MATËSI SHPK", remittance_information="Paga 11/2026"
)
LIMIT = Path(__file__).with_name("day.sql")
_dice = random.Random(2026)  # noqa: S311  which accounts, how much: no secrets


def measure(pace: Pace) -> list[Result]:
    """Entries a second of the close against those of the limit, measured before and after; then the postings' waits."""
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        owner.execute(LIMIT.read_bytes())
        ids = list(BankAccount.objects.filter(kind=BankAccount.Kind.CURRENT).values_list("pk", flat=True))
        day, entries = _fill(ids, ENTRIES["full" if pace.seconds > 1 else "quick"])
        owner.execute("VACUUM ANALYZE")
        closing_at = datetime.combine(day, settings.DAY_CLOSE_STARTS, clock.TIRANA)
        before = _limit_rate(owner, entries)
        with _poster(ids, closing_at) as poster:
            quiet, _nothing = poster.waits(lambda: time.sleep(QUIET_SECONDS))
            during, seconds = poster.waits(lambda: _close(day, closing_at))
        limit = mean((before, _limit_rate(owner, entries)))
    closed = sum(BankDayTotal.objects.filter(day=day).values_list("entries", flat=True))
    return [
        Result("ledger", f"close of a day of {closed:,} entries / bare post_batch", closed / seconds / limit, "x", BAR),
        Result("ledger", "close of a day, for reading only", closed / seconds, "entries/s"),
        Result("ledger", "bare post_batch, for reading only", limit, "entries/s"),
        Result("ledger", "a posting while no day closes, p99, for reading only", _p99(quiet), "ms"),
        Result("ledger", "a posting while a day closes, p99, for reading only", _p99(during), "ms"),
    ]


def _fill(ids: list[int], entries: int) -> tuple[date, int]:
    """Book so many entries on the open day; which one it is, and how many there are with those of before."""
    at = clock.now()
    for number in range(entries // LEGS):
        debit, *credits = _dice.sample(ids, LEGS)
        amounts = [_dice.randint(1, 100_000) for _credit in credits]
        legs = [Leg(debit, -sum(amounts)), *(Leg(pk, amount) for pk, amount in zip(credits, amounts, strict=True))]
        ledger.post(key=f"day:{number}", legs=legs, facts=FACTS, value_on=clock.tirana_day(at), at=at)
    day = Entry.objects.latest("id").booked_on
    return day, Entry.objects.filter(booked_on=day).count()


def _limit_rate(owner: psycopg.Connection, entries: int) -> float:
    """Bare entries a second, as many as the day had."""
    written, passed = 0, 0.0
    while written < entries:
        lines = min(LINES_A_BATCH, (entries - written + 1) // 2)
        credits = [_dice.randint(2, 10_000) for _line in range(lines)]
        amounts = [_dice.randint(1, 100_000) for _line in range(lines)]
        started_at = time.perf_counter()
        owner.execute("SELECT bare.post_batch(1, %s::int[], %s::bigint[], %s)", (credits, amounts, "Paga 11/2026"))
        passed += time.perf_counter() - started_at
        written += 2 * lines
    return written / passed


def _close(day: date, at: datetime) -> float:
    """Seconds from the beginning of the close until the day is closed, proof and all."""
    started_at = time.perf_counter()
    closed = day_close.close_due(at=at)
    passed = time.perf_counter() - started_at
    assert day in closed, closed
    return passed


# --- Who posts meanwhile: a process that waits at a pipe for when to begin and when to stop ---------------------------


class Poster:
    """The parent's end of the pipe."""

    def __init__(self, pipe: Connection) -> None:
        self.pipe = pipe

    def waits(self, act: Callable[[], T]) -> tuple[list[float], T]:
        """Milliseconds of every posting while `act` was done, and what it returned."""
        self.pipe.send("post")
        found = act()
        self.pipe.send("stop")
        return self.pipe.recv(), found


@contextmanager
def _poster(ids: list[int], at: datetime) -> Iterator[Poster]:
    """Forked while no connection of Django is open; it never touches the one of the limit."""
    connections.close_all()
    fork = multiprocessing.get_context("fork")
    ours, theirs = fork.Pipe()
    worker = fork.Process(target=_post_when_asked, args=(theirs, ids, at), daemon=True)
    worker.start()
    try:
        yield Poster(ours)
    finally:
        ours.send("end")
        worker.join()


def _post_when_asked(pipe: Connection, ids: list[int], at: datetime) -> None:
    number = 0
    while pipe.recv() != "end":
        waits = []
        while not pipe.poll():
            number += 1
            debit, credit = _dice.sample(ids, 2)
            started_at = time.perf_counter()
            legs = [Leg(debit, -100), Leg(credit, 100)]
            ledger.post(key=f"meanwhile:{number}", legs=legs, facts=FACTS, value_on=clock.tirana_day(at), at=at)
            waits.append((time.perf_counter() - started_at) * 1000)
        pipe.recv()
        pipe.send(waits)
    connections.close_all()


def _p99(waits: list[float]) -> float:
    return quantiles(waits, n=100)[98]
