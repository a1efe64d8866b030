"""The cast of payments: one prepares, one signs, a stranger from another company who must see nothing."""

from dataclasses import dataclass
from datetime import datetime

import pytest

from accounts.models import BankAccount, Company, Mandate
from auth_flow import fnp
from auth_flow.models import LoginAttempt
from payments import approvals
from payments.models import PaymentOrder
from tests import builders, doors


@dataclass
class Firm:
    company: Company
    account: BankAccount
    preparer: Mandate
    signers: list[Mandate]
    sessions: dict[int, LoginAttempt]

    def sign(self, order: PaymentOrder, mandate: Mandate | None = None, *, at: datetime = builders.AT) -> PaymentOrder:
        """Ask for a code and type it, as `mandate` (the first signer)."""
        mandate = mandate or self.signers[0]
        challenge = self.ask(order, mandate, at=at)
        return self.type(order, mandate, challenge, fnp.derive(challenge), at=at)

    def ask(self, order, mandate, *, at=builders.AT, version=None):
        return approvals.ask_code(
            order_id=order.pk, mandate=mandate, attempt=self.session(mandate), version=version, at=at
        )

    def type(self, order, mandate, challenge, code, *, at=builders.AT):
        return approvals.sign(
            order_id=order.pk,
            mandate=mandate,
            attempt=self.session(mandate),
            challenge_id=challenge.pk,
            code=code,
            at=at,
        )

    def session(self, mandate):
        if mandate.user_id not in self.sessions:
            self.sessions[mandate.user_id] = doors.session_of(mandate.user)
        return self.sessions[mandate.user_id]


def make_firm(*, other_signers: int = 1, minor: int = 10_000_000, currency: str = "ALL") -> Firm:
    company = builders.company(other_signers=other_signers)
    account = builders.funded(company, minor, currency)
    preparer = builders.mandate_of(builders.user(company, prepares=True, signs=other_signers == 0))
    signers = [builders.mandate_of(builders.user(company, signs=True)) for _ in range(max(1, other_signers))]
    return Firm(company, account, preparer, [preparer] if other_signers == 0 else signers, {})


@pytest.fixture
def firm(db, clock_at) -> Firm:
    """One other signer wanted; 100.000,00 ALL on the account."""
    clock_at(builders.AT)
    return make_firm()


@pytest.fixture
def sole(db, clock_at) -> Firm:
    """One person prepares and signs."""
    clock_at(builders.AT)
    return make_firm(other_signers=0)
