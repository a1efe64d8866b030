"""The public form and the page of a case: who gets in, who does not, and what keeps programs out."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts import clock
from accounts.models import Paper, User
from accounts.refusals import Refusal
from auth_flow.models import MailMessage
from complaints import spam
from complaints.models import Attachment, Case
from tests import builders
from tests.complaints import files, room

pytestmark = pytest.mark.django_db
NEW = "/complaints/new/"
SignIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def at_work(settings: Settings, clock_at: Callable[[datetime], None], tmp_path: object) -> None:
    settings.EMAIL_URL, settings.PUBLIC_URL, settings.FILES_DIR = "smtp://m.example", "https://d.example.al", tmp_path
    clock_at(builders.AT)


def form(*, seconds: int = 30, **changes: Any) -> dict[str, object]:
    """What a person sends who took her time."""
    typed = {
        "kind": "complaint",
        "name": "Drita Leka",
        "email": "drita@example.com",
        "phone": "",
        "customer_number": "",
        "message": "Komisioni u mor dy herë.",
        "consent": "on",
        "mark": spam.new_mark(clock.machine() - timedelta(seconds=seconds)),
    }
    return typed | changes


def test_a_stranger_gets_a_number_and_a_day_at_once(client: Client) -> None:
    page = client.post(NEW, form(), follow=True)

    case = Case.objects.get()
    assert page.redirect_chain == [(f"/complaints/{case.number}/", 302)]
    assert "E morëm" in page.content.decode()
    assert case.number in page.content.decode()
    assert (case.channel, case.name, case.opened_by) == ("web", "Drita Leka", "visitor")


def test_pressed_twice_it_is_one_case(client: Client) -> None:
    sent = form()

    pages = [client.post(NEW, sent) for _time in range(2)]

    assert pages[0]["Location"] == pages[1]["Location"]
    assert Case.objects.count() == 1


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"kind": "message"}, "kind"),
        ({"kind": ""}, "kind"),
        ({"name": ""}, "name"),
        ({"email": ""}, "email"),
        ({"email": "drita@"}, "email"),
        ({"email": "a@b.al\nBcc: c@d.al"}, "email"),
        ({"phone": "telefoni im"}, "phone"),
        ({"message": "  "}, "message"),
        ({"message": "x" * 4001}, "message"),
        ({"customer_number": "12"}, "customer_number"),
        ({"consent": ""}, "consent"),
    ],
)
def test_each_wrong_answer_has_its_word(client: Client, changes: dict[str, Any], field: str) -> None:
    page = client.post(NEW, form(**changes))

    assert page.status_code == 422
    assert list(page.context["form"].errors) == [field]
    assert not Case.objects.exists()


def test_what_cannot_be_seen_is_not_taken_for_a_name(client: Client) -> None:
    client.post(NEW, form(name="Drita\u202e  akeL\x07", message="Një\r\n\u2066dy\x1b"))

    case = Case.objects.get()
    assert case.name == "Drita akeL"
    assert case.replies.get().text == "Një\ndy"


def test_a_phone_is_enough(client: Client) -> None:
    client.post(NEW, form(email="", phone="+355 67 200 0018"))

    assert Case.objects.get().phone == "+355 67 200 0018"
    assert not MailMessage.objects.exists()


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"website": "https://spam.example"}, spam.FilledByAProgram),
        ({"seconds": 25 * 3600}, spam.FormIsOld),
        ({"seconds": -60}, spam.FormIsOld),
        ({"mark": ""}, spam.FormIsOld),
        ({"mark": "eyJhdCI6IjIwMjYifQ:forged"}, spam.FormIsOld),
    ],
)
def test_what_a_program_would_send_is_not_taken(
    client: Client, changes: dict[str, Any], refusal: type[Refusal]
) -> None:
    page = client.post(NEW, form(**changes))

    assert page.status_code == 422
    assert page.context["form"].non_field_errors() == [str(refusal.sentence)]
    assert "Komisioni u mor dy herë." in page.content.decode(), "nothing that she wrote is lost"
    assert not Case.objects.exists()


def test_one_quick_form_is_taken_and_the_next_asks_for_another_press(client: Client) -> None:
    first = client.post(NEW, form(seconds=0))
    second = client.post(NEW, form(seconds=0))

    assert (first.status_code, second.status_code, Case.objects.count()) == (302, 422, 1)
    assert second.context["form"].non_field_errors() == [str(spam.FilledTooFast.sentence)]
    mark = re.search(r'name="mark" value="([^"]+)"', second.content.decode())[1]
    later = clock.machine() + timedelta(seconds=5)
    assert spam.judge(mark=mark, bait="", network="192.0.2.7", at=later).submit_key


def test_one_network_does_not_flood_the_bank(client: Client, settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"per_network_max": 2}

    statuses = [client.post(NEW, form(), REMOTE_ADDR="192.0.2.7").status_code for _form in range(4)]
    neighbour = client.post(NEW, form(), REMOTE_ADDR="192.0.2.8").status_code

    assert statuses == [302, 302, 429, 429]
    assert neighbour == 302


def test_all_networks_together_do_not_flood_it_either(client: Client, settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"per_hour_max": 2}

    statuses = [client.post(NEW, form(), REMOTE_ADDR=f"192.0.2.{host}").status_code for host in range(1, 4)]

    assert statuses == [302, 302, 429]


def test_nobody_fills_a_strangers_mailbox(client: Client) -> None:
    for host in range(spam.PER_ADDRESS_MAX):
        client.post(NEW, form(email="Victim@example.com"), REMOTE_ADDR=f"192.0.2.{host}")

    again = client.post(NEW, form(email="victim@example.com"), REMOTE_ADDR="192.0.2.99")

    assert again.status_code == 429
    assert MailMessage.objects.filter(to__iexact="victim@example.com").count() == spam.PER_ADDRESS_MAX


def test_what_is_no_number_is_no_page(signed_in: SignIn) -> None:
    browser = signed_in(builders.user(builders.company()))

    addresses = [f"/{page}/{number}/" for page in ("contact", "complaints") for number in ("%00", "A-1", "A-2026-x")]

    assert {browser.get(address).status_code for address in addresses} == {404}
    assert Client().get("/complaints/%00/", {"key": "a" * 32}).status_code == 404


def test_no_answer_tells_whether_a_customer_number_exists(client: Client) -> None:
    customer = builders.user(builders.company())
    pages = [
        client.post(NEW, form(customer_number=number), follow=True).content.decode()
        for number in (customer.username, "999999998")
    ]
    cases = list(Case.objects.order_by("pk"))

    bare = [re.sub(r"A-2026-\d{7}|[A-Za-z0-9]{64}", "", page) for page in pages]
    assert bare[0] == bare[1]
    assert [case.user for case in cases] == [None, None]


def test_the_link_of_the_letter_opens_the_case_in_any_browser(client: Client) -> None:
    case = room.filed()
    link = re.search(r"https://d\.example\.al(\S+)", MailMessage.objects.get().body)[1]

    opened = client.get(link)
    page = client.get(opened["Location"])

    assert opened["Location"] == f"/complaints/{case.number}/", "the key is gone from the address"
    assert "Komisioni u mor dy herë." in page.content.decode()


def test_strangers_find_nothing(client: Client) -> None:
    case, other = room.filed(), room.filed()
    client.post(NEW, form())  # a case of her own opens no other
    address = reverse("complaints:case", args=[case.number])

    statuses = [
        client.get(address).status_code,
        client.get(address, {"key": "a" * 32}).status_code,
        client.get(address, {"key": "\x00"}).status_code,
        client.get(reverse("complaints:case", args=["A-2026-9999999"])).status_code,
        client.post(address, {"message": "Unë jam"}).status_code,
        client.get(f"{address}paper/").status_code,
        client.get(reverse("complaints:thread", args=[other.number])).status_code,
    ]

    assert statuses == [302, 302, 302, 302, 404, 404, 302]


def test_a_key_of_another_case_opens_nothing(client: Client) -> None:
    room.filed(email="first@example.com")
    other = room.filed(email="second@example.com")
    key = re.search(r"\?key=([a-z]+)", MailMessage.objects.get(to="first@example.com").body)[1]

    answer = client.get(reverse("complaints:case", args=[other.number]), {"key": key})

    assert answer["Location"].startswith("/complaints/find/")


def test_wrong_links_are_counted(client: Client, settings: Settings) -> None:
    settings.COMPLAINTS = settings.COMPLAINTS | {"wrong_links_max": 2}
    case = room.filed()
    address = reverse("complaints:case", args=[case.number])
    right = re.search(r"\?key=([a-z]+)", MailMessage.objects.get().body)[1]

    statuses = [client.get(address, {"key": "b" * 32}).status_code for _try in range(3)]

    assert statuses == [302, 302, 429]
    assert client.get(address, {"key": right}).status_code == 302, "the right one always opens"


def test_a_stranger_writes_more_and_takes_it_back(client: Client) -> None:
    client.post(NEW, form())
    case = Case.objects.get()
    address = reverse("complaints:case", args=[case.number])

    client.post(address, {"message": "Shuma ishte 250 lekë."})
    empty = client.post(address, {"message": ""})
    client.post(address, {"act": "withdraw"})

    case.refresh_from_db()
    assert empty.status_code == 422
    assert case.replies.count() == 2
    assert case.status == "closed"
    assert 'id="write"' not in client.get(address).content.decode()


def test_only_after_a_final_answer_to_a_complaint_the_way_further_is_shown(client: Client) -> None:
    client.post(NEW, form())
    case = Case.objects.get()
    address = reverse("complaints:case", args=[case.number])
    before = client.get(address).content.decode()

    room.answered(case, is_final=True)
    after = client.get(address).content.decode()
    client.post(address, {"message": "Nuk jam dakord."})

    assert "bankofalbania.org" not in before
    assert "bankofalbania.org" in after
    assert "bankofalbania.org" in client.get(address).content.decode(), "she had her answer, whatever she writes"


def test_the_way_further_is_shown_when_the_day_has_passed(client: Client, clock_at: Callable[[datetime], None]) -> None:
    client.post(NEW, form())
    case = Case.objects.get()

    clock_at(datetime.combine(case.answer_by + timedelta(days=1), time(9), UTC))

    assert "bankofalbania.org" in client.get(reverse("complaints:case", args=[case.number])).content.decode()


def test_a_suggestion_goes_no_further(client: Client) -> None:
    client.post(NEW, form(kind="suggestion"))
    case = Case.objects.get()
    room.answered(case, is_final=True)

    assert "bankofalbania.org" not in client.get(reverse("complaints:case", args=[case.number])).content.decode()


def test_the_thread_is_taken_along_as_a_paper(client: Client) -> None:
    client.post(NEW, form())
    case = Case.objects.get()
    address = reverse("complaints:paper", args=[case.number])

    first, again = client.get(address), client.get(address)
    room.answered(case, is_final=True)
    later = client.get(address)

    assert first["Content-Type"] == "application/pdf"
    assert first.content == again.content
    assert later.content != first.content
    assert Paper.objects.filter(kind="complaint.thread", company=None).count() == 2


def test_files_come_along_and_go_out_to_whoever_may_see_the_case(client: Client) -> None:
    picture = SimpleUploadedFile("fatura.png", files.png(), "image/png")
    client.post(NEW, form() | {"files": [picture]})
    kept = Attachment.objects.get()
    address = reverse("complaints:file", args=[Case.objects.get().number, kept.pk])

    answer = client.get(address)

    assert answer["Content-Type"] == "image/png"
    assert "attachment" in answer["Content-Disposition"]
    assert Client().get(address).status_code == 404


def test_a_form_sent_again_and_again_fills_no_disk(client: Client, settings: Settings) -> None:
    sent = form()

    for _time in range(3):
        client.post(NEW, sent | {"files": [SimpleUploadedFile("fatura.png", files.png(), "image/png")]})

    kept = [path for path in (settings.FILES_DIR / "attachments").rglob("*") if path.is_file()]
    assert [path.name for path in kept] == [Attachment.objects.get().stored_as]


def test_a_file_that_may_not_be_opens_no_case(client: Client) -> None:
    page = client.post(NEW, form() | {"files": [SimpleUploadedFile("a.html", b"<script>", "text/html")]})

    assert page.status_code == 422
    assert page.context["form"].errors["files"]
    assert not Case.objects.exists()


def test_whoever_is_signed_in_is_asked_less_and_finds_the_case_in_her_list(signed_in: SignIn) -> None:
    user = builders.user(builders.company("ALFA SHPK"))
    browser = signed_in(user)
    page = browser.get(NEW)
    sent = {name: form()[name] for name in ("kind", "message", "mark")}

    answer = browser.post(NEW, sent)

    case = Case.objects.get()
    assert "id_email" not in page.content.decode()
    assert answer["Location"] == f"/contact/{case.number}/"
    assert (case.user, case.channel, case.name) == (user, "portal", user.full_name)
    assert case.number in browser.get("/contact/").content.decode()
