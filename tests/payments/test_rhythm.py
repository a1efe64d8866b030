"""On which days a series pays: month ends, leap years, feasts, and that no day is lost or paid twice."""

from datetime import date, timedelta
from itertools import islice, pairwise

import pytest
from hypothesis import given, strategies as st

from accounts.working_days import Calendar, CalendarUnknown, Holiday, library_feasts
from payments import rhythm
from payments.models.standing import Rhythm

CALENDAR = Calendar({feast.day: feast for feast in library_feasts(range(2024, 2030))})


def day(text: str) -> date:
    return date.fromisoformat(text)


def nominal(kind, first, count):
    found = islice(rhythm.nominal_days(rhythm=kind, first_on=day(first)), count)
    return [one.isoformat() for one in found]


def due(kind, first, count, **rules):
    found = rhythm.days(rhythm=kind, first_on=day(first), calendar=CALENDAR, **rules)
    return [one.due_on.isoformat() for one in islice(found, count)]


# --- What the rhythm names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "first", "days"),
    [
        ("daily", "2028-02-27", ["2028-02-27", "2028-02-28", "2028-02-29", "2028-03-01"]),
        ("weekly", "2026-12-21", ["2026-12-21", "2026-12-28", "2027-01-04", "2027-01-11"]),
        ("monthly", "2026-11-15", ["2026-11-15", "2026-12-15", "2027-01-15", "2027-02-15"]),
        ("monthly", "2026-12-31", ["2026-12-31", "2027-01-31", "2027-02-28", "2027-03-31"]),
        ("monthly", "2027-12-31", ["2027-12-31", "2028-01-31", "2028-02-29", "2028-03-31"]),
        ("monthly", "2027-01-30", ["2027-01-30", "2027-02-28", "2027-03-30", "2027-04-30"]),
        ("monthly", "2027-02-28", ["2027-02-28", "2027-03-28", "2027-04-28", "2027-05-28"]),
        ("quarterly", "2026-11-30", ["2026-11-30", "2027-02-28", "2027-05-30", "2027-08-30"]),
        ("half_yearly", "2026-08-31", ["2026-08-31", "2027-02-28", "2027-08-31", "2028-02-29"]),
        ("yearly", "2028-02-29", ["2028-02-29", "2029-02-28", "2030-02-28", "2031-02-28", "2032-02-29"]),
        ("yearly", "2026-12-31", ["2026-12-31", "2027-12-31", "2028-12-31"]),
    ],
)
def test_the_first_day_gives_the_day_and_short_months_take_their_last(kind, first, days):
    assert nominal(kind, first, len(days)) == days


@pytest.mark.parametrize(
    ("kind", "first", "needed"),
    [
        ("monthly", "2026-12-31", True),
        ("monthly", "2026-12-29", True),
        ("monthly", "2026-12-28", False),
        ("yearly", "2028-02-29", True),
        ("weekly", "2026-12-31", False),
        ("daily", "2026-12-31", False),
    ],
)
def test_the_month_end_rule_is_told_where_it_matters(kind, first, needed):
    assert rhythm.needs_month_end_rule(rhythm=kind, first_on=day(first)) is needed


# --- What it pays on ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "first", "prefers_previous", "days"),
    [
        # 28 and 29 November fall on a weekend: their days off are Monday and Tuesday.
        ("daily", "2026-11-26", False, ["2026-11-26", "2026-11-27", "2026-12-02", "2026-12-03"]),
        ("daily", "2026-11-28", True, ["2026-12-02", "2026-12-03", "2026-12-04", "2026-12-07"]),
        ("weekly", "2026-11-23", False, ["2026-11-24", "2026-12-02", "2026-12-07", "2026-12-14"]),
        ("weekly", "2026-11-23", True, ["2026-11-20", "2026-11-27", "2026-12-07", "2026-12-14"]),
        ("monthly", "2026-10-31", False, ["2026-11-02", "2026-12-02", "2026-12-31", "2027-02-01"]),
        ("monthly", "2026-10-31", True, ["2026-10-30", "2026-11-27", "2026-12-31", "2027-01-29"]),
        ("yearly", "2026-01-01", False, ["2026-01-05", "2027-01-05", "2028-01-05"]),
        ("yearly", "2026-01-01", True, ["2025-12-31", "2026-12-31", "2027-12-31"]),
        # The night of 25 October 2026 has an hour more, that of 28 March 2027 one less; days do not mind.
        ("daily", "2026-10-23", False, ["2026-10-23", "2026-10-26", "2026-10-27", "2026-10-28"]),
        ("monthly", "2027-02-28", False, ["2027-03-01", "2027-03-30", "2027-04-28"]),
    ],
)
def test_a_day_off_gives_way_as_the_customer_chose(kind, first, prefers_previous, days):
    assert due(kind, first, len(days), prefers_previous=prefers_previous) == days


@pytest.mark.parametrize(
    ("rules", "days"),
    [
        ({"times": 3}, ["2026-11-30", "2026-12-30", "2027-01-30"]),
        ({"last_on": day("2026-12-30")}, ["2026-11-30", "2026-12-30"]),
        ({"last_on": day("2026-12-29")}, ["2026-11-30"]),
        ({"last_on": day("2026-11-29")}, []),
    ],
)
def test_a_series_ends_by_the_days_of_its_rhythm(rules, days):
    found = rhythm.days(rhythm=Rhythm.MONTHLY, first_on=day("2026-11-30"), calendar=CALENDAR, **rules)

    assert [one.nominal_on.isoformat() for one in found] == days


