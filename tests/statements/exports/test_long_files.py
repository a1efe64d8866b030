"""Files made behind the page when something goes wrong: the disk, the worker, the lock, the right to see them."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import translation
from pytest_django import Settings

from accounts import clock
from accounts.models import BankAccount, Company, Mandate, User
from statements import export_jobs
from statements.exports import formats
from statements.exports.formats import FORMATS
from statements.exports.history import Head
from statements.models import Export
from tests import builders
from tests.builders import AT
from tests.statements.exports.booking import book
from tests.statements.exports.reading import NOVEMBER

pytestmark = pytest.mark.django_db

Status = Export.Status


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path / "files"
    return tmp_path / "files" / "exports"


@pytest.fixture
def account() -> BankAccount:
    account = builders.account(builders.company("ALFA SHPK"))
    book(account, 1_000_00)
    return account


@pytest.fixture
def mandate(account: BankAccount) -> Mandate:
    return builders.mandate_of(builders.user(account.company))


def ask(mandate: Mandate, account: BankAccount, code: str = "csv") -> Export:
    return export_jobs.ask(
        mandate=mandate, account=account, period=NOVEMBER, form=FORMATS[code], at=AT, machine_at=clock.machine()
    )


def make() -> Export:
    export = export_jobs.make_next(at=AT, machine_at=clock.machine())
    assert export
    export.refresh_from_db()
    return export


def lying_in(store: Path) -> list[str]:
    return sorted(path.name for path in store.iterdir())


# --- The disk --------------------------------------------------------------------------------------------------------


def test_a_try_that_broke_leaves_nothing_on_the_disk(account, mandate, store: Path, monkeypatch) -> None:
    ask(mandate, account)

    def breaks(*_args: object, **_named: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(formats, "write", breaks)
    with pytest.raises(OSError, match="No space"):
        make()

    assert lying_in(store) == []
    assert Export.objects.get().status == Status.RUNNING


def test_what_is_left_of_a_nearly_full_disk_is_not_for_exports(
    account, mandate, store: Path, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.EXPORTS = settings.EXPORTS | {"free_bytes_min": 1 << 60}
    with translation.override("en"):
        ask(mandate, account)

    with caplog.at_level(logging.ERROR, "statements.export_jobs"):
        failed = make()

    assert (failed.status, lying_in(store)) == (Status.FAILED, [])
    assert failed.failure == str(export_jobs.NoRoomForExports.sentence) or "no room" in failed.failure.lower()
    assert [record.message for record in caplog.records] == [export_jobs.FULL]


def test_the_disk_is_looked_at_while_the_file_grows(account, mandate, store: Path, monkeypatch) -> None:
    ask(mandate, account)
    looks = iter([10**12])
    usage = shutil.disk_usage("/")
    monkeypatch.setattr(shutil, "disk_usage", lambda _path: usage._replace(free=next(looks, 0)))

    assert make().status == Status.FAILED
    assert lying_in(store) == []


@pytest.mark.parametrize("code", FORMATS)
def test_only_the_portals_account_reads_the_file_and_none_of_it_lies_elsewhere(
    account, mandate, store: Path, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    ask(mandate, account, code)
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere")

    export = make()

    assert export.status == Status.READY
    assert lying_in(store) == [export.pk.hex]
    assert [path.stat().st_mode & 0o777 for path in (store, export_jobs.path_of(export))] == [0o700, 0o600]


# --- The worker ------------------------------------------------------------------------------------------------------


def test_whoever_lost_the_lock_puts_nothing_in_the_place_of_the_file(account, mandate, store, monkeypatch) -> None:
    ask(mandate, account)
    write = formats.write

    def overtaken(*args: Any, **named: Any) -> Head:
        head = write(*args, **named)
        with export_jobs._workshop() as place:
            (place / "file").write_bytes(b"half of another try")
        return head

    monkeypatch.setattr(formats, "write", overtaken)
    with pytest.raises(FileNotFoundError):
        make()

    assert lying_in(store) == []
    assert Export.objects.get().status == Status.RUNNING


def test_a_tick_with_nothing_to_make_opens_no_connection(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connections["default"], "copy", lambda *_args: pytest.fail("a connection of its own"))

    assert export_jobs.make_next(at=AT, machine_at=clock.machine()) is None


def test_a_lock_that_cannot_be_given_back_goes_with_its_connection() -> None:
    other = connection.copy()

    def breaks() -> None:
        with export_jobs._lock(other, export_jobs.MAKERS, 0):
            other.connection.close()
            raise RuntimeError("the reason")

    with pytest.raises(RuntimeError, match="the reason"):
        breaks()

    assert other.connection is None


# --- The right to see them -------------------------------------------------------------------------------------------


def test_a_user_has_so_many_files_lying_there_and_no_more(account, mandate, monkeypatch) -> None:
    monkeypatch.setattr(export_jobs, "READY_MAX", 2)
    for _file in range(2):
        ask(mandate, account)
        make()

    with pytest.raises(export_jobs.TooManyFiles):
        ask(mandate, account)
    export_jobs.expire(machine_at=clock.machine() + timedelta(days=2))

    assert ask(mandate, account).status == Status.WAITING


@pytest.mark.parametrize("page", ["export", "export_file"])
def test_whose_mandate_ended_meanwhile_gets_nothing(
    account, mandate, page: str, signed_in: Callable[[User], Client]
) -> None:
    browser = signed_in(mandate.user)
    ask(mandate, account)
    export = make()
    Mandate.objects.filter(pk=mandate.pk).update(valid_until=AT.date() - timedelta(days=400))

    answer = browser.get(reverse(f"statements:{page}", args=[account.uuid, export.pk]))

    assert answer.status_code == 302
    assert answer["Location"] == reverse("auth_flow:login")


def test_a_company_that_was_closed_meanwhile_gets_nothing(account, mandate, signed_in) -> None:
    browser = signed_in(mandate.user)
    ask(mandate, account)
    export = make()
    closed = next(status for status in Company.Status if status != Company.Status.ACTIVE)
    Company.objects.filter(pk=account.company_id).update(status=closed)

    answer = browser.get(reverse("statements:export_file", args=[account.uuid, export.pk]))

    assert answer["Location"] == reverse("auth_flow:login")
