"""camt.054.001.08, what was booked on an account: read whole; written for what the demo's clearing house settles.

Of an entry only what is booked counts. On the bank's own settlement account an entry is one movement, whatever details
it tells; a detail without a payee's account is no payment to a customer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from payments.iso20022 import xml
from payments.iso20022.pacs008 import NOT_PROVIDED, Bank, Party, Transfer
from payments.iso20022.xml import Element


@dataclass(frozen=True, slots=True)
class Movement:
    """One booked amount, positive in favour of the account: with its payment where it tells one.

    `account` is the notification's own: an IBAN, or another name of a bank's account. `reference` is its keeper's.
    """

    account: str
    reference: str
    amount_minor: int
    currency: str
    value_on: date
    transfer: Transfer | None = None


@dataclass(frozen=True, slots=True)
class Notification:
    message_id: str
    movements: Sequence[Movement]


def read(body: Element, *, settlement_account: str = "") -> Notification:
    """What a file says; raises UnreadableError where an amount is none or an entry has no day."""
    movements = [
        movement
        for holder in xml.all_of(body, "Ntfctn")
        for entry in xml.all_of(holder, "Ntry")
        if xml.text(entry, "Sts/Cd") == "BOOK"
        for movement in _movements(holder, entry, settlement_account)
    ]
    return Notification(xml.text(xml.all_of(body, "GrpHdr")[0], "MsgId"), movements)


def _movements(holder: Element, entry: Element, settlement_account: str) -> list[Movement]:
    """Several details of one entry are movements of their own, each with a reference of its own."""
    iban = xml.text(holder, "Acct/Id/IBAN")
    account = iban or xml.text(holder, "Acct/Id/Othr/Id")
    reference = xml.text(entry, "AcctSvcrRef") or xml.text(entry, "NtryRef")
    details = xml.all_of(entry, "NtryDtls/TxDtls")
    if account == settlement_account:
        return [_movement(account, iban, reference, entry, entry, None)]
    if len(details) < 2:
        return [_movement(account, iban, reference, entry, entry, details[0] if details else None)]
    return [
        _movement(account, iban, f"{reference}/{place}" if reference else "", entry, detail, detail)
        for place, detail in enumerate(details, start=1)
    ]


def _movement(
    account: str, holder_iban: str, reference: str, entry: Element, summed: Element, detail: Element | None
) -> Movement:
    """`summed` holds the amount: the entry, or one of its several details."""
    amounts = xml.all_of(summed, "Amt")
    if not amounts:
        raise xml.UnreadableError("one of several payments of an entry tells no amount")
    amount_minor, currency = xml.minor_of(amounts[0].text or ""), str(amounts[0].get("Ccy"))
    direction = xml.text(summed, "CdtDbtInd") or xml.text(entry, "CdtDbtInd")
    is_reversal = xml.text(entry, "RvslInd") in {"true", "1"}
    signed = amount_minor if direction == "CRDT" else -amount_minor
    return Movement(
        account=account,
        reference=reference,
        amount_minor=signed,
        currency=currency,
        value_on=_day(entry),
        transfer=None if detail is None or is_reversal else _transfer(detail, holder_iban, amount_minor, currency),
    )


def _transfer(detail: Element, holder_iban: str, amount_minor: int, currency: str) -> Transfer | None:
    """None without the other bank's reference of the payment, or without a payee's account."""
    transaction_id = xml.text(detail, "Refs/TxId") or xml.text(detail, "Refs/UETR") or xml.text(detail, "Refs/InstrId")
    creditor_iban = xml.text(detail, "RltdPties/CdtrAcct/Id/IBAN") or holder_iban
    if not (transaction_id and creditor_iban):
        return None
    end_to_end = xml.text(detail, "Refs/EndToEndId")
    return Transfer(
        transaction_id=transaction_id,
        end_to_end_id="" if end_to_end == NOT_PROVIDED else end_to_end,
        amount_minor=amount_minor,
        currency=currency,
        debtor=Party(
            name=xml.text(detail, "RltdPties/Dbtr/Pty/Nm"),
            iban=xml.text(detail, "RltdPties/DbtrAcct/Id/IBAN"),
            bank=Bank(
                bic=xml.text(detail, "RltdAgts/DbtrAgt/FinInstnId/BICFI"),
                code=xml.text(detail, "RltdAgts/DbtrAgt/FinInstnId/ClrSysMmbId/MmbId"),
            ),
        ),
        creditor=Party(name=xml.text(detail, "RltdPties/Cdtr/Pty/Nm"), iban=creditor_iban, bank=Bank()),
        remittance=tuple(" ".join((line.text or "").split()) for line in xml.all_of(detail, "RmtInf/Ustrd")),
        uetr=xml.text(detail, "Refs/UETR"),
    )


def _day(entry: Element) -> date:
    for name in ("ValDt", "BookgDt"):
        said = xml.text(entry, f"{name}/Dt") or xml.text(entry, f"{name}/DtTm")
        if said:
            return date.fromisoformat(said[:10])
    raise xml.UnreadableError("an entry tells no day")


def write(message_id: str, movements: Sequence[Movement], *, made_at: datetime) -> bytes:
    """One notification per movement; the file's bytes, held against the schema."""
    root, body = xml.document(xml.CAMT_054, "BkToCstmrDbtCdtNtfctn")
    xml.put(body, "GrpHdr/MsgId", message_id)
    xml.put(body, "GrpHdr/CreDtTm", xml.moment(made_at))
    for place, movement in enumerate(movements, start=1):
        holder = xml.put(body, "Ntfctn")
        xml.put(holder, "Id", f"{message_id}-{place}"[-35:])
        is_iban = movement.transfer is not None
        xml.put(holder, "Acct/Id/IBAN" if is_iban else "Acct/Id/Othr/Id", movement.account)
        _write_entry(xml.put(holder, "Ntry"), movement)
    return xml.written(root)


