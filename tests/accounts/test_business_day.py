"""On which day is a moment booked? The rows of the bank's own rule: after 20:00, if the close has started (R58-R60)."""

from datetime import date, datetime, time

import pytest
from django.db import IntegrityError, transaction

from accounts import business_day, day_close
from accounts.clock import TIRANA
from accounts.models import AuditEvent, BankDay, BankHoliday, CalendarYear
from tests import builders

pytestmark = pytest.mark.django_db

FRIDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 24)  # between them a weekend and a feast moved to Monday


def tirana(day: int, hour: int, minute: int = 0) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=TIRANA)


@pytest.mark.parametrize(
    ("moment", "friday_is", "booked_on"),
    [
        (tirana(20, 13), "open", FRIDAY),
        (tirana(20, 20, 30), "closing", TUESDAY),
        (tirana(20, 20, 30), "open", FRIDAY),
        (tirana(20, 22), "closed", TUESDAY),
        (tirana(21, 11), "closed", TUESDAY),
        (tirana(21, 11), "open", TUESDAY),
        (tirana(23, 9), "closed", TUESDAY),
        (tirana(24, 0, 30), "closing", TUESDAY),
    ],
)
def test_the_accounting_day_of_a_moment(moment, friday_is, booked_on):
    builders.bank_day(FRIDAY, friday_is)

    assert business_day.accounting_day(moment) == booked_on


def test_the_close_starts_at_20_and_goes_one_way():
    builders.bank_day(FRIDAY)
    with pytest.raises(day_close.TooEarlyToClose):
        day_close.begin(day=FRIDAY, at=tirana(20, 19, 59))
    day_close.begin(day=FRIDAY, at=tirana(20, 20))
    with pytest.raises(day_close.DayIsNotOpen):
        day_close.begin(day=FRIDAY, at=tirana(20, 20, 1), actor=builders.STAFF)

    assert day_close.carry_on(day=FRIDAY, at=tirana(20, 21))

    assert BankDay.objects.get(day=FRIDAY).status == "closed"
    assert not day_close.carry_on(day=FRIDAY, at=tirana(20, 21))
    with pytest.raises(day_close.DayIsNotClosing):
        day_close.resume(day=FRIDAY, at=tirana(20, 21), actor=builders.STAFF)


def test_an_earlier_day_is_closed_first():
    builders.bank_day(date(2026, 11, 19))

    with pytest.raises(day_close.EarlierDayComesFirst):
        day_close.begin(day=FRIDAY, at=tirana(20, 20))


def test_a_working_day_without_a_booking_is_not_left_out_of_the_order():
    builders.bank_day(date(2026, 11, 18), "closed")

    with pytest.raises(day_close.EarlierDayComesFirst) as refused:
        day_close.begin(day=FRIDAY, at=tirana(20, 20))

    assert refused.value.facts == {"day": "19.11.2026"}
    assert day_close.close_due(at=tirana(20, 20)) == [date(2026, 11, 19), FRIDAY]


def test_the_hour_of_the_close_is_a_setting(settings):
    settings.DAY_CLOSE_STARTS = time(21, 30)
    builders.bank_day(FRIDAY)
    with pytest.raises(day_close.TooEarlyToClose) as refused:
        day_close.begin(day=FRIDAY, at=tirana(20, 21, 29))

    day_close.begin(day=FRIDAY, at=tirana(20, 21, 30))

    assert "21:30" in str(refused.value.sentence)


def test_the_clock_closes_every_day_that_is_due_and_nothing_the_second_time():
    for day in (19, 20):
        BankDay.objects.create(day=date(2026, 11, day))

    assert day_close.close_due(at=tirana(20, 19)) == [date(2026, 11, 19)]
    assert day_close.close_due(at=tirana(20, 20)) == [FRIDAY]
    assert day_close.close_due(at=tirana(20, 20)) == []


def test_a_close_that_stopped_half_way_is_finished():
    builders.bank_day(FRIDAY)
    day_close.begin(day=FRIDAY, at=tirana(20, 20))

    assert day_close.close_due(at=tirana(20, 23)) == [FRIDAY]


