"""The books in miniature: what the ledger must do, said a second time in plain Python without a database.

It knows no locks, no SQL and no triggers; where it and the ledger disagree, one of them is wrong.
"""

from dataclasses import dataclass, field

from accounts.ledger import AccountTakesNoDebit, HoldAlreadyEnded, Leg, NotEnoughMoney
from accounts.refusals import Refusal

Reasons = set[type[Refusal]]


@dataclass
class Account:
    overdraft: int = 0
    is_house: bool = False
    is_frozen: bool = False
    balance: int = 0
    held: int = 0
    entries: int = 0

    @property
    def available(self) -> int:
        return self.balance + self.overdraft - self.held


@dataclass
class Reserved:
    account: int
    amount: int
    is_active: bool = True


@dataclass
class TinyBooks:
    """Accounts by id, holds by key. `refuses` says for which reasons an act must be refused; none: it must be done."""

    accounts: dict[int, Account] = field(default_factory=dict)
    holds: dict[str, Reserved] = field(default_factory=dict)

    def refuses_posting(self, legs: list[Leg], *, is_core: bool = False, hold: Reserved | None = None) -> Reasons:
        reasons: Reasons = set()
        if hold and not hold.is_active:
            reasons.add(HoldAlreadyEnded)
        running = {number: account.available for number, account in self.accounts.items()}
        if hold and hold.is_active:
            running[hold.account] += hold.amount
        for leg in legs:
            account = self.accounts[leg.account_id]
            running[leg.account_id] += leg.amount_minor
            if leg.amount_minor < 0 and account.is_frozen:
                reasons.add(AccountTakesNoDebit)
            if leg.amount_minor < 0 and not account.is_house and not is_core and running[leg.account_id] < 0:
                reasons.add(NotEnoughMoney)
        return reasons

    def post(self, legs: list[Leg], *, hold: Reserved | None = None) -> None:
        if hold:
            self.end(hold)
        for leg in legs:
            account = self.accounts[leg.account_id]
            account.balance += leg.amount_minor
            account.entries += 1

    def refuses_hold(self, number: int, amount: int) -> Reasons:
        account = self.accounts[number]
        reasons: Reasons = {AccountTakesNoDebit} if account.is_frozen else set()
        return reasons | ({NotEnoughMoney} if account.available < amount else set())

    def hold(self, key: str, number: int, amount: int) -> None:
        self.holds[key] = Reserved(number, amount)
        self.accounts[number].held += amount

    def end(self, hold: Reserved) -> None:
        hold.is_active = False
        self.accounts[hold.account].held -= hold.amount
