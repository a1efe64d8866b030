"""camt.053 and camt.054 as the core would write them, small enough to read."""

from dataclasses import dataclass, field
from pathlib import Path

from accounts.core_feed import files
from accounts.core_feed.records import Report
from accounts.models import BankAccount
from tests import builders

OPENING = (
    "<Bal><Tp><CdOrPrtry><Cd>OPBD</Cd></CdOrPrtry></Tp><Amt Ccy='{currency}'>0</Amt><CdtDbtInd>CRDT</CdtDbtInd>"
    "<Dt><Dt>2026-11-20</Dt></Dt></Bal>"
)


@dataclass
class Ntry:
    """One entry; `details` replaces the one transaction that is made of the other fields."""

    amount: str = "1500.00"
    is_credit: bool = True
    reference: str = field(default_factory=lambda: f"CORE{builders.unique():09d}")
    end_to_end_id: str = ""
    status: str = "BOOK"
    currency: str = "ALL"
    is_reversal: bool = False
    code: str = "<Domn><Cd>PMNT</Cd><Fmly><Cd>RCDT</Cd><SubFmlyCd>DMCT</SubFmlyCd></Fmly></Domn>"
    value_on: str = "2026-11-19"
    party: str = "OMEGA SHPK"
    party_iban: str = builders.OTHER_BANK_IBAN
    remittance: str = "Fatura 7"
    details: str | None = None

    def xml(self) -> str:
        direction, side = ("CRDT", "Dbtr") if self.is_credit else ("DBIT", "Cdtr")
        one = (
            f"<TxDtls><Refs><EndToEndId>{self.end_to_end_id or 'NOTPROVIDED'}</EndToEndId></Refs><RltdPties>"
            f"<{side}><Pty><Nm>{self.party}</Nm></Pty></{side}><{side}Acct><Id><IBAN>{self.party_iban}</IBAN></Id>"
            f"</{side}Acct></RltdPties><RmtInf><Ustrd>{self.remittance}</Ustrd></RmtInf></TxDtls>"
        )
        details = one if self.details is None else self.details
        return "\n".join(
            [
                "<Ntry>",
                f"<Amt Ccy='{self.currency}'>{self.amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd>",
                "<RvslInd>true</RvslInd>" if self.is_reversal else "",
                f"<Sts><Cd>{self.status}</Cd></Sts><BookgDt><Dt>2026-11-20</Dt></BookgDt>",
                f"<ValDt><Dt>{self.value_on}</Dt></ValDt>" if self.value_on else "",
                f"<AcctSvcrRef>{self.reference}</AcctSvcrRef>" if self.reference else "",
                f"<BkTxCd>{self.code}</BkTxCd>",
                f"<NtryDtls>{details}</NtryDtls>" if details else "",
                "</Ntry>",
            ]
        )


def detail(end_to_end_id: str, amount: str, direction: str = "DBIT") -> str:
    """One of several transactions of an entry."""
    return (
        f"<TxDtls><Refs><EndToEndId>{end_to_end_id}</EndToEndId></Refs>"
        f"<Amt Ccy='ALL'>{amount}</Amt><CdtDbtInd>{direction}</CdtDbtInd></TxDtls>"
    )


def document(*statements: tuple[BankAccount | str, list[Ntry]], kind: str = "camt.053", before: str = "") -> str:
    """A message with a statement, or a notification, for each account."""
    root, holder = {"camt.053": ("BkToCstmrStmt", "Stmt"), "camt.054": ("BkToCstmrDbtCdtNtfctn", "Ntfctn")}[kind]
    parts = [
        f"<?xml version='1.0' encoding='UTF-8'?>{before}",
        f"<Document xmlns='urn:iso:std:iso:20022:tech:xsd:{kind}.001.08'><{root}>",
        "<GrpHdr><MsgId>M1</MsgId><CreDtTm>2026-11-20T09:00:00</CreDtTm></GrpHdr>",
    ]
    for place, (account, entries) in enumerate(statements):
        iban = account if isinstance(account, str) else account.iban
        opening = OPENING.format(currency="ALL") if kind == "camt.053" else ""
        parts.append(f"<{holder}><Id>S{place}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{opening}")
        parts += [entry.xml() for entry in entries]
        parts.append(f"</{holder}>")
    return "\n".join([*parts, f"</{root}></Document>"])


def written(folder: Path, text: str, name: str = "feed.xml") -> Path:
    """A file of the feed, with these words in it."""
    path = folder / name
    path.write_text(text, encoding="utf-8")
    return path


def brought(folder: Path, account: BankAccount | str, *entries: Ntry, kind: str = "camt.053") -> Report:
    """What became of a file with these entries; every file has bytes of its own."""
    return files.import_file(written(folder, document((account, list(entries)), kind=kind)), at=builders.AT)
