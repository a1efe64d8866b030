"""What the core brings back of an order and two of staff book: a part stops nothing, the whole goes no further."""

import csv
import io
from functools import partial

import pytest

from accounts import corrections, day_close, four_eyes, notices
from accounts.core_feed import late_postings
from accounts.core_feed.booking import BOOKING, propose_booking
from accounts.core_feed.giving_back import TakenAgain
from accounts.ledger import MoreComesBackThanWent
from accounts.models import Notice, ReconciliationItem
from accounts.models.core import Why
from payments import clearing, confirmations, fiscalisation, reconciliation
from payments.models import Difference, FiscalReport, IncomingCredit
from tests import builders
from tests.accounts.closing_day import EVENING
from tests.core_messages import Ntry, brought
from tests.payments.clearing_cast import (
    AT_10_30,
    AT_13,
    AT_15,
    Movement,
    answer,
    deliver,
    executed,
    folder,
    incoming,
    item_of,
    notification,
    sent,
    transfer,
)
from tests.payments.giving_back_cast import (
    AMOUNT,
    FEE,
    OPENING,
    PART,
    SETTLEMENT,
    balance,
    booked_by_two,
    booked_item,
    is_even,
    order,
    part_of,
    seen,
    way,
    whole_of,
)

__all__ = ["folder", "order"]
pytestmark = pytest.mark.django_db


# --- A part ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("is_reversal", [False, True])
def test_an_order_of_which_a_part_came_back_leaves_at_its_session(firm, order, tmp_path, is_reversal):
    back = part_of(order, tmp_path, is_reversal=is_reversal)
    assert (back.gives_back, item_of(order).status) == (order.posting, "waiting")

    file = sent()
    assert (item_of(order).status, file.sum_minor) == ("sent", AMOUNT)
    answer(file)

    assert item_of(order).status == "accepted"
    assert balance(firm.account) == OPENING - AMOUNT - FEE + PART
    assert is_even()


def test_a_part_that_comes_back_while_the_payment_is_away_changes_nothing_of_it(firm, order, tmp_path):
    file = sent()
    part_of(order, tmp_path)

    answer(file)

    assert item_of(order).status == "accepted"
    assert is_even()


def test_where_a_part_came_back_a_rejected_payment_brings_the_rest_home(firm, order, tmp_path):
    part_of(order, tmp_path)

    answer(sent(), (order, "AC04"))

    order.refresh_from_db()
    assert (order.status, item_of(order).status) == ("returned", "rejected")
    legs = {entry.account.house_code: entry.amount_minor for entry in order.return_posting.entries.all()}
    assert legs == {"clearing-domestic-ALL": -AMOUNT, None: AMOUNT - PART, "core-ALL": PART}
    assert not Difference.objects.exists()
    assert balance(firm.account) == OPENING - FEE
    assert is_even()


@pytest.mark.parametrize(("amount", "is_reversal"), [("40.00", False), ("40.00", True), ("50000.00", True)])
def test_what_the_core_gave_and_took_again_is_for_staff(firm, order, tmp_path, amount, is_reversal):
    file = sent()
    booked_by_two(tmp_path, firm.account, amount, order.number)
    entry = Ntry(amount, is_credit=False, end_to_end_id=order.number, is_reversal=is_reversal)
    if brought(tmp_path, firm.account, entry).counts != {"booked": 1}:
        booked_item()
    before = balance(firm.account)
    assert before == OPENING - AMOUNT - FEE

    answer(file, (order, "AC04"))

    order.refresh_from_db()
    assert (order.status, item_of(order).status, balance(firm.account)) == ("executed", "rejected", before)
    assert Difference.objects.get().what == Difference.What.GIVEN_BACK
    assert is_even()


def test_after_the_core_took_again_nothing_more_is_booked_as_coming_back(firm, order, tmp_path):
    part_of(order, tmp_path)
    entry = Ntry("40.00", is_credit=False, end_to_end_id=order.number, is_reversal=True)
    if brought(tmp_path, firm.account, entry).counts != {"booked": 1}:
        booked_item()

    with pytest.raises(TakenAgain):
        booked_by_two(tmp_path, firm.account, "49960.00", order.number)

    assert (item_of(order).status, balance(firm.account)) == ("waiting", OPENING - AMOUNT - FEE)


@pytest.mark.parametrize("is_reversal", [False, True])
def test_after_a_return_not_even_a_part_comes_back_again(firm, order, tmp_path, is_reversal):
    answer(sent(), (order, "AC04"))
    before = balance(firm.account)
    brought(tmp_path, firm.account, Ntry("40.00", end_to_end_id=order.number, is_reversal=is_reversal))
    item = ReconciliationItem.objects.get(settled_at=None)
    proposal = propose_booking(item_id=item.pk, words="Kthim", reason="E takon", actor=builders.STAFF, at=AT_13)

    with pytest.raises(MoreComesBackThanWent):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_13)

    assert balance(firm.account) == before
    assert is_even()


