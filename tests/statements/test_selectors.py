"""Lines, pages and sums of an account, as the ledger wrote them."""

from datetime import UTC, date, datetime, timedelta

import hypothesis
import pytest
from hypothesis import HealthCheck, strategies as st
from pytest_django import DjangoAssertNumQueries

from accounts import business_day, day_close, ledger
from accounts.ledger import Facts
from accounts.models import BankAccount, BankHoliday
from accounts.models.ledger import Channel, Kind
from statements import selectors
from statements.periods import Period
from statements.searches import Cursor, Search
from statements.selectors import Page, Statement, TooManyLines
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
FIRST = datetime(2026, 10, 1, 8, 0, tzinfo=UTC)
histories = st.lists(
    st.tuples(st.integers(0, 60), st.integers(-(10**9), 10**9).filter(bool)), min_size=0, max_size=12
).map(sorted)
spans = st.tuples(st.integers(-5, 65), st.integers(0, 40))


def account_with(history: list[tuple[int, int]]) -> BankAccount:
    """An account with a wide overdraft and one entry for each (days since 1 October 2026, signed minor units)."""
    account = builders.account(builders.company(), overdraft_minor=10**12, at=FIRST)
    for days, minor in history:
        builders.credit(account, minor, at=FIRST + days * DAY, text=f"dita {days}")
    account.refresh_from_db()
    return account


def statement(account: BankAccount, first: date, last: date) -> Statement:
    return selectors.statement(account, Period(first, last), at=FIRST + 90 * DAY)


def all_pages(account: BankAccount, search: Search, size: int) -> list[Page]:
    """From the newest page to the oldest, by the cursors."""
    pages = [selectors.page(account, search, None, size=size)]
    while pages[-1].older:
        pages.append(selectors.page(account, search, pages[-1].older, size=size))
    return pages


@hypothesis.settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@hypothesis.given(history=histories, span=spans)
def test_opening_and_turnover_make_the_closing_balance_in_any_period(
    history: list[tuple[int, int]], span: tuple[int, int]
) -> None:
    account = account_with(history)
    first = FIRST.date() + span[0] * DAY
    last = first + span[1] * DAY

    before, asked, after = (
        statement(account, first - 365 * DAY, first - DAY),
        statement(account, first, last),
        statement(account, last + DAY, last + 365 * DAY),
    )

    assert asked.opening_minor + asked.turnover_in_minor - asked.turnover_out_minor == asked.closing_minor
    assert asked.count_in + asked.count_out == len(asked.lines)
    assert [before.opening_minor, before.closing_minor] == [0, asked.opening_minor]
    assert [after.opening_minor, after.closing_minor] == [asked.closing_minor, account.balance_minor]
    assert len(before.lines) + len(asked.lines) + len(after.lines) == len(history)
    running = asked.opening_minor
    for line in asked.lines:
        running += line.amount_minor
        assert line.balance_after_minor == running
        assert first <= line.booked_on <= last


@hypothesis.settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@hypothesis.given(history=histories, size=st.integers(1, 5))
def test_paging_to_the_oldest_line_and_back_shows_each_line_once(history: list[tuple[int, int]], size: int) -> None:
    account = account_with(history)

    pages = all_pages(account, Search(), size)
    back = [pages[-1]]
    while back[-1].newer:
        back.append(selectors.page(account, Search(), back[-1].newer, size=size))

    down = [line.sequence for page in pages for line in page.lines]
    up = [line.sequence for page in reversed(back) for line in page.lines]
    assert down == list(range(len(history), 0, -1))
    assert up == down


def test_a_line_booked_between_two_pages_moves_nothing() -> None:
    account = account_with([(day, 100) for day in range(4)])
    first = selectors.page(account, Search(), None, size=2)

    builders.credit(account, 500, at=FIRST + 5 * DAY)

    second = selectors.page(account, Search(), first.older, size=2)
    assert [line.sequence for line in (*first.lines, *second.lines)] == [4, 3, 2, 1]


