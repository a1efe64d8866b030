"""pacs.008.001.08, credit transfers between banks: a whole file as values, there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from payments.iso20022 import xml
from payments.iso20022.latin import latin
from payments.iso20022.xml import Element

NAME_MAX: Final = 70  # what every system of the country carries, though the schema has room for 140
TEXT_MAX: Final = 140
NOT_PROVIDED: Final = "NOTPROVIDED"


@dataclass(frozen=True, slots=True)
class Bank:
    """A bank by its BIC, by its code among the members of the country's clearing, or by both; one is enough."""

    bic: str = ""
    code: str = ""


@dataclass(frozen=True, slots=True)
class Party:
    """Payer or payee: `tax_number` is a company's NIPT, `country` two letters; both may be empty."""

    name: str
    iban: str
    bank: Bank
    tax_number: str = ""
    country: str = ""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One payment. `transaction_id` is the sending bank's own, unique for ever; `uetr` a UUID of version 4 or empty."""

    transaction_id: str
    end_to_end_id: str
    amount_minor: int
    currency: str
    debtor: Party
    creditor: Party
    remittance: tuple[str, ...] = ()
    uetr: str = ""


@dataclass(frozen=True, slots=True)
class CreditTransfers:
    """One file. `channel` is ISO's clearing channel: MPNS where sessions net, RTGS where each payment settles alone."""

    message_id: str
    made_at: datetime
    settles_on: date
    system: str
    channel: str
    sender: Bank
    transfers: Sequence[Transfer]
    is_urgent: bool = False

    @property
    def sum_minor(self) -> int:
        return sum(transfer.amount_minor for transfer in self.transfers)


def write(message: CreditTransfers) -> bytes:
    """The file's bytes, held against the schema; texts leave in the letters that banks pass on."""
    root, body = xml.document(xml.PACS_008, "FIToFICstmrCdtTrf")
    _write_header(xml.put(body, "GrpHdr"), message)
    for transfer in message.transfers:
        _write_transfer(xml.put(body, "CdtTrfTxInf"), transfer)
    return xml.written(root)


def _write_header(header: Element, message: CreditTransfers) -> None:
    xml.put(header, "MsgId", message.message_id)
    xml.put(header, "CreDtTm", xml.moment(message.made_at))
    xml.put(header, "NbOfTxs", str(len(message.transfers)))
    xml.put(header, "CtrlSum", xml.amount(message.sum_minor))
    currencies = {transfer.currency for transfer in message.transfers}
    assert len(currencies) == 1, "a file is of one currency"
    xml.put(header, "TtlIntrBkSttlmAmt", xml.amount(message.sum_minor), Ccy=currencies.pop())
    xml.put(header, "IntrBkSttlmDt", message.settles_on.isoformat())
    xml.put(header, "SttlmInf/SttlmMtd", "CLRG")
    xml.put(header, "SttlmInf/ClrSys/Prtry", message.system)
    xml.put(header, "PmtTpInf/InstrPrty", "HIGH" if message.is_urgent else "NORM")
    xml.put(header, "PmtTpInf/ClrChanl", message.channel)
    _write_bank(header, "InstgAgt", message.sender)


def _write_transfer(item: Element, transfer: Transfer) -> None:
    xml.put(item, "PmtId/EndToEndId", transfer.end_to_end_id)
    xml.put(item, "PmtId/TxId", transfer.transaction_id)
    if transfer.uetr:
        xml.put(item, "PmtId/UETR", transfer.uetr)
    xml.put(item, "IntrBkSttlmAmt", xml.amount(transfer.amount_minor), Ccy=transfer.currency)
    xml.put(item, "ChrgBr", "SHAR")
    _write_party(item, "Dbtr", transfer.debtor)
    xml.put(item, "DbtrAcct/Id/IBAN", transfer.debtor.iban)
    _write_bank(item, "DbtrAgt", transfer.debtor.bank)
    _write_bank(item, "CdtrAgt", transfer.creditor.bank)
    _write_party(item, "Cdtr", transfer.creditor)
    xml.put(item, "CdtrAcct/Id/IBAN", transfer.creditor.iban)
    for line in transfer.remittance:
        xml.put(item, "RmtInf/Ustrd", latin(line, TEXT_MAX))


