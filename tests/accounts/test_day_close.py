"""The close from end to end: step by step, one run at a time, interrupted anywhere, and in trouble."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest

from accounts import business_day, clock, close_run, day_close, day_totals, selectors
from accounts.clock import TIRANA
from accounts.close_run import TakenOver
from accounts.models import AuditEvent, BankAccount, BankDay, BankHoliday, DayClose, DayTotal
from tests import builders
from tests.accounts.closing_day import EVENING, FRIDAY, MIDNIGHT, TUESDAY, events_of_errors, forge, three_accounts

pytestmark = pytest.mark.django_db


@pytest.fixture
def accounts() -> list[BankAccount]:
    return three_accounts()


@pytest.fixture
def errors(caplog) -> Callable[[], list[str]]:
    return events_of_errors(caplog)


@pytest.fixture
def one_by_one(monkeypatch) -> None:
    monkeypatch.setattr(day_close, "ACCOUNTS_A_STEP", 1)


def status() -> str:
    return BankDay.objects.get(day=FRIDAY).status


# --- Step by step ----------------------------------------------------------------------------------------------------


def test_a_close_writes_its_totals_some_accounts_at_a_time(accounts, one_by_one, monkeypatch):
    sizes = []
    write_some = day_totals.write_some

    def counted(*args, **kwargs):
        written = write_some(*args, **kwargs)
        sizes.append(written.looked_at)
        return written

    monkeypatch.setattr(day_totals, "write_some", counted)

    day_close.close_due(at=EVENING)

    close = DayClose.objects.get(pk=FRIDAY)
    assert set(sizes) == {0, 1}
    assert close.accounts_done == close.accounts_count == sum(sizes) == BankAccount.objects.count()
    assert (close.run_token, close.run_until, close.trouble) == (None, None, "")
    assert DayTotal.objects.filter(account__in=accounts).count() == 3


def test_the_trail_says_who_began_and_that_the_day_was_closed(accounts):
    day_close.begin(day=FRIDAY, at=EVENING, actor=builders.STAFF)
    day_close.close_due(at=EVENING)

    trail = AuditEvent.objects.filter(subject=f"day:{FRIDAY}").order_by("id").values_list("event", "actor")
    assert list(trail) == [("bank.day.closing", "user:branch"), ("bank.day.closed", "clock")]
    assert DayClose.objects.get(pk=FRIDAY).begun_by == "user:branch"


@pytest.mark.parametrize("breaks_at", [1, 2, 4])
def test_a_close_that_breaks_between_two_steps_goes_on_where_it_stood(accounts, one_by_one, monkeypatch, breaks_at):
    write_some, asked = day_totals.write_some, []

    def breaking(day, *, after, limit):
        asked.append(after)
        if len(asked) == breaks_at:
            raise RuntimeError("the worker dies")
        return write_some(day, after=after, limit=limit)

    monkeypatch.setattr(day_totals, "write_some", breaking)
    with pytest.raises(RuntimeError):
        day_close.close_due(at=EVENING)
    assert status() == "closing"
    assert DayClose.objects.get(pk=FRIDAY).accounts_done == breaks_at - 1

    assert day_close.close_due(at=EVENING) == [FRIDAY]

    assert asked[breaks_at] == asked[breaks_at - 1]
    assert len(asked) == len(set(asked)) + 1
    assert DayTotal.objects.filter(account__in=accounts).count() == 3


def test_a_run_without_time_left_lets_go_and_the_next_goes_on(accounts):
    long_ago = clock.machine() - timedelta(seconds=1)

    assert day_close.close_due(at=EVENING, gives_up_at=long_ago) == []
    assert (status(), DayTotal.objects.count()) == ("closing", 0)
    assert day_close.close_due(at=EVENING) == [FRIDAY]


def test_a_day_with_books_is_closed_even_if_it_became_a_day_off(accounts):
    BankHoliday.objects.create(day=FRIDAY, name="Zi kombëtare")

    assert day_close.close_due(at=EVENING) == [FRIDAY]
    assert not BankDay.objects.exclude(status="closed").exists()


def test_no_later_day_is_closed_before_one_that_does_not_add_up(accounts):
    builders.credit(accounts[0], 1_00, at=datetime(2026, 11, 24, 10, tzinfo=TIRANA))
    forge(f"UPDATE accounts_entry SET amount_minor = 7 WHERE account_id = {accounts[0].pk} AND sequence = 1")

    assert day_close.close_due(at=datetime(2026, 11, 24, 20, tzinfo=TIRANA)) == []

    assert list(BankDay.objects.order_by("day").values_list("day", "status")) == [
        (FRIDAY, "closing"),
        (TUESDAY, "open"),
    ]


def test_what_is_to_be_closed_begins_after_the_last_closed_day():
    builders.bank_day(FRIDAY, "closed")

    assert business_day.to_close(datetime(2026, 11, 25, 20, tzinfo=TIRANA)) == [TUESDAY, date(2026, 11, 25)]
    assert business_day.to_close(MIDNIGHT) == []


# --- One run at a time -----------------------------------------------------------------------------------------------


def test_while_one_run_has_the_close_another_does_nothing(accounts):
    day_close.begin(day=FRIDAY, at=EVENING)
    run = close_run.take(FRIDAY)
    assert run is not None

    assert close_run.take(FRIDAY) is None
    assert day_close.close_due(at=EVENING) == []
    run.let_go()
    assert day_close.close_due(at=EVENING) == [FRIDAY]


def test_a_run_that_slept_through_its_lease_finishes_nothing_of_anothers(accounts, monkeypatch):
    day_close.begin(day=FRIDAY, at=EVENING)
    with monkeypatch.context() as patched:
        patched.setattr(close_run, "LEASE", timedelta(seconds=-1))
        sleeper = close_run.take(FRIDAY)
    assert sleeper is not None
    awake = close_run.take(FRIDAY)
    assert awake is not None

    with pytest.raises(TakenOver), sleeper.step():
        pytest.fail("the fence is open")
    with pytest.raises(TakenOver):
        day_close._finish(day=FRIDAY, at=EVENING, run=sleeper)
    sleeper.let_go()

    assert status() == "closing"
    assert DayClose.objects.get(pk=FRIDAY).run_token == awake.token


def test_a_run_that_finds_its_close_taken_over_stops_quietly(accounts, one_by_one, monkeypatch):
    write_some = day_totals.write_some

    def robbed(day, *, after, limit):
        monkeypatch.setattr(close_run.CloseRun, "held", _taken_over)
        return write_some(day, after=after, limit=limit)

    monkeypatch.setattr(day_totals, "write_some", robbed)

    assert day_close.close_due(at=EVENING) == []
    assert status() == "closing"


def _taken_over(_run):
    raise TakenOver


# --- Trouble ---------------------------------------------------------------------------------------------------------


def test_a_day_that_does_not_add_up_stays_closing_and_is_told_loudly(accounts, errors):
    forge(f"UPDATE accounts_entry SET amount_minor = 150 WHERE account_id = {accounts[0].pk}")

    assert day_close.close_due(at=EVENING) == []

    close = DayClose.objects.get(pk=FRIDAY)
    assert status() == "closing"
    assert close.trouble.startswith("refused by law: day_total_adds_up. Failing row contains")
    assert errors() == ["bank.day.does_not_add_up"]
    trail = AuditEvent.objects.get(event="bank.day.in_trouble")
    assert (trail.outcome, trail.reason) == ("refused", close.trouble[:200])


def test_what_only_the_proof_sees_keeps_the_day_from_being_closed(accounts, errors):
    """A posting whose other side was taken away together with its total: every account agrees with itself."""
    core = selectors.house_account("core", "ALL")
    forge(f"DELETE FROM accounts_entry WHERE account_id = {core.pk}")

    day_close.close_due(at=EVENING)

    assert "every_posting_sums_to_zero" in DayClose.objects.get(pk=FRIDAY).trouble
    assert status() == "closing"
    assert errors() == ["bank.day.does_not_add_up"]


def test_trouble_is_tried_again_later_or_when_staff_ask(accounts, monkeypatch, errors):
    forge(f"UPDATE accounts_entry SET amount_minor = 150 WHERE account_id = {accounts[0].pk}")
    day_close.close_due(at=EVENING)
    day_close.close_due(at=EVENING)
    assert len(errors()) == 1

    with monkeypatch.context() as patched:
        patched.setattr(close_run, "TRY_AGAIN_AFTER", timedelta(seconds=-1))
        day_close.close_due(at=EVENING)
    assert len(errors()) == 2
    forge(f"UPDATE accounts_entry SET amount_minor = 100 WHERE account_id = {accounts[0].pk}")
    day_close.resume(day=FRIDAY, at=EVENING, actor=builders.STAFF)

    assert day_close.close_due(at=EVENING) == [FRIDAY]
    assert DayClose.objects.get(pk=FRIDAY).trouble == ""
    assert AuditEvent.objects.filter(event="bank.day.resumed").count() == 1
