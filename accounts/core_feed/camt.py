"""What an entry of a camt message says, read by fixed paths; the rest of the message is not kept."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import BinaryIO, cast

from lxml import etree

from accounts import clock
from accounts.core_feed import card_numbers, messages
from accounts.core_feed.messages import Kind
from accounts.core_feed.records import Bad, NotTaken
from accounts.identifiers import HOME_COUNTRY
from accounts.models.core import Reason
from accounts.models.ledger import Channel
from accounts.money import AMOUNT_MAX_MINOR, MINOR_PER_MAJOR

TEXT_MAX = 140
IDENTIFIER_MAX = 34
BIC_SIGNS = 8
# The bank within an Albanian IBAN.
IBAN_BANK = slice(4, 7)

FAMILIES = {"CCRD": Channel.CARD, "MCRD": Channel.CARD, "CNTR": Channel.BRANCH, "CASH": Channel.BRANCH}
INTERBANK = {"RCDT", "ICDT", "RRCT", "IRCT", "RDDT", "IDDT", "RCHQ", "ICHQ"}
SYSTEM_SUBFAMILIES = {"INTR", "CHRG", "FEES", "COMM", "TAXE"}


@dataclass(frozen=True, slots=True)
class Transaction:
    """One detail of an entry: our reference or another's, and its signed amount where it is said."""

    end_to_end_id: str
    amount_minor: int | None


@dataclass(frozen=True, slots=True)
class CoreEntry:
    """One entry on one account; `amount_minor` is signed, positive in favour of the account.

    `reference` is the core's own. Names, remittance and `end_to_end_id` are those of its only transaction; an entry
    of several has none of its own, and tells them in `transactions`. By one of the `clearing_names` the clearing may
    have booked the same payment already.
    """

    line: int
    iban: str
    currency: str
    amount_minor: int
    reference: str
    is_booked: bool
    is_reversal: bool
    value_on: date | None
    channel: Channel
    end_to_end_id: str
    debtor_name: str
    debtor_iban: str
    creditor_name: str
    creditor_iban: str
    remittance_information: str
    clearing_names: tuple[str, ...]
    transactions: tuple[Transaction, ...]


def entries(file: BinaryIO, kind: Kind) -> Iterator[CoreEntry | Bad]:
    """Every entry of a message, or why it is none.

    The whole file is held against the schema first: where it is broken anywhere but inside an entry, nothing of it is
    read (Unreadable).
    """
    reader = _Reader(messages.namespace_of(kind))
    broken = messages.broken_entries(file, kind)
    for place, element in enumerate(messages.entry_elements(file, kind)):
        if place in broken:
            yield Bad(_line(element), broken[place], Reason.SCHEMA)
            continue
        try:
            yield reader.entry(element)
        except NotTaken as problem:
            yield Bad(_line(element), problem.field, problem.reason)


def _line(element: "etree._Element") -> int:
    return cast(int, element.sourceline)


@lru_cache(maxsize=256)
def _path(namespace: str, path: str) -> str:
    """Refs/EndToEndId with the namespace of the message at every step."""
    return "/".join(f"{{{namespace}}}{step}" for step in path.split("/"))


