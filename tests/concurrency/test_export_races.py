"""Files of periods while the bank books: each is as of one moment, and one worker makes one at a time."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from threading import Event
from typing import IO

import pytest
from django.db import connection
from pytest_django import Settings

from accounts import clock
from accounts.models import BankAccount, Mandate
from statements import export_jobs
from statements.exports.formats import FORMATS
from statements.exports.history import History
from statements.models import Export
from tests import builders
from tests.bank_database import BankDatabase
from tests.builders import AT
from tests.concurrency.races import all_at_once
from tests.statements.exports.reading import NOVEMBER, Read, read

PATIENCE = 20  # seconds


@pytest.fixture
def account(bank: BankDatabase, settings: Settings, tmp_path: Path) -> BankAccount:
    """An account with six lines, in portions of two."""
    settings.FILES_DIR = tmp_path
    account = builders.account(builders.company("ALFA SHPK"))
    for number in range(6):
        builders.credit(account, 100_00 + number)
    return account


@pytest.fixture(autouse=True)
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    portions = History.portions
    monkeypatch.setattr(History, "portions", lambda history, **_size: portions(history, size=2))


def ask(account: BankAccount, code: str = "csv") -> Export:
    mandate: Mandate = builders.mandate_of(builders.user(account.company))
    return export_jobs.ask(
        mandate=mandate, account=account, period=NOVEMBER, form=FORMATS[code], at=AT, machine_at=clock.machine()
    )


def make() -> Export | None:
    try:
        return export_jobs.make_next(at=AT, machine_at=clock.machine())
    finally:
        connection.close()


def made(export: Export) -> Read:
    return read(export.format, export_jobs.path_of(export).read_bytes())


@pytest.mark.parametrize("code", FORMATS)
def test_what_is_booked_meanwhile_is_in_the_next_file(account, monkeypatch, code: str) -> None:
    export, portions, between, booked = ask(account, code), History.portions, Event(), Event()

    def slow(history: History, **size: int):
        for number, portion in enumerate(portions(history, **size)):
            if number == 1:
                between.set()
                assert booked.wait(PATIENCE)
            yield portion

    monkeypatch.setattr(History, "portions", slow)
    with ThreadPoolExecutor() as pool:
        making = pool.submit(make)
        assert between.wait(PATIENCE)
        builders.credit(account, 777_00)
        booked.set()
        making.result(PATIENCE)

    found = made(export)
    assert len(found.lines) == 6
    assert found.opening_minor + sum(line.amount_minor for line in found.lines) == found.closing_minor


def test_neither_a_long_query_nor_a_long_pause_ends_a_file(account: BankAccount, monkeypatch) -> None:
    """Millions of lines are added up by one query, and an XLSX is packed while the books wait."""
    limits, plain = ("statement_timeout", "idle_in_transaction_session_timeout"), FORMATS["csv"]
    seen: list[str] = []

    def look(*_args: object) -> None:
        with connection.cursor() as cursor:
            for limit in limits:
                cursor.execute(f"SHOW {limit}")
                seen.append(cursor.fetchone()[0])

    def write(history: History, file: IO[bytes]) -> None:
        look()
        plain.write(history, file)

    monkeypatch.setitem(FORMATS, "csv", replace(plain, write=write))
    ask(account)
    assert export_jobs.make_next(at=AT, machine_at=clock.machine())
    look()

    assert seen == ["10min", "1h", "15s", "30s"]


def test_two_workers_make_one_file_at_a_time_and_both_in_the_end(account: BankAccount, monkeypatch) -> None:
    exports, portions, began, may_end = [ask(account), ask(account)], History.portions, Event(), Event()

    def slow(history: History, **size: int):
        began.set()
        assert may_end.wait(PATIENCE)
        yield from portions(history, **size)

    monkeypatch.setattr(History, "portions", slow)
    with ThreadPoolExecutor() as pool:
        first = pool.submit(make)
        assert began.wait(PATIENCE)
        meanwhile = make()
        running = Export.objects.get(status=Export.Status.RUNNING)
        may_end.set()
        one, other = first.result(PATIENCE), make()

    assert meanwhile is None
    assert [running, one, other] == [exports[0], *exports]
    assert Export.objects.filter(status=Export.Status.READY).count() == 2


def test_how_far_it_is_can_be_seen_while_it_is_written(account: BankAccount, monkeypatch) -> None:
    export, portions, seen = ask(account, "camt053"), History.portions, []

    def watched(history: History, **size: int):
        for portion in portions(history, **size):
            with ThreadPoolExecutor() as pool:
                seen.append(pool.submit(done, export).result(PATIENCE))
            yield portion

    monkeypatch.setattr(History, "portions", watched)
    make()

    assert seen == [0, 2, 4]
    assert done(export) == 6


def done(export: Export) -> int:
    """As another connection sees it."""
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("SELECT done FROM statements_export WHERE id = %s", [export.pk])
            return int(cursor.fetchone()[0])
    finally:
        other.close()


def test_of_two_questions_at_once_one_is_taken(account: BankAccount) -> None:
    mandate = builders.mandate_of(builders.user(account.company))

    def once() -> Export:
        return export_jobs.ask(
            mandate=mandate, account=account, period=NOVEMBER, form=FORMATS["csv"], at=AT, machine_at=clock.machine()
        )

    outcomes = all_at_once(*[once] * 4)

    assert Export.objects.count() == 1
    assert sum(isinstance(one, export_jobs.OneFileAtATime) for one in outcomes) == 3
