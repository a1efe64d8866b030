"""Money from other banks: credited by IBAN, once, whichever file tells it first; and what the central bank settled.

A payment is known by the sending bank and that bank's own reference. The bank is put as the code of our table wherever
it can be, so that a pacs.008 with a BIC and a camt.054 with a member's number name the same payment alike.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.conf import settings
from django.db import connection

from accounts import clock
from accounts.identifiers import IbanProblem, check_iban
from accounts.models import BankAccount
from accounts.verbs import verb
from payments import interbank, sent_files
from payments.interbank import Credit
from payments.iso20022 import pacs002, reasons
from payments.iso20022.camt054 import Movement, Notification
from payments.iso20022.pacs002 import Status, StatusReport
from payments.iso20022.pacs008 import Bank, CreditTransfers, Transfer
from payments.models import ArrivedFile, Difference, IncomingCredit, ParticipantBank, Settlement
from payments.models.clearing import Message
from payments.models.orders import Rail

BATCH: Final = 500
TEXT_MAX: Final = 140
# Two files that tell the same payment take turns, batch by batch: what one has booked the other sees.
TURN = "SELECT pg_advisory_xact_lock(hashtext('payments.incoming'))"

What = Difference.What


@dataclass(frozen=True, slots=True)
class Arrival:
    """One payment for us, with its key and its value date; an empty key where nobody can say which one it is."""

    key: str
    transfer: Transfer
    value_on: date

    def is_told_by(self, known: IncomingCredit) -> bool:
        told = (known.amount_minor, known.currency, known.creditor_iban)
        return told == (self.transfer.amount_minor, self.transfer.currency, self.transfer.creditor.iban)


class NotAnswered(Exception):  # noqa: N818  the next tick answers
    """Another worker numbers files just now."""


def take_transfers(message: CreditTransfers, *, file: ArrivedFile, at: datetime) -> None:
    """Credit what a pacs.008 brings, and answer what cannot be credited with a pacs.002."""
    codes = codes_of_banks()
    arrivals = [Arrival(_key(one, codes), one, message.settles_on) for one in message.transfers]
    for start in range(0, len(arrivals), BATCH):
        book(arrivals=arrivals[start : start + BATCH], file=file, at=at)
    answer_refused(file=file, rail=_rail(message), at=at)


def take_notification(notification: Notification, *, file: ArrivedFile, at: datetime) -> None:
    """Credit the payments of a camt.054 that no pacs.008 brought, and book what was settled on our own account."""
    codes = codes_of_banks()
    arrivals = []
    for place, movement in enumerate(notification.movements, start=1):
        if movement.transfer is not None and movement.amount_minor > 0:
            arrivals.append(Arrival(_key(movement.transfer, codes), movement.transfer, movement.value_on))
        else:
            settle(movement=movement, reference=movement.reference or f"{file.message_id}-{place}", file=file, at=at)
    for start in range(0, len(arrivals), BATCH):
        book(arrivals=arrivals[start : start + BATCH], file=file, at=at)


# --- Payments to customers -------------------------------------------------------------------------------------------


@verb("payments.incoming.booked")
def book(*, arrivals: Sequence[Arrival], file: ArrivedFile, at: datetime) -> None:
    """Book a batch to the accounts that it names. What was booked before is left; what no account takes is kept as
    refused, with its reason."""
    _take_turn()
    known = {row.key: row for row in IncomingCredit.objects.filter(key__in=[one.key for one in arrivals])}
    accounts = _accounts(arrivals)
    fresh: dict[str, Arrival] = {}
    for one in arrivals:
        earlier = known.get(one.key)
        if not one.key:
            _differs(file, What.UNKNOWN_SENDER, one.transfer.transaction_id or one.transfer.creditor.iban, at=at)
        elif earlier is not None or one.key in fresh:
            same = one.is_told_by(earlier) if earlier else one == fresh[one.key]
            if not same:
                _differs(file, What.OTHER_CONTENT, one.key, at=at)
        else:
            fresh[one.key] = one
    reason_of = {key: _reason(one.transfer, accounts.get(one.transfer.creditor.iban)) for key, one in fresh.items()}
    taken = [one for key, one in fresh.items() if not reason_of[key]]
    postings = interbank.credit([_credit(one, accounts[one.transfer.creditor.iban]) for one in taken], at=at)
    posting_of = dict(zip([one.key for one in taken], postings, strict=True))
    IncomingCredit.objects.bulk_create(
        _row(one, file=file, posting_id=posting_of.get(key), reason=reason_of[key], at=at) for key, one in fresh.items()
    )
    if file.message == Message.CAMT_054:  # the money is here already, and nobody waits for an answer
        for key, reason in reason_of.items():
            if reason:
                _differs(file, What.NOT_BOOKED, key, at=at)


def _accounts(arrivals: Sequence[Arrival]) -> dict[str, BankAccount]:
    ibans = {one.transfer.creditor.iban for one in arrivals}
    current = BankAccount.objects.filter(iban__in=ibans, kind=BankAccount.Kind.CURRENT).select_related("company")
    return {str(account.iban): account for account in current}


def _reason(transfer: Transfer, account: BankAccount | None) -> str:
    """Why no account takes it, as ISO says it; empty where one does. A frozen account takes credits."""
    if account is None:
        return reasons.WRONG_ACCOUNT
    if account.status == BankAccount.Status.CLOSED:
        return reasons.CLOSED_ACCOUNT
    return "" if account.currency == transfer.currency else reasons.WRONG_CURRENCY


def _credit(one: Arrival, account: BankAccount) -> Credit:
    assert account.company is not None, "a current account has a company"
    return Credit(
        key=one.key,
        account=account,
        amount_minor=one.transfer.amount_minor,
        debtor_name=one.transfer.debtor.name,
        debtor_iban=one.transfer.debtor.iban,
        creditor_name=account.company.name,
        remittance_information=_text(one.transfer),
        end_to_end_id=one.transfer.end_to_end_id,
        value_on=one.value_on,
    )


def _row(one: Arrival, *, file: ArrivedFile, posting_id: int | None, reason: str, at: datetime) -> IncomingCredit:
    transfer = one.transfer
    return IncomingCredit(
        key=one.key,
        file=file,
        transaction_id=transfer.transaction_id,
        end_to_end_id=transfer.end_to_end_id,
        debtor_name=transfer.debtor.name,
        debtor_iban=transfer.debtor.iban,
        creditor_name=transfer.creditor.name,
        creditor_iban=transfer.creditor.iban,
        amount_minor=transfer.amount_minor,
        currency=transfer.currency,
        remittance_information=_text(transfer),
        value_on=one.value_on,
        status=IncomingCredit.Status.REFUSED if reason else IncomingCredit.Status.BOOKED,
        reason_code=reason,
        posting_id=posting_id,
        taken_at=at,
    )


def _text(transfer: Transfer) -> str:
    return "; ".join(line for line in transfer.remittance if line)[:TEXT_MAX]


# --- Who sent it -----------------------------------------------------------------------------------------------------


def codes_of_banks() -> dict[str, str]:
    """The three figures of each bank of the staff's table, by the eight letters of its BIC and by themselves."""
    banks = list(ParticipantBank.objects.values_list("code", "bic"))
    return {bic[:8]: code for code, bic in banks if bic} | {code: code for code, _bic in banks}


