"""What waits on the list and is the customer's all the same: two of staff have it booked, once."""

from pathlib import Path

import pytest

from accounts import four_eyes, ledger
from accounts.core_feed import booking, reconciliation
from accounts.core_feed.booking import propose_booking
from accounts.models import AuditEvent, BankAccount, Posting, Proposal, ReconciliationItem
from tests import builders
from tests.accounts.test_core_desk import clerk, page
from tests.accounts.test_core_matching import balance, ordered
from tests.core_messages import Ntry, brought

pytestmark = pytest.mark.django_db

AT = builders.AT


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 1_000_000)


def waiting() -> ReconciliationItem:
    return ReconciliationItem.objects.get(settled_at=None)


def proposed(item: ReconciliationItem) -> Proposal:
    return propose_booking(item_id=item.pk, words="Komision karte", reason="E takon", actor=builders.STAFF, at=AT)


def booked(item: ReconciliationItem) -> Posting:
    four_eyes.approve(proposal_id=proposed(item).pk, actor=builders.SECOND, at=AT)
    return Posting.objects.get(key=f"core:{item.account.iban}:{item.reference}")


def test_two_of_staff_have_it_booked_and_the_core_does_not_book_it_again(account: BankAccount, tmp_path: Path) -> None:
    entry = Ntry("700.00", reference="X1", end_to_end_id="P-2026-999999", is_credit=False)
    brought(tmp_path, account, entry)
    item = waiting()

    posting = booked(item)

    item.refresh_from_db()
    assert (balance(account), posting.remittance_information) == (930_000, "Komision karte")
    assert (item.is_waiting, item.settled_by, item.note) == (False, builders.SECOND.name, "E takon")
    assert AuditEvent.objects.filter(event="core.item.booked", outcome="done").count() == 1
    assert brought(tmp_path, account, entry, Ntry("1.00")).counts == {"unchanged": 1, "booked": 1}


def test_nobody_has_it_booked_alone_and_nobody_twice(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("700.00", end_to_end_id="P-2026-999999", is_credit=False))
    item = waiting()
    proposal = proposed(item)

    with pytest.raises(four_eyes.ProposerCannotDecide):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.STAFF, at=AT)
    reconciliation.settle(item_id=item.pk, note="U ndreq ndryshe", actor=builders.SECOND, at=AT)
    with pytest.raises(four_eyes.Stale):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT)
    with pytest.raises(reconciliation.NothingToSettle):
        proposed(item)
    assert balance(account) == 1_000_000


@pytest.mark.parametrize(("amount", "is_named"), [("2000.00", True), ("2050.00", True), ("5000.00", False)])
def test_what_gives_back_an_order_names_it(account: BankAccount, tmp_path: Path, amount: str, is_named: bool) -> None:
    """A credit under the number of an order of ours that is no reversal: money home again, or somebody else's."""
    posting = ordered(account)
    brought(tmp_path, account, Ntry(amount, reference="X1", end_to_end_id=posting.end_to_end_id))

    assert (booked(waiting()).gives_back == posting) == is_named


def test_no_more_comes_back_by_that_way_either(account: BankAccount, tmp_path: Path) -> None:
    posting = ordered(account)
    brought(tmp_path, account, Ntry("2000.00", reference="X1", end_to_end_id=posting.end_to_end_id))
    ledger.reverse(posting=posting, key="reversal", value_on=AT.date(), at=AT, reason="Gabim")

    with pytest.raises(ledger.MoreComesBackThanWent):
        booked(waiting())

    assert balance(account) == 1_000_000


def test_a_reference_that_is_booked_is_booked_for_good(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("1.00", reference="X1"))
    brought(tmp_path, account, Ntry("2.00", reference="X1"))

    with pytest.raises(booking.ReferenceIsBooked):
        proposed(waiting())


# --- On the desk -----------------------------------------------------------------------------------------------------


def test_the_desk_proposes_and_a_colleague_reads_what(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("700.00", end_to_end_id="P-2026-999999", is_credit=False))
    desk = clerk("view_reconciliationitem", "change_reconciliationitem", "view_proposal")

    answer = desk.post(page(waiting(), "book"), {"words": "Komision karte", "reason": "E takon klientit"})

    proposal = Proposal.objects.get()
    shown = desk.get(f"/staff/accounts/proposal/{proposal.pk}/change/").content.decode()
    assert (answer.status_code, proposal.kind) == (302, booking.BOOKING)
    assert all(
        words in shown for words in ("−700,00 ALL", "Komision karte", "Asnjë urdhër i kryer nuk ka këtë referencë")
    )


def test_who_may_only_look_proposes_nothing(account: BankAccount, tmp_path: Path) -> None:
    brought(tmp_path, account, Ntry("700.00", end_to_end_id="P-2026-999999", is_credit=False))

    answer = clerk("view_reconciliationitem").post(page(waiting(), "book"), {"words": "x", "reason": "E takon"})

    assert (answer.status_code, Proposal.objects.count()) == (403, 0)