def test_a_late_moment_is_not_booked_on_a_day_that_was_closed_without_a_booking():
    """A request of yesterday that was kept waiting over midnight."""
    builders.bank_day(date(2026, 11, 18))
    day_close.close_due(at=tirana(19, 20, 30))

    assert business_day.accounting_day(tirana(19, 23, 59)) == FRIDAY


def test_the_close_leaves_no_working_day_open_behind_it():
    builders.bank_day(date(2026, 11, 17))

    closed = day_close.close_due(at=tirana(24, 9))

    assert [day.day for day in closed] == [17, 18, 19, 20]
    assert business_day.accounting_day(tirana(20, 12)) == TUESDAY


def test_two_clocks_that_close_at_once_close_every_day_once(monkeypatch):
    builders.bank_day(date(2026, 11, 19))
    begin = day_close.begin

    def begun_by_the_other_clock_first(*, day, at):
        if day == date(2026, 11, 19):
            begin(day=day, at=at)
            day_close.carry_on(day=day, at=at)
        return begin(day=day, at=at)

    monkeypatch.setattr(day_close, "begin", begun_by_the_other_clock_first)

    assert day_close.close_due(at=tirana(20, 20)) == [FRIDAY]
    assert not AuditEvent.objects.filter(event="bank.day.closing", outcome="refused").exists()


@pytest.mark.parametrize("day", [date(2020, 1, 2), date(2026, 11, 19), date(2026, 11, 22), date(2026, 11, 18)])
def test_only_the_day_that_is_next_is_closed(day):
    """Neither one before the books began, nor one that was left out, nor a Sunday, nor one that is closed."""
    builders.bank_day(date(2026, 11, 18), "closed")
    builders.bank_day(date(2026, 11, 19), "closed")
    builders.bank_day(FRIDAY)

    with pytest.raises((day_close.NotADayToClose, day_close.DayIsNotOpen)):
        day_close.begin(day=day, at=tirana(24, 21), actor=builders.STAFF)

    assert business_day.to_close(tirana(20, 21)) == [FRIDAY]
    assert not BankDay.objects.exclude(day__in=[date(2026, 11, 18), date(2026, 11, 19), FRIDAY]).exists()


def test_books_that_know_no_day_close_none():
    with pytest.raises(day_close.NotADayToClose):
        day_close.begin(day=FRIDAY, at=tirana(20, 21), actor=builders.STAFF)


def test_a_day_is_final_only_when_nothing_can_be_booked_on_it_any_more():
    BankDay.objects.create(day=FRIDAY)
    assert not business_day.is_final(FRIDAY, at=tirana(20, 13))

    day_close.close_due(at=tirana(20, 20))

    assert business_day.is_final(FRIDAY, at=tirana(20, 21))
    assert not business_day.is_final(TUESDAY, at=tirana(20, 21))


def test_a_refused_close_leaves_a_trace():
    with pytest.raises(day_close.TooEarlyToClose):
        day_close.begin(day=FRIDAY, at=tirana(20, 12))

    event = AuditEvent.objects.filter(event="bank.day.closing").latest("sequence")
    assert (event.outcome, event.reason) == ("refused", "too_early_to_close")


def test_the_calendar_ends_with_the_last_completed_year_whatever_feast_stands_after_it():
    BankHoliday.objects.create(day=date(2029, 3, 14), name="Dita e Verës")

    assert business_day.calendar().until == date(2028, 12, 31)
    CalendarYear.objects.create(year=2029)
    assert business_day.calendar().until == date(2029, 12, 31)


def test_years_are_completed_one_after_the_other():
    with pytest.raises(IntegrityError, match="calendar_years_follow_each_other"), transaction.atomic():
        CalendarYear.objects.create(year=2031)
    with pytest.raises(IntegrityError, match="calendar_years_follow_each_other"), transaction.atomic():
        CalendarYear.objects.filter(year=2028).delete()
