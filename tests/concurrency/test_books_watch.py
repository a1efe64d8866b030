"""The books are verified while the bank works: of one moment, and by one watch at a time."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from functools import partial

import pytest
from django.db import DatabaseError, connection

from accounts import books_check, day_close, night_watch
from accounts.books_check import Law
from accounts.models import AuditEvent, BankAccount
from tests import builders
from tests.bank_database import BankDatabase
from tests.builders import AT
from tests.concurrency.races import all_at_once

NIGHT = AT + timedelta(hours=12)


@pytest.fixture
def account(bank: BankDatabase) -> BankAccount:
    return builders.funded(builders.company(), 1_000)


def test_what_is_booked_while_the_laws_are_asked_is_not_seen(account: BankAccount) -> None:
    """Between the first law and the next a posting commits; the counts of all laws are those of before."""
    before = books_check.check(at=NIGHT)

    def book(law: Law, done: int, of: int) -> None:
        if law == books_check.laws()[0]:
            with ThreadPoolExecutor(1) as other:
                other.submit(_credit, account).result()

    during = books_check.check(at=NIGHT, progress=book)
    after = books_check.check(at=NIGHT)

    assert books_check.breached(during) == []
    assert [finding.rows for finding in during] == [finding.rows for finding in before]
    assert sum(finding.rows for finding in after) > sum(finding.rows for finding in before)


def test_the_check_cannot_write(account: BankAccount) -> None:
    with pytest.raises(DatabaseError, match="read-only"), books_check.one_moment("default") as cursor:
        cursor.execute("DELETE FROM accounts_notice")


def test_of_many_watches_at_once_one_verifies(account: BankAccount) -> None:
    day_close.close_due(at=NIGHT)

    days = all_at_once(*[partial(night_watch.verify_books, at=NIGHT)] * 6)

    assert sorted(days, key=str) == [AT.date(), *[None] * 5]
    assert AuditEvent.objects.filter(event="books.verified").count() == 1


def _credit(account: BankAccount) -> None:
    try:
        builders.credit(account, 500)
    finally:
        connection.close()
