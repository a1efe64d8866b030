from datetime import date, timedelta

import pytest
from hypothesis import given, strategies as st

from accounts.working_days import FEAST_NAMES, Calendar, CalendarUnknown, Holiday, library_feasts

FEASTS = {feast.day: feast for feast in library_feasts([2026, 2027])}
CALENDAR = Calendar(FEASTS)


def test_feasts_on_a_weekend_move_the_day_off() -> None:
    moved = [feast.day for feast in FEASTS.values() if feast.moved and feast.day.year == 2026]

    assert moved == [
        date(2026, 3, 16),
        date(2026, 3, 23),
        date(2026, 4, 6),
        date(2026, 4, 13),
        date(2026, 9, 7),
        date(2026, 11, 23),
        date(2026, 11, 30),
        date(2026, 12, 1),
    ]


def test_two_feasts_in_a_row_move_monday_and_tuesday() -> None:
    assert FEASTS[date(2027, 5, 3)] == Holiday(date(2027, 5, 3), "Dita Ndërkombëtare e Punëtorëve", moved=True)
    assert FEASTS[date(2027, 5, 4)] == Holiday(date(2027, 5, 4), "Pashkët Ortodokse", moved=True)


def test_only_the_feasts_of_the_moon_are_uncertain() -> None:
    uncertain = {feast.day: feast.name for feast in FEASTS.values() if not feast.certain}

    assert uncertain == {
        date(2027, 3, 9): "Dita e Bajramit të Madh",
        date(2027, 5, 16): "Dita e Kurban Bajramit",
        date(2027, 5, 17): "Dita e Kurban Bajramit",
    }


@pytest.mark.parametrize("year", range(2018, 2040))
def test_every_feast_of_the_library_has_a_name_of_ours(year: int) -> None:
    feasts = library_feasts([year])

    assert {name for feast in feasts for name in feast.name.split(" / ")} <= set(FEAST_NAMES.values())
    assert {feast.day.year for feast in feasts} == {year}
    assert all(feast.day.weekday() < 5 for feast in feasts if feast.moved)


@pytest.mark.parametrize(
    ("day", "code", "name"),
    [
        (date(2026, 11, 21), "weekend", ""),
        (date(2026, 11, 22), "holiday", "Dita e Alfabetit"),
        (date(2026, 11, 23), "moved", "Dita e Alfabetit"),
        (date(2026, 11, 28), "holiday", "Dita e Flamurit dhe e Pavarësisë"),
    ],
)
def test_a_closed_day_says_why(day: date, code: str, name: str) -> None:
    assert CALENDAR.why_closed(day) == (code, name)
    assert not CALENDAR.is_working(day)


def test_a_working_day_has_no_reason_to_be_closed() -> None:
    assert CALENDAR.why_closed(date(2026, 11, 24)) is None
    assert CALENDAR.is_working(date(2026, 11, 24))


def test_the_neighbours_of_a_long_feast_are_found() -> None:
    friday, sunday, wednesday = date(2026, 11, 27), date(2026, 11, 29), date(2026, 12, 2)

    assert CALENDAR.next_working(friday) == wednesday
    assert CALENDAR.on_or_after(sunday) == wednesday
    assert CALENDAR.on_or_before(sunday) == friday
    assert CALENDAR.on_or_after(friday) == CALENDAR.on_or_before(friday) == friday


def test_the_calendar_ends_with_its_last_year() -> None:
    assert CALENDAR.until == date(2027, 12, 31)
    assert CALENDAR.is_working(date(2027, 12, 31))

    with pytest.raises(CalendarUnknown) as refused:
        CALENDAR.next_working(date(2027, 12, 31))

    assert "31.12.2027" in str(refused.value.sentence)


def test_an_empty_calendar_knows_no_day() -> None:
    with pytest.raises(CalendarUnknown):
        Calendar({}).is_working(date(2026, 11, 24))


def test_a_calendar_does_not_change_with_what_it_was_made_of() -> None:
    source = dict(FEASTS)
    calendar = Calendar(source, until=date(2026, 12, 31))
    source.clear()

    assert not calendar.is_working(date(2026, 11, 30))
    assert calendar.until == date(2026, 12, 31)


@given(st.dates(min_value=date(2026, 1, 5), max_value=date(2027, 12, 20)))
def test_the_next_working_day_is_the_nearest_one_after(day: date) -> None:
    following = CALENDAR.next_working(day)
    between = [day + timedelta(days=n) for n in range(1, (following - day).days)]

    assert following > day
    assert CALENDAR.is_working(following)
    assert not any(CALENDAR.is_working(closed) for closed in between)
    assert CALENDAR.on_or_before(day) <= day <= CALENDAR.on_or_after(day)
