"""The core feed with real commits, as the runtime role: a run that is cut off, and two runs at once."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from functools import partial
from pathlib import Path

import pytest
from django.db import connections, transaction

from accounts import corrections, four_eyes
from accounts.core_feed import entries, files, late_postings
from accounts.core_feed.records import Report
from accounts.models import BankAccount, CoreFile, Posting, ReconciliationItem
from tests import builders
from tests.accounts.test_core_giving_back import returned
from tests.accounts.test_core_matching import balance, ordered
from tests.concurrency.races import all_at_once, refusals
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


def test_the_core_the_clearing_and_staff_bring_one_order_home_once(tmp_path: Path) -> None:
    """All three at one moment, three times: the money is there once, and the core's entry is accounted for."""
    for place in range(3):
        account = builders.funded(builders.company(), 1_000_000)
        posting = ordered(account)
        proposal = corrections.propose_reversal(posting=posting, reason="Gabim", actor=builders.STAFF, at=builders.AT)
        home = Ntry("2050.00", reference="REV1", end_to_end_id=posting.end_to_end_id, is_reversal=True)
        path = written(tmp_path, document((account, [home])), f"{place}.xml")

        ends = all_at_once(
            partial(four_eyes.approve, proposal_id=proposal.pk, actor=builders.SECOND, at=builders.AT),
            partial(files.import_file, path, at=builders.AT),
            partial(in_one_transaction, partial(returned, account, posting, 200_000)),
        )

        assert len(refusals(ends)) in {1, 2}
        assert balance(account) in {995_000, 1_000_000}
        assert files.import_file(path, at=builders.AT).counts["bad"] == 0


def in_one_transaction(act: Callable[[], object]) -> object:
    with transaction.atomic():
        return act()


def test_what_staff_settle_just_now_is_waited_for_and_stays_settled(tmp_path: Path) -> None:
    account, number = builders.funded(builders.company(), 1_000_000), "P-2026-999997"
    early = Ntry("2000.00", is_credit=False, end_to_end_id=number, reference="R1")
    files.import_file(written(tmp_path, document((account, [early]))), at=builders.AT)
    ordered(account, number=number)
    settled = {"settled_at": builders.AT, "settled_by": "staff:1", "note": "U sqarua"}

    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            ReconciliationItem.objects.update(**settled)
            looking = pool.submit(looked)
            assert not wait([looking], timeout=0.5).done
        looking.result(timeout=10)

    item = ReconciliationItem.objects.get()
    assert (item.status, item.settled_by) == ("unmatched", "staff:1")


def looked() -> int:
    try:
        return late_postings.match(at=builders.AT)
    finally:
        connections.close_all()