def _write_party(item: Element, name: str, party: Party) -> None:
    element = xml.put(item, name)
    xml.put(element, "Nm", latin(party.name, NAME_MAX))
    if party.tax_number:
        xml.put(element, "Id/OrgId/Othr/Id", party.tax_number)
        xml.put(element, "Id/OrgId/Othr/SchmeNm/Cd", "TXID")
    if party.country:
        xml.put(element, "CtryOfRes", party.country)


def _write_bank(item: Element, name: str, bank: Bank) -> None:
    element = xml.put(item, name)
    if bank.bic:
        xml.put(element, "FinInstnId/BICFI", bank.bic)
    else:
        assert bank.code, "a bank is known by its BIC or its code"
        xml.put(element, "FinInstnId/ClrSysMmbId/MmbId", bank.code)


# --- Reading ---------------------------------------------------------------------------------------------------------


def read(body: Element) -> CreditTransfers:
    """What a file says; raises UnreadableError where its own count or sum does not fit, or an amount is none."""
    header = xml.all_of(body, "GrpHdr")[0]
    sender = _bank(header, "InstgAgt")
    settles_on = xml.text(header, "IntrBkSttlmDt")
    transfers = [_transfer(item, sender) for item in xml.all_of(body, "CdtTrfTxInf")]
    made_at = datetime.fromisoformat(xml.text(header, "CreDtTm"))
    message = CreditTransfers(
        message_id=xml.text(header, "MsgId"),
        made_at=made_at,
        settles_on=date.fromisoformat(settles_on[:10]) if settles_on else made_at.date(),
        system=xml.text(header, "SttlmInf/ClrSys/Prtry") or xml.text(header, "SttlmInf/ClrSys/Cd"),
        channel=xml.text(header, "PmtTpInf/ClrChanl"),
        sender=sender,
        transfers=transfers,
        is_urgent=xml.text(header, "PmtTpInf/InstrPrty") == "HIGH",
    )
    _require_what_it_says(header, message)
    return message


def _require_what_it_says(header: Element, message: CreditTransfers) -> None:
    if int(xml.text(header, "NbOfTxs")) != len(message.transfers):
        raise xml.UnreadableError("its number of transactions is not the one that it says")
    control_sum = xml.text(header, "CtrlSum")
    if control_sum and xml.minor_of(control_sum) != message.sum_minor:
        raise xml.UnreadableError("its control sum is not the sum of its transactions")
    total = xml.text(header, "TtlIntrBkSttlmAmt")
    if total and xml.minor_of(total) != message.sum_minor:
        raise xml.UnreadableError("its total is not the sum of its transactions")


def _transfer(item: Element, sender: Bank) -> Transfer:
    amount = xml.all_of(item, "IntrBkSttlmAmt")[0]
    end_to_end = xml.text(item, "PmtId/EndToEndId")
    return Transfer(
        transaction_id=xml.text(item, "PmtId/TxId") or xml.text(item, "PmtId/UETR") or xml.text(item, "PmtId/InstrId"),
        end_to_end_id="" if end_to_end == NOT_PROVIDED else end_to_end,
        amount_minor=xml.minor_of(amount.text or ""),
        currency=str(amount.get("Ccy")),
        debtor=_party(item, "Dbtr", sender),
        creditor=_party(item, "Cdtr", Bank()),
        remittance=tuple(" ".join((line.text or "").split()) for line in xml.all_of(item, "RmtInf/Ustrd")),
        uetr=xml.text(item, "PmtId/UETR"),
    )


def _party(item: Element, name: str, otherwise: Bank) -> Party:
    bank = _bank(item, f"{name}Agt")
    return Party(
        name=xml.text(item, f"{name}/Nm"),
        iban=xml.text(item, f"{name}Acct/Id/IBAN"),
        bank=bank if bank.bic or bank.code else otherwise,
        tax_number=xml.text(item, f"{name}/Id/OrgId/Othr/Id"),
        country=xml.text(item, f"{name}/CtryOfRes"),
    )


def _bank(item: Element, name: str) -> Bank:
    return Bank(
        bic=xml.text(item, f"{name}/FinInstnId/BICFI"),
        code=xml.text(item, f"{name}/FinInstnId/ClrSysMmbId/MmbId"),
    )
