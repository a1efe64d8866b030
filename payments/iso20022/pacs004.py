"""pacs.004.001.09, payments that come back after they were settled: as values, there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from payments.iso20022 import xml
from payments.iso20022.pacs008 import Bank
from payments.iso20022.xml import Element


@dataclass(frozen=True, slots=True)
class Return:
    """One payment that comes back, by the names of the original, each of which may be empty.

    `amount_minor` is what comes back, in minor units; `return_id` the returning bank's own reference.
    """

    return_id: str
    original_message_id: str
    transaction_id: str
    end_to_end_id: str
    amount_minor: int
    currency: str
    reason: str = ""
    uetr: str = ""


@dataclass(frozen=True, slots=True)
class PaymentReturns:
    """One file. `is_group`: it brings a whole file of ours back, and need not name the payments."""

    message_id: str
    made_at: datetime
    settles_on: date
    sender: Bank
    returns: Sequence[Return]
    original_message_id: str = ""
    is_group: bool = False


def write(message: PaymentReturns) -> bytes:
    """The file's bytes, held against the schema."""
    root, body = xml.document(xml.PACS_004, "PmtRtr")
    xml.put(body, "GrpHdr/MsgId", message.message_id)
    xml.put(body, "GrpHdr/CreDtTm", xml.moment(message.made_at))
    xml.put(body, "GrpHdr/NbOfTxs", str(len(message.returns)))
    if message.is_group:
        xml.put(body, "GrpHdr/GrpRtr", "true")
    xml.put(body, "GrpHdr/IntrBkSttlmDt", message.settles_on.isoformat())
    xml.put(body, "GrpHdr/SttlmInf/SttlmMtd", "CLRG")
    if message.sender.bic:
        xml.put(body, "GrpHdr/InstgAgt/FinInstnId/BICFI", message.sender.bic)
    if message.original_message_id:
        xml.put(body, "OrgnlGrpInf/OrgnlMsgId", message.original_message_id)
        xml.put(body, "OrgnlGrpInf/OrgnlMsgNmId", xml.PACS_008)
    for one in message.returns:
        _write_return(xml.put(body, "TxInf"), one)
    return xml.written(root)


def _write_return(item: Element, one: Return) -> None:
    names = {
        "RtrId": one.return_id,
        "OrgnlGrpInf/OrgnlMsgId": one.original_message_id,
        "OrgnlGrpInf/OrgnlMsgNmId": xml.PACS_008 if one.original_message_id else "",
        "OrgnlEndToEndId": one.end_to_end_id,
        "OrgnlTxId": one.transaction_id,
        "OrgnlUETR": one.uetr,
    }
    for path, text in names.items():
        if text:
            xml.put(item, path, text)
    xml.put(item, "RtrdIntrBkSttlmAmt", xml.amount(one.amount_minor), Ccy=one.currency)
    if one.reason:
        xml.put(item, "RtrRsnInf/Rsn/Cd", one.reason)


def read(body: Element) -> PaymentReturns:
    """What a file says; raises UnreadableError where its own count or sum does not fit, or an amount is none."""
    header = xml.all_of(body, "GrpHdr")[0]
    group = xml.one_of(body, "OrgnlGrpInf")
    made_at = datetime.fromisoformat(xml.text(header, "CreDtTm"))
    settles_on = xml.text(header, "IntrBkSttlmDt")
    message = PaymentReturns(
        message_id=xml.text(header, "MsgId"),
        made_at=made_at,
        settles_on=date.fromisoformat(settles_on[:10]) if settles_on else made_at.date(),
        sender=Bank(bic=xml.text(header, "InstgAgt/FinInstnId/BICFI")),
        returns=[_return(item, group) for item in xml.all_of(body, "TxInf")],
        original_message_id=xml.text(group, "OrgnlMsgId"),
        is_group=xml.text(header, "GrpRtr") in {"true", "1"},
    )
    _require_what_it_says(header, message)
    return message


def _require_what_it_says(header: Element, message: PaymentReturns) -> None:
    """A return of a whole file may count the payments that it does not name."""
    if message.is_group and not message.returns:
        return
    if int(xml.text(header, "NbOfTxs")) != len(message.returns):
        raise xml.UnreadableError("its number of transactions is not the one that it says")
    total = xml.text(header, "TtlRtrdIntrBkSttlmAmt")
    if total and xml.minor_of(total) != sum(one.amount_minor for one in message.returns):
        raise xml.UnreadableError("its total is not the sum of its transactions")


def _return(item: Element, group: Element | None) -> Return:
    amount = xml.all_of(item, "RtrdIntrBkSttlmAmt")[0]
    return Return(
        return_id=xml.text(item, "RtrId"),
        original_message_id=xml.text(item, "OrgnlGrpInf/OrgnlMsgId") or xml.text(group, "OrgnlMsgId"),
        transaction_id=xml.text(item, "OrgnlTxId"),
        end_to_end_id=xml.text(item, "OrgnlEndToEndId"),
        amount_minor=xml.minor_of(amount.text or ""),
        currency=str(amount.get("Ccy")),
        reason=_reason(item) or _reason(group),
        uetr=xml.text(item, "OrgnlUETR"),
    )


def _reason(item: Element | None) -> str:
    return xml.text(item, "RtrRsnInf/Rsn/Cd") or xml.text(item, "RtrRsnInf/Rsn/Prtry")
