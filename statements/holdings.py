"""What a company holds, currency by currency, as one user meets it. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from accounts.models import BankAccount
from accounts.money import Money


@dataclass(frozen=True, slots=True)
class Holding:
    """The accounts of one currency; the sums count every one of them, folded away or not."""

    currency: str
    shown: Sequence[BankAccount]
    booked: Money
    held: Money
    available: Money
    accounts_count: int

    @property
    def hidden_count(self) -> int:
        return self.accounts_count - len(self.shown)


def by_currency(accounts: Sequence[BankAccount]) -> list[Holding]:
    """In the order in which the currencies first turn up: that of a favourite before the others."""
    return [_holding(currency, accounts) for currency in dict.fromkeys(account.currency for account in accounts)]


def is_hidden(account: BankAccount) -> bool:
    """Whether she folded it away; an account that was read without her wishes is not."""
    return bool(getattr(account, "is_hidden", False))


def _holding(currency: str, accounts: Sequence[BankAccount]) -> Holding:
    held = [account for account in accounts if account.currency == currency]
    return Holding(
        currency=currency,
        shown=[account for account in held if not is_hidden(account)],
        booked=Money(sum(account.balance_minor for account in held), currency),
        held=Money(sum(account.held_minor for account in held), currency),
        available=Money(sum(account.available_minor for account in held), currency),
        accounts_count=len(held),
    )
