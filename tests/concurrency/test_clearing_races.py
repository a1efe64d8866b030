"""Two beats, two workers: a session makes its files once, and a rejected payment comes home once."""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from django.db import connection, transaction

from accounts import audit, four_eyes, ledger
from accounts.core_feed.booking import propose_booking
from accounts.identifiers import make_albanian_iban
from accounts.models import BankAccount, Posting, ReconciliationItem
from payments import arrivals, clearing, clearing_folder, sent_files
from payments.iso20022.pacs002 import Status
from payments.iso20022.pacs008 import Bank, Party
from payments.models import ClearingItem, Difference, SentFile
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once
from tests.core_messages import Ntry, brought
from tests.payments.clearing_cast import AT_10_30, AT_13, executed, folder, incoming, message_of, report, sent, transfer
from tests.payments.conftest import make_firm

__all__ = ["folder"]

WORKERS = 4


def test_many_ticks_of_one_session_make_its_files_once(bank: BankDatabase, folder: Path) -> None:
    firm = make_firm(other_signers=0)
    orders = [executed(firm) for _ in range(5)]

    all_at_once(*[partial(clearing.make_due, at=AT_10_30)] * WORKERS)
    all_at_once(*[partial(sent_files.write_out, at=AT_10_30)] * WORKERS)

    assert [file.sequence for file in SentFile.objects.order_by("sequence")] == [1]
    assert ClearingItem.objects.filter(order__in=orders, status="sent").count() == 5
    assert len(list((folder / "out").glob("*.xml"))) == 1


def test_what_is_coming_back_does_not_leave_meanwhile(bank: BankDatabase, folder: Path) -> None:
    firm = make_firm(other_signers=0)
    order, other = executed(firm), executed(firm)
    posting = order.posting
    assert posting is not None

    with transaction.atomic():
        ledger.reverse(posting=posting, key="undo", value_on=AT_10_30.date(), at=AT_10_30, reason="Gabim")
        ((file,),) = all_at_once(partial(clearing.make_due, at=AT_10_30))

    assert [one.end_to_end_id for one in message_of(file).transfers] == [other.number]
    assert ClearingItem.objects.get(order=order).status == "withdrawn"
    assert clearing.make_due(at=AT_13) == []


@pytest.mark.parametrize("_round", range(3))
def test_two_parts_booked_at_once_that_make_it_whole_let_nothing_leave(
    bank: BankDatabase, folder: Path, tmp_path: Path, _round: int
) -> None:
    firm = make_firm(other_signers=0)
    order = executed(firm, amount_minor=5_000_000)
    parts = [Ntry(amount, end_to_end_id=order.number) for amount in ("20000.00", "30000.00")]
    brought(tmp_path, firm.account, *parts)
    propose = partial(propose_booking, words="Kthim", reason="E takon", actor=builders.STAFF, at=AT_10_30)
    approve = partial(four_eyes.approve, actor=builders.SECOND, at=AT_10_30)
    items = ReconciliationItem.objects.filter(settled_at=None, end_to_end_id=order.number)
    proposals = [propose(item_id=item.pk) for item in items]

    ends = all_at_once(*[partial(approve, proposal_id=proposal.pk) for proposal in proposals])
    assert sorted(type(end).__name__ for end in ends) == ["Proposal", "Stale"], "the second would make it whole"
    approve(proposal_id=propose(item_id=items.get().pk).pk)

    assert ClearingItem.objects.get(order=order).status == "withdrawn"
    assert clearing.make_due(at=AT_13) == []
    assert BankAccount.objects.get(pk=firm.account.pk).balance_minor == 10_000_000 - order.fee_minor


def test_one_answer_read_by_many_workers_brings_the_money_home_once(bank: BankDatabase, folder: Path) -> None:
    firm = make_firm(other_signers=0)
    order = executed(firm, amount_minor=1_000_000)
    file = sent()
    rejected = [Status(one.transaction_id, "", "RJCT", "AC04") for one in message_of(file).transfers]
    clearing_folder.place("in", "answer.xml", report(file, rejected))
    clearing_folder.place("in", "in.xml", incoming(transfer(firm.account)))
    before = BankAccount.objects.get(pk=firm.account.pk).balance_minor

    all_at_once(*[partial(arrivals.read_all, at=AT_13)] * WORKERS)
    arrivals.read_all(at=AT_13)

    assert BankAccount.objects.get(pk=firm.account.pk).balance_minor == before + 1_000_000 + 250_000
    assert Posting.objects.filter(key=f"payments.return:{order.pk}").count() == 1
    assert not list((folder / "in").iterdir())
    assert not Difference.objects.exists()


@pytest.fixture
def refused(bank: BankDatabase, folder: Path) -> BankAccount:
    """A file in `in` with a payment for an account of ours and one that nobody takes, which wants an answer."""
    account = make_firm(other_signers=0).account
    nobody = Party("ASKUSH", make_albanian_iban("205", "1162", "7" * 16), Bank(bic="NCBAALTX"))
    payments = [transfer(account), transfer(account, transaction_id="RZB-7782", creditor=nobody)]
    clearing_folder.place("in", "in.xml", incoming(*payments))
    return account


def hold_the_banks_chain() -> None:
    audit.record("tests.chain.held", actor=audit.THE_CLOCK, at=AT_13)


def read_without_patience() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '300ms'")
    return arrivals.read_all(at=AT_13)


@pytest.mark.parametrize("get_in_the_way", [hold_the_banks_chain, sent_files.take_turn])
def test_a_file_that_meets_somebody_waits_without_an_alarm_and_is_taken_once_by_the_next_tick(
    refused: BankAccount, folder: Path, caplog: pytest.LogCaptureFixture, get_in_the_way: Callable[[], object]
) -> None:
    with transaction.atomic():
        get_in_the_way()
        assert all_at_once(read_without_patience) == [0]
    assert {record.levelname for record in caplog.records if record.name == "payments.arrivals"} == {"WARNING"}

    assert arrivals.read_all(at=AT_13) == 1

    assert BankAccount.objects.get(pk=refused.pk).balance_minor == 10_000_000 + 250_000
    assert SentFile.objects.filter(message="pacs.002").count() == 1
    assert not list((folder / "in").iterdir())


def test_a_file_that_meets_somebody_for_long_is_an_alarm(
    refused: BankAccount, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("payments.arrivals.LONG", timedelta(seconds=-1))

    with transaction.atomic():
        sent_files.take_turn()
        assert all_at_once(read_without_patience) == [0]

    (alarm,) = (record for record in caplog.records if record.levelname == "ERROR")
    assert vars(alarm)["event"] == "clearing.file.broken"


@pytest.mark.parametrize("_round", range(3))
def test_the_same_payment_in_two_files_at_once_is_credited_once(bank: BankDatabase, folder: Path, _round: int) -> None:
    firm = make_firm(other_signers=0)
    for name in ("a", "b"):
        clearing_folder.place("in", f"{name}.xml", incoming(transfer(firm.account), message_id=name))
    paths = clearing_folder.waiting()

    all_at_once(*[partial(arrivals.read, path, at=AT_13) for path in paths])

    assert BankAccount.objects.get(pk=firm.account.pk).balance_minor == 10_000_000 + 250_000
