"""Every address of the portal: who may open it, who is led to the door, and that looking at it changes nothing."""

import re
import uuid
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import URLPattern, URLResolver, reverse
from django.urls.converters import IntConverter

from accounts.models import User
from bkt_portal import demo_views, urls
from payments.models.orders import OrderStatus
from tests import builders

ACCESS = {"public", "signed_in", "may:prepare", "may:sign"}
# Django's admin has a door of its own, bkt_portal/staff_site.py.
STAFF = "staff/"
# Programs come here, with a signature over what they send.
SIGNED = {"auth_flow:twilio_status"}
CHANGES = re.compile(r"^\s*(INSERT|UPDATE|DELETE|TRUNCATE)\b|ledger_(post|hold|release)\(|audit_append\(", re.I)
# A visit is noted: when the session was last seen, and where it keeps its messages.
A_VISIT = re.compile(r"auth_flow_loginattempt SET last_seen_at|django_session", re.I)


def _routes(patterns: Iterable[object], room: str = "") -> Iterator[tuple[str, URLPattern]]:
    """Name and pattern of every address but the staff's."""
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            if str(pattern.pattern) != STAFF:
                yield from _routes(pattern.url_patterns, f"{pattern.app_name}:" if pattern.app_name else room)
        elif isinstance(pattern, URLPattern):
            yield f"{room}{pattern.name}", pattern


ROUTES = {name: pattern for name, pattern in _routes(urls.urlpatterns) if not name.startswith("demo_")}
BEHIND_THE_DOOR = [name for name, pattern in ROUTES.items() if getattr(pattern.callback, "access", "") != "public"]


@pytest.mark.parametrize("name", ROUTES)
def test_every_page_says_who_may_open_it(name: str) -> None:
    assert getattr(ROUTES[name].callback, "access", None) in ACCESS


@pytest.mark.parametrize("view", [demo_views.phone, demo_views.clock_page])
def test_the_demos_pages_say_so_too(view: Callable[..., Any]) -> None:
    assert getattr(view, "access", None) == "public"


@pytest.mark.parametrize("view", [urls.handler400, urls.handler403, urls.handler404, urls.handler500])
def test_the_pages_of_errors_are_for_everybody(view: Callable[..., Any]) -> None:
    assert getattr(view, "access", None) == "public"


@pytest.mark.parametrize("name", ROUTES)
def test_no_page_takes_a_form_without_its_token(name: str) -> None:
    assert getattr(ROUTES[name].callback, "csrf_exempt", False) == (name in SIGNED)


def test_the_list_of_addresses_is_not_empty() -> None:
    assert len(BEHIND_THE_DOOR) >= 10


@pytest.mark.django_db
@pytest.mark.parametrize("name", BEHIND_THE_DOOR)
def test_whoever_has_not_signed_in_is_led_to_the_door(client: Client, name: str) -> None:
    address = _address(ROUTES[name], name, uuid.uuid4())

    answers = [client.get(address), client.post(address)]

    for answer in answers:
        assert answer.status_code in {302, 405}
        assert answer.status_code == 405 or answer["Location"] == reverse("auth_flow:login")
    assert any(answer.status_code == 302 for answer in answers)


@pytest.mark.django_db
def test_looking_changes_nothing(signed_in: Callable[[User], Client]) -> None:
    company = builders.company()
    account = builders.funded(company, 1_000_000_00)
    user = builders.user(company, prepares=True, signs=True)
    order = builders.draft(builders.mandate_of(user), account)
    browser = signed_in(user)

    changed = [
        f"GET {name}: {query['sql'][:120]}"
        for name, pattern in ROUTES.items()
        for target in (account.uuid, order.pk)
        for query in _queries(browser, _address(pattern, name, target))
        if CHANGES.search(query["sql"]) and not A_VISIT.search(query["sql"])
    ]

    order.refresh_from_db()
    assert changed == []
    assert order.status == OrderStatus.DRAFT
    assert browser.get(reverse("home")).context["header"] is not None, "the session is still open"


def _address(pattern: URLPattern, name: str, target: object) -> str:
    """The address with `target` in the place of every part that varies."""
    parts = pattern.pattern.converters
    numbers = {part: 1 for part in parts if isinstance(parts[part], IntConverter)}
    return reverse(name, kwargs=dict.fromkeys(parts, target) | numbers)


def _queries(browser: Client, address: str) -> list[dict[str, str]]:
    with CaptureQueriesContext(connection) as seen:
        answer = browser.get(address)
    assert answer.status_code != 500, address
    return seen.captured_queries
