"""What is told before it hurts: a calendar that ends, and feasts that nobody has confirmed."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
import time_machine

from accounts import business_day
from accounts.models import BankHoliday
from bkt_portal import checks
from payments.models import CutOff

pytestmark = pytest.mark.django_db


def warnings(day: datetime, check=checks.calendar_goes_on) -> list[str]:
    with time_machine.travel(day, tick=False):
        return [str(warning.id) for warning in check(None, ["default"])]


@pytest.mark.parametrize(
    ("days", "told"), [(90, []), (89, ["portal.W003"]), (0, ["portal.W003"]), (-5, ["portal.W003"])]
)
def test_the_calendars_end_is_told_ninety_days_before(days: int, told: list[str]) -> None:
    last = business_day.calendar_ends_on()

    assert warnings(datetime(last.year, 12, 31, 12, tzinfo=UTC) - timedelta(days=days)) == told


def test_a_check_without_a_database_says_nothing() -> None:
    assert checks.calendar_goes_on(None, None) == checks.feasts_are_known(None, None) == []


def test_next_years_feasts_are_missed_and_the_unsure_are_named() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    BankHoliday.objects.filter(day__year=2027).update(is_confirmed=False)

    assert warnings(noon, checks.feasts_are_known) == ["portal.W002"]
    BankHoliday.objects.filter(day__year=2027).delete()
    assert warnings(noon, checks.feasts_are_known) == ["portal.W001"]


def test_a_cut_off_after_the_last_session_is_warned_of() -> None:
    noon = datetime(2026, 11, 20, 12, tzinfo=UTC)
    assert warnings(noon, checks.cut_offs_come_before_the_last_session) == []
    CutOff.objects.create(kind="domestic", at_time=time(16, 0), valid_from=date(2026, 1, 1))

    assert warnings(noon, checks.cut_offs_come_before_the_last_session) == ["portal.W004"]
