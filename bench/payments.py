"""payments: due orders executed end to end, against the least that a batch of postings costs on the same server.

Claimed, asked again (rights, account, limit, payee, money), posted out of their holds, written down as executed, put
into the queue for clearing, with a line each in the chain of their company: as the runtime role, by `execute_due`.
The limit is bench/day.sql: as many bare lines, a debit and a credit each. A domestic order is two lines, its amount and
its fee; one within the bank has no fee and is one. Beside it the same orders one by one, and the request that signs.
"""

import os
import re
import time
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from statistics import median

import psycopg
from django.core.management import call_command
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from accounts import clock
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from bench import due_orders
from bench.due_orders import Payer
from bench.rounds import Pace, Result, interleave, ratio
from payments import execution
from payments.models import PaymentOrder
from payments.models.orders import OrderKind, OrderStatus

RELEASED = datetime(2026, 11, 20, 15, 0, tzinfo=clock.TIRANA)
DUE = datetime(2026, 11, 24, 8, 0, tzinfo=clock.TIRANA)
PAYERS = 200
ORDERS = {"full": 10_000, "quick": 1_000}
ALONE = {"full": 400, "quick": 50}
BAR = 0.40
MINOR = 10**13
LIMIT = [Path(__file__).with_name(name) for name in ("limit.sql", "day.sql")]
PASSWORD = "Lule-mali-2026"  # noqa: S105  of people who are made here and go with their database
QUERIES_BAR = 6
TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION)\b", re.I)
PAGES = ("orders", "approvals", "new_own", "new_internal", "new_domestic")
_dice = Random(2026)  # noqa: S311  which accounts, how much: no secrets


def measure(pace: Pace) -> list[Result]:
    """Lines a second of both kinds against the limit, then orders one by one, and the signing."""
    size = "full" if pace.seconds > 1 else "quick"
    with psycopg.connect(os.environ["DATABASE_OWNER_URL"], autocommit=True) as owner:
        for script in LIMIT:
            owner.execute(script.read_bytes())
        payers = due_orders.payers(PAYERS, minor=MINOR, at=RELEASED)
        stock = Stock(owner, payers)
        stock.executed(OrderKind.DOMESTIC, ORDERS["quick"])
        owner.execute("VACUUM ANALYZE")
        count, alone = ORDERS[size], ALONE[size]
        sides: dict[str, Callable[[], float]] = {
            "domestic": lambda: stock.executed(OrderKind.DOMESTIC, count),
            "internal": lambda: stock.executed(OrderKind.INTERNAL, count),
            "alone": lambda: stock.executed(OrderKind.DOMESTIC, alone, one_by_one=True),
            "limit": lambda: stock.bare(count),
        }
        found = interleave(sides, rounds=pace.rounds)
    domestic = [2 * orders for orders in found["domestic"]]
    return [
        _result(f"{count:,} domestic orders with a fee, lines / bare post_batch", ratio(domestic, found["limit"]), BAR),
        _result(f"{count:,} orders within the bank, lines / bare post_batch", ratio(found["internal"], found["limit"])),
        _result("domestic orders together / one by one", ratio(found["domestic"], found["alone"])),
        *(
            Result("payments", f"{name}, for reading only", median(found[side]), unit)
            for side, name, unit in (
                ("domestic", "domestic orders, together", "orders/s"),
                ("internal", "orders within the bank, together", "orders/s"),
                ("alone", "domestic orders, one by one", "orders/s"),
                ("limit", "bare post_batch", "lines/s"),
            )
        ),
        *_signing(pace),
    ]


def _result(name: str, value: float, bar: float | None = None) -> Result:
    return Result("payments", name, value, "x", bar)


