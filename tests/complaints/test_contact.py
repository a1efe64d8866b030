"""Kontaktet: every channel, for everybody; messages, threads and the badge for whoever is signed in."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import User
from complaints.models import Case
from tests import builders
from tests.complaints import room
from tests.doors import walk_in

pytestmark = pytest.mark.django_db
CONTACT = "/contact/"


@pytest.fixture
def user() -> User:
    return builders.user(builders.company("ALFA SHPK"))


@pytest.fixture
def inside(user: User, signed_in: Callable[[User], Client]) -> Client:
    return signed_in(user)


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


def test_a_message_becomes_a_case_of_the_company(inside: Client, user: User) -> None:
    page = inside.post(CONTACT, {"subject": "Fatura  e korrikut", "message": "Ku e gjej?"}, follow=True)

    case = Case.objects.get()
    assert page.redirect_chain == [(f"/contact/{case.number}/", 302)]
    assert (case.kind, case.channel, case.subject) == ("message", "portal", "Fatura e korrikut")
    assert (case.user, case.company) == (user, builders.mandate_of(user).company)
    assert case.number in page.content.decode()


def test_the_same_message_pressed_twice_is_one_case(inside: Client) -> None:
    mark = inside.get(CONTACT).context["form"].initial["form_mark"]

    for _time in range(2):
        inside.post(CONTACT, {"subject": "Fatura", "message": "Ku e gjej?", "form_mark": mark})

    assert Case.objects.count() == 1


def test_a_message_without_words_is_not_taken(inside: Client) -> None:
    page = inside.post(CONTACT, {"subject": "", "message": ""})

    assert page.status_code == 422
    assert set(page.context["form"].errors) == {"subject", "message"}


def test_a_visitor_who_posts_is_led_to_the_door(client: Client) -> None:
    answer = client.post(CONTACT, {"subject": "Fatura", "message": "Ku e gjej?"})

    assert answer["Location"] == reverse("auth_flow:login")
    assert not Case.objects.exists()


def test_nobody_who_is_signed_in_opens_cases_without_end(inside: Client, settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"per_user_max": 1}

    statuses = [
        inside.post(CONTACT, {"subject": "Fatura", "message": f"Nr. {count}"}).status_code for count in range(2)
    ]

    assert statuses == [302, 422]


def test_an_answer_is_counted_in_the_head_until_it_is_read(inside: Client, user: User) -> None:
    case = room.answered(room.filed_by(user))
    thread = reverse("complaints:thread", args=[case.number])

    looked = inside.get(thread)
    inside.post(thread, {"act": "read"})

    assert looked.context["header"].answers_count == 1
    assert "Kontaktet, 1 përgjigje e re" in looked.content.decode()
    assert inside.get(thread).context["header"].answers_count == 0


def test_a_reply_is_a_reading(inside: Client, user: User) -> None:
    case = room.answered(room.filed_by(user))

    inside.post(reverse("complaints:thread", args=[case.number]), {"message": "Faleminderit, por..."})

    case.refresh_from_db()
    assert (case.status, case.has_news) == ("open", False)


def test_a_case_that_an_agent_logged_stands_in_her_list(inside: Client, user: User) -> None:
    case = room.filed_by(user, channel="phone", kind="complaint")

    page = inside.get(CONTACT).content.decode()

    assert case.number in page
    assert "Telefon" in page


@pytest.mark.parametrize("name", ["thread", "case", "paper"])
def test_a_case_of_another_company_does_not_exist(inside: Client, name: str) -> None:
    other = room.filed_by(builders.user(builders.company()))
    address = reverse(f"complaints:{name}", args=[other.number])

    assert inside.get(address).status_code == 404
    assert inside.post(address, {"message": "Unë"}).status_code in {404, 405}


def test_a_colleagues_message_is_hers_alone(inside: Client, user: User) -> None:
    colleague = builders.user(builders.mandate_of(user).company, signs=True)
    case = room.filed_by(colleague)

    assert inside.get(reverse("complaints:thread", args=[case.number])).status_code == 404


def test_another_company_of_hers_shows_its_own_cases_alone(signed_in: Callable[[User], Client]) -> None:
    first, second = builders.company("ALFA SHPK"), builders.company("SIGMA SHPK")
    user = builders.user(first)
    case = room.filed_by(user)
    builders.mandate(user, second)
    browser = walk_in(user, nipt=second.nipt)

    assert case.number not in browser.get(CONTACT).content.decode()
    assert browser.get(reverse("complaints:thread", args=[case.number])).status_code == 404


def test_what_was_written_is_shown_as_text(inside: Client, user: User) -> None:
    case = room.filed_by(user, text="<script>alert(1)</script>")

    page = inside.get(reverse("complaints:thread", args=[case.number])).content.decode()

    assert "&lt;script&gt;alert(1)" in page
    assert "<script>alert" not in page


def test_a_customer_closes_her_own_case(inside: Client, user: User) -> None:
    case = room.filed_by(user)

    inside.post(reverse("complaints:thread", args=[case.number]), {"act": "withdraw"})

    case.refresh_from_db()
    assert case.status == "closed"
