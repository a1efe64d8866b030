"""What stands above a page: for whom, from when to when, in which language, and where no database answers."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import OperationalError
from django.test import Client
from django.urls import reverse

from accounts import clock
from accounts.models import Banner, User
from bkt_portal import banners, views
from tests import builders

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def _nothing_was_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process of its own for each test."""
    monkeypatch.setattr(banners, "_last_read", ())


@pytest.fixture
def now() -> datetime:
    return clock.machine()


def place(now: datetime, **changes: Any) -> Banner:
    plain = {
        "kind": "incident",
        "severity": Banner.Severity.SERIOUS,
        "text_sq": "SMS-të <b>vonohen</b>.",
        "text_en": "SMS are late.",
        "starts_at": now - HOUR,
        "ends_at": now + HOUR,
        "placed_by": "user:1",
        "placed_at": now,
    }
    return Banner.objects.create(**{**plain, **changes})


def seen_by(browser: Client, address: str = "/contact/") -> bool:
    return "SMS-të" in browser.get(address).content.decode()


@pytest.mark.parametrize(
    ("audience", "before_the_door", "behind_it"),
    [("everybody", True, True), ("signed_out", True, False), ("signed_in", False, True)],
)
def test_a_banner_is_seen_by_its_audience(
    audience: str, before_the_door: bool, behind_it: bool, now: datetime, client: Client, signed_in: SignIn
) -> None:
    place(now, audience=audience)
    customer = signed_in(builders.user(builders.company()))

    assert (seen_by(client, "/"), seen_by(customer, "/")) == (before_the_door, behind_it)


@pytest.mark.parametrize(
    ("starts", "ends", "is_seen"), [(-2, 1, True), (1, 2, False), (-2, -1, False)], ids=["now", "to come", "over"]
)
def test_a_banner_is_seen_from_its_start_to_its_end(
    starts: int, ends: int, is_seen: bool, now: datetime, client: Client, signed_in: SignIn
) -> None:
    place(now, starts_at=now + starts * HOUR, ends_at=now + ends * HOUR)
    customer = signed_in(builders.user(builders.company()))

    assert (seen_by(client, "/"), seen_by(customer, "/")) == (is_seen, is_seen)


def test_one_that_was_ended_is_not_seen(now: datetime, client: Client) -> None:
    place(now, ended_at=now, ended_by="user:1")

    assert not seen_by(client, "/")


def test_its_text_is_text_and_speaks_the_language_of_the_screen(now: datetime, client: Client) -> None:
    place(now)

    albanian = client.get("/").content.decode()
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    english = client.get("/").content.decode()

    assert "SMS-të &lt;b&gt;vonohen&lt;/b&gt;." in albanian
    assert "SMS are late." in english
    assert "SMS-të" not in english


def test_banners_stand_in_one_named_region_the_gravest_first(now: datetime, client: Client) -> None:
    place(now, severity=Banner.Severity.INFO, text_sq="Për dijeni.")
    place(now, text_sq="E rëndë.")

    page = client.get("/").content.decode()

    assert page.count('<aside class="banners"') == 1
    assert page.index("E rëndë.") < page.index("Për dijeni.")


def test_a_page_without_banners_has_no_empty_region(client: Client) -> None:
    assert 'class="banners"' not in client.get("/").content.decode()


# --- Where nothing can be asked ---------------------------------------------------------------------------------------


def test_a_page_of_an_error_shows_what_the_process_read_last(now: datetime, client: Client) -> None:
    place(now)
    client.get("/")

    assert seen_by(client, "/nothing/")


def test_works_that_were_announced_are_told_when_the_database_is_away(
    now: datetime, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    place(now, starts_at=now + HOUR, ends_at=now + 2 * HOUR)
    client.get("/")

    def fail(at: object) -> None:
        raise OperationalError

    monkeypatch.setattr(views, "bank_day", fail)
    monkeypatch.setattr(clock, "machine", lambda: now + 1.5 * HOUR)
    answer = client.get(reverse("home"))

    assert answer.status_code == 503
    assert "SMS-të" in answer.content.decode()


def test_a_page_of_an_error_keeps_to_the_audience(now: datetime, client: Client, signed_in: SignIn) -> None:
    place(now, audience="signed_in")
    customer = signed_in(builders.user(builders.company()))
    customer.get("/")

    assert (seen_by(client, "/nothing/"), seen_by(customer, "/nothing/")) == (False, True)
