"""The months of an account, out of the totals of closed days and the entries of those that are still open."""

from collections import defaultdict
from datetime import UTC, date, datetime, timedelta

import pytest

from accounts import day_close
from accounts.models import BankAccount, DayTotal, Entry
from statements import periods, turnovers
from statements.periods import Period
from statements.turnovers import MonthTurnover
from tests import builders

pytestmark = pytest.mark.django_db

FIRST = datetime(2026, 9, 28, 8, 0, tzinfo=UTC)
ALL_OF_IT = Period(date(2026, 1, 1), date(2026, 12, 31))


@pytest.fixture
def account() -> BankAccount:
    """Lines in September, October and November; the days up to 20 October are closed."""
    account = builders.account(builders.company(), overdraft_minor=10**9, at=FIRST)
    for days, minor in ((0, 5_00), (1, -2_00), (7, 9_00), (21, -1_00)):
        builders.credit(account, minor, at=FIRST + timedelta(days=days))
    day_close.close_due(at=datetime(2026, 10, 20, 20, 0, tzinfo=UTC))
    for days, minor in ((23, 4_00), (23, -3_00), (40, 8_00)):
        builders.credit(account, minor, at=FIRST + timedelta(days=days))
    return account


def by_adding_up(account: BankAccount, period: Period) -> list[MonthTurnover]:
    months: dict[date, list[Entry]] = defaultdict(list)
    for entry in Entry.objects.filter(account=account, booked_on__range=(period.first, period.last)).order_by(
        "sequence"
    ):
        months[entry.booked_on.replace(day=1)].append(entry)
    return [
        MonthTurnover(
            month=month,
            entries=len(entries),
            debit_minor=sum(-entry.amount_minor for entry in entries if entry.amount_minor < 0),
            credit_minor=sum(entry.amount_minor for entry in entries if entry.amount_minor > 0),
            closing_minor=entries[-1].balance_after_minor,
        )
        for month, entries in months.items()
    ]


def test_months_add_up_over_closed_days_and_open_ones(account: BankAccount) -> None:
    assert DayTotal.objects.filter(account=account).count() == 4

    months = turnovers.monthly(account, ALL_OF_IT)

    assert [one.month for one in months] == [date(2026, 9, 1), date(2026, 10, 1), date(2026, 11, 1)]
    assert months == by_adding_up(account, ALL_OF_IT)


@pytest.mark.parametrize(
    ("first", "last"),
    [((9, 29), (10, 5)), ((10, 6), (10, 21)), ((10, 22), (12, 31)), ((1, 1), (9, 27)), ((10, 20), (10, 20))],
)
def test_a_month_reaches_as_far_as_the_period(
    first: tuple[int, int], last: tuple[int, int], account: BankAccount
) -> None:
    period = Period(date(2026, *first), date(2026, *last))

    assert turnovers.monthly(account, period) == by_adding_up(account, period)


def test_an_account_without_lines_has_no_months() -> None:
    assert turnovers.monthly(builders.account(builders.company()), ALL_OF_IT) == []


def test_years_hold_their_months_newest_first(account: BankAccount) -> None:
    builders.credit(account, 7_00, at=datetime(2027, 1, 4, 8, 0, tzinfo=UTC))

    years = turnovers.by_year(turnovers.monthly(account, Period(date(2026, 1, 1), date(2027, 12, 31))))

    assert [(year.year, [month.month.month for month in year.months]) for year in years] == [
        (2027, [1]),
        (2026, [11, 10, 9]),
    ]
    assert [(year.entries, year.credit_minor, year.debit_minor) for year in years] == [(1, 7_00, 0), (7, 26_00, 6_00)]


@pytest.mark.parametrize(
    ("today", "first"), [((2026, 11, 20), (2021, 12, 1)), ((2026, 12, 31), (2022, 1, 1)), ((2028, 2, 29), (2023, 3, 1))]
)
def test_five_years_are_sixty_months(today: tuple[int, int, int], first: tuple[int, int, int]) -> None:
    assert periods.five_years(date(*today)) == Period(date(*first), date(*today))
