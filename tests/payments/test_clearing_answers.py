"""What comes back: accepted, or home again with the reason in words, once however often it is told."""

import re

import pytest
from django.db import connection

from accounts import corrections, four_eyes, ledger
from accounts.models import AuditEvent, BankAccount, Notice, Posting
from accounts.selectors import house_account
from payments import arrivals, clearing, reconciliation
from payments.iso20022 import reasons
from payments.iso20022.pacs002 import Status
from payments.models import ArrivedFile, Difference
from tests import builders
from tests.core_messages import Ntry, brought
from tests.payments.clearing_cast import (
    AT_13,
    AT_15,
    answer,
    deliver,
    executed,
    folder,
    item_of,
    message_of,
    report,
    sent,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db

AMOUNT = 5_000_000
FEE = 5_000


@pytest.fixture
def order(firm, folder):
    return executed(firm, amount_minor=AMOUNT)


def balance(account: BankAccount) -> int:
    return BankAccount.objects.get(pk=account.pk).balance_minor


def test_an_accepted_payment_is_done(firm, order):
    assert answer(sent()) == 1

    assert (item_of(order).status, item_of(order).answered_at) == ("accepted", AT_13)
    order.refresh_from_db()
    assert (order.status, balance(firm.account)) == ("executed", 10_000_000 - AMOUNT - FEE)


def test_a_rejected_payment_comes_home_without_its_fee_and_says_why(firm, order):
    before = balance(house_account("clearing-domestic", "ALL"))

    answer(sent(), (order, "AC04"))

    order.refresh_from_db()
    assert (order.status, order.end_reason) == ("returned", reasons.SENTENCES["AC04"])
    assert (item_of(order).status, item_of(order).reason_code) == ("rejected", "AC04")
    assert balance(firm.account) == 10_000_000 - FEE
    assert balance(house_account("clearing-domestic", "ALL")) == before - AMOUNT


def test_the_fee_comes_home_too_where_the_bank_says_so(firm, order, settings):
    settings.RETURN_FEE_ON_REJECT = True

    answer(sent(), (order, "AC04"))

    assert balance(firm.account) == 10_000_000


def test_the_return_is_a_posting_of_its_own_that_names_both_sides(firm, order):
    answer(sent(), (order, "AC01"))

    posting = Posting.objects.get(key=f"payments.return:{order.pk}")
    assert (posting.kind, posting.channel, posting.end_to_end_id) == ("return", "interbank", order.number)
    assert (posting.debtor_iban, posting.creditor_iban) == (order.beneficiary_iban, firm.account.iban)
    assert posting.remittance_information == reasons.SENTENCES["AC01"]


def test_who_prepared_and_who_signed_are_told_and_the_trail_keeps_it(firm, order):
    answer(sent(), (order, "AC04"))

    told = Notice.objects.filter(kind="payments.order.returned", facts__number=order.number)
    assert {notice.user_id for notice in told} == {firm.preparer.user_id, firm.signers[0].user_id}
    event = AuditEvent.objects.get(event="payments.order.returned", subject=f"order:{order.pk}")
    assert (event.company, event.reason) == (str(firm.company.pk), "AC04")


def test_the_customer_sees_it_on_the_order_and_in_the_statement(firm, order, signed_in):
    answer(sent(), (order, "AC04"))
    browser = signed_in(firm.preparer.user)

    page = browser.get(f"/payments/{order.pk}/").content.decode()
    activity = browser.get(f"/accounts/{firm.account.uuid}/activity/").content.decode()

    assert "U kthye në llogarinë tuaj" in page
    assert "Llogaria e përfituesit është e mbyllur." in page
    assert "+50.000,00" in activity
    lines = re.findall(r'href="(/accounts/[0-9a-f-]+/activity/[0-9]+/)"', activity)
    assert any(f"/payments/{order.pk}/" in browser.get(line).content.decode() for line in lines)


@pytest.mark.parametrize("reason", ["", "ZZ99"])
def test_a_reason_that_nobody_knows_has_its_sentence_too(order, reason):
    file = sent()
    (one,) = message_of(file).transfers

    deliver("a.xml", report(file, [Status(one.transaction_id, "", "RJCT", reason)]))

    order.refresh_from_db()
    assert order.end_reason == reasons.UNTOLD


def test_every_code_has_a_sentence_that_fits_its_column():
    assert {"AC01", "AC04", "AC06", "AG01", "AM04", "BE04", "DT01", "MS03", "RR04"} <= reasons.SENTENCES.keys()
    assert all(len(sentence) <= 200 for sentence in [*reasons.SENTENCES.values(), reasons.UNTOLD])


@pytest.mark.parametrize("status", ["PDNG", "ACSP", "ACTC"])
def test_a_status_that_is_not_the_last_word_leaves_the_payment_open(order, status):
    file = sent()
    (one,) = message_of(file).transfers

    deliver("a.xml", report(file, [Status(one.transaction_id, "", status)]))
    assert item_of(order).status == "sent"

    answer(file, at=AT_15)
    assert item_of(order).status == "accepted"


@pytest.mark.parametrize(("group", "status"), [("ACSC", "accepted"), ("RJCT", "rejected")])
def test_a_word_on_the_whole_file_is_one_on_each_payment(firm, order, group, status):
    other = executed(firm)

    deliver("a.xml", report(sent(), [], group=group, reason="DT01"))

    assert {item_of(order).status, item_of(other).status} == {status}


def test_a_named_payment_is_not_what_its_group_is(firm, order):
    other = executed(firm)
    file = sent()
    home = next(one for one in message_of(file).transfers if one.end_to_end_id == order.number)

    deliver("a.xml", report(file, [Status(home.transaction_id, "", "RJCT", "AC06")], group="ACSC"))

    assert (item_of(order).status, item_of(other).status) == ("rejected", "accepted")


def test_an_answer_by_the_orders_number_alone_finds_its_payment(order):
    deliver("a.xml", report(sent(), [Status("", order.number, "RJCT", "AC06")]))

    assert item_of(order).reason_code == "AC06"


def test_the_same_file_delivered_twice_returns_the_money_once(firm, order, folder):
    file = sent()
    assert answer(file, (order, "AC04")) == 1
    assert answer(file, (order, "AC04")) == 0
    assert answer(file, (order, "AC04"), name="once-more.xml") == 0

    assert balance(firm.account) == 10_000_000 - FEE
    assert ArrivedFile.objects.count() == 1
    assert not list((folder / "in").iterdir())
    assert len(list((folder / "done").iterdir())) == 3


def test_the_same_word_in_another_file_changes_nothing(firm, order):
    file = sent()
    (one,) = message_of(file).transfers
    rejected = [Status(one.transaction_id, "", "RJCT", "AC04")]

    deliver("a.xml", report(file, rejected, key="R1"))
    deliver("b.xml", report(file, rejected, key="R2"))

    assert balance(firm.account) == 10_000_000 - FEE
    assert not Difference.objects.exists()


def test_another_word_in_another_file_is_for_staff_and_moves_no_money(firm, order):
    file = sent()
    (one,) = message_of(file).transfers
    answer(file)

    deliver("late.xml", report(file, [Status(one.transaction_id, "", "RJCT", "AC04")]))

    order.refresh_from_db()
    assert order.status == "executed"
    assert Difference.objects.get().what == "other_answer"


def test_an_answer_to_what_we_never_sent_is_for_staff(order):
    deliver("a.xml", report(sent(), [Status("NCBAALTX20261120AECH000009-000001", "", "RJCT", "AC04")]))

    assert Difference.objects.get().what == "unknown_answer"


def test_where_the_account_was_closed_meanwhile_staff_must_find_the_money_a_way(firm, order):
    file = sent()
    builders.credit(firm.account, -balance(firm.account))
    BankAccount.objects.filter(pk=firm.account.pk).update(status="closed")

    answer(file, (order, "AC04"))

    order.refresh_from_db()
    assert (order.status, item_of(order).status) == ("executed", "rejected")
    assert Difference.objects.get().reference == order.number


def test_a_frozen_account_gets_its_money_back(firm, order):
    BankAccount.objects.filter(pk=firm.account.pk).update(status="frozen")

    answer(sent(), (order, "AC04"))

    assert balance(firm.account) == 10_000_000 - FEE


def test_a_run_that_was_cut_off_goes_on_where_it_was(firm, order, folder, monkeypatch):
    file = sent()
    with monkeypatch.context() as cut:
        cut.setattr(arrivals, "finish", lambda **_: 1 / 0)
        assert answer(file, (order, "AC04")) == 0
    assert ArrivedFile.objects.get().status == "open"

    assert arrivals.read_all(at=AT_15) == 1

    assert ArrivedFile.objects.get().status == "done"
    assert balance(firm.account) == 10_000_000 - FEE


# --- Home before the answer ------------------------------------------------------------------------------------------


def taken_back_by_the_core(order, folder):
    account = order.debit_account
    entry = Ntry(f"{AMOUNT // 100}.00", reference="REV1", end_to_end_id=order.number, is_reversal=True)
    counts = brought(folder, account, entry).counts
    connection.check_constraints()  # what the end of the transaction asks
    return counts


def reversed_by_staff(order):
    proposal = corrections.propose_reversal(posting=order.posting, reason="Gabim", actor=builders.STAFF, at=AT_13)
    four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_13)
    connection.check_constraints()  # what the end of the transaction asks


