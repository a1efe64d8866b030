"""The days that a statement covers."""

from datetime import date

import pytest
from django.utils.translation import override

from statements import periods
from statements.periods import Period, PeriodNotBegun, PeriodRunsBackwards, PeriodTooLong

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 11, 20), date(2026, 11, 1), date(2026, 11, 30)),
        (date(2026, 12, 31), date(2026, 12, 1), date(2026, 12, 31)),
        (date(2028, 2, 29), date(2028, 2, 1), date(2028, 2, 29)),
        (date(2026, 2, 1), date(2026, 2, 1), date(2026, 2, 28)),
    ],
)
def test_a_month_runs_from_its_first_day_to_its_last(day: date, first: date, last: date) -> None:
    assert periods.month(day) == Period(first, last)


@pytest.mark.parametrize(
    ("day", "first", "last"),
    [
        (date(2026, 1, 1), date(2026, 1, 1), date(2026, 3, 31)),
        (date(2026, 6, 30), date(2026, 4, 1), date(2026, 6, 30)),
        (date(2026, 11, 20), date(2026, 10, 1), date(2026, 12, 31)),
    ],
)
def test_a_quarter_is_three_whole_months(day: date, first: date, last: date) -> None:
    assert periods.quarter(day) == Period(first, last)


def test_the_month_and_the_quarter_before_cross_the_year() -> None:
    assert periods.month_before(date(2026, 1, 31)) == Period(date(2025, 12, 1), date(2025, 12, 31))
    assert periods.quarter_before(date(2026, 2, 1)) == Period(date(2025, 10, 1), date(2025, 12, 31))


def test_until_somebody_chooses_a_statement_shows_this_month_up_to_today() -> None:
    assert periods.month_so_far(TODAY) == Period(date(2026, 11, 1), TODAY)


def test_any_two_days_make_a_period_even_the_same_day_twice() -> None:
    assert periods.between(TODAY, TODAY, today=TODAY) == Period(TODAY, TODAY)


def test_a_period_that_runs_backwards_is_refused() -> None:
    with pytest.raises(PeriodRunsBackwards):
        periods.between(TODAY, date(2026, 11, 19), today=TODAY)


def test_a_period_that_has_not_begun_is_refused_and_one_that_ends_later_is_not() -> None:
    with pytest.raises(PeriodNotBegun):
        periods.between(date(2026, 11, 21), date(2026, 11, 30), today=TODAY)

    assert periods.between(TODAY, date(2026, 11, 30), today=TODAY).last == date(2026, 11, 30)


@pytest.mark.parametrize("first", [date(2021, 11, 21), date(2020, 2, 29), date(1, 1, 1)])
def test_five_years_are_a_period_and_a_day_more_is_refused(first: date) -> None:
    later = (
        date(3, 3, 1).replace(year=first.year + 5) if first == date(2020, 2, 29) else first.replace(year=first.year + 5)
    )

    assert periods.between(first, later - periods.ONE_DAY, today=TODAY).first == first
    with pytest.raises(PeriodTooLong):
        periods.between(first, later, today=TODAY)


@pytest.mark.parametrize(
    ("period", "words"),
    [
        (Period(date(2026, 11, 18), date(2026, 11, 27)), "18 deri 27 nëntor 2026"),
        (Period(date(2026, 10, 28), date(2026, 11, 3)), "28 tetor deri 3 nëntor 2026"),
        (Period(date(2025, 12, 28), date(2026, 1, 3)), "28 dhjetor 2025 deri 3 janar 2026"),
        (Period(TODAY, TODAY), "20 nëntor 2026"),
    ],
)
def test_a_period_names_no_more_than_it_must(period: Period, words: str) -> None:
    with override("sq"):
        assert str(period) == words
