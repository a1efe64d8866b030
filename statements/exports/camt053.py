"""camt.053.001.08, the statement of ISO 20022, written as escaped text: a tree of lxml is nine times slower.

What is written breaks no schema by its making; a small file is checked at once, every kind of line in the tests. The
number of the statement is that of the account's last line in it: the same books give the same number, the next line a
higher one, and whoever misses a line sees it.
"""

import re
from datetime import UTC, date, datetime, time
from functools import cache
from pathlib import Path
from typing import IO, Final
from xml.sax.saxutils import escape

from django.conf import settings
from lxml import etree

import accounts
from accounts import clock
from accounts.models import Entry
from accounts.models.ledger import Kind
from accounts.sheets import sum_text
from statements.exports.columns import Labels, labels, provisional_label
from statements.exports.history import Head, History, Row

NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
SCHEMA: Final = Path(accounts.__file__).parent / "core_feed" / "schemas" / "camt.053.001.08.xsd"
CHECKED_LINES_MAX: Final = 1_000
PIECES_A_WRITE: Final = 1_000
IBAN: Final = re.compile(r"[A-Z]{2}[0-9]{2}[a-zA-Z0-9]{1,30}")
# Domain PMNT: family and subfamily of what leaves, and of what comes in (External Bank Transaction Codes).
CODES: Final[dict[str, tuple[tuple[str, str], tuple[str, str]]]] = {
    Kind.DOMESTIC: (("ICDT", "DMCT"), ("RCDT", "DMCT")),
    Kind.INCOMING: (("ICDT", "DMCT"), ("RCDT", "DMCT")),
    Kind.BUDGET: (("ICDT", "DMCT"), ("RCDT", "DMCT")),
    Kind.INTERNAL: (("ICDT", "BOOK"), ("RCDT", "BOOK")),
    Kind.OWN: (("ICDT", "BOOK"), ("RCDT", "BOOK")),
    Kind.RETURN: (("RCDT", "RRTN"), ("ICDT", "RRTN")),
    Kind.REVERSAL: (("MDOP", "ADJT"), ("MCOP", "ADJT")),
    Kind.CORE: (("MDOP", "OTHR"), ("MCOP", "OTHR")),
}
FEE: Final = ("MDOP", "CHRG")
FEE_GIVEN_BACK: Final = ("MCOP", "CHRG")


def write(history: History, file: IO[bytes]) -> None:
    """The document; a schema that refuses a small one is a bug and loud."""
    start = file.tell()
    head, words = history.head, labels()
    file.write(_opening(head).encode())
    pieces: list[str] = []
    for row in history.rows():
        pieces.append(_entry(row, head.currency, words))
        if len(pieces) == PIECES_A_WRITE:
            file.write("".join(pieces).encode())
            pieces.clear()
    pieces.append(_closing(head))
    file.write("".join(pieces).encode())
    if head.count <= CHECKED_LINES_MAX:
        file.seek(start)
        schema().assertValid(etree.parse(file, _parser()))
        file.seek(0, 2)


@cache
def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA, _parser()))


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)


def _opening(head: Head) -> str:
    at = _moment(head.issued_at)
    first, last = _at(head.period.first, time.min), _at(head.period.last, time(23, 59, 59))
    bank = f"<FinInstnId><BICFI>{settings.BANK['bic']}</BICFI></FinInstnId>"
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<Document xmlns="{NAMESPACE}"><BkToCstmrStmt>\n'
        f"<GrpHdr><MsgId>{head.issued_at.astimezone(UTC):%Y%m%dT%H%M%S%f}-{head.iban[-8:]}</MsgId>"
        f"<CreDtTm>{at}</CreDtTm></GrpHdr>\n"
        f"<Stmt><Id>{head.reference}</Id><ElctrncSeqNb>{head.last}</ElctrncSeqNb><CreDtTm>{at}</CreDtTm>"
        f"<FrToDt><FrDtTm>{first}</FrDtTm><ToDtTm>{last}</ToDtTm></FrToDt>\n"
        f"<Acct><Id>{_account_id(head.iban)}</Id><Ccy>{head.currency}</Ccy><Ownr>{_owner(head)}</Ownr>"
        f"<Svcr>{bank}</Svcr></Acct>\n{_balances(head)}{_summary(head)}"
    )


def _owner(head: Head) -> str:
    name = f"<Nm>{escape(head.holder[:140])}</Nm>" if head.holder.strip() else ""
    number = f"<Othr><Id>{escape(head.nipt)}</Id><SchmeNm><Cd>TXID</Cd></SchmeNm></Othr>" if head.nipt else ""
    return name + (f"<Id><OrgId>{number}</OrgId></Id>" if number else "")