def test_a_page_costs_one_query_and_one_more_with_dates_or_where_lines_are_looked_up(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    account = account_with([(day, 100) for day in range(4)])

    with django_assert_num_queries(1):
        selectors.page(account, Search(), Cursor("older", 4), size=2)
    for search in (Search(words="dita"), Search(min_minor=1)):
        with django_assert_num_queries(2):
            selectors.page(account, search, Cursor("older", 4), size=2)
    with django_assert_num_queries(2):
        selectors.page(account, Search(from_on=date(2026, 10, 2)), None, size=2)


def test_both_days_of_a_search_belong_to_it() -> None:
    # 1, 2, 5 and 6 October 2026 are working days; what is booked on Saturday goes to Monday.
    account = account_with([(0, 1_00), (1, 2_00), (2, 3_00), (5, 4_00)])

    found = selectors.page(account, Search(from_on=date(2026, 10, 2), to_on=date(2026, 10, 5)), None)

    assert [line.amount_minor for line in found.lines] == [3_00, 2_00]


@pytest.mark.parametrize(
    ("search", "found"),
    [
        (Search(direction="in"), [7_00, 5_00]),
        (Search(direction="out"), [-2_00]),
        (Search(channel="interbank"), [7_00, -2_00, 5_00]),
        (Search(channel="online"), []),
        (Search(words="DITA 1"), [-2_00]),
        (Search(words="omega"), [7_00, 5_00]),
        (Search(words="kompania"), [-2_00]),
        (Search(min_minor=5_00), [7_00, 5_00]),
        (Search(max_minor=5_00), [-2_00, 5_00]),
        (Search(min_minor=2_00, max_minor=2_00), [-2_00]),
        (Search(words="100%"), []),
    ],
)
def test_each_filter_keeps_what_it_names(search: Search, found: list[int]) -> None:
    account = account_with([(0, 5_00), (1, -2_00), (4, 7_00)])

    assert [line.amount_minor for line in selectors.page(account, search, None).lines] == found


def test_what_is_held_is_shown_until_it_is_given_back() -> None:
    account = builders.funded(builders.company(), 10_000_00)
    facts = Facts(
        kind=Kind.DOMESTIC,
        channel=Channel.ONLINE,
        creditor_name="BETA NDËRTIM SHPK",
        creditor_iban=builders.OTHER_BANK_IBAN,
        remittance_information="Fatura 1147",
    )
    hold = ledger.hold(
        key=f"test:{account.pk}", account_id=account.pk, amount_minor=480_00, facts=facts, expected_on=AT.date(), at=AT
    )

    (line,) = selectors.held(account, Search(words="al", channel="online"))
    assert (line.counterparty, line.amount_minor, line.expected_on) == ("BETA NDËRTIM SHPK", -480_00, AT.date())
    assert selectors.held(account, Search(direction="in")) == []
    assert selectors.held(account, Search(words="gama")) == []

    ledger.release(hold_id=hold.pk, at=AT)
    assert selectors.held(account, Search()) == []


def test_the_latest_lines_of_several_accounts_come_in_one_query(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    company = builders.company()
    first, second = builders.account(company), builders.account(company, "EUR")
    for number, account in enumerate([first, second, first, first, second]):
        builders.credit(account, number + 1, at=AT + number * DAY)
    accounts = [BankAccount.objects.get(pk=account.pk) for account in (first, second)]

    with django_assert_num_queries(1):
        lines = selectors.latest(accounts, count=3)

    assert [line.amount_minor for line in lines] == [5, 4, 3]


def test_no_account_has_no_latest_lines() -> None:
    assert selectors.latest([], count=5) == []


def test_a_feast_struck_off_between_two_bookings_breaks_no_sum() -> None:
    saturday, monday = datetime(2026, 11, 21, 9, 0, tzinfo=UTC), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    account = builders.funded(builders.company(), 1_00, at=saturday)
    BankHoliday.objects.filter(day=monday.date()).delete()
    builders.credit(account, 2_00, at=monday)

    days = [statement(account, monday.date() + n * DAY, monday.date() + n * DAY) for n in (-1, 0, 1)]

    assert [day.closing_minor for day in days] == [0, 0, 3_00]
    assert [len(day.lines) for day in days] == [0, 0, 2]


def test_more_lines_than_a_page_can_carry_are_refused() -> None:
    account = account_with([(day, 100) for day in range(3)])
    period = Period(date(2026, 10, 1), date(2026, 10, 31))

    with pytest.raises(TooManyLines) as refused:
        selectors.statement(account, period, at=AT, lines_max=2)

    assert refused.value.facts == {"count": 3, "max": 2}


def test_a_statement_is_provisional_until_its_last_day_is_closed() -> None:
    account = builders.funded(builders.company(), 1_00)
    friday = Period(AT.date(), AT.date())
    evening = AT + timedelta(hours=11, minutes=30)
    assert business_day.accounting_day(AT) == friday.last

    at_noon = selectors.statement(account, friday, at=AT).provisional
    day_close.close_due(at=evening - timedelta(days=1))
    day_close.begin(day=friday.last, at=evening)
    while_closing = selectors.statement(account, friday, at=evening).provisional
    day_close.carry_on(day=friday.last, at=evening)
    closed = selectors.statement(account, friday, at=evening).provisional

    assert (at_noon, while_closing, closed) == (True, True, False)
