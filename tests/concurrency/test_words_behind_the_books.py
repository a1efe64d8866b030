"""Words are written while the bank books: what commits late is missing from no search, and nothing is written twice."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from threading import Event

import pytest
from django.db import connection, transaction

from accounts.models import BankAccount, Entry
from statements import selectors, words
from statements.models import WordLine
from statements.searches import Search
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once
from tests.portal import until

PATIENCE = 20  # seconds


@pytest.fixture
def accounts(bank: BankDatabase) -> list[BankAccount]:
    """Two accounts that share no other side, so that neither waits for the other; a line each, with its words."""
    made = [builders.funded(builders.company(), 1_000_00, currency) for currency in ("EUR", "ALL")]
    words.write_new()
    return made


@contextmanager
def booked_but_not_committed(account: BankAccount, text: str) -> Iterator[None]:
    """A line that exists for nobody else yet; it commits at the end."""
    booked, may_commit = Event(), Event()

    def book() -> None:
        try:
            with transaction.atomic():
                builders.credit(account, 1_00, text=text)
                booked.set()
                assert may_commit.wait(PATIENCE)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as other:
        done = other.submit(book)
        assert booked.wait(PATIENCE)
        try:
            yield
        finally:
            may_commit.set()
            done.result()


def found(account: BankAccount, asked: str) -> list[int]:
    account.refresh_from_db()
    return [line.sequence for line in selectors.page(account, Search(words=asked), None).lines]


def written(account: BankAccount) -> list[int]:
    return list(WordLine.objects.filter(account=account).order_by("sequence").values_list("sequence", flat=True))


def test_a_line_that_commits_late_gets_its_words_all_the_same(accounts: list[BankAccount]) -> None:
    late, early = accounts

    with booked_but_not_committed(late, "vonë"):
        builders.credit(early, 1_00, text="herët")
        words.write_new()
        assert (written(late), written(early)) == ([1], [1, 2])
        assert (found(late, "vone"), found(early, "heret")) == ([], [2])

    before, after = (Entry.objects.get(account=account, sequence=2).pk for account in (late, early))
    assert before < after, "the entry with the lower id is the one that came late"
    assert found(late, "vone") == [2]
    words.write_new()
    assert written(late) == [1, 2]
    assert found(late, "vone") == [2]


def test_words_wait_for_no_posting_and_no_posting_for_them(accounts: list[BankAccount]) -> None:
    late, early = accounts
    with booked_but_not_committed(late, "vonë"), transaction.atomic():
        words.write_new()
        builders.credit(early, 1_00, text="herët")
        words.write_new()

    assert (found(late, "vone"), found(early, "heret")) == ([2], [2])


def test_many_writers_and_postings_at_once_leave_no_gap_and_nothing_twice(accounts: list[BankAccount]) -> None:
    account = accounts[1]

    all_at_once(
        *[partial(builders.credit, account, 1_00, text="bashkë") for _line in range(6)],
        *[partial(words.write, account.pk, lines_max=2) for _turn in range(4)],
    )

    assert found(account, "bashke") == [7, 6, 5, 4, 3, 2]
    assert written(account) == list(range(1, len(written(account)) + 1))
    while words.write(account.pk):
        pass
    assert written(account) == [1, 2, 3, 4, 5, 6, 7]
    assert found(account, "bashke") == [7, 6, 5, 4, 3, 2]


def test_who_writes_waits_for_who_forgets_so_that_no_line_is_left_out(accounts: list[BankAccount]) -> None:
    account = accounts[1]
    for _line in range(4):
        builders.credit(account, 1_00, text="bashkë")
    words.write(account.pk, lines_max=2)
    assert written(account) == [1, 2, 3]

    with ThreadPoolExecutor(1) as other:
        with transaction.atomic():
            forget_the_last(account, 2)
            writing = other.submit(write_elsewhere, account)
            until(lambda: writing.done() or somebody_waits())
        writing.result()

    assert written(account) == [1, 2, 3, 4, 5]
    assert found(account, "bashke") == [5, 4, 3, 2]


def forget_the_last(account: BankAccount, lines: int) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT word_lines_forget(%s, %s)", [account.pk, lines])


def write_elsewhere(account: BankAccount) -> None:
    try:
        words.write(account.pk)
    finally:
        connection.close()


def somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT EXISTS (SELECT 1 FROM pg_locks WHERE NOT granted AND locktype = 'advisory')")
        return bool(cursor.fetchone()[0])