class Stock:
    """Orders released outside the measured time, and the two sides that are measured."""

    def __init__(self, owner: psycopg.Connection, payers: list[Payer]) -> None:
        self.owner, self.payers = owner, payers

    def executed(self, kind: str, count: int, *, one_by_one: bool = False) -> float:
        """Orders a second; what is within the bank is due at once, so it is released on the day."""
        at = DUE if kind == OrderKind.INTERNAL else RELEASED
        ids = due_orders.release(self.payers[: min(PAYERS, count)], max(1, count // PAYERS), at=at, kind=kind)
        started_at = time.perf_counter()
        if one_by_one:
            for order_id in ids:
                execution.execute(order_id=order_id, at=DUE)
        else:
            execution.execute_due(at=DUE)
        passed = time.perf_counter() - started_at
        done = PaymentOrder.objects.filter(pk__in=ids, status=OrderStatus.EXECUTED).count()
        assert done == len(ids), f"{done} of {len(ids)} were executed"
        return len(ids) / passed

    def bare(self, count: int) -> float:
        """Bare lines a second, in batches as large as those of the orders."""
        passed = 0.0
        for _batch in range(0, count, 500):
            credits = [_dice.randint(2, 10_000) for _line in range(500)]
            amounts = [_dice.randint(1, 100_000) for _line in range(500)]
            started_at = time.perf_counter()
            words = (credits, amounts, "Fatura 2026/1147")
            self.owner.execute("SELECT bare.post_batch(1, %s::int[], %s::bigint[], %s)", words)
            passed += time.perf_counter() - started_at
        return count / passed


# --- What a person waits for ------------------------------------------------------------------------------------------


def _signing(pace: Pace) -> list[Result]:
    """The request that types the code and releases, by signers one after the other; then the queries of the pages."""
    call_command("collectstatic", interactive=False, verbosity=0)
    with override_settings(ROOT_URLCONF="bench.pages", BANK_CLOCK_OFFSET=None, ALLOWED_HOSTS=["testserver"]):
        times, statements = [], 0
        for payer in due_orders.payers(max(3, pace.tries // 10), minor=MINOR, at=RELEASED):
            browser = _signed_in(payer)
            for order in due_orders.awaiting([payer], 3, at=clock.now(), amount_minor=1_000_00):
                passed, statements = _signed(browser, order)
                times.append(passed * 1_000)
        (waiting,) = due_orders.awaiting([payer], 1, at=clock.now(), amount_minor=1_000_00)
        return [
            Result("payments", "the request that signs and releases, median, for reading only", median(times), "ms"),
            Result("payments", "the request that signs and releases: queries, for reading only", statements, ""),
            *_queries(browser, waiting),
        ]


def _signed_in(payer: Payer) -> Client:
    """The payer's signer, through all three steps."""
    payer.signer.set_password(PASSWORD)
    payer.signer.password_changed_at = clock.now()
    payer.signer.save(update_fields=["password", "password_changed_at"])
    assert payer.signer.person is not None, "a customer has a person"
    browser = Client()
    pair = {"customer_number": payer.signer.person.customer_number, "nipt": payer.company.nipt}
    browser.post(reverse("auth_flow:login"), pair)
    browser.post(reverse("auth_flow:login_password"), {"password": PASSWORD})
    browser.post(reverse("auth_flow:login_code"), {"code": fnp.derive(_last_code(payer))})
    return browser


def _last_code(payer: Payer) -> FnpChallenge:
    return FnpChallenge.objects.filter(user=payer.signer).latest("created_at")


def _signed(browser: Client, order: PaymentOrder) -> tuple[float, int]:
    """Seconds and statements of the POST after which the order is released."""
    browser.post(reverse("payments:review", args=[order.pk]), {"version": order.version})
    challenge = FnpChallenge.objects.get(subject=f"payments.order:{order.pk}")
    typed = {"challenge_id": str(challenge.pk), "code": fnp.derive(challenge)}
    with CaptureQueriesContext(connection) as seen:
        started_at = time.perf_counter()
        browser.post(reverse("payments:sign", args=[order.pk]), typed)
        passed = time.perf_counter() - started_at
    order.refresh_from_db()
    assert order.released_at is not None, "the code was not taken"
    return passed, _count(seen)


def _queries(browser: Client, waiting: PaymentOrder) -> list[Result]:
    """Of each page, beyond those that say who is signed in; tests/bkt_portal/test_queries.py holds them all to it."""
    addresses = {name: reverse(f"payments:{name}") for name in PAGES}
    addresses |= {name: reverse(f"payments:{name}", args=[waiting.pk]) for name in ("order", "review")}
    known = _asked(browser, "/bench/bare/")
    return [
        Result("payments", f"{name}: queries", _asked(browser, address) - known, "", QUERIES_BAR, "lower")
        for name, address in addresses.items()
    ]


def _asked(browser: Client, address: str) -> int:
    browser.get(address)  # what is written once a process, is written
    with CaptureQueriesContext(connection) as seen:
        response = browser.get(address)
    assert response.status_code == 200, f"{address}: {response.status_code}"
    return _count(seen)


def _count(seen: CaptureQueriesContext) -> int:
    return sum(not TRANSACTION.match(query["sql"]) for query in seen.captured_queries)
