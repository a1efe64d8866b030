"""The way back to a case by number and e-mail: a new link for whoever filed it, and the same answer for everybody."""

import re
from collections.abc import Callable
from datetime import datetime

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEvent
from auth_flow.models import MailMessage
from complaints import link_requests
from complaints.models import Case
from tests import builders
from tests.complaints import room

pytestmark = pytest.mark.django_db
FIND = "/complaints/find/"


@pytest.fixture(autouse=True)
def at_work(settings: Settings, clock_at: Callable[[datetime], None]) -> None:
    settings.EMAIL_URL, settings.PUBLIC_URL = "smtp://m.example", "https://d.example.al"
    clock_at(builders.AT)


@pytest.fixture
def case() -> Case:
    """A stranger's, its first letter gone."""
    filed = room.filed()
    MailMessage.objects.all().delete()
    return filed


def asked(browser: Client, number: str, email: str) -> str:
    return browser.post(FIND, {"number": number, "email": email}, follow=True).content.decode()


def test_number_and_email_bring_a_new_link(client: Client, case: Case) -> None:
    page = asked(client, f" {case.number.lower()} ", "DRITA@example.com")

    letter = MailMessage.objects.get()
    link = re.search(r"https://d\.example\.al(\S+)", letter.body)[1]
    assert letter.to == case.email, "the address that was filed, not the one that was typed"
    assert "Shihni postën tuaj" in page
    assert "Komisioni u mor dy herë." in client.get(link, follow=True).content.decode()
    assert AuditEvent.objects.filter(event="complaints.link.asked", subject=f"case:{case.pk}").count() == 1


def test_nobody_learns_whether_they_fit(client: Client, case: Case) -> None:
    hers = room.filed_by(builders.user(builders.company()), email="drita@example.com")
    by_phone = room.filed(email="", phone="+355 67 200 0018")
    MailMessage.objects.all().delete()
    pairs = [
        (case.number, case.email),
        (case.number, "tjeter@example.com"),
        ("A-2026-9999999", case.email),
        (hers.number, "drita@example.com"),
        (by_phone.number, "drita@example.com"),
    ]

    pages = {re.sub(r"[A-Za-z0-9]{64}", "", asked(client, *pair)) for pair in pairs}

    assert len(pages) == 1
    assert MailMessage.objects.count() == 1


def test_asking_fills_no_mailbox(client: Client, case: Case) -> None:
    for _time in range(link_requests.A_DAY_MAX + 3):
        asked(client, case.number, case.email)

    assert MailMessage.objects.count() == link_requests.A_DAY_MAX - 1, "the acknowledgement was the first"


def test_one_network_does_not_try_pairs_without_end(client: Client, case: Case, settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"per_network_max": 2}

    statuses = [client.post(FIND, {"number": case.number, "email": f"{n}@a.al"}).status_code for n in range(3)]

    assert statuses == [302, 302, 429]


@pytest.mark.parametrize(
    ("changes", "field"),
    [({"number": "123"}, "number"), ({"number": ""}, "number"), ({"email": ""}, "email"), ({"email": "a@"}, "email")],
)
def test_each_wrong_answer_has_its_word(client: Client, changes: dict[str, str], field: str) -> None:
    page = client.post(FIND, {"number": "A-2026-0000001", "email": "a@example.com"} | changes)

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]


def test_a_visitor_finds_the_way_there(client: Client) -> None:
    for page in ("/contact/", "/complaints/new/"):
        assert f'href="{FIND}"' in client.get(page).content.decode(), page


def test_a_number_alone_leads_to_where_a_link_is_asked_for_whether_it_exists_or_not(client: Client) -> None:
    for number in (room.filed().number, "A-2026-9999999"):
        for key in ({}, {"key": "a" * 32}):
            answer = client.get(reverse("complaints:case", args=[number]), key)
            assert answer["Location"] == f"/complaints/find/?number={number}"
    page = client.get(answer["Location"]).content.decode()
    assert 'value="A-2026-9999999"' in page