class _Reader:
    """Reads what an entry says, by fixed paths; the schema has already seen to its form."""

    def __init__(self, namespace: str) -> None:
        self.namespace = namespace

    def entry(self, ntry: "etree._Element") -> CoreEntry:
        details = ntry.findall(_path(self.namespace, "NtryDtls/TxDtls"))
        only = details[0] if len(details) == 1 else None
        amount_minor = self._signed(ntry)
        holder = ntry.getparent()
        assert holder is not None, "the schema puts every entry into a statement or a notification"
        return CoreEntry(
            line=_line(ntry),
            iban=self._text(holder, "Acct/Id/IBAN"),
            currency=self._currency(ntry),
            amount_minor=amount_minor,
            reference=self._reference(ntry),
            is_booked=self._text(ntry, "Sts/Cd") == "BOOK",
            is_reversal=self._text(ntry, "RvslInd") in {"true", "1"},
            value_on=self._day(ntry, "ValDt") or self._day(ntry, "BookgDt"),
            channel=self._channel(ntry),
            end_to_end_id=self._end_to_end(only),
            debtor_name=self._party(only, "Dbtr"),
            debtor_iban=self._account(only, "DbtrAcct"),
            creditor_name=self._party(only, "Cdtr"),
            creditor_iban=self._account(only, "CdtrAcct"),
            remittance_information=self._remittance(ntry, only),
            clearing_names=self._clearing_names(only),
            transactions=() if only is not None else tuple(self._transaction(detail) for detail in details),
        )

    def _text(self, element: "etree._Element | None", path: str) -> str:
        found = element.findtext(_path(self.namespace, path)) if element is not None else None
        return " ".join((found or "").split())

    def _reference(self, ntry: "etree._Element") -> str:
        reference = self._text(ntry, "AcctSvcrRef") or self._text(ntry, "NtryRef")
        if not reference:
            raise NotTaken("AcctSvcrRef", Reason.MISSING)
        return card_numbers.hidden_reference(reference)

    def _signed(self, element: "etree._Element") -> int:
        minor = Decimal(self._text(element, "Amt")) * MINOR_PER_MAJOR
        if not 0 < minor <= AMOUNT_MAX_MINOR or minor != int(minor):
            raise NotTaken("Amt", Reason.AMOUNT)
        return int(minor) if self._text(element, "CdtDbtInd") == "CRDT" else -int(minor)

    def _currency(self, ntry: "etree._Element") -> str:
        amount = ntry.find(_path(self.namespace, "Amt"))
        return str(amount.get("Ccy")) if amount is not None else ""

    def _day(self, ntry: "etree._Element", name: str) -> date | None:
        """A day, or the Tirana day of a moment; a moment without a zone is Tirana's."""
        try:
            if day := self._text(ntry, f"{name}/Dt"):
                return date.fromisoformat(day[:10])
            if moment := self._text(ntry, f"{name}/DtTm"):
                at = datetime.fromisoformat(moment)
                return at.date() if at.tzinfo is None else clock.tirana_day(at)
        except ValueError as error:
            raise NotTaken(name, Reason.FORMAT) from error
        return None

    def _channel(self, ntry: "etree._Element") -> Channel:
        """By the ISO bank transaction code: card, branch, another bank, or the bank's own system."""
        family = self._text(ntry, "BkTxCd/Domn/Fmly/Cd")
        if self._text(ntry, "BkTxCd/Domn/Fmly/SubFmlyCd") in SYSTEM_SUBFAMILIES:
            return Channel.SYSTEM
        return FAMILIES.get(family, Channel.INTERBANK if family in INTERBANK else Channel.SYSTEM)

    def _clearing_names(self, detail: "etree._Element | None") -> tuple[str, ...]:
        """The clearing's names of one payment: whoever may stand for the sending bank, and that bank's reference."""
        references = ("Refs/TxId", "Refs/UETR", "Refs/InstrId")
        reference = next((found for path in references if (found := self._text(detail, path))), "")
        iban = self._text(detail, "RltdPties/DbtrAcct/Id/IBAN")
        bank = "RltdAgts/DbtrAgt/FinInstnId"
        senders = {
            self._text(detail, f"{bank}/ClrSysMmbId/MmbId"),
            self._text(detail, f"{bank}/BICFI")[:BIC_SIGNS],
            iban[IBAN_BANK] if iban.startswith(HOME_COUNTRY) else "",
        }
        return tuple(f"{sender}:{reference}" for sender in sorted(senders - {""}) if reference)

    def _end_to_end(self, detail: "etree._Element | None") -> str:
        """Empty where the originator gave none, which the message says as NOTPROVIDED."""
        found = self._text(detail, "Refs/EndToEndId")
        return "" if found == "NOTPROVIDED" else card_numbers.hidden_reference(found)

    def _transaction(self, detail: "etree._Element") -> Transaction:
        is_said = bool(self._text(detail, "Amt")) and bool(self._text(detail, "CdtDbtInd"))
        return Transaction(self._end_to_end(detail), self._signed(detail) if is_said else None)

    def _party(self, detail: "etree._Element | None", name: str) -> str:
        found = self._text(detail, f"RltdPties/{name}/Pty/Nm") or self._text(
            detail, f"RltdPties/{name}/Agt/FinInstnId/Nm"
        )
        return card_numbers.hidden(found)[:TEXT_MAX]

    def _account(self, detail: "etree._Element | None", name: str) -> str:
        iban = self._text(detail, f"RltdPties/{name}/Id/IBAN")
        return iban or card_numbers.hidden(self._text(detail, f"RltdPties/{name}/Id/Othr/Id"))[:IDENTIFIER_MAX]

    def _remittance(self, ntry: "etree._Element", detail: "etree._Element | None") -> str:
        lines = detail.findall(_path(self.namespace, "RmtInf/Ustrd")) if detail is not None else []
        said = " ".join(" ".join((line.text or "").split()) for line in lines)
        said = said or self._text(detail, "RmtInf/Strd/CdtrRefInf/Ref") or self._text(detail, "AddtlTxInf")
        return card_numbers.hidden(said or self._text(ntry, "AddtlNtryInf"))[:TEXT_MAX]
