"""A thousand orders are due and whoever executes them dies, twice comes at once, or loses the line: each goes once."""

import multiprocessing
import os
import time
from collections.abc import Callable
from datetime import datetime
from functools import partial
from multiprocessing.process import BaseProcess

import pytest
from django.db import connection, connections
from pytest_django import Settings

from accounts import books_check
from accounts.clock import TIRANA
from accounts.models import BankAccount, Posting
from bench import due_orders
from bench.due_orders import Payer
from payments import execution
from payments.models import PaymentOrder
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once

RELEASED = datetime(2026, 11, 20, 15, 0, tzinfo=TIRANA)
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=TIRANA)
PAYERS, EACH = 20, 50
ORDERS = PAYERS * EACH
MINOR, TOTAL = 1_000_000_000, 5_000_000 + 5_000
ENDS_OTHERS = """
SELECT pg_terminate_backend(pid) FROM pg_stat_activity
 WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""


@pytest.fixture
def payers(bank: BankDatabase, settings: Settings) -> list[Payer]:
    """With half of their orders held, and half of a day that they chose."""
    settings.EXECUTION_BATCH = 20
    made = due_orders.payers(PAYERS, minor=MINOR, at=RELEASED)
    for is_chosen in (False, True):
        due_orders.release(made, EACH // 2, at=RELEASED, is_chosen=is_chosen)
    return made


def executed() -> int:
    return PaymentOrder.objects.filter(status="executed").count()


def run_beside(patience: float = 20.0) -> BaseProcess:
    """A worker of its own that executes what is due; it has begun when this returns."""
    connections.close_all()
    worker = multiprocessing.get_context("fork").Process(target=_work)
    worker.start()
    deadline = time.monotonic() + patience
    while executed() < ORDERS // 10:
        assert time.monotonic() < deadline, "the worker does nothing"
    return worker


def _work() -> None:
    execution.execute_due(at=DUE)
    connections.close_all()
    os._exit(0)


def each_order_went_once(payers: list[Payer]) -> None:
    """Every order has one posting, every account paid for its own, and all laws of the books hold."""
    assert executed() == ORDERS
    postings = Posting.objects.filter(source__startswith="payments.order:")
    assert postings.count() == postings.values("source").distinct().count() == ORDERS
    accounts = BankAccount.objects.filter(pk__in=[payer.account.pk for payer in payers])
    assert set(accounts.values_list("balance_minor", "held_minor")) == {(MINOR - EACH * TOTAL, 0)}
    assert books_check.breached(books_check.check(at=DUE)) == []


def test_a_run_that_is_killed_is_finished_by_the_next(payers: list[Payer]) -> None:
    for _kill in range(2):
        worker = run_beside()
        worker.kill()
        worker.join()
    assert 0 < executed() < ORDERS

    execution.execute_due(at=DUE)

    assert execution.execute_due(at=DUE) == 0
    each_order_went_once(payers)


def test_a_run_that_loses_its_connection_goes_on_and_what_it_lost_is_caught_up(payers: list[Payer]) -> None:
    worker = run_beside()
    with connection.cursor() as cursor:
        for _cut in range(3):
            cursor.execute(ENDS_OTHERS)
            time.sleep(0.02)
    worker.join(timeout=20)
    assert worker.exitcode == 0

    execution.execute_due(at=DUE)

    each_order_went_once(payers)


@pytest.mark.parametrize("runs", [2, 4])
def test_runs_at_once_share_the_orders(payers: list[Payer], runs: int) -> None:
    run: Callable[[], int] = partial(execution.execute_due, at=DUE)

    moved = all_at_once(*[run] * runs)

    assert sum(moved) == ORDERS
    each_order_went_once(payers)


def test_a_day_that_was_missed_is_caught_up_once(payers: list[Payer]) -> None:
    late = DUE.replace(day=26, hour=3)

    moved = all_at_once(*[partial(execution.execute_due, at=late)] * 2)

    assert sum(moved) == ORDERS
    assert set(Posting.objects.filter(kind="domestic").values_list("value_on", flat=True)) == {DUE.date()}
    assert execution.execute_due(at=late.replace(day=27)) == 0
