"""Money from other banks: credited by IBAN, once, whichever file tells it first; and what the central bank settled.

A payment is known by the sending bank and that bank's own reference, and by its UETR, for some files tell only one.
The bank is put as the code of our table where it can be, so that a pacs.008 with a BIC and a camt.054 with a member's
number name the same payment alike. Whatever a second file tells otherwise goes to staff.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import connection
from django.db.models import Q

from accounts import clock, money_came
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
# How far from the day on which it arrives a value date may lie: interest is counted by it.
DAYS_BACK: Final = timedelta(days=10)
DAYS_AHEAD: Final = timedelta(days=5)
# Two files that tell the same payment take turns, batch by batch: what one has booked the other sees.
TURN = "SELECT pg_advisory_xact_lock(hashtext('payments.incoming'))"

What = Difference.What
# The columns of an IncomingCredit that `Arrival.told` names.
TOLD: Final = (
    *("key", "uetr", "amount_minor", "currency", "creditor_iban", "debtor_name", "debtor_iban", "end_to_end_id"),
    *("remittance_information", "value_on"),
)


@dataclass(frozen=True, slots=True)
class Arrival:
    """One payment for us, with its key and its value date; an empty key where nobody can say which one it is."""

    key: str
    transfer: Transfer
    value_on: date

    @property
    def names(self) -> set[str]:
        """What it can be known by; two arrivals with a name in common are one payment."""
        return {self.key, self.transfer.uetr} - {""}

    def told(self) -> Mapping[str, object]:
        """What another file must tell alike, as `IncomingCredit` keeps it."""
        transfer = self.transfer
        return {
            "key": self.key,
            "uetr": transfer.uetr,
            "amount_minor": transfer.amount_minor,
            "currency": transfer.currency,
            "creditor_iban": transfer.creditor.iban,
            "debtor_name": transfer.debtor.name,
            "debtor_iban": transfer.debtor.iban,
            "end_to_end_id": transfer.end_to_end_id,
            "remittance_information": _text(transfer),
            "value_on": self.value_on,
        }

    def agrees(self, known: Mapping[str, object]) -> bool:
        """Whether all that both tell is the same. One file says less than the other; and of a payment that one of them
        names by its UETR alone, the key is another."""
        mine = self.told()
        is_same_key = mine["key"] == known["key"] or (mine["uetr"] == known["uetr"] and self._is_by_uetr(known))
        return is_same_key and all(
            mine[name] == known[name] or not mine[name] or not known[name] for name in mine.keys() - {"key"}
        )

    def _is_by_uetr(self, known: Mapping[str, object]) -> bool:
        uetr = self.transfer.uetr
        return bool(uetr) and any(str(told["key"]).endswith(f":{uetr}") for told in (self.told(), known))


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
        is_settlement = movement.account == settings.CLEARING_SETTLEMENT_ACCOUNT
        if movement.transfer is not None and movement.amount_minor > 0 and not is_settlement:
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
    fresh = _fresh(arrivals, file=file, at=at)
    accounts = _accounts(fresh)
    reason_of = {one.key: _reason(one, accounts.get(one.transfer.creditor.iban), at=at) for one in fresh}
    taken = [one for one in fresh if not reason_of[one.key]]
    postings = interbank.credit([_credit(one, accounts[one.transfer.creditor.iban]) for one in taken], at=at)
    posting_of = dict(zip([one.key for one in taken], postings, strict=True))
    money_came.tell((_news(one) for one in taken), at=at)
    IncomingCredit.objects.bulk_create(
        _row(one, file=file, posting_id=posting_of.get(one.key), reason=reason_of[one.key], at=at) for one in fresh
    )
    for key, reason in reason_of.items():
        if reason == reasons.WRONG_DAY:
            _differs(file, What.WRONG_DAY, key, at=at)
        elif reason and file.message == Message.CAMT_054:  # the money is here already, and nobody waits for an answer
            _differs(file, What.NOT_BOOKED, key, at=at)


def _fresh(arrivals: Sequence[Arrival], *, file: ArrivedFile, at: datetime) -> list[Arrival]:
    """Those that no file brought before, nor this batch. What is told otherwise the second time is a difference; so is
    money that was settled for a payment which we refused."""
    rows = IncomingCredit.objects.filter(
        Q(key__in=[one.key for one in arrivals if one.key])
        | Q(uetr__in=[one.transfer.uetr for one in arrivals if one.transfer.uetr])
    )
    told: dict[str, Mapping[str, object]] = {}
    refused = set()
    for row in rows:
        kept = {name: getattr(row, name) for name in TOLD}
        told |= dict.fromkeys({row.key, row.uetr} - {""}, kept)
        if row.status == IncomingCredit.Status.REFUSED and row.file_id != file.pk:
            refused |= {row.key, row.uetr}
    fresh: list[Arrival] = []
    for one in arrivals:
        earlier = [told[name] for name in one.names if name in told]
        if not one.key:
            _differs(file, What.UNKNOWN_SENDER, one.transfer.transaction_id or one.transfer.creditor.iban, at=at)
        elif not earlier:
            told |= dict.fromkeys(one.names, one.told())
            fresh.append(one)
        elif not all(one.agrees(known) for known in earlier):
            _differs(file, What.OTHER_CONTENT, one.key, at=at)
        elif file.message == Message.CAMT_054 and one.names & refused:
            _differs(file, What.NOT_BOOKED, one.key, at=at)
    return fresh


def _accounts(arrivals: Sequence[Arrival]) -> dict[str, BankAccount]:
    ibans = {one.transfer.creditor.iban for one in arrivals}
    current = BankAccount.objects.filter(iban__in=ibans, kind=BankAccount.Kind.CURRENT).select_related("company")
    return {str(account.iban): account for account in current}


def _reason(one: Arrival, account: BankAccount | None, *, at: datetime) -> str:
    """Why no account takes it, as ISO says it; empty where one does. A frozen account takes credits."""
    if account is None:
        return reasons.WRONG_ACCOUNT
    if account.status == BankAccount.Status.CLOSED:
        return reasons.CLOSED_ACCOUNT
    if account.currency != one.transfer.currency:
        return reasons.WRONG_CURRENCY
    return "" if _is_near(one.value_on, at) else reasons.WRONG_DAY


def _is_near(value_on: date, at: datetime) -> bool:
    return -DAYS_BACK <= value_on - clock.tirana_day(at) <= DAYS_AHEAD


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


def _news(one: Arrival) -> money_came.Credit:
    transfer = one.transfer
    return money_came.Credit(transfer.creditor.iban, transfer.amount_minor, transfer.debtor.name, one.value_on)


def _row(one: Arrival, *, file: ArrivedFile, posting_id: int | None, reason: str, at: datetime) -> IncomingCredit:
    transfer = one.transfer
    return IncomingCredit(
        key=one.key,
        file=file,
        transaction_id=transfer.transaction_id,
        uetr=transfer.uetr,
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
        statuses=[_rejection(one) for one in refused],
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


def _rejection(credit: IncomingCredit) -> Status:
    """By the names that the payment came with; a UETR has no room where a reference stands."""
    reference = "" if credit.transaction_id == credit.uetr else credit.transaction_id
    return Status(reference, credit.end_to_end_id, pacs002.REJECTED, reason=credit.reason_code, uetr=credit.uetr)


def _rail(message: CreditTransfers) -> Rail:
    """By the system that the file names, else by its currency."""
    by_code = {code: rail for rail, code in sent_files.CODES.items()}
    is_euro = any(one.currency == "EUR" for one in message.transfers)
    return by_code.get(message.system, Rail.AIPS_EURO if is_euro else Rail.AECH)


@verb("payments.settlement.booked")
def settle(*, movement: Movement, reference: str, file: ArrivedFile, at: datetime) -> None:
    """Book one net amount of the central bank, once by its reference; any other movement is a difference."""
    if movement.account != settings.CLEARING_SETTLEMENT_ACCOUNT:
        _differs(file, What.NOT_OURS, reference, at=at)
        return
    if not _is_near(movement.value_on, at):
        _differs(file, What.WRONG_DAY, reference, at=at)
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
