"""The core told of an order before it was executed here: the clock ticks it off, once, and touches nothing else."""

from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError

from accounts.core_feed import entries, late_postings, reconciliation
from accounts.core_feed.camt import CoreEntry
from accounts.models import BankAccount, ReconciliationItem
from accounts.models.core import Part, Why
from tests import builders
from tests.accounts.test_core_matching import balance, ordered
from tests.core_messages import Ntry, brought

pytestmark = pytest.mark.django_db

AT = builders.AT
Status = ReconciliationItem.Status
NUMBER = "P-2026-999997"


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 1_000_000)


@pytest.fixture
def early(account: BankAccount, tmp_path: Path) -> ReconciliationItem:
    """2.000,00 of an order that nobody has executed."""
    brought(tmp_path, account, Ntry("2000.00", is_credit=False, end_to_end_id=NUMBER, reference="R1"))
    return ReconciliationItem.objects.get()


def test_an_order_that_is_executed_later_is_ticked_off_by_the_clock_and_once(
    account: BankAccount, early: ReconciliationItem
) -> None:
    assert late_postings.match(at=AT) == 0
    posting = ordered(account, number=NUMBER)

    assert (late_postings.match(at=AT), late_postings.match(at=AT)) == (1, 0)

    early.refresh_from_db()
    assert (early.status, early.part, early.posting, early.why) == (Status.MATCHED, Part.PRINCIPAL, posting, "")
    assert balance(account) == 795_000


def test_what_does_not_fit_its_order_is_told_as_a_run_of_the_file_would(
    account: BankAccount, early: ReconciliationItem
) -> None:
    ordered(account, minor=200_100, number=NUMBER)

    late_postings.match(at=AT)

    early.refresh_from_db()
    assert (early.status, early.why, early.is_waiting) == (Status.CONTRADICTING, Why.AMOUNT, True)
    assert late_postings.match(at=AT) == 0


def test_what_staff_settled_stays_settled(account: BankAccount, early: ReconciliationItem) -> None:
    reconciliation.settle(item_id=early.pk, note="U sqarua", actor=builders.STAFF, at=AT)
    ordered(account, number=NUMBER)

    assert late_postings.match(at=AT) == 0


def test_one_that_cannot_be_judged_holds_up_no_other(
    account: BankAccount, early: ReconciliationItem, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = builders.funded(builders.company(), 1_000_000)
    brought(tmp_path, other, Ntry("2000.00", is_credit=False, end_to_end_id="P-2026-999996", reference="R2"))
    ordered(account, number=NUMBER)
    ordered(other, number="P-2026-999996")
    judge_again = entries.judge_again

    def broken_for_the_first(entry: CoreEntry, **facts: Any) -> object:
        if entry.reference == "R1":
            raise IntegrityError("a law")
        return judge_again(entry, **facts)

    monkeypatch.setattr(entries, "judge_again", broken_for_the_first)

    assert late_postings.match(at=AT) == 1

    assert ReconciliationItem.objects.get(account=other).status == Status.MATCHED
