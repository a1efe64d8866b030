"""`manage.py import_core`: the samples of docs/core-feed, a second time, and a broken file."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import AuditEvent, BankAccount, CoreFile, Posting, User
from tests.core_messages import written

pytestmark = pytest.mark.django_db

SAMPLES = Path(__file__).resolve().parents[2] / "docs" / "core-feed"
NAMES = sorted(path.name for path in SAMPLES.iterdir())


def imported(*paths: Path) -> tuple[int, dict[str, Any]]:
    """How the command ended, and its report by file."""
    out = io.StringIO()
    try:
        call_command("import_core", *map(str, paths), "--json", stdout=out)
        code = 0
    except SystemExit as end:
        code = int(end.code or 0)
    return code, {report["file"]: report for report in json.loads(out.getvalue())}


def shown(*paths: Path) -> str:
    out = io.StringIO()
    call_command("import_core", *map(str, paths), stdout=out)
    return out.getvalue()


def test_every_sample_is_taken_whatever_the_order_of_the_names() -> None:
    code, reports = imported(*sorted(SAMPLES.iterdir()))

    assert (code, sorted(reports)) == (0, NAMES)
    assert {name: report["counts"] for name, report in reports.items()} == {
        "companies.csv": {"added": 2},
        "people.csv": {"added": 3},
        "agreements.csv": {"added": 2},
        "mandates.csv": {"added": 3},
        "accounts.csv": {"added": 3},
        "cards.csv": {"added": 3},
        "camt053.xml": {"booked": 6, "skipped": 1},
        "camt054.xml": {"booked": 2, "unchanged": 1},
    }
    balances = BankAccount.objects.filter(kind="current").order_by("iban").values_list("balance_minor", "currency")
    assert list(balances) == [(420_000, "EUR"), (111_465_000, "ALL"), (342_210_000, "ALL")]


def test_a_second_time_nothing_changes() -> None:
    imported(*SAMPLES.iterdir())
    before = (Posting.objects.count(), AuditEvent.objects.count(), CoreFile.objects.count())

    code, reports = imported(*SAMPLES.iterdir())

    assert (code, {report["known"] for report in reports.values()}) == (0, {True})
    assert (Posting.objects.count(), AuditEvent.objects.count(), CoreFile.objects.count()) == before


@pytest.mark.parametrize("name", NAMES)
def test_a_sample_with_another_digest_changes_nothing_either(tmp_path: Path, name: str) -> None:
    imported(*SAMPLES.iterdir())
    before = Posting.objects.count()
    again = written(tmp_path, (SAMPLES / name).read_text(encoding="utf-8") + "\n", name)

    code, reports = imported(again)

    assert (code, Posting.objects.count()) == (0, before)
    assert set(reports[name]["counts"]) <= {"unchanged", "skipped"}


def test_a_broken_file_is_reported_line_by_line(tmp_path: Path) -> None:
    broken = "nipt;name\nL22334455C;GAMA SHPK\nL2233445;X\nK66778899D;\nK66778899D;KORABI 4111111111111111\nK6;a;b\n"

    code, reports = imported(written(tmp_path, broken, "companies.csv"))

    assert (code, reports["companies.csv"]["counts"]) == (1, {"added": 1, "bad": 4})
    assert [(bad["line"], bad["field"], bad["reason"]) for bad in reports["companies.csv"]["bad"]] == [
        (3, "nipt", "nipt"),
        (4, "name", "missing"),
        (5, "name", "card_number"),
        (6, "", "columns"),
    ]


def test_a_file_that_cannot_be_read_ends_with_two(tmp_path: Path) -> None:
    good = SAMPLES / "companies.csv"

    code, reports = imported(written(tmp_path, "<Document/>", "odd.xml"), good, tmp_path / "nowhere.csv")

    assert code == 2
    assert reports["companies.csv"]["counts"] == {"added": 2}
    assert {name for name, report in reports.items() if report["unreadable"]} == {"odd.xml", "nowhere.csv"}


def test_people_read_a_table() -> None:
    first, second = shown(SAMPLES / "companies.csv"), shown(SAMPLES / "companies.csv")

    assert "companies.csv (companies): 2 records" in first
    assert "added                 2" in first
    assert "taken before, nothing to do" in second


def test_every_import_leaves_its_trace() -> None:
    imported(SAMPLES / "companies.csv")

    event = AuditEvent.objects.get(event="core.file.imported")
    assert (event.actor, event.actor_role, event.outcome) == ("core feed", "system", "done")
    digest = CoreFile.objects.get().digest
    assert f'"counts":{{"added":2}},"digest":"{digest}"' in bytes(event.record).decode()


def test_whoever_came_with_the_feed_registers_herself() -> None:
    imported(*SAMPLES.iterdir())

    user = User.objects.get(username="400330101")
    assert (user.has_usable_password(), user.person.cards.count()) == (False, 1)
