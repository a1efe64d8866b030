"""Moving the bank's clock: by command and by the demo's page, never to before the last booking, never in production."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from accounts import clock, time_travel
from accounts.models import AuditEvent
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

SOON = timedelta(seconds=30)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2026-11-27T13:59:30", datetime(2026, 11, 27, 12, 59, 30, tzinfo=UTC)),
        ("2026-07-01T13:59", datetime(2026, 7, 1, 11, 59, tzinfo=UTC)),
        ("2026-11-27T13:59:30+00:00", datetime(2026, 11, 27, 13, 59, 30, tzinfo=UTC)),
        (" 2026-11-27 ", datetime(2026, 11, 26, 23, 0, tzinfo=UTC)),
    ],
)
def test_a_moment_without_a_zone_is_tiranas(text: str, moment: datetime) -> None:
    assert time_travel.moment_of(text) == moment


@pytest.mark.parametrize("text", ["", "nesër", "27.11.2026", "2026-13-01", "0001-01-01T00:00"])
def test_any_other_text_is_refused(text: str) -> None:
    with pytest.raises(time_travel.MomentNotUnderstood):
        time_travel.moment_of(text)


def test_the_command_moves_the_clock_and_says_what_it_shows(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("set_clock", "2027-11-27T13:59:30")

    assert timedelta(0) <= clock.now() - datetime(2027, 11, 27, 12, 59, 30, tzinfo=UTC) < SOON
    assert capsys.readouterr().out.startswith("The bank's clock shows 2027-11-27 13:59:3")


def test_the_clock_never_goes_back_before_the_last_booking(clock_at: Callable[[datetime], None]) -> None:
    clock_at(AT)
    builders.funded(builders.company(), 1_00, at=AT)

    with pytest.raises(CommandError, match=r"20\.11\.2026"):
        call_command("set_clock", "2026-11-20T09:59:59")

    assert timedelta(0) <= clock.now() - AT < SOON


def test_the_moment_of_the_last_booking_itself_is_allowed() -> None:
    builders.funded(builders.company(), 1_00, at=AT)

    time_travel.move(to=AT)

    assert timedelta(0) <= clock.now() - AT < SOON


def test_in_production_the_clock_stands_still(settings: Settings) -> None:
    settings.BANK_CLOCK_OFFSET = None

    with pytest.raises(time_travel.ClockStandsStill):
        time_travel.move(to=AT)


def test_a_moment_out_of_all_reach_is_refused_in_one_sentence() -> None:
    with pytest.raises(CommandError) as refused:
        call_command("set_clock", "9999-12-31T23:59")

    assert "\n" not in str(refused.value)


def test_a_move_and_a_refused_move_leave_their_traces() -> None:
    time_travel.move(to=AT)
    with pytest.raises(time_travel.AfterTheCalendar):
        time_travel.move(to=AT + timedelta(days=40_000))

    outcomes = AuditEvent.objects.filter(event="bank.clock.moved").order_by("-id").values_list("outcome", flat=True)
    assert list(outcomes[:2]) == ["refused", "done"]
