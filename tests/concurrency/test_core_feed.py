"""The core feed with real commits, as the runtime role: a run that is cut off, and two runs at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connections

from accounts.core_feed import entries, files
from accounts.core_feed.records import Report
from accounts.models import BankAccount, CoreFile, Posting
from tests import builders
from tests.core_messages import Ntry, document, written

pytestmark = pytest.mark.usefixtures("fresh_bank")


@pytest.fixture(autouse=True)
def small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "BATCH", 3)


def test_a_run_that_was_cut_off_is_finished_by_the_next(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    account = builders.account(builders.company())
    path = written(tmp_path, document((account, [Ntry("1.00") for _ in range(7)])))
    with monkeypatch.context() as patch:
        patch.setattr(entries._Work, "do", dying_in_batch(2))
        with pytest.raises(KeyboardInterrupt):
            files.import_file(path, at=builders.AT)
    assert Posting.objects.filter(kind="core").count() == 3
    assert CoreFile.objects.get().finished_at is None

    report = files.import_file(path, at=builders.AT)

    assert report.counts == {"unchanged": 3, "booked": 4}
    assert BankAccount.objects.get(pk=account.pk).balance_minor == 700


def dying_in_batch(number: int) -> Callable[[entries._Work], None]:
    """The machine goes away after the batch is written and before it is committed."""
    do, written_batches = entries._Work.do, []

    def do_or_die(work: entries._Work) -> None:
        do(work)
        written_batches.append(work)
        if len(written_batches) == number:
            raise KeyboardInterrupt

    return do_or_die


def test_two_runs_at_once_book_every_entry_once(tmp_path: Path) -> None:
    account = builders.account(builders.company())
    same = [Ntry("1.00") for _ in range(20)]
    paths = [
        written(tmp_path, document((account, same), kind=kind), f"{kind}.xml") for kind in ("camt.053", "camt.054")
    ]

    with ThreadPoolExecutor(2) as pool:
        reports = list(pool.map(taken, paths))

    assert sum(report.counts["booked"] for report in reports) == 20
    assert sum(report.counts["unchanged"] for report in reports) == 20
    assert BankAccount.objects.get(pk=account.pk).balance_minor == 2_000


def taken(path: Path) -> Report:
    try:
        return files.import_file(path, at=builders.AT)
    finally:
        connections.close_all()
