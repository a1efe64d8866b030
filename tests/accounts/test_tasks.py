"""The clock closes the bank's day: from 20:00, once."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from accounts import business_day
from accounts.models import AuditEvent, BankDay
from accounts.tasks import close_day
from tests.builders import AT

pytestmark = pytest.mark.django_db

ClockAt = Callable[[datetime], None]


@pytest.mark.parametrize(
    ("minutes_after_ten", "status"),
    [(0, BankDay.Status.OPEN), (599, BankDay.Status.OPEN), (600, BankDay.Status.CLOSED), (899, BankDay.Status.CLOSED)],
)
def test_the_day_is_closed_from_eight_in_the_evening(
    minutes_after_ten: int, status: BankDay.Status, clock_at: ClockAt
) -> None:
    today = business_day.accounting_day(AT)
    clock_at(AT + timedelta(minutes=minutes_after_ten))

    close_day()

    assert BankDay.objects.get(day=today).status == status


def test_the_second_tick_does_nothing(clock_at: ClockAt) -> None:
    business_day.accounting_day(AT)
    clock_at(AT + timedelta(hours=11))
    close_day()
    traces = AuditEvent.objects.count()

    close_day()

    assert AuditEvent.objects.count() == traces