# --- The whole -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("with_fee", [0, FEE])
def test_a_whole_order_that_came_back_never_leaves(firm, order, tmp_path, with_fee):
    whole_of(order, tmp_path, AMOUNT + with_fee)

    assert item_of(order).status == "withdrawn"
    assert clearing.make_due(at=AT_10_30) == []
    assert balance(firm.account) == OPENING - FEE + with_fee
    assert is_even()


@pytest.mark.parametrize("code", ["", "AC04"])
def test_the_whole_that_comes_back_after_the_payment_has_left_is_the_cores_and_clearing_owes_on(
    firm, order, tmp_path, code
):
    """Two of staff said so: the customer has her money, and what left is asked of clearing like any other payment."""
    file = sent()
    back = whole_of(order, tmp_path)
    assert {entry.account.house_code for entry in back.entries.all()} == {None, "core-ALL"}

    answer(file, *([(order, code)] if code else []))
    settled = [] if code else [Movement(SETTLEMENT, "S-1", -AMOUNT, "ALL", AT_13.date())]
    deliver("n.xml", notification(*settled)) if settled else None

    order.refresh_from_db()
    expected = ("returned", "rejected") if code else ("executed", "accepted")
    assert (order.status, item_of(order).status) == expected
    assert balance(firm.account) == OPENING - FEE
    (clearing_now,) = reconciliation.reconcile(at=AT_15).balances
    assert (clearing_now.homeless_minor, clearing_now.unsettled_minor) == (0, 0), "what it rejects is the core's"
    assert is_even()


def test_what_was_to_be_stopped_and_leaves_while_the_colleague_reads_is_proposed_anew(firm, order, tmp_path):
    brought(tmp_path, firm.account, Ntry("50000.00", end_to_end_id=order.number))
    item = ReconciliationItem.objects.get()
    propose = partial(propose_booking, item_id=item.pk, words="Kthim", reason="E takon", actor=builders.STAFF)
    proposal = propose(at=builders.AT)
    sent()

    with pytest.raises(four_eyes.Stale):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_13)

    assert balance(firm.account) == OPENING - AMOUNT - FEE
    again = propose(at=AT_13)
    (told,) = [now for label, _before, now in four_eyes.in_words(again, is_masked=False) if label == "Pagesa"]
    assert told == f"{order.number}: ka dalë për në klerim dhe nuk ndalet: mund të paguhet edhe përfituesi"


def test_what_the_core_reverses_after_it_left_waits_for_staff_or_for_clearing_to_bring_it_home(firm, order, tmp_path):
    file = sent()
    reversal = Ntry("50000.00", end_to_end_id=order.number, is_reversal=True)

    assert brought(tmp_path, firm.account, reversal).counts == {"contradicting": 1}
    assert ReconciliationItem.objects.get().why == Why.HAS_LEFT
    assert (late_postings.match(at=AT_13), balance(firm.account)) == (0, OPENING - AMOUNT - FEE)

    answer(file, (order, "AC04"))
    assert late_postings.match(at=AT_13) == 1

    item = ReconciliationItem.objects.get()
    assert (item.status, item.posting.kind, balance(firm.account)) == ("matched", "return", OPENING - FEE)
    assert is_even()


def test_the_part_that_makes_it_whole_takes_the_payment_out_of_clearing(firm, order, tmp_path):
    part_of(order, tmp_path)
    booked_by_two(tmp_path, firm.account, "49960.00", order.number)

    assert item_of(order).status == "withdrawn"
    assert clearing.make_due(at=AT_10_30) == []
    assert balance(firm.account) == OPENING - FEE
    assert is_even()


def test_the_rest_and_the_fee_in_one_entry_make_it_whole_too(firm, order, tmp_path):
    part_of(order, tmp_path)
    booked_by_two(tmp_path, firm.account, "50010.00", order.number)

    assert (item_of(order).status, balance(firm.account)) == ("withdrawn", OPENING)
    assert is_even()


def test_a_return_that_the_core_takes_back_does_not_go_out_again(firm, order, tmp_path):
    answer(sent(), (order, "AC04"))
    brought(tmp_path, firm.account, Ntry("50000.00", is_credit=False, end_to_end_id=order.number, is_reversal=True))

    back = booked_item()

    assert (back.gives_back.kind, balance(firm.account)) == ("return", OPENING - AMOUNT - FEE)
    assert is_even()


