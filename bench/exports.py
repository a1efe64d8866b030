"""exports: a period as a file, against the least that could be done, and the memory that it takes.

CSV is compared with COPY of the same rows into a file, the others with writing their own bytes once more. Memory is the
peak of a process that writes one file and nothing else (`export_child.py`).
"""

import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import IO, Any, Final

from django.db import connection

from accounts import audit, clock
from accounts.models import BankAccount, Company, Entry
from bench import statements_history
from bench.ledger_growth import open_account
from bench.rounds import Pace, Result, interleave, ratio
from statements.exports import formats, pdf
from statements.exports.formats import FORMATS
from statements.exports.history import LINES
from statements.periods import Period

TINY, SMALL, MIDDLE = 1_000, 10_000, 100_000
LARGE: Final = {"full": 1_000_000, "quick": 200_000}
PAPER_LINES: Final = 5_000
COPY_BAR, MEMORY_BAR, PAPER_BAR_MB = 0.60, 1.2, 250
PIECE: Final = 1 << 20


def measure(pace: Pace) -> list[Result]:
    """CSV against COPY, every other format against its bytes, then the memory of each."""
    size = LARGE["full" if pace.seconds > 1 else "quick"]
    today = clock.tirana_day(clock.machine())
    company = Company.objects.create(name="MATËSI SHPK", nipt="L00000001A", created_at=clock.machine())
    accounts = [open_account(company, number).pk for number in range(4)]
    sizes = dict(zip(accounts, (TINY, SMALL, MIDDLE, size), strict=True))
    statements_history.grow(sizes, until=datetime.combine(today, datetime.min.time(), UTC))
    tiny, small, middle, large = (account_of(account_id) for account_id in sizes)
    return [
        *_against_copy(large, rounds=pace.rounds),
        *(_against_bytes(middle, code, rounds=pace.rounds) for code in ("xlsx", "camt053", "mt940")),
        _memory("csv", large, small),
        *(_memory(code, middle, tiny) for code in ("xlsx", "camt053", "mt940")),
        _memory_of_papers(middle),
    ]


def account_of(account_id: int) -> BankAccount:
    return BankAccount.objects.select_related("company").get(pk=account_id)


def last_days(account: BankAccount, lines: int) -> Period:
    """The whole days up to the account's newest line in which so many of its last lines lie."""
    first = Entry.objects.get(account=account, sequence=max(1, account.last_sequence - lines + 1))
    assert account.last_booked_on
    return Period(first.booked_on, account.last_booked_on)


def write(account: BankAccount, period: Period, code: str, file: IO[bytes]) -> int:
    """One file, as the portal writes it; how many lines it has."""
    at = clock.machine()
    if code != "pdf":
        return formats.write(account, period, FORMATS[code], file, at=at).count
    volumes = pdf.volumes(account, period, at=at)
    for volume in volumes:
        file.write(pdf.paper_of(account, volume, language="sq", actor=audit.THE_CLOCK, at=at).content)
    return volumes[0].head.count


def _everything() -> Period:
    return Period(date(2000, 1, 1), clock.tirana_day(clock.machine()) + timedelta(days=1))


def _against_copy(account: BankAccount, *, rounds: int) -> list[Result]:
    period, count = _everything(), account.last_sequence
    sides = {
        "portal": partial(_rate, count, lambda file: write(account, period, "csv", file)),
        "copy": partial(_rate, count, partial(_copy, account)),
    }
    found = interleave(sides, rounds=rounds)
    return [
        Result("exports", f"CSV of {count:,} lines / COPY", ratio(found["portal"], found["copy"]), "x", COPY_BAR),
        Result("exports", "for reading only: CSV", sorted(found["portal"])[rounds // 2], "lines/s"),
    ]


def _copy(account: BankAccount, file: IO[bytes]) -> None:
    """The same rows, as PostgreSQL itself writes them."""
    place = {"account": account.pk, "before": 0, "last": account.last_sequence}
    with connection.cursor() as cursor, cursor.copy(f"COPY ({LINES}) TO STDOUT WITH (FORMAT csv)", place) as copy:
        for piece in copy:
            file.write(piece)


def _against_bytes(account: BankAccount, code: str, *, rounds: int) -> Result:
    period, count = _everything(), account.last_sequence
    with tempfile.TemporaryFile() as file:
        write(account, period, code, file)
        file.seek(0)
        content = file.read()

    def plainly(file: IO[bytes]) -> None:
        for first in range(0, len(content), PIECE):
            file.write(content[first : first + PIECE])

    sides = {
        "portal": partial(_rate, count, lambda file: write(account, period, code, file)),
        "bytes": partial(_rate, count, plainly),
    }
    found = interleave(sides, rounds=rounds)
    speed = sorted(found["portal"])[rounds // 2]
    name = f"{code} of {count:,} lines / the same bytes ({speed:,.0f} lines/s)"
    return Result("exports", name, ratio(found["portal"], found["bytes"]), "x")


def _rate(lines: int, act: Callable[[IO[bytes]], object]) -> float:
    with tempfile.TemporaryFile() as file:
        started_at = time.perf_counter()
        act(file)
        return lines / (time.perf_counter() - started_at)


def _memory(code: str, one: BankAccount, other: BankAccount) -> Result:
    high, low = (_child(code, account, account.last_sequence) for account in (one, other))
    name = f"peak memory, {code}: {high['lines']:,} lines / {low['lines']:,} ({high['mb']:.0f} MB)"
    return Result("exports", name, high["mb"] / low["mb"], "x", MEMORY_BAR, "lower")


def _memory_of_papers(account: BankAccount) -> Result:
    found = _child("pdf", account, PAPER_LINES)
    name = f"peak memory, PDF of {found['lines']:,} lines in volumes ({found['lines'] / found['seconds']:,.0f} lines/s)"
    return Result("exports", name, found["mb"], "MB", PAPER_BAR_MB, "lower")


def _child(code: str, account: BankAccount, lines: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.export_child", code, str(account.pk), str(lines)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    found: dict[str, Any] = json.loads(done.stdout)
    return found