def test_what_came_back_while_it_was_away_is_not_returned_a_second_time(firm, order):
    other = executed(firm, amount_minor=1_000)
    file = sent()
    ledger.reverse(posting=order.posting, key="undo", value_on=AT_13.date(), at=AT_13, reason="Gabim")

    answer(file, (order, "AC04"), (other, "AC04"))

    other.refresh_from_db()
    assert (balance(firm.account), other.status) == (10_000_000 - other.fee_minor, "returned")
    assert Difference.objects.get().reference == order.number


def test_what_staff_reversed_before_its_session_never_leaves(firm, order):
    reversed_by_staff(order)

    assert clearing.make_due(at=AT_15) == []
    assert (item_of(order).status, balance(firm.account)) == ("withdrawn", 10_000_000)
    assert reconciliation.reconcile(at=AT_15).is_even


def test_what_the_core_took_back_before_its_session_never_leaves(firm, order, tmp_path):
    taken_back_by_the_core(order, tmp_path)

    assert clearing.make_due(at=AT_15) == []
    assert item_of(order).status == "withdrawn"


@pytest.mark.parametrize("is_answered", [False, True])
def test_staff_do_not_reverse_what_has_left(firm, order, is_answered):
    file = sent()
    if is_answered:
        answer(file)

    with pytest.raises(clearing.HasLeft):
        reversed_by_staff(order)
    assert balance(firm.account) == 10_000_000 - AMOUNT - FEE


def test_staff_do_not_reverse_what_leaves_while_the_colleague_reads(firm, order):
    proposal = corrections.propose_reversal(posting=order.posting, reason="Gabim", actor=builders.STAFF, at=builders.AT)
    sent()

    with pytest.raises(clearing.HasLeft):
        four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_13)


def test_what_came_home_by_the_answer_is_ticked_off_when_the_core_takes_it_back(firm, order, tmp_path):
    answer(sent(), (order, "AC04"))

    assert taken_back_by_the_core(order, tmp_path) == {"matched": 1}
    with pytest.raises(corrections.AlreadyReversed):
        reversed_by_staff(order)
    assert balance(firm.account) == 10_000_000 - FEE