def test_days_that_a_long_feast_throws_together_stay_apart():
    """Nine days off: both Mondays would be paid on the same day."""
    feast = {day("2026-06-06") + timedelta(days=n): Holiday(day("2026-06-06"), "Festë") for n in range(10)}
    calendar = Calendar(feast, until=day("2026-12-31"))

    found = list(rhythm.days(rhythm=Rhythm.WEEKLY, first_on=day("2026-06-08"), calendar=calendar, times=3))

    assert [one.due_on.isoformat() for one in found] == ["2026-06-16", "2026-06-17", "2026-06-22"]


def test_where_the_calendar_ends_nothing_is_guessed():
    found = rhythm.days(rhythm=Rhythm.YEARLY, first_on=day("2028-05-05"), calendar=CALENDAR)

    assert len([next(found), next(found)]) == 2
    with pytest.raises(CalendarUnknown):
        next(found)


@pytest.mark.parametrize(
    ("nominal_on", "prefers_previous", "codes"),
    [
        ("2026-12-04", False, ["requested"]),
        ("2026-12-05", False, ["requested_closed_later", "weekend"]),
        ("2026-12-05", True, ["requested_closed_earlier", "weekend"]),
        ("2026-11-28", False, ["requested_closed_later", "holiday", "moved"]),
        ("2026-11-28", True, ["requested_closed_earlier", "holiday"]),
    ],
)
def test_every_day_says_why(nominal_on, prefers_previous, codes):
    (one,) = rhythm.days(
        rhythm=Rhythm.YEARLY, first_on=day(nominal_on), calendar=CALENDAR, prefers_previous=prefers_previous, times=1
    )

    assert [reason.code for reason in one.reasons(CALENDAR)] == codes


@pytest.mark.parametrize("prefers_previous", [False, True])
def test_a_feast_that_is_an_estimate_is_flagged(prefers_previous):
    bajram = day("2027-03-10")
    calendar = Calendar({bajram: Holiday(bajram, "Dita e Bajramit të Madh", certain=False)}, until=day("2027-12-31"))
    days = rhythm.days(
        rhythm=Rhythm.MONTHLY, first_on=bajram, calendar=calendar, prefers_previous=prefers_previous, times=2
    )

    first, second = days

    assert first.is_estimated(calendar)
    assert "estimated" in [reason.code for reason in first.reasons(calendar)]
    assert not second.is_estimated(calendar)


# --- What holds whatever the calendar ----------------------------------------------------------------------------

calendars = st.sets(st.integers(0, 800), max_size=120).map(
    lambda numbers: Calendar(
        {(one := day("2026-01-01") + timedelta(days=number)): Holiday(one, "Festë") for number in numbers},
        until=day("2040-12-31"),
    )
)
firsts = st.dates(date(2026, 2, 1), date(2027, 6, 30))


@given(calendars, st.sampled_from(Rhythm), firsts, st.booleans(), st.integers(1, 40))
def test_every_day_is_a_working_day_in_its_order_and_none_comes_twice(calendar, kind, first, prefers_previous, times):
    found = []
    try:
        for one in rhythm.days(
            rhythm=kind, first_on=first, calendar=calendar, prefers_previous=prefers_previous, times=times
        ):
            found.append(one)
        assert len(found) == times
    except CalendarUnknown:
        assert kind in {Rhythm.YEARLY, Rhythm.HALF_YEARLY}

    due_days = [one.due_on for one in found]
    nominal_days = [one.nominal_on for one in found]
    assert all(calendar.is_working(one) for one in due_days)
    assert due_days == sorted(set(due_days))
    assert nominal_days == sorted(set(nominal_days))


@given(calendars, st.sampled_from(Rhythm), firsts, st.booleans(), st.integers(0, 700))
def test_a_last_day_bounds_the_rhythm_and_loses_nothing_before_it(calendar, kind, first, prefers_previous, span):
    last_on = first + timedelta(days=span)
    rules = {"rhythm": kind, "first_on": first, "calendar": calendar, "prefers_previous": prefers_previous}

    bounded = list(rhythm.days(**rules, last_on=last_on))

    endless = list(islice(rhythm.days(**rules), len(bounded))) if bounded else []
    assert bounded == endless
    assert all(first <= one.nominal_on <= last_on for one in bounded)


@given(st.sampled_from([Rhythm.MONTHLY, Rhythm.QUARTERLY, Rhythm.HALF_YEARLY, Rhythm.YEARLY]), firsts)
def test_no_month_is_left_out_and_the_day_comes_back_after_a_short_one(kind, first):
    named = list(islice(rhythm.nominal_days(rhythm=kind, first_on=first), 24))

    months = [one.year * 12 + one.month for one in named]
    assert [later - earlier for earlier, later in pairwise(months)] == [rhythm.MONTHS[kind]] * 23
    assert all(one.day == first.day or (one + timedelta(days=1)).day == 1 for one in named)
