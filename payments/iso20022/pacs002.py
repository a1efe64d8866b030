"""pacs.002.001.10, what became of a file's payments: as values, there and back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from payments.iso20022 import xml
from payments.iso20022.pacs008 import Bank
from payments.iso20022.xml import Element

REJECTED: Final = "RJCT"
SETTLED: Final = "ACSC"
# Final words; every other status (received, pending, in process) leaves a payment open.
ACCEPTED: Final = frozenset({"ACCC", "ACSC"})


@dataclass(frozen=True, slots=True)
class Status:
    """One payment's: `transaction_id`, `end_to_end_id` and `uetr` are those of the original, each may be empty."""

    transaction_id: str
    end_to_end_id: str
    status: str
    reason: str = ""
    note: str = ""
    uetr: str = ""


@dataclass(frozen=True, slots=True)
class StatusReport:
    """One answer to one file. `group_status` speaks for every payment that `statuses` does not name."""

    message_id: str
    made_at: datetime
    sender: Bank
    original_message_id: str
    group_status: str = ""
    group_reason: str = ""
    statuses: Sequence[Status] = ()
    original_message: str = xml.PACS_008


def write(report: StatusReport) -> bytes:
    """The file's bytes, held against the schema."""
    root, body = xml.document(xml.PACS_002, "FIToFIPmtStsRpt")
    xml.put(body, "GrpHdr/MsgId", report.message_id)
    xml.put(body, "GrpHdr/CreDtTm", xml.moment(report.made_at))
    if report.sender.bic:
        xml.put(body, "GrpHdr/InstgAgt/FinInstnId/BICFI", report.sender.bic)
    group = xml.put(body, "OrgnlGrpInfAndSts")
    xml.put(group, "OrgnlMsgId", report.original_message_id)
    xml.put(group, "OrgnlMsgNmId", report.original_message)
    if report.group_status:
        xml.put(group, "GrpSts", report.group_status)
    if report.group_reason:
        xml.put(group, "StsRsnInf/Rsn/Cd", report.group_reason)
    for status in report.statuses:
        _write_status(xml.put(body, "TxInfAndSts"), status)
    return xml.written(root)


def _write_status(item: Element, status: Status) -> None:
    if status.end_to_end_id:
        xml.put(item, "OrgnlEndToEndId", status.end_to_end_id)
    if status.transaction_id:
        xml.put(item, "OrgnlTxId", status.transaction_id)
    if status.uetr:
        xml.put(item, "OrgnlUETR", status.uetr)
    xml.put(item, "TxSts", status.status)
    if status.reason:
        xml.put(item, "StsRsnInf/Rsn/Cd", status.reason)
    if status.note:
        xml.put(item, "StsRsnInf/AddtlInf", status.note)


def read(body: Element) -> list[StatusReport]:
    """One report for each original file; what names none belongs to the only one, else to one without name."""
    header = xml.all_of(body, "GrpHdr")[0]
    groups = xml.all_of(body, "OrgnlGrpInfAndSts")
    originals = [xml.text(group, "OrgnlMsgId") for group in groups]
    named: dict[str, list[Status]] = {original: [] for original in originals}
    for item in xml.all_of(body, "TxInfAndSts"):
        original = xml.text(item, "OrgnlGrpInf/OrgnlMsgId") or (originals[0] if len(originals) == 1 else "")
        named.setdefault(original, []).append(_status(item))
    of_group = dict(zip(originals, groups, strict=True))
    return [
        StatusReport(
            message_id=xml.text(header, "MsgId"),
            made_at=datetime.fromisoformat(xml.text(header, "CreDtTm")),
            sender=Bank(bic=xml.text(header, "InstgAgt/FinInstnId/BICFI")),
            original_message_id=original,
            group_status=xml.text(of_group.get(original), "GrpSts"),
            group_reason=_reason(of_group.get(original)),
            statuses=statuses,
            original_message=xml.text(of_group.get(original), "OrgnlMsgNmId"),
        )
        for original, statuses in named.items()
    ]


def _status(item: Element) -> Status:
    return Status(
        transaction_id=xml.text(item, "OrgnlTxId"),
        end_to_end_id=xml.text(item, "OrgnlEndToEndId"),
        status=xml.text(item, "TxSts"),
        reason=_reason(item),
        note=xml.text(item, "StsRsnInf/AddtlInf"),
        uetr=xml.text(item, "OrgnlUETR"),
    )


def _reason(item: Element | None) -> str:
    return xml.text(item, "StsRsnInf/Rsn/Cd") or xml.text(item, "StsRsnInf/Rsn/Prtry")
