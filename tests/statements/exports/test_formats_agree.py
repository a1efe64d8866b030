"""Five files of one period say the same to the last unit, and each of them adds up."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from operator import itemgetter
from unittest.mock import patch

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from accounts.models import BankAccount, Entry
from accounts.models.ledger import Kind
from statements.exports.history import History
from statements.periods import Period
from tests import builders
from tests.builders import AT
from tests.statements.exports.booking import book, one_of_each, taken_back
from tests.statements.exports.reading import CODES, Line, Read, read, read_all, written

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
# A Monday, Tuesday, Thursday and Friday; 28 and 29 November 2026 are feasts, and the 29th is a Sunday.
DAYS = [datetime(2026, 11, day, 9, tzinfo=UTC) for day in (16, 17, 19, 20)]
AMOUNTS = (st.integers(-(10**6), 10**6) | st.integers(-(10**13), 10**13)).filter(bool)
KINDS = [kind for kind in Kind if kind != Kind.REVERSAL]
TEXTS = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=140)


@pytest.fixture
def account() -> BankAccount:
    return builders.account(builders.company("ÇELËSI & BIJTË SHPK"), overdraft_minor=10**17)


@contextmanager
def in_portions(size: int) -> Iterator[None]:
    """As if so few lines were read at a time."""
    portions = History.portions
    with patch.object(History, "portions", lambda history, **_size: portions(history, size=size)):
        yield


def the_one(found: dict[str, Read]) -> Read:
    """What all of them say."""
    assert set(found) == set(CODES)
    assert [code for code, one in found.items() if one != found["csv"]] == []
    return found["csv"]


def adds_up(found: Read) -> bool:
    return found.opening_minor + sum(line.amount_minor for line in found.lines) == found.closing_minor


def test_every_kind_of_line_is_the_same_in_all_of_them(account: BankAccount) -> None:
    one_of_each(account)

    found = the_one(read_all(account))

    account.refresh_from_db()
    assert (found.opening_minor, found.closing_minor) == (0, account.balance_minor)
    assert [line.sequence for line in found.lines] == list(range(1, account.last_sequence + 1))
    assert adds_up(found)


def test_money_that_is_taken_back_leaves_in_all_of_them(account: BankAccount) -> None:
    taken_back(account, 7_00)

    assert [line.amount_minor for line in the_one(read_all(account)).lines] == [7_00, -7_00]


def test_a_period_without_lines_has_its_balance_at_both_ends(account: BankAccount) -> None:
    book(account, 1_250_00, at=AT - 30 * DAY)

    assert the_one(read_all(account)) == Read(1_250_00, 1_250_00, ())


def test_an_account_that_never_had_a_line_has_nothing(account: BankAccount) -> None:
    assert the_one(read_all(account)) == Read(0, 0, ())


def test_a_debt_at_both_ends_is_a_debt_in_all_of_them(account: BankAccount) -> None:
    book(account, -5_00, at=AT - 30 * DAY)
    book(account, -1)

    found = the_one(read_all(account))

    assert (found.opening_minor, found.closing_minor) == (-5_00, -5_01)


def test_what_was_booked_on_the_next_working_day_keeps_both_its_days(account: BankAccount) -> None:
    """After the close of Friday the 27th: booked on Wednesday, behind a weekend of two feasts and two days off."""
    evening = datetime(2026, 11, 27, 12, tzinfo=UTC)
    builders.bank_day(evening.date(), "closed")
    book(account, 1_00, value_on=evening.date(), at=evening)

    months = [Period(date(2026, 11, 1), date(2026, 11, 30)), Period(date(2026, 12, 1), date(2026, 12, 31))]
    november, december = (the_one(read_all(account, month, at=evening + 4 * DAY)) for month in months)

    assert (november.lines, november.closing_minor, december.opening_minor) == ((), 0, 0)
    assert december.lines == (Line(1, date(2026, 12, 2), date(2026, 11, 27), 1_00),)


def test_lines_of_a_year_that_begins_keep_their_years(account: BankAccount) -> None:
    book(account, 1_00, value_on=date(2027, 1, 4), at=datetime(2026, 12, 31, 9, tzinfo=UTC))
    turn = Period(date(2026, 12, 1), date(2027, 1, 31))

    found = the_one(read_all(account, turn, at=datetime(2027, 1, 31, 9, tzinfo=UTC)))

    assert found.lines == (Line(1, date(2026, 12, 31), date(2027, 1, 4), 1_00),)


def test_sums_that_no_double_holds_are_exact(account: BankAccount) -> None:
    """MT940 has no place for them and refuses (test_mt940.py)."""
    book(account, 9_007_199_254_740_993)
    book(account, -1)

    found = [read(code, written(account, code)) for code in CODES if code != "mt940"]

    assert {one.closing_minor for one in found} == {9_007_199_254_740_992}
    assert [line.amount_minor for line in found[0].lines] == [9_007_199_254_740_993, -1]


@pytest.mark.parametrize("size", [1, 2, 3])
def test_portions_of_any_size_make_the_same_file(account: BankAccount, size: int) -> None:
    one_of_each(account)
    whole = the_one(read_all(account))

    with in_portions(size):
        assert the_one(read_all(account)) == whole


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(
    lines=st.lists(st.tuples(AMOUNTS, st.sampled_from(KINDS), TEXTS, TEXTS, st.sampled_from(DAYS)), max_size=9),
    ends=st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)),
    size=st.integers(1, 4),
)
def test_opening_and_turnover_are_closing_whatever_happened(lines, ends, size) -> None:
    account = builders.account(builders.company(), overdraft_minor=10**17)
    for minor, kind, name, text, at in sorted(lines, key=itemgetter(4)):
        book(account, minor, kind=kind, name=name, text=text, at=at, fee_minor=30)
    period = Period(min(ends).date(), max(ends).date())

    with in_portions(size):
        found = the_one(read_all(account, period))

    assert adds_up(found)
    assert [line.amount_minor for line in found.lines] == [
        entry.amount_minor
        for entry in Entry.objects.filter(account=account, booked_on__range=(period.first, period.last)).order_by("pk")
    ]
