"""Lines of every kind on an account, booked by the ledger."""

from datetime import date, datetime

from accounts import ledger, selectors
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, Entry, Posting
from accounts.models.ledger import Channel, Kind
from tests import builders
from tests.builders import AT


def book(
    account: BankAccount,
    minor: int,
    *,
    kind: Kind = Kind.CORE,
    name: str = "OMEGA SHPK",
    iban: str = builders.OTHER_BANK_IBAN,
    text: str = "Fatura 2026/1147",
    reference: str = "",
    fee_minor: int = 0,
    value_on: date | None = None,
    at: datetime = AT,
) -> Posting:
    """An amount in favour of the account, or to its debt, and maybe the fee that it costs."""
    core = selectors.house_account("core", account.currency).pk
    own = account.company.name if account.company else ""
    debtor, creditor = (
        ((name, iban), (own, account.iban or "")) if minor > 0 else ((own, account.iban or ""), (name, iban))
    )
    facts = Facts(kind, Channel.ONLINE, *debtor, *creditor, text, reference)
    legs = [Leg(account.pk, minor), Leg(core, -minor)]
    if fee_minor:
        fees = selectors.house_account("fees", account.currency).pk
        legs += [Leg(account.pk, -fee_minor, Entry.Part.FEE), Leg(fees, fee_minor, Entry.Part.FEE)]
    return ledger.post(
        key=f"test:export:{builders.unique()}", legs=legs, facts=facts, value_on=value_on or at.date(), at=at
    )


def taken_back(account: BankAccount, minor: int = 7_00) -> None:
    """Money that came by mistake, and goes again."""
    came = book(account, minor)
    ledger.reverse(posting=came, key=f"test:taken:{builders.unique()}", value_on=AT.date(), at=AT, reason="gabim")


def one_of_each(account: BankAccount) -> None:
    """A line of every kind, both ways where a kind goes both ways, with a fee and a reversal."""
    for number, kind in enumerate(kind for kind in Kind if kind != Kind.REVERSAL):
        book(account, 1_000_00 + number, kind=kind, reference=f"DI26112{number:04d}")
        sent = book(account, -(100_00 + number), kind=kind, fee_minor=30 if kind == Kind.DOMESTIC else 0)
    ledger.reverse(posting=sent, key=f"test:back:{builders.unique()}", value_on=AT.date(), at=AT, reason="gabim")
