"""The close of the day with the bank at work: real commits, threads, and a worker that dies."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from threading import Event, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.db.models import Count, Sum

from accounts import close_run, day_close, day_totals, day_watch
from accounts.clock import TIRANA
from accounts.models import AuditEvent, BankAccount, BankDay, BankDayTotal, DayClose, DayTotal, Entry
from tests import builders
from tests.bank_database import ROOT, BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.portal import until

FRIDAY, TUESDAY = date(2026, 11, 20), date(2026, 11, 24)
EVENING = datetime(2026, 11, 20, 20, 30, tzinfo=TIRANA)
ROUNDS = 3
POSTERS = 4
BEFORE, DURING = 5, 15

# A worker that is slow enough to be killed half way.
CHILD = """
import sys, time, django
django.setup()
from datetime import datetime
from datetime import timedelta
from accounts import close_run, day_close, day_totals
day_close.ACCOUNTS_A_STEP, close_run.LEASE = 1, timedelta(seconds=1)
write_some = day_totals.write_some
def slowly(*args, **kwargs):
    time.sleep(0.05)
    return write_some(*args, **kwargs)
day_totals.write_some = slowly
day_close.close_due(at=datetime.fromisoformat(sys.argv[1]))
"""


@pytest.fixture
def accounts(bank: BankDatabase, monkeypatch: pytest.MonkeyPatch) -> list[BankAccount]:
    """Six accounts with Friday's money; the close looks at two a step."""
    monkeypatch.setattr(day_close, "ACCOUNTS_A_STEP", 2)
    company = builders.company()
    return [builders.funded(company, 1_000_00) for _each in range(6)]


def the_books_agree(day: date) -> None:
    """Every account's total, and the bank's, are the sums of the entries of the day; no account is left out."""
    entries = Entry.objects.filter(booked_on=day)
    sums = dict(entries.values_list("account").annotate(net=Sum("amount_minor")))
    totals = {total.account_id: total for total in DayTotal.objects.filter(day=day)}
    assert {pk: total.credit_minor - total.debit_minor for pk, total in totals.items()} == sums
    counts = dict(entries.values_list("account").annotate(count=Count("pk")))
    assert {pk: total.entries for pk, total in totals.items()} == counts
    for pk, total in totals.items():
        last = entries.filter(account=pk).latest("sequence")
        assert (total.closing_minor, total.last_sequence) == (last.balance_after_minor, last.sequence)
    assert BankDayTotal.objects.get(day=day).entries == entries.count()


def posting_all_the_time(account: BankAccount, has_begun: list[Event], is_over: Event) -> Callable[[], int]:
    """Credits one after the other until the close is over; the close waits for the first few of everybody."""

    def post() -> int:
        count = 0
        while not is_over.is_set() or count < BEFORE + DURING:
            builders.credit(account, 1_00 + count, at=EVENING)
            count += 1
            if count == BEFORE:
                has_begun.pop().set()
        return count

    return post


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_every_posting_lands_wholly_on_one_side_of_the_close(accounts: list[BankAccount], _round: int) -> None:
    begun, is_over = [Event() for _poster in range(POSTERS)], Event()
    waiting = list(begun)

    def close() -> list[date]:
        for one in waiting:
            assert one.wait(timeout=20)
        try:
            return day_close.close_due(at=EVENING)
        finally:
            is_over.set()

    posters = [posting_all_the_time(account, begun, is_over) for account in accounts[:POSTERS]]
    ends = all_at_once(*posters, close)

    assert ends[-1] == [FRIDAY]
    posted, deposits = sum(ends[:-1]), len(accounts)
    by_day = dict(Entry.objects.values_list("booked_on").annotate(count=Count("posting", distinct=True)))
    assert set(by_day) == {FRIDAY, TUESDAY}
    assert sum(by_day.values()) == posted + deposits
    assert by_day[FRIDAY] >= deposits + POSTERS * BEFORE
    assert not Entry.objects.values("posting").annotate(days=Count("booked_on", distinct=True)).filter(days__gt=1)
    the_books_agree(FRIDAY)
    assert day_close.close_due(at=EVENING + timedelta(days=4)) == [TUESDAY]
    the_books_agree(TUESDAY)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_four_closes_at_once_one_does_it_and_nobody_waits(accounts: list[BankAccount], _round: int) -> None:
    ends = all_at_once(*[partial(day_close.close_due, at=EVENING)] * 4)

    assert sorted(ends) == [[], [], [], [FRIDAY]]
    assert AuditEvent.objects.filter(event="bank.day.closing", outcome="done").count() == 1
    assert AuditEvent.objects.filter(event="bank.day.closed", outcome="done").count() == 1
    the_books_agree(FRIDAY)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_when_staff_and_the_clock_begin_at_once_one_of_them_does(accounts: list[BankAccount], _round: int) -> None:
    ends = all_at_once(
        partial(day_close.begin, day=FRIDAY, at=EVENING, actor=builders.STAFF),
        partial(day_close.close_due, at=EVENING),
    )

    day_close.close_due(at=EVENING)
    begun = AuditEvent.objects.get(event="bank.day.closing", outcome="done")
    assert (begun.actor == "clock") == (refusals(ends) == [day_close.DayIsNotOpen])
    assert DayClose.objects.get(pk=FRIDAY).begun_by == begun.actor
    assert BankDay.objects.get(day=FRIDAY).status == "closed"
    the_books_agree(FRIDAY)


