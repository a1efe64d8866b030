"""The plan of a series: the days that will pay, how far they are known, and that the clock keeps to it."""

from datetime import date, timedelta

import pytest

from accounts import business_day
from accounts.clock import TIRANA
from payments import execution, skipped_days
from payments.models import PaymentOrder
from payments.models.standing import Rhythm
from payments.standing_selectors import plan as plan_of
from tests import builders
from tests.payments import standing_cast as cast

pytestmark = pytest.mark.django_db


def plan(series):
    return plan_of(series, calendar=business_day.calendar(), at=builders.AT)


def test_the_plan_is_the_next_twelve_days_that_pay(firm):
    series = cast.running(firm, rhythm=Rhythm.WEEKLY)
    skipped_days.skip(standing_id=series.pk, mandate=firm.preparer, nominal_on=date(2026, 12, 1), at=builders.AT)

    told_days = plan(series)

    assert len(told_days.paying) == 12
    assert len(told_days.days) == 13
    assert told_days.paying[1].nominal_on == date(2026, 12, 8)


def test_the_plan_knows_the_cap_the_end_and_the_calendars_end(firm):
    capped = plan(cast.running(firm, cap_minor=300_000))
    whole = plan(cast.running(firm, times=3))
    unknown = plan(cast.running(firm, rhythm=Rhythm.YEARLY))

    assert (len(capped.days), capped.is_capped) == (2, True)
    assert (len(whole.days), whole.is_whole, whole.is_capped) == (3, True, False)
    assert unknown.calendar_ends_on is not None
    assert not unknown.is_whole


def test_what_the_plan_says_is_what_the_clock_does(firm):
    series = cast.running(firm, rhythm=Rhythm.WEEKLY, wish={"amount_minor": 1_000})
    promised = [day.due_on for day in plan(series).paying]

    cast.run(*(builders.AT.astimezone(TIRANA) + timedelta(days=day) for day in range(90)))

    assert cast.due_days(series)[:12] == promised
    assert PaymentOrder.objects.filter(standing=series, status="executed").count() >= 12
    assert execution.execute_due(at=builders.AT + timedelta(days=90)) == 0
