"""The watchdog of the close, and the clock that starts both."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from accounts import day_close, day_watch, tasks
from accounts.models import AuditEvent, BankAccount, BankDay
from tests.accounts.closing_day import EVENING, FRIDAY, MIDNIGHT, events_of_errors, forge, three_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[BankAccount]:
    return three_accounts()


@pytest.fixture
def errors(caplog) -> Callable[[], list[str]]:
    return events_of_errors(caplog)


def status() -> str:
    return BankDay.objects.get(day=FRIDAY).status


@pytest.mark.parametrize(
    ("moment", "is_late"), [(EVENING, False), (MIDNIGHT - timedelta(seconds=1), False), (MIDNIGHT, True)]
)
def test_a_day_is_late_from_its_midnight_on(accounts, moment, is_late):
    assert bool(day_watch.late(moment)) is is_late


def test_the_watchdog_barks_once_an_hour_and_no_more_when_the_day_is_closed(accounts, errors):
    moments = [MIDNIGHT + timedelta(minutes=minutes) for minutes in (-1, 0, 1, 59, 60, 119, 121)]

    barked = [bool(day_watch.watch(at=moment)) for moment in moments]

    assert barked == [False, True, False, False, True, False, True]
    assert errors() == ["bank.day.late"] * 3
    assert AuditEvent.objects.filter(event="bank.day.late", subject=f"day:{FRIDAY}").count() == 1
    assert day_watch.warned_of() == [FRIDAY]
    day_close.close_due(at=moments[-1])
    assert day_watch.watch(at=moments[-1] + timedelta(hours=2)) == []
    assert day_watch.warned_of() == []


def test_a_day_in_trouble_is_late_too(accounts, errors):
    forge(f"UPDATE accounts_entry SET amount_minor = 150 WHERE account_id = {accounts[0].pk}")
    day_close.close_due(at=EVENING)

    assert day_watch.watch(at=MIDNIGHT) == [FRIDAY]
    assert errors() == ["bank.day.does_not_add_up", "bank.day.late"]


# --- The clock -------------------------------------------------------------------------------------------------------


def test_a_long_close_is_done_in_turns(accounts, clock_at, monkeypatch):
    asked = []
    monkeypatch.setattr(day_close, "hurry", lambda: asked.append("a turn"))
    clock_at(EVENING)

    with monkeypatch.context() as patched:
        patched.setattr(tasks, "TURN", timedelta(seconds=-1))
        tasks.close_day()
    assert (status(), asked) == ("closing", ["a turn"])
    tasks.close_day()

    assert (status(), asked) == ("closed", ["a turn"])


def test_the_clock_watches(accounts, clock_at, errors):
    clock_at(MIDNIGHT)

    tasks.watch_day()

    assert errors() == ["bank.day.late"]


def test_a_queue_that_is_away_stops_nobody(settings, caplog, monkeypatch):
    def away(*_args, **_kwargs):
        raise OSError

    monkeypatch.setattr("accounts.day_close.current_app.send_task", away)

    day_close.hurry()

    assert [record.event for record in caplog.records] == ["bank.day.waits"]
