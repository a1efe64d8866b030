"""Standing orders as a firm of the tests makes them: prepared, submitted, signed, and run by the clock."""

from dataclasses import replace
from datetime import date, datetime
from typing import Protocol

from accounts import clock
from accounts.clock import TIRANA
from accounts.models import BankAccount, Mandate
from auth_flow import fnp
from payments import execution, paydays, standing, standing_approvals
from payments.models import StandingOrder
from payments.models.standing import Rhythm
from payments.series import Series, findings
from tests import builders
from tests.payments.conftest import Firm

TUESDAY = date(2026, 11, 24)


class Preparing(Protocol):
    """Who writes a series down, and for which account."""

    @property
    def preparer(self) -> Mandate: ...
    @property
    def account(self) -> BankAccount: ...


def tirana(month: int, day: int, hour: int = 0, minute: int = 1, *, year: int = 2026) -> datetime:
    """By default a minute after the day began."""
    return datetime(year, month, day, hour, minute, tzinfo=TIRANA)


def wished(firm: Preparing, *, wish: dict[str, object] | None = None, **changes: object) -> Series:
    """1.234,50 to another bank every month, for the first time on Tuesday 24 November."""
    plain = Series(builders.wish(firm.account, **(wish or {})), Rhythm.MONTHLY, TUESDAY)
    return replace(plain, **changes)  # type: ignore[arg-type]  # the fields of Series, named by the test


def draft(firm: Preparing, *, key: str = "", at: datetime = builders.AT, **changes: object) -> StandingOrder:
    return standing.prepare(
        mandate=firm.preparer,
        series=wished(firm, **changes),  # type: ignore[arg-type]
        submit_key=key or f"test-standing-key-{builders.unique()}",
        at=at,
    )


def submitted(firm: Preparing, **changes: object) -> StandingOrder:
    """One that waits for its signatures; its preparer has answered for all that she was asked."""
    series = draft(firm, **changes)  # type: ignore[arg-type]
    answered = {one.key for one in findings(series, at=builders.AT)}
    return standing.submit(
        standing_id=series.pk, mandate=firm.preparer, version=series.version, answered=answered, at=builders.AT
    )


def ask(firm, series, mandate=None, *, at=builders.AT):
    return standing_approvals.ask_code(
        standing_id=series.pk,
        mandate=mandate or firm.signers[0],
        attempt=firm.session(mandate or firm.signers[0]),
        version=series.version,
        at=at,
        machine_at=clock.machine(),
    )


def type_code(firm, series, challenge, code="", mandate=None, *, at=builders.AT):
    return standing_approvals.sign(
        standing_id=series.pk,
        mandate=mandate or firm.signers[0],
        attempt=firm.session(mandate or firm.signers[0]),
        challenge_id=challenge.pk,
        code=code or fnp.derive(challenge),
        at=at,
        machine_at=clock.machine(),
    )


def sign(firm, series, mandate=None, *, at=builders.AT):
    """Ask for a code and type it."""
    return type_code(firm, series, ask(firm, series, mandate, at=at), mandate=mandate, at=at)


def running(firm: Firm, **changes: object) -> StandingOrder:
    """Signed by all that must."""
    series = submitted(firm, **changes)
    for signer in firm.signers:
        series = sign(firm, series, signer)
    assert series.status == "running"
    return series


def run(*moments: datetime) -> None:
    """Let the clock tick at these moments: first the orders of the day, then what is due."""
    for moment in moments:
        paydays.make_due(at=moment)
        execution.execute_due(at=moment)


def due_days(series: StandingOrder) -> list[date]:
    return sorted(order.due_on for order in series.orders.all() if order.due_on)
