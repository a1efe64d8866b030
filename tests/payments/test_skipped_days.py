"""A day that was left out is taken back until it is due; then it stays left out."""

from datetime import date

import pytest

from accounts.models import AuditEvent
from payments import orders, skipped_days, standing
from payments.models.standing import Rhythm
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
WEDNESDAY = date(2026, 11, 25)
SMALL = {"amount_minor": 1_000}


def skip(series, mandate, day, *, at=builders.AT):
    return skipped_days.skip(standing_id=series.pk, mandate=mandate, nominal_on=day, at=at)


def take_back(series, mandate, day, *, at=builders.AT):
    return skipped_days.take_back(standing_id=series.pk, mandate=mandate, nominal_on=day, at=at)


def test_a_day_that_is_taken_back_pays_after_all(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, times=2, wish=SMALL)
    skip(series, firm.preparer, TUESDAY)

    take_back(series, firm.preparer, TUESDAY)

    cast.run(tirana(11, 24), tirana(11, 25))
    assert cast.due_days(series) == [TUESDAY, WEDNESDAY]
    row = series.skipped_days.get()
    assert (row.taken_back_by, row.taken_back_at) == (firm.preparer.user, builders.AT)
    assert AuditEvent.objects.filter(event="payments.standing.day_taken_back", outcome="done").count() == 1


def test_it_may_be_left_out_again_and_taken_back_again(firm):
    series = cast.running(firm)
    for _time in range(2):
        skip(series, firm.preparer, TUESDAY)
        take_back(series, firm.preparer, TUESDAY)
    skip(series, firm.preparer, TUESDAY)

    cast.run(tirana(11, 24))

    assert series.skipped_days.count() == 3
    assert not series.orders.exists()


def test_a_day_that_the_clock_has_already_looked_past_still_comes_back(firm):
    """The look of Tuesday sees that Wednesday is left out; on Tuesday evening it is taken back."""
    series = cast.running(firm, rhythm=Rhythm.DAILY, times=3, wish=SMALL)
    skip(series, firm.preparer, WEDNESDAY)
    cast.run(tirana(11, 24))

    take_back(series, firm.preparer, WEDNESDAY, at=tirana(11, 24, 20))

    cast.run(tirana(11, 25), tirana(11, 26))
    assert cast.due_days(series) == [TUESDAY, WEDNESDAY, date(2026, 11, 26)]


def test_a_series_whose_last_day_is_left_out_runs_until_that_day_has_come(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, times=2, wish=SMALL)
    skip(series, firm.preparer, WEDNESDAY)
    cast.run(tirana(11, 24))
    series.refresh_from_db()
    assert series.status == "running"

    cast.run(tirana(11, 25))

    series.refresh_from_db()
    assert (series.status, cast.due_days(series)) == ("finished", [TUESDAY])


def test_on_the_day_itself_it_is_too_late(firm):
    series = cast.running(firm)
    skip(series, firm.preparer, TUESDAY)

    with pytest.raises(skipped_days.DayHasCome):
        take_back(series, firm.preparer, TUESDAY, at=tirana(11, 24, 0, 0))
    assert take_back(series, firm.preparer, TUESDAY, at=tirana(11, 23, 23, 59)) == series


def test_what_a_signer_left_out_no_preparer_takes_back(firm):
    series = cast.running(firm)
    skip(series, firm.signers[0], TUESDAY)

    with pytest.raises(skipped_days.MayNotTakeBack):
        take_back(series, firm.preparer, TUESDAY)

    take_back(series, firm.signers[0], TUESDAY)
    skip(series, firm.preparer, TUESDAY)
    assert take_back(series, firm.signers[0], TUESDAY) == series


@pytest.mark.parametrize("day", [WEDNESDAY, date(2026, 12, 24)])
def test_a_day_that_was_not_left_out_cannot_be_taken_back(firm, day):
    with pytest.raises(skipped_days.DayIsNotSkipped):
        take_back(cast.running(firm), firm.preparer, day)


def test_nothing_comes_back_to_a_series_that_has_ended(firm):
    series = cast.running(firm)
    skip(series, firm.preparer, TUESDAY)
    standing.stop(standing_id=series.pk, mandate=firm.preparer, reason="x", with_orders=False, at=builders.AT)

    with pytest.raises(orders.OrderHasMovedOn):
        take_back(series, firm.preparer, TUESDAY)


def test_a_stranger_takes_nothing_back(firm):
    series = cast.running(firm)
    skip(series, firm.preparer, TUESDAY)

    with pytest.raises(standing.NoSuchStandingOrder):
        take_back(series, make_firm().signers[0], TUESDAY)
