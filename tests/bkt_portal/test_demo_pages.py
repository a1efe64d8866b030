"""The demo's telephone and clock."""

import json
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from django.test import Client
from django.urls import NoReverseMatch, reverse
from pytest_django import Settings

from accounts import business_day, clock
from bkt_portal import demo_views
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db
in_the_demo = pytest.mark.urls("tests.bkt_portal.demo_urls")


def sms(number: int) -> str:
    return json.dumps({"at": f"2026-11-20T10:{number:02}:00+01:00", "to": "+355674000018", "body": f"FNP {number}"})


def test_outside_the_demo_the_pages_do_not_exist(client: Client) -> None:
    with pytest.raises(NoReverseMatch):
        reverse("demo_clock")
    assert client.get("/demo/phone/").status_code == client.get("/demo/clock/").status_code == 404


@in_the_demo
def test_the_phone_shows_the_last_twenty_messages_newest_first(
    client: Client, settings: Settings, tmp_path: Path
) -> None:
    file = tmp_path / "sms.jsonl"
    file.write_text("".join(f"{sms(number)}\n" for number in range(25)) + sms(25)[:20], encoding="utf-8")
    settings.SMS_FILE = file

    page = client.get(reverse("demo_phone"))

    assert [message.body for message in page.context["messages"]] == [f"FNP {n}" for n in range(24, 4, -1)]
    assert "FNP 24" in page.content.decode()


@in_the_demo
def test_a_phone_without_messages_says_so(client: Client, settings: Settings, tmp_path: Path) -> None:
    settings.SMS_FILE = tmp_path / "none.jsonl"

    assert client.get(reverse("demo_phone")).context["messages"] == []


def test_the_clock_jumps_to_where_the_rules_change() -> None:
    calendar = business_day.calendar()

    friday_noon = demo_views.jumps(AT, calendar=calendar)
    after_two = demo_views.jumps(AT + timedelta(hours=5), calendar=calendar)

    assert [jump.value for jump in friday_noon] == [
        "2026-11-20T13:59",
        "2026-11-20T14:01",
        "2026-11-20T20:00",
        "2026-11-21T00:00",
        "2026-11-24T09:00",
        "2026-11-22T09:00",
    ]
    assert [jump.value for jump in after_two][:3] == ["2026-11-21T13:59", "2026-11-21T14:01", "2026-11-20T20:00"]


@in_the_demo
def test_the_page_moves_the_clock(client: Client, clock_at: Callable[[datetime], None]) -> None:
    clock_at(AT)

    answer = client.post(reverse("demo_clock"), {"to": "2026-11-20T13:59"})

    assert answer.status_code == 302
    assert timedelta(0) <= clock.now() - datetime(2026, 11, 20, 12, 59, tzinfo=UTC) < timedelta(seconds=30)
    assert client.get(reverse("demo_clock")).status_code == 200


@in_the_demo
@pytest.mark.parametrize("to", ["2026-11-19T09:00", "nesër", ""])
def test_a_move_that_cannot_be_is_told_and_changes_nothing(
    to: str, client: Client, clock_at: Callable[[datetime], None]
) -> None:
    clock_at(AT)
    builders.funded(builders.company(), 1_00, at=AT)

    page = client.post(reverse("demo_clock"), {"to": to})

    assert page.status_code == 200
    assert list(page.context["form"].errors) == ["to"]
    assert clock.tirana_day(clock.now()) == date(2026, 11, 20)


@in_the_demo
def test_the_clock_takes_no_post_without_a_token() -> None:
    assert Client(enforce_csrf_checks=True).post(reverse("demo_clock"), {"to": "2026-11-20T13:59"}).status_code == 403
