"""Kontaktet: every channel, for everybody."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from tests import builders

pytestmark = pytest.mark.django_db


def test_a_visitor_finds_every_channel_of_the_bank(client: Client, settings: Settings) -> None:
    bank = settings.BANK

    page = client.get(reverse("complaints:contact")).content.decode()

    assert bank["phone_display"] in page
    assert f"tel:{bank['phone_tel']}" in page
    assert all(f"mailto:{email}" in page for email in bank["emails"])
    assert bank["whatsapp_url"] in page
    assert all(url in page for _name, url in bank["networks"])


def test_a_visitor_sees_it_before_the_door_and_a_customer_in_her_own_frame(
    client: Client, signed_in: Callable[[User], Client]
) -> None:
    company = builders.company("ALFA SHPK")
    inside = signed_in(builders.user(company)).get(reverse("complaints:contact"))
    outside = client.get(reverse("complaints:contact"))

    assert [template.name for template in inside.templates][1] == "base.html"
    assert [template.name for template in outside.templates][1] == "base_door.html"
    assert "ALFA SHPK" in inside.content.decode()
    assert "ALFA SHPK" not in outside.content.decode()


def test_contact_takes_no_post_yet(client: Client) -> None:
    assert client.post(reverse("complaints:contact")).status_code == 405