def _write_entry(entry: Element, movement: Movement) -> None:
    xml.put(entry, "Amt", xml.amount(abs(movement.amount_minor)), Ccy=movement.currency)
    xml.put(entry, "CdtDbtInd", "CRDT" if movement.amount_minor > 0 else "DBIT")
    xml.put(entry, "Sts/Cd", "BOOK")
    xml.put(entry, "BookgDt/Dt", movement.value_on.isoformat())
    xml.put(entry, "ValDt/Dt", movement.value_on.isoformat())
    xml.put(entry, "AcctSvcrRef", movement.reference)
    xml.put(entry, "BkTxCd/Domn/Cd", "PMNT")
    xml.put(entry, "BkTxCd/Domn/Fmly/Cd", "RCDT" if movement.amount_minor > 0 else "ICDT")
    xml.put(entry, "BkTxCd/Domn/Fmly/SubFmlyCd", "DMCT")
    if movement.transfer is not None:
        _write_detail(xml.put(entry, "NtryDtls/TxDtls"), movement.transfer)


def _write_detail(detail: Element, transfer: Transfer) -> None:
    xml.put(detail, "Refs/EndToEndId", transfer.end_to_end_id or NOT_PROVIDED)
    if transfer.uetr:
        xml.put(detail, "Refs/UETR", transfer.uetr)
    xml.put(detail, "Refs/TxId", transfer.transaction_id)
    xml.put(detail, "RltdPties/Dbtr/Pty/Nm", transfer.debtor.name)
    xml.put(detail, "RltdPties/DbtrAcct/Id/IBAN", transfer.debtor.iban)
    xml.put(detail, "RltdPties/Cdtr/Pty/Nm", transfer.creditor.name)
    xml.put(detail, "RltdPties/CdtrAcct/Id/IBAN", transfer.creditor.iban)
    xml.put(detail, "RltdAgts/DbtrAgt/FinInstnId/BICFI", transfer.debtor.bank.bic)
    for line in transfer.remittance:
        xml.put(detail, "RmtInf/Ustrd", line)
