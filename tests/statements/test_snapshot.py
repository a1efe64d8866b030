"""A statement is of one moment, whatever is booked while it is read. Real commits, two connections."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import InternalError, connection

from accounts.models import BankAccount, BankClock, Entry
from statements import selectors
from statements.periods import Period
from statements.snapshot import one_moment
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.usefixtures("real_commits")

TODAY = Period(AT.date(), AT.date())


def meanwhile(act: Callable[[], None]) -> None:
    """Do it on another connection, to its commit."""

    def do() -> None:
        try:
            act()
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        other.submit(do).result()


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company(), 1_000_00)


def test_what_is_booked_meanwhile_belongs_to_the_next_look(account: BankAccount) -> None:
    entries = Entry.objects.filter(account=account)

    with one_moment():
        first = entries.count()
        meanwhile(lambda: builders.credit(account, 500_00))
        second = entries.count()

    assert (first, second, entries.count()) == (1, 1, 2)


def test_a_statement_adds_up_while_money_comes_in(account: BankAccount, monkeypatch: pytest.MonkeyPatch) -> None:
    find_span = selectors._span

    def with_money_coming_in(account: BankAccount, period: Period) -> selectors._Span:
        span = find_span(account, period)
        meanwhile(lambda: builders.credit(account, 500_00))
        return span

    monkeypatch.setattr(selectors, "_span", with_money_coming_in)
    shown = selectors.statement(account, TODAY, at=AT)

    assert (shown.turnover_in_minor, shown.closing_minor, len(shown.lines)) == (1_000_00, 1_000_00, 1)


def test_nothing_can_be_written_while_a_statement_is_read() -> None:
    with pytest.raises(InternalError, match="read-only"), one_moment():
        BankClock.objects.create(id=1)

    assert not connection.in_atomic_block
