"""Every way to reach the bank stands at the foot of every page, of errors too, and comes from the settings."""

from collections.abc import Callable
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, RequestFactory
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from bkt_portal import errors
from tests import builders

SignIn = Callable[[User], Client]
CHANNELS = (
    'href="tel:+35542266288"',
    'href="mailto:callcenter@bkt.com.al"',
    'href="mailto:info@bkt.com.al"',
    'href="https://wa.me/355674000018" rel="noopener noreferrer"',
    'href="https://www.facebook.com/bktalbania" rel="noopener noreferrer"',
)
WAYS_ON = (
    "help",
    "help_manual",
    "help_security",
    "help_faq",
    "auth_flow:freeze",
    "auth_flow:not_me",
    "complaints:contact",
)


def missing(page: str) -> list[str]:
    foot = page[page.index('<footer class="foot">') :]
    ways = [f'href="{reverse(name)}"' for name in WAYS_ON]
    return [link for link in (*CHANNELS, *ways) if link not in foot]


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "auth_flow:login", "auth_flow:register", "complaints:contact", "help_faq"])
def test_a_page_before_the_door_ends_with_every_channel(name: str, client: Client) -> None:
    assert missing(client.get(reverse(name)).content.decode()) == []


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["home", "payments:orders", "auth_flow:personalisation", "help_manual"])
def test_a_page_behind_the_door_does_too(name: str, signed_in: SignIn) -> None:
    browser = signed_in(builders.user(builders.company(), prepares=True, signs=True))

    assert missing(browser.get(reverse(name)).content.decode()) == []


@pytest.mark.parametrize(
    "view",
    [
        errors.bad_request,
        errors.forbidden,
        errors.not_found,
        errors.wrong_method,
        errors.conflict,
        errors.too_many,
        errors.broken,
        errors.unavailable,
    ],
)
def test_a_page_of_an_error_does_too_and_asks_no_database(view: Callable[[HttpRequest], HttpResponse]) -> None:
    assert missing(view(RequestFactory().get("/")).content.decode()) == []


@pytest.mark.django_db
def test_the_channels_are_the_settings_own(client: Client, settings: Settings) -> None:
    bank: dict[str, Any] = {**settings.BANK, "emails": ("kontakt@banka.example",), "networks": [], "whatsapp_url": ""}
    settings.BANK = bank

    foot = client.get(reverse("home")).content.decode()

    assert "mailto:kontakt@banka.example" in foot
    assert "wa.me" not in foot
    assert "facebook" not in foot