def _key(transfer: Transfer, codes: Mapping[str, str]) -> str:
    sender = _sender(transfer.debtor.bank, transfer.debtor.iban, codes)
    return f"{sender}:{transfer.transaction_id}" if sender and transfer.transaction_id else ""


def _sender(bank: Bank, iban: str, codes: Mapping[str, str]) -> str:
    """The bank's code by its member's number, its BIC, or the payer's Albanian IBAN; else its BIC as it is."""
    known = codes.get(bank.code) or codes.get(bank.bic[:8])
    if known:
        return known
    try:
        return check_iban(iban).bank_code or bank.bic[:8]
    except IbanProblem:
        return bank.bic[:8]


# --- Answers, settlements --------------------------------------------------------------------------------------------


@verb("payments.clearing.sent")
def answer_refused(*, file: ArrivedFile, rail: Rail, at: datetime) -> None:
    """One pacs.002 for all that a pacs.008 brought and no account takes; silence accepts the rest."""
    refused = list(file.credits.filter(status=IncomingCredit.Status.REFUSED).order_by("pk"))
    if not refused or hasattr(file, "answer"):
        return
    if not sent_files.take_turn():
        raise NotAnswered
    number = sent_files.next_number(Message.PACS_002, rail, day=clock.tirana_day(at))
    report = StatusReport(
        message_id=number.message_id,
        made_at=at,
        sender=Bank(bic=sent_files.our_bic()),
        original_message_id=file.message_id,
        statuses=[
            Status(one.transaction_id, one.end_to_end_id, pacs002.REJECTED, reason=one.reason_code) for one in refused
        ],
    )
    sent_files.keep(
        number,
        content=pacs002.write(report),
        currency=refused[0].currency,
        count=len(refused),
        sum_minor=sum(one.amount_minor for one in refused),
        answers=file,
        at=at,
    )


def _rail(message: CreditTransfers) -> Rail:
    """By the system that the file names, else by its currency."""
    by_code = {code: rail for rail, code in sent_files.CODES.items()}
    is_euro = any(one.currency == "EUR" for one in message.transfers)
    return by_code.get(message.system, Rail.AIPS_EURO if is_euro else Rail.AECH)


@verb("payments.settlement.booked")
def settle(*, movement: Movement, reference: str, file: ArrivedFile, at: datetime) -> None:
    """Book one net amount of the central bank, once by its reference; any other movement is a difference."""
    if movement.account != settings.CLEARING_SETTLEMENT_ACCOUNT or movement.transfer is not None:
        _differs(file, What.NOT_OURS, reference, at=at)
        return
    _take_turn()
    reference = reference[:60]
    known = Settlement.objects.filter(reference=reference).first()
    if known is not None:
        if (known.amount_minor, known.currency) != (movement.amount_minor, movement.currency):
            _differs(file, What.OTHER_CONTENT, reference, at=at)
        return
    posting_id = interbank.settle(
        reference=reference,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        value_on=movement.value_on,
        at=at,
    )
    Settlement.objects.create(
        reference=reference,
        file=file,
        amount_minor=movement.amount_minor,
        currency=movement.currency,
        value_on=movement.value_on,
        posting_id=posting_id,
        taken_at=at,
    )


def _take_turn() -> None:
    with connection.cursor() as cursor:
        cursor.execute(TURN)


def _differs(file: ArrivedFile, what: Difference.What, reference: str, *, at: datetime) -> None:
    Difference.objects.get_or_create(file=file, what=what, reference=reference[:80], defaults={"noted_at": at})
