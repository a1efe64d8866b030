"""What a page may cost: six queries beyond those that say who is signed in.

Every GET page of a signed-in person is walked, for one who prepares and signs, with orders in every state she can meet.
"""

import re
from collections.abc import Callable, Iterable, Iterator
from typing import NamedTuple

import pytest
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, path, reverse
from pytest_django import Settings

from accounts.models import BankAccount, Mandate, User
from auth_flow.decorators import signed_in as only_signed_in
from auth_flow.http import SignedInRequest
from bkt_portal import urls
from payments import beneficiaries
from tests import builders
from tests.payments import standing_cast

pytestmark = pytest.mark.django_db

QUERIES_MAX = 6
IBAN = builders.OTHER_BANK_IBAN
TRANSACTION = re.compile(r"(BEGIN|COMMIT|ROLLBACK|SAVEPOINT|RELEASE|SET TRANSACTION)\b", re.I)
# The demo's and the tests' clock is a row; in production there is none.
CLOCK = re.compile(r"accounts_bankclock")
# Django's own site for the staff, and what only machines ask.
ELSEWHERE = ("staff/", "demo/", "hooks/", "healthz", "readyz")


@only_signed_in
def bare(request: SignedInRequest) -> HttpResponse:
    """Nothing but who is signed in, and for which company."""
    return HttpResponse(request.company.name)


urlpatterns = [*urls.urlpatterns, path("bare/", bare)]


class Hers(NamedTuple):
    """Who writes a series down, and for which account."""

    preparer: Mandate
    account: BankAccount


class Stage:
    """A full first page: a company with two signers, an order in every state, a person of two companies."""

    def __init__(self, signed_in: Callable[[User], Client]) -> None:
        company = builders.company(other_signers=2)
        self.account = builders.funded(company, 9_000_000_00)
        builders.funded(company, 1_000_00, "EUR")
        for number in range(5):
            builders.credit(self.account, 100_00 + number)
        other = builders.mandate_of(builders.user(company, prepares=True, signs=True))
        waiting = [builders.submitted(other, self.account) for _order in range(4)]
        user = builders.user(company, prepares=True, signs=True)
        mine = builders.mandate_of(user)
        self.orders = {
            "draft": builders.draft(mine, self.account),
            "waiting for her": waiting[0],
            "waiting for others": builders.submitted(mine, self.account),
        }
        self.payee = beneficiaries.add(mandate=mine, name="BETA", iban=IBAN, nickname="", at=builders.AT).beneficiary
        self.series = {
            "draft": standing_cast.draft(Hers(mine, self.account)),
            "waiting for her": standing_cast.submitted(Hers(other, self.account), wish={"prefers_previous": True}),
        }
        builders.mandate(user, builders.company())
        self.browser = signed_in(user)
        review = reverse("payments:review", args=[waiting[0].pk])
        self.browser.post(review, {"version": waiting[0].version})  # a code is under way: its page is there

    def pages(self) -> Iterator[tuple[str, str]]:
        """Each page with a word for what it shows."""
        for name, pattern in _routes(urls.urlpatterns):
            wanted = set(pattern.pattern.converters)
            if not wanted:
                yield name, reverse(name)
            elif wanted == {"account_uuid"}:
                yield name, reverse(name, args=[self.account.uuid])
            elif wanted == {"account_uuid", "sequence"}:
                yield name, reverse(name, args=[self.account.uuid, 1])
            elif wanted == {"beneficiary_id"}:
                yield name, reverse(name, args=[self.payee.pk])
            elif wanted == {"kind"}:
                yield name, reverse(name, args=["domestic"])
            elif wanted == {"standing_id"}:
                for state, series in self.series.items():
                    yield f"{name} ({state})", reverse(name, args=[series.pk])
            elif wanted == {"order_id"}:
                for state, order in self.orders.items():
                    yield f"{name} ({state})", reverse(name, args=[order.pk])


def _routes(patterns: Iterable[object], room: str = "") -> Iterator[tuple[str, URLPattern]]:
    for pattern in patterns:
        if str(getattr(pattern, "pattern", "")).startswith(ELSEWHERE):
            continue
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern.url_patterns, f"{pattern.app_name}:" if pattern.app_name else room)
        elif isinstance(pattern, URLPattern):
            yield f"{room}{pattern.name}", pattern


def asked(browser: Client, address: str) -> list[str] | None:
    """The statements of one answer; None if it is no page: a way elsewhere, or a form that is only sent."""
    with CaptureQueriesContext(connection) as seen:
        answer = browser.get(address)
    if answer.status_code != 200 or not answer["Content-Type"].startswith("text/html"):
        return None
    statements = [query["sql"] for query in seen.captured_queries]
    return [sql for sql in statements if not TRANSACTION.match(sql) and not CLOCK.search(sql)]


def test_no_page_asks_more_than_six_queries(signed_in: Callable[[User], Client], settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    stage = Stage(signed_in)
    door = len(asked(stage.browser, "/bare/") or [])
    found: dict[str, list[str]] = {}

    for name, address in stage.pages():
        asked(stage.browser, address)  # what is written once a process, is written
        statements = asked(stage.browser, address)
        if statements is not None:
            found[name] = statements[door:]

    assert len(found) >= 25, f"too few pages were seen: {', '.join(found)}"
    too_many = {name: statements for name, statements in found.items() if len(statements) > QUERIES_MAX}
    assert not too_many, "\n".join(
        f"{name}: {len(statements)}\n  " + "\n  ".join(sql[:200] for sql in statements)
        for name, statements in too_many.items()
    )


def test_who_is_signed_in_takes_five(signed_in: Callable[[User], Client], settings: Settings) -> None:
    settings.ROOT_URLCONF = __name__
    browser = signed_in(builders.user(builders.company()))

    statements = asked(browser, "/bare/") or []

    tables = ["django_session", "accounts_user", "auth_flow_fnpdevice", "auth_flow_loginattempt", "accounts_mandate"]
    assert [any(table in sql for sql in statements) for table in tables] == [True] * len(tables)
    assert len(statements) == len(tables), "\n".join(statements)