def _balances(head: Head) -> str:
    """Opening and closing; the closing of a day that is not closed is an interim one, too."""
    balances = [("OPBD", head.opening_minor, head.period.first), ("CLBD", head.closing_minor, head.period.last)]
    if head.is_provisional:
        balances.append(("ITBD", head.closing_minor, head.period.last))
    return "".join(
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(minor, head.currency)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>\n"
        for code, minor, day in balances
    )


def _summary(head: Head) -> str:
    net = head.turnover_in_minor - head.turnover_out_minor
    both = sum_text(head.turnover_in_minor + head.turnover_out_minor, ".")
    return (
        f"<TxsSummry><TtlNtries><NbOfNtries>{head.count}</NbOfNtries><Sum>{both}</Sum>"
        f"<TtlNetNtry><Amt>{sum_text(abs(net), '.')}</Amt><CdtDbtInd>{_side(net)}</CdtDbtInd></TtlNetNtry></TtlNtries>"
        f"<TtlCdtNtries><NbOfNtries>{head.count_in}</NbOfNtries><Sum>{sum_text(head.turnover_in_minor, '.')}</Sum>"
        f"</TtlCdtNtries><TtlDbtNtries><NbOfNtries>{head.count_out}</NbOfNtries>"
        f"<Sum>{sum_text(head.turnover_out_minor, '.')}</Sum></TtlDbtNtries></TxsSummry>\n"
    )


def _entry(row: Row, currency: str, words: Labels) -> str:
    family, subfamily = _code(row)
    amount = _amount(row.amount_minor, currency)
    reversal = "<RvslInd>true</RvslInd>" if row.kind == Kind.REVERSAL else ""
    reference = escape(row.end_to_end_id) or "NOTPROVIDED"
    remittance = f"<RmtInf><Ustrd>{escape(row.remittance)}</Ustrd></RmtInf>" if row.remittance.strip() else ""
    return (
        f"<Ntry><NtryRef>{row.sequence}</NtryRef>{amount}{reversal}<Sts><Cd>BOOK</Cd></Sts>"
        f"<BookgDt><Dt>{row.booked_on}</Dt></BookgDt><ValDt><Dt>{row.value_on}</Dt></ValDt>"
        f"<AcctSvcrRef>{row.posting_uuid.hex}</AcctSvcrRef>"
        f"<BkTxCd><Domn><Cd>PMNT</Cd><Fmly><Cd>{family}</Cd><SubFmlyCd>{subfamily}</SubFmlyCd></Fmly></Domn>"
        f"<Prtry><Cd>{row.part if row.part == Entry.Part.FEE else row.kind}</Cd></Prtry></BkTxCd>"
        f"<NtryDtls><TxDtls><Refs><EndToEndId>{reference}</EndToEndId></Refs>{amount}"
        f"{_party(row)}{remittance}</TxDtls></NtryDtls>"
        f"<AddtlNtryInf>{escape(_words(row, words))}</AddtlNtryInf></Ntry>\n"
    )


def _closing(head: Head) -> str:
    said = f"<AddtlStmtInf>{escape(provisional_label())}</AddtlStmtInf>" if head.is_provisional else ""
    return f"{said}</Stmt>\n</BkToCstmrStmt></Document>\n"


def _code(row: Row) -> tuple[str, str]:
    is_in = row.amount_minor > 0
    if row.part == Entry.Part.FEE:
        return FEE_GIVEN_BACK if is_in else FEE
    return CODES[row.kind][is_in]


def _words(row: Row, words: Labels) -> str:
    kind = words.kinds[row.kind]
    return f"{words.fee}: {kind}" if row.part == Entry.Part.FEE else kind


def _party(row: Row) -> str:
    """The other side: who paid what came in, whom what left was for."""
    if not row.other_name and not row.other_iban:
        return ""
    role = "Dbtr" if row.amount_minor > 0 else "Cdtr"
    name = escape(row.other_name)
    party = f"<{role}><Pty><Nm>{name}</Nm></Pty></{role}>" if name.strip() else ""
    place = f"<{role}Acct><Id>{_account_id(row.other_iban)}</Id></{role}Acct>" if row.other_iban else ""
    return f"<RltdPties>{party}{place}</RltdPties>"


def _account_id(text: str) -> str:
    if IBAN.fullmatch(text):
        return f"<IBAN>{text}</IBAN>"
    return f"<Othr><Id>{escape(text)}</Id></Othr>"


def _amount(minor: int, currency: str) -> str:
    return f'<Amt Ccy="{currency}">{sum_text(abs(minor), ".")}</Amt><CdtDbtInd>{_side(minor)}</CdtDbtInd>'


def _side(minor: int) -> str:
    return "DBIT" if minor < 0 else "CRDT"


def _at(day: date, hour: time) -> str:
    """A moment of a day in Tirana, with the offset that it had."""
    return datetime.combine(day, hour, clock.TIRANA).isoformat()


def _moment(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