def test_staff_do_not_reverse_a_return(firm, order):
    answer(sent(), (order, "AC04"))
    order.refresh_from_db()

    with pytest.raises(corrections.ReversalIsFinal):
        corrections.propose_reversal(posting=order.return_posting, reason="Gabim", actor=builders.STAFF, at=AT_15)


# --- What the colleague reads -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("amount", "told"), [("40.00", "part"), ("50.00", "fee"), ("50000.00", "stops"), ("50050.00", "stops")]
)
def test_the_proposal_says_what_becomes_of_the_payment(firm, order, tmp_path, amount, told):
    brought(tmp_path, firm.account, Ntry(amount, end_to_end_id=order.number))
    item = ReconciliationItem.objects.get()

    proposal = propose_booking(item_id=item.pk, words="Kthim", reason="E takon", actor=builders.STAFF, at=AT_10_30)

    assert proposal.new["payment"] == told


def test_a_proposal_of_an_older_release_is_made_anew_where_it_would_stop_the_payment(firm, order, tmp_path):
    brought(tmp_path, firm.account, Ntry("50000.00", end_to_end_id=order.number))
    item = ReconciliationItem.objects.get()
    proposal = four_eyes.propose(
        kind=BOOKING,
        subject=f"item:{item.pk}",
        company=order.company,
        old={"status": item.status, "why": item.why},
        new={"account": firm.account.iban, "amount_minor": AMOUNT, "currency": "ALL", "words": "Kthim"},
        reason="E takon",
        actor=builders.STAFF,
        at=AT_10_30,
    )

    with pytest.raises(four_eyes.Stale):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_10_30)

    assert item_of(order).status == "waiting"


# --- From outside ----------------------------------------------------------------------------------------------------


def test_what_is_taken_back_of_a_payment_from_outside_leaves_clearing_even(firm, folder, tmp_path):
    deliver("in.xml", incoming(transfer(firm.account)))
    credit = IncomingCredit.objects.get()
    details = (
        f"<TxDtls><Refs><EndToEndId>{credit.end_to_end_id}</EndToEndId><TxId>{credit.transaction_id}</TxId></Refs>"
        "<RltdAgts><DbtrAgt><FinInstnId><ClrSysMmbId><MmbId>212</MmbId></ClrSysMmbId></FinInstnId></DbtrAgt></RltdAgts>"
        "</TxDtls>"
    )
    brought(tmp_path, firm.account, Ntry("2500.00", is_credit=False, details=details))

    back = booked_item()

    assert (back.gives_back, balance(firm.account)) == (credit.posting, OPENING)
    assert is_even()


# --- What the customer and the tax authority are told ----------------------------------------------------------------


def test_the_order_says_which_part_came_back_and_only_the_whole_is_given_back(firm, order, tmp_path):
    part_of(order, tmp_path)
    assert [(step.title, step.text) for step in way(order)][-1] == (
        "Banka ktheu një pjesë në llogarinë tuaj",
        "40,00 ALL",
    )
    assert confirmations.paper_of(seen(order), firm.preparer, language="sq", at=AT_13).kind == "payment.confirmation"

    booked_by_two(tmp_path, firm.account, "49960.00", order.number)

    told = [(step.title, step.text) for step in way(order)]
    assert ("Banka ktheu një pjesë në llogarinë tuaj", "40,00 ALL") in told
    assert ("Banka ktheu pjesën e mbetur në llogarinë tuaj", "49.960,00 ALL") in told
    assert confirmations.paper_of(seen(order), firm.preparer, language="sq", at=AT_13).kind.endswith("given_back")


def test_the_people_of_the_company_are_told_what_came(firm, order, tmp_path):
    part_of(order, tmp_path)

    told = {
        notice.user_id: notices.in_words(notice) for notice in Notice.objects.filter(kind__startswith="accounts.money")
    }
    assert told.keys() == {firm.preparer.user_id, firm.signers[0].user_id}
    assert all("40,00" in words for words in told.values())


def test_the_report_of_e_invoices_tells_what_came_back_and_no_more(firm, folder, tmp_path, settings):
    settings.FILES_DIR = tmp_path / "files"
    order = executed(firm, amount_minor=AMOUNT, invoice_code="3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a17")
    part_of(order, tmp_path)
    booked_by_two(tmp_path, firm.account, "10.00", order.number)
    day_close.close_due(at=EVENING)

    fiscalisation.make_due(at=AT_15)

    rows = csv.DictReader(io.StringIO(bytes(FiscalReport.objects.get(day=AT_15.date()).content).decode()))
    assert [(row["event"], row["amount"]) for row in rows] == [("paid", "50000.00"), ("returned", "50.00")]
