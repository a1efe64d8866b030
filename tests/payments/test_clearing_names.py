"""Which payment an answer speaks of: by our reference, its UETR, or the order's number; a stranger stays a stranger."""

import pytest

from payments.iso20022.pacs002 import Status
from payments.models import ArrivedFile, Difference
from tests.payments.clearing_cast import AT_13, AT_15, deliver, executed, folder, item_of, message_of, report, sent

__all__ = ["folder"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def order(firm, folder):
    return executed(firm, amount_minor=5_000_000)


def test_an_answer_by_the_uetr_alone_finds_its_payment_and_the_group_speaks_for_the_rest(firm, order):
    other = executed(firm)

    deliver("a.xml", report(sent(), [Status("", "", "RJCT", "AC04", uetr=str(order.pk))], group="ACSC"))

    assert (item_of(order).status, item_of(other).status) == ("rejected", "accepted")


def test_where_one_payment_is_unknown_the_groups_word_is_applied_to_none(firm, order):
    other = executed(firm)

    deliver("a.xml", report(sent(), [Status("TXX", "", "RJCT", "AC04")], group="ACSC"))

    assert {item_of(order).status, item_of(other).status} == {"sent"}
    assert set(Difference.objects.values_list("what", flat=True)) == {"unknown_answer", "group_withheld"}


def test_two_words_on_one_payment_by_two_names_leave_the_first_and_are_for_staff(firm, order):
    file = sent()
    (one,) = message_of(file).transfers
    words = [Status(one.transaction_id, "", "ACSC"), Status("", order.number, "RJCT", "AC04")]

    assert deliver("a.xml", report(file, words)) == 1

    assert item_of(order).status == "accepted"
    assert Difference.objects.get().what == "other_answer"
    assert ArrivedFile.objects.get().status == "done"


def test_an_answer_to_one_file_says_nothing_of_the_payments_of_another(firm, order):
    sent()
    other = executed(firm, at=AT_13)
    file = sent(at=AT_13)

    deliver("a.xml", report(file, [Status(str(item_of(order).transaction_id), "", "RJCT", "AC04")]), at=AT_15)

    assert {item_of(order).status, item_of(other).status} == {"sent"}
    assert Difference.objects.get().what == "unknown_answer"
