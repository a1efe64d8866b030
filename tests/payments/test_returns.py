"""pacs.004: what the other bank took and gave back is home once, with its reason; all else goes to staff."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from accounts import books_check, ledger, notices
from accounts.models import BankAccount, Posting
from payments import arrivals, reconciliation, returns, selectors
from payments.iso20022 import pacs004, reasons, xml
from payments.iso20022.pacs004 import PaymentReturns, Return
from payments.models import ArrivedFile, Difference, PaymentOrder, PaymentReturn
from payments.pages.orders import order_page
from payments.timeline import timeline
from tests.payments.clearing_cast import (
    AT_13,
    AT_15,
    HOUSE,
    answer,
    deliver,
    executed,
    folder,
    item_of,
    sent,
)

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def order(firm, folder) -> PaymentOrder:
    """Left and accepted."""
    made = executed(firm)
    answer(sent())
    return fresh(made)


def fresh(order: PaymentOrder) -> PaymentOrder:
    return PaymentOrder.objects.get(pk=order.pk)


def of(order: PaymentOrder, **changes: object) -> Return:
    plain = Return(
        return_id="RT-1",
        original_message_id="",
        transaction_id=item_of(order).transaction_id or "",
        end_to_end_id=order.number,
        amount_minor=order.amount_minor,
        currency=order.currency,
        reason="AC04",
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Return, named by the test


def given_back(
    *brought: Return, key: str = "PR-1", name: str = "return.xml", original: str = "", is_group: bool = False
) -> int:
    """The clearing house brings them; how many files were taken."""
    message = PaymentReturns(key, AT_15, AT_15.date(), HOUSE, brought, original, is_group)
    return deliver(name, pacs004.write(message), at=AT_15)


def balance(order: PaymentOrder) -> int:
    return BankAccount.objects.get(pk=order.debit_account_id).balance_minor


def differences() -> list[tuple[str, str]]:
    return list(Difference.objects.values_list("what", "reference"))


def test_the_amount_is_home_with_its_reason_and_the_fee_stays(order):
    before = balance(order)

    assert given_back(of(order)) == 1

    back = fresh(order)
    assert (back.status, back.returned_at, back.end_reason) == ("returned", AT_15, reasons.SENTENCES["AC04"])
    assert balance(order) == before + order.amount_minor
    assert back.return_posting.gives_back_id == order.posting_id
    assert (back.return_posting.kind, back.return_posting.remittance_information) == ("return", back.end_reason)
    assert PaymentReturn.objects.get().posting == back.return_posting


def test_its_people_are_told_and_its_way_says_so(order, firm):
    given_back(of(order))

    assert order.number in notices.in_words(notices.of(firm.preparer.user)[0])
    now = selectors.order_of(firm.company, order.pk)
    assert now is not None
    shown = timeline(now, [])
    titles = ["U dërgua në klerim", "U pranua në klerim", "U kthye në llogarinë tuaj"]
    assert [step.title for step in shown][-3:] == titles
    assert shown[-1].text == reasons.SENTENCES["AC04"]
    promise = order_page(now, firm.preparer, at=AT_15)["promise"]
    assert promise.sentence == "U krye dhe u kthye të premten 20 nëntor 2026"


@pytest.mark.parametrize("names", [("transaction_id",), ("uetr",), ("end_to_end_id",)])
def test_any_name_of_the_original_is_enough(order, names):
    known = {"transaction_id": item_of(order).transaction_id, "uetr": str(order.pk), "end_to_end_id": order.number}
    nothing = dict.fromkeys(known, "")

    given_back(of(order, **nothing | {name: known[name] for name in names}))

    assert fresh(order).status == "returned"


def test_the_same_return_in_two_files_comes_home_once(order):
    given_back(of(order))
    once = balance(order)

    given_back(of(order), key="PR-2", name="again.xml")

    assert balance(order) == once
    assert differences() == [("given_back", order.number)]


def test_one_payment_twice_in_one_file_comes_home_once(order):
    before = balance(order)

    given_back(of(order), of(order, return_id="RT-2"))

    assert balance(order) == before + order.amount_minor
    assert differences() == [("given_back", order.number)]


def test_a_run_that_was_cut_off_goes_on_without_booking_twice(order):
    given_back(of(order))
    once, file = balance(order), ArrivedFile.objects.get(message="pacs.004")

    returns.book(returns=[of(order)], original_message_id="", file=file, at=AT_15)

    assert balance(order) == once
    assert differences() == []


def test_what_no_answer_had_named_yet_was_accepted_by_whoever_gives_it_back(firm, folder):
    order = executed(firm)
    sent()

    given_back(of(order))

    assert (item_of(order).status, fresh(order).status) == ("accepted", "returned")


def test_what_was_rejected_before_does_not_come_back_again(firm, folder):
    order = executed(firm)
    answer(sent(), (order, "AC01"))
    once = balance(order)

    given_back(of(order))

    assert balance(order) == once
    assert differences() == [("given_back", order.number)]


def test_what_staff_gave_back_before_does_not_come_back_again(order):
    ledger.reverse(posting=order.posting, key="back", value_on=AT_13.date(), at=AT_13, reason="Gabim")
    once = balance(order)

    given_back(of(order))

    assert balance(order) == once
    assert differences() == [("given_back", order.number)]


def test_another_sum_than_went_is_left_to_staff(order):
    before = balance(order)

    given_back(of(order, amount_minor=order.amount_minor - 1))

    assert (balance(order), fresh(order).status) == (before, "executed")
    assert differences() == [("other_sum", order.number)]


def test_what_names_no_payment_of_ours_is_left_to_staff(order):
    given_back(of(order, transaction_id="NOT-OURS", end_to_end_id=""), of(order, original_message_id="OTHER-FILE"))

    assert fresh(order).status == "executed"
    assert sorted(what for what, _reference in differences()) == ["unknown_return", "unknown_return"]


def test_a_whole_file_without_names_is_left_to_staff(order):
    given_back(original="OUR-FILE", is_group=True)

    assert fresh(order).status == "executed"
    assert differences() == [("whole_file", "OUR-FILE")]


def test_a_count_that_does_not_fit_is_no_message(order):
    message = PaymentReturns("PR-9", AT_15, AT_15.date(), HOUSE, [of(order)])
    content = pacs004.write(message).replace(b"<NbOfTxs>1<", b"<NbOfTxs>2<")

    assert deliver("bad.xml", content, at=AT_15) == 0
    assert "number of transactions" in ArrivedFile.objects.get(name="bad.xml").reason


def test_what_is_written_reads_the_same(order):
    message = PaymentReturns("PR-1", AT_15, AT_15.date(), HOUSE, [of(order, uetr=str(order.pk))], "OUR-FILE")

    read = pacs004.read(xml.read(pacs004.write(message))[1])

    assert read.returns[0].original_message_id == "OUR-FILE"
    assert (read.returns[0].reason, read.settles_on, read.is_group) == ("AC04", AT_15.date(), False)
    assert arrivals.opened(pacs004.write(message)).count == 1


def test_the_books_and_the_reconciliation_stay_even(order):
    given_back(of(order))

    assert books_check.breached(books_check.check(at=AT_15 + timedelta(days=1))) == []
    report = reconciliation.reconcile(at=AT_15 + timedelta(minutes=1))
    assert report.is_even
    assert (report.days[0].accepted.count, report.days[0].returned.count) == (0, 1)


# --- The laws, around the ORM ----------------------------------------------------------------------------------------


def run(sql, *params):
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, params)


def test_a_return_needs_the_posting_that_brought_its_order_home(order):
    add = (
        "INSERT INTO payments_paymentreturn (item_id, file_id, return_id, reason_code, posting_id, taken_at) "
        "VALUES (%s, %s, 'RT-1', '', %s, now())"
    )
    file = ArrivedFile.objects.get()

    with pytest.raises(IntegrityError, match="return_is_booked_by_its_own_posting"):
        run(add, item_of(order).pk, file.pk, order.posting_id)


@pytest.mark.parametrize(
    "change", ["UPDATE payments_paymentreturn SET return_id = 'X'", "DELETE FROM payments_paymentreturn"]
)
def test_a_return_stays_as_it_came(order, change):
    given_back(of(order))

    with pytest.raises(DatabaseError, match="returns_are_append_only"):
        run(change)


def test_money_that_left_once_is_given_back_once(order):
    given_back(of(order))

    assert Posting.objects.filter(gives_back=order.posting_id).count() == 1
