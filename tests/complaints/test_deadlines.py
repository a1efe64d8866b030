"""Until when the bank answers: working days, over weekends and feasts."""

from datetime import UTC, date, datetime, timedelta

import pytest
from pytest_django import Settings

from accounts.models import BankHoliday, CalendarYear
from accounts.working_days import Calendar, Holiday
from complaints import deadlines

# The feasts around the end of November 2026: Saturday 28 and Sunday 29 move to Monday 30 and Tuesday 1 December.
FEASTS = {
    day: Holiday(day, "Festë")
    for day in (
        date(2026, 11, 28),
        date(2026, 11, 29),
        date(2026, 11, 30),
        date(2026, 12, 1),
        date(2026, 12, 8),
        date(2026, 12, 25),
    )
}
CALENDAR = Calendar(FEASTS, until=date.max)


@pytest.mark.parametrize(
    ("filed_on", "days", "last_day"),
    [
        (date(2026, 11, 16), 1, date(2026, 11, 17)),  # Monday, the next day
        (date(2026, 11, 20), 1, date(2026, 11, 23)),  # Friday, over the weekend
        (date(2026, 11, 21), 1, date(2026, 11, 23)),  # Saturday counts as Friday does
        (date(2026, 11, 27), 1, date(2026, 12, 2)),  # Friday before two moved feasts
        (date(2026, 12, 7), 1, date(2026, 12, 9)),  # a feast in the middle of the week
        (date(2026, 12, 8), 1, date(2026, 12, 9)),  # filed on the feast itself
        (date(2026, 11, 20), 15, date(2026, 12, 16)),  # fifteen, over three weekends and three days off
        (date(2026, 12, 24), 2, date(2026, 12, 29)),  # Christmas and a weekend
    ],
)
def test_the_day_of_the_answer_counts_working_days_alone(filed_on: date, days: int, last_day: date) -> None:
    assert deadlines.day_after(days, filed_on, calendar=CALENDAR) == last_day


@pytest.mark.parametrize(
    ("today", "left"),
    [
        (date(2026, 11, 27), 1),  # Friday; Monday and Tuesday are off
        (date(2026, 12, 1), 1),
        (date(2026, 12, 2), 0),  # the day itself
        (date(2026, 12, 3), -1),
        (date(2026, 12, 5), -2),  # a Saturday adds none
        (date(2026, 12, 9), -4),
    ],
)
def test_what_is_left_is_counted_the_same_way(today: date, left: int) -> None:
    standing = deadlines.left(date(2026, 12, 2), today=today, calendar=CALENDAR)

    assert standing.days == left
    assert standing.is_overdue == (left < 0)


def test_a_deadline_that_ran_out_on_friday_is_past_on_saturday() -> None:
    assert deadlines.left(date(2026, 12, 4), today=date(2026, 12, 5), calendar=CALENDAR).is_overdue


@pytest.mark.django_db
def test_a_message_is_answered_sooner_than_a_complaint(settings: Settings, at: datetime) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"reply_days": 15, "message_reply_days": 2}

    assert deadlines.answer_by("message", at) == date(2026, 11, 25)  # Monday 23 November is a feast that moved
    assert deadlines.answer_by("complaint", at) > deadlines.answer_by("message", at)
    assert deadlines.answer_by("suggestion", at) == deadlines.answer_by("complaint", at)


@pytest.mark.django_db
def test_the_day_is_tiranas(settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"message_reply_days": 1}
    before_midnight = datetime(2026, 11, 17, 22, 59, tzinfo=UTC)

    assert deadlines.answer_by("message", before_midnight) == date(2026, 11, 18)
    assert deadlines.answer_by("message", before_midnight + timedelta(minutes=2)) == date(2026, 11, 19)


@pytest.mark.django_db
def test_a_calendar_that_ends_refuses_no_complaint() -> None:
    last = CalendarYear.objects.latest("year").year
    new_years_eve = datetime(last, 12, 30, 12, tzinfo=UTC)

    assert deadlines.answer_by("complaint", new_years_eve).year == last + 1
    assert not BankHoliday.objects.filter(day__year=last + 1).exists()