def test_a_step_of_the_close_keeps_no_posting_waiting(accounts: list[BankAccount]) -> None:
    day_close.begin(day=FRIDAY, at=EVENING)
    run = close_run.take(FRIDAY)
    assert run is not None

    with run.step():
        day_totals.write_some(FRIDAY, after=0, limit=1_000)
        ends = all_at_once(*(partial(at_once, account) for account in accounts))

    assert ends == [TUESDAY] * len(accounts)


def at_once(account: BankAccount) -> date:
    """Book without waiting for any lock."""
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '500ms'")
    builders.credit(account, 1_00, at=EVENING)
    return account.entries.latest("sequence").booked_on


def test_a_posting_on_its_way_to_the_day_is_waited_for(accounts: list[BankAccount]) -> None:
    """The close begins when whoever holds the open day has committed, and its totals have that posting in them."""
    ends: list[Any] = []
    closer = Thread(target=lambda: ends.append(in_a_thread(partial(day_close.close_due, at=EVENING))))
    with transaction.atomic():
        builders.credit(accounts[0], 7_00, at=EVENING)
        closer.start()
        closer.join(timeout=0.3)
        assert closer.is_alive()
    closer.join(timeout=20)

    assert ends == [[FRIDAY]]
    assert DayTotal.objects.get(account=accounts[0]).closing_minor == 1_007_00
    the_books_agree(FRIDAY)


def in_a_thread(act: Callable[[], Any]) -> Any:
    try:
        return act()
    finally:
        connections.close_all()


def test_a_close_whose_worker_is_killed_is_finished_by_the_next(
    bank: BankDatabase, accounts: list[BankAccount]
) -> None:
    environment = os.environ | {"DATABASE_URL": bank.url, "DJANGO_SETTINGS_MODULE": "bkt_portal.settings"}
    child = subprocess.Popen([sys.executable, "-c", CHILD, EVENING.isoformat()], cwd=ROOT, env=environment)
    try:
        until(lambda: DayClose.objects.filter(pk=FRIDAY, accounts_done__gte=3).exists(), patience=30)
        child.send_signal(signal.SIGKILL)
    finally:
        child.kill()
        child.wait()
    assert BankDay.objects.get(day=FRIDAY).status == "closing"
    left_at = DayClose.objects.get(pk=FRIDAY).accounts_done

    until(lambda: day_close.close_due(at=EVENING) == [FRIDAY], patience=20)

    assert 3 <= left_at < BankAccount.objects.count()
    assert DayClose.objects.get(pk=FRIDAY).accounts_done == BankAccount.objects.count()
    the_books_agree(FRIDAY)


def test_a_run_that_slept_while_another_closed_the_day_changes_nothing(
    accounts: list[BankAccount], monkeypatch: pytest.MonkeyPatch
) -> None:
    day_close.begin(day=FRIDAY, at=EVENING)
    with monkeypatch.context() as patched:
        patched.setattr(close_run, "LEASE", timedelta(0))
        sleeper = close_run.take(FRIDAY)
    assert sleeper is not None

    assert all_at_once(partial(day_close.close_due, at=EVENING)) == [[FRIDAY]]

    with pytest.raises(close_run.TakenOver), sleeper.step():
        pytest.fail("the fence is open")
    sleeper.let_go()
    the_books_agree(FRIDAY)


def test_while_a_step_is_at_work_staff_are_told_so_and_the_watch_barks_all_the_same(
    accounts: list[BankAccount], caplog: pytest.LogCaptureFixture
) -> None:
    day_close.begin(day=FRIDAY, at=EVENING)
    run = close_run.take(FRIDAY)
    assert run is not None

    with run.step():
        ends = all_at_once(
            partial(day_close.resume, day=FRIDAY, at=EVENING, actor=builders.STAFF),
            partial(day_watch.watch, at=EVENING + timedelta(days=1)),
        )

    assert (refusals(ends), ends[1]) == ([day_close.CloseIsAtWork], [FRIDAY])
    assert [vars(record).get("event") for record in caplog.records].count("bank.day.late") == 1
