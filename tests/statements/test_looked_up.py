"""Amounts alone are looked up like words; and nothing that anybody writes keeps words from being written."""

import hypothesis
import pytest
from django.db import DatabaseError, connection
from hypothesis import HealthCheck, strategies as st

from accounts.models import BankAccount, Entry
from statements import selectors, words
from statements.models import WordLine
from statements.searches import Cursor, Search
from tests import builders

pytestmark = pytest.mark.django_db

# NFKD makes "kiromētoru" of the one sign: 840 letters, 2,520 bytes.
LONGEST = "\N{SQUARE KIROMEETORU}" * 140


@pytest.fixture
def account() -> BankAccount:
    return builders.account(builders.company("ALFA SHPK"), overdraft_minor=10**12)


def numbers(account: BankAccount, search: Search) -> list[int]:
    account.refresh_from_db()
    return [line.sequence for line in selectors.page(account, search, None).lines]


bounds = st.sampled_from([None, 1, 3_00, 5_00, 10_00])


@hypothesis.settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@hypothesis.given(
    amounts=st.lists(st.sampled_from([-9_00, -5_00, -3_00, 3_00, 5_00, 12_00]), max_size=12),
    written=st.integers(0, 12),
    lowest=bounds,
    highest=bounds,
)
def test_amounts_find_what_reading_every_line_finds(
    amounts: list[int], written: int, lowest: int | None, highest: int | None
) -> None:
    account = builders.account(builders.company("ALFA SHPK"), overdraft_minor=10**12)
    for minor in amounts:
        builders.credit(account, minor)
    words.write(account.pk, lines_max=written)
    search = Search(min_minor=lowest, max_minor=highest)
    fits = [number for number, minor in enumerate(amounts, 1) if (lowest or 0) <= abs(minor) <= (highest or 10**9)]

    pages = [selectors.page(account, search, None, size=2)]
    while pages[-1].older:
        pages.append(selectors.page(account, search, pages[-1].older, size=2))
    back = selectors.page(account, search, Cursor("newer", 0), size=100)

    assert [line.sequence for page in pages for line in page.lines] == fits[::-1]
    assert [line.sequence for line in back.lines] == fits[::-1]


@pytest.mark.parametrize("newest_first", [True, False])
@pytest.mark.parametrize(("lowest", "highest"), [(77_00, 77_00), (77_00, None), (None, 5_00), (6_00, 76_00)])
@pytest.mark.parametrize(("first", "last"), [(1, 70_000), (65_000, 66_500), (65_536, 65_537)])
def test_the_index_of_amounts_finds_across_its_parts(
    first: int, last: int, lowest: int | None, highest: int | None, newest_first: bool, account: BankAccount
) -> None:
    sizes = {number: -77_00 if number % 613 == 0 else 5_00 for number in range(62_000, 70_001)}
    WordLine.objects.bulk_create(
        WordLine(account=account, sequence=number, amount_minor=minor, words=" x ") for number, minor in sizes.items()
    )
    search = Search(min_minor=lowest, max_minor=highest)

    found = words.found(account, search, first=first, last=last, newest_first=newest_first, lines_max=9_000)

    wanted = [n for n in sizes if first <= n <= last and (lowest or 0) <= abs(sizes[n]) <= (highest or 10**9)]
    assert list(found) == (wanted[::-1] if newest_first else wanted)


def test_a_word_longer_than_the_index_keeps_is_written_and_found(account: BankAccount) -> None:
    builders.credit(account, 1_00, text=LONGEST)
    builders.credit(account, 1_00, text="kafe")

    assert words.write(account.pk) == 2
    assert numbers(account, Search(words=LONGEST[:50])) == [1]
    assert numbers(account, Search(words="kafe")) == [2]


def test_an_account_whose_words_cannot_be_written_hinders_no_other(
    account: BankAccount, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    other = builders.account(builders.company())
    for one in (account, other):
        builders.credit(one, 1_00)
    write = words.write

    def broken_for_one(account_id: int, *, lines_max: int) -> int:
        if account_id == account.pk:
            raise DatabaseError("its words are strange")
        return write(account_id, lines_max=lines_max)

    monkeypatch.setattr(words, "write", broken_for_one)
    words.write_new()

    assert WordLine.objects.filter(account=other).count() == Entry.objects.filter(account=other).count() == 1
    assert [vars(record)["event"] for record in caplog.records] == ["statements.words.failed"]


def test_no_other_process_helps_with_a_look_up() -> None:
    """The planner wants one from some millions of lines on, for each part of an account: milliseconds a part."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT proconfig FROM pg_proc WHERE proname IN ('lines_found', 'lines_by_amounts')")
        found = [settings for (settings,) in cursor.fetchall()]

    assert len(found) == 2
    assert all("max_parallel_workers_per_gather=0" in settings for settings in found)
