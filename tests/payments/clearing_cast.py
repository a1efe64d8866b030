"""Clearing for tests: a folder of its own, executed orders at their session, and a clearing house that answers."""

from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from accounts.clock import TIRANA
from accounts.models import BankAccount
from payments import answers, arrivals, clearing, clearing_folder, execution, sent_files
from payments.iso20022 import camt054, pacs002, pacs004, pacs008, xml
from payments.iso20022.camt054 import Movement
from payments.iso20022.pacs002 import Status, StatusReport
from payments.iso20022.pacs004 import PaymentReturns, Return
from payments.iso20022.pacs008 import Bank, CreditTransfers, Party, Transfer
from payments.models import ClearingItem, PaymentOrder, SentFile
from payments.models.orders import Rail
from tests import builders

HOUSE = Bank(bic="DEMOALTX")
OTHER = Bank(code="212")


def tirana(hour: int, minute: int = 0, *, day: int = 20) -> datetime:
    """November 2026; the 20th is a Friday, the next working day is Tuesday the 24th."""
    return datetime(2026, 11, day, hour, minute, tzinfo=TIRANA)


AT_10_30, AT_13, AT_15 = tirana(10, 30), tirana(13), tirana(15)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.CLEARING_DIR = tmp_path / "clearing"
    return settings.CLEARING_DIR


def executed(firm, *, at: datetime = builders.AT, **changes) -> PaymentOrder:
    """An order that has left its account, at 10:00 unless said otherwise."""
    order = firm.sign(builders.submitted(firm.preparer, firm.account, at=at, **changes), at=at)
    done = execution.execute(order_id=order.pk, at=at)
    assert done is not None, "the order is due"
    return done


def sent(*, at: datetime = AT_10_30) -> SentFile:
    """The one file of a session, in its folder."""
    (file,) = clearing.make_due(at=at)
    sent_files.write_out(at=at)
    return file


def message_of(file: SentFile) -> CreditTransfers:
    return pacs008.read(xml.read(bytes(file.content))[1])


def answer(file: SentFile, *home: tuple[PaymentOrder, str], name: str = "answer.xml", at: datetime = AT_13) -> int:
    """A pacs.002 for every payment of a file: accepted, but for the orders that go home with a reason."""
    reasons = {order.number: reason for order, reason in home}
    statuses = [
        Status(one.transaction_id, one.end_to_end_id, "RJCT" if reason else "ACSC", reason)
        for one in message_of(file).transfers
        for reason in [reasons.get(one.end_to_end_id, "")]
    ]
    return deliver(name, report(file, statuses), at=at)


def report(file: SentFile, statuses: list[Status], *, group: str = "", reason: str = "", key: str = "R1") -> bytes:
    return pacs002.write(StatusReport(key, AT_13, HOUSE, file.message_id, group, reason, statuses))


def deliver(name: str, content: bytes, *, at: datetime = AT_13) -> int:
    """Put a file into `in` and let the portal look; how many files it took."""
    clearing_folder.place(clearing_folder.IN, name, content)
    return arrivals.read_all(at=at)


def transfer(account: BankAccount, **changes: object) -> Transfer:
    """A payment of 2.500,00 from another bank."""
    plain = Transfer(
        transaction_id="RZB-7781",
        end_to_end_id="INV-1147",
        amount_minor=250_000,
        currency=account.currency,
        debtor=Party("OMEGA SHPK", builders.OTHER_BANK_IBAN, OTHER),
        creditor=Party("KUSH DO", account.iban or "", Bank(bic="NCBAALTX")),
        remittance=("Fatura 1147",),
    )
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Transfer, named by the test


def incoming(*transfers: Transfer, message_id: str = "IN-1", system: str = "AECH") -> bytes:
    """A pacs.008 from the clearing house."""
    return pacs008.write(CreditTransfers(message_id, AT_13, AT_13.date(), system, "MPNS", HOUSE, list(transfers)))


def notification(*movements: Movement, message_id: str = "N-1") -> bytes:
    """A camt.054."""
    return camt054.write(message_id, movements, made_at=AT_13)


def returned(*orders: PaymentOrder, key: str = "PR-1") -> bytes:
    """A pacs.004 that gives these orders back."""
    brought = [
        Return(
            "RT-1", "", item_of(order).transaction_id or "", order.number, order.amount_minor, order.currency, "AC04"
        )
        for order in orders
    ]
    return pacs004.write(PaymentReturns(key, AT_15, AT_15.date(), HOUSE, brought))


def item_of(order: PaymentOrder) -> ClearingItem:
    return ClearingItem.objects.get(order=order)


__all__ = [
    "AT_10_30",
    "AT_13",
    "AT_15",
    "HOUSE",
    "OTHER",
    "Movement",
    "Rail",
    "answer",
    "answers",
    "deliver",
    "executed",
    "folder",
    "incoming",
    "item_of",
    "message_of",
    "notification",
    "report",
    "returned",
    "sent",
    "tirana",
    "transfer",
]
