"""The desk of cases: who sees the queue, what each act does, and how an agent logs a case."""

import re
from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.models import AuditEvent, Notice
from complaints.models import Attachment, Case
from tests import builders
from tests.builders import AT
from tests.complaints import files, room
from tests.doors import at_the_desk

pytestmark = pytest.mark.django_db
LIST = "/staff/complaints/case/"
LOG = "/staff/complaints/case/new/"
ACTS = ("take", "assign", "note", "answer", "final", "close", "reopen")


@pytest.fixture(autouse=True)
def at_work(settings: Settings, clock_at: Callable[[datetime], None], tmp_path: object) -> None:
    settings.FILES_DIR = tmp_path
    clock_at(AT)


@pytest.fixture
def desk() -> Client:
    return at_the_desk(room.staff_of("Ankesa"))


def page_of(case: Case, act: str = "change") -> str:
    return reverse(f"admin:complaints_case_{act}", args=[case.pk])


def numbers_on(page: str) -> list[str]:
    return re.findall(r">(A-2026-\d{7})<", page)


@pytest.mark.parametrize(
    ("role", "queue", "log", "act"),
    [
        ("Ankesa", 200, 200, 200),
        ("Auditor", 200, 403, 403),
        ("Administrator", 200, 403, 403),
        ("Qendra e kontaktit", 403, 200, 403),
        ("Degë", 403, 200, 403),
        ("Operacione", 403, 403, 403),
        ("", 403, 403, 403),
    ],
)
def test_each_role_sees_and_does_what_it_may(role: str, queue: int, log: int, act: int) -> None:
    case, desk = room.filed(), at_the_desk(room.staff_of(role))

    assert [desk.get(LIST).status_code, desk.get(page_of(case)).status_code] == [queue, queue]
    assert desk.get(page_of(case, "paper")).status_code == queue
    assert desk.get(LOG).status_code == log
    # What makes no sense for this case leads back to it.
    assert {desk.get(page_of(case, name)).status_code for name in ACTS} == ({200, 302} if act == 200 else {act})
    assert {desk.post(page_of(case, name), {"text": "x"}).status_code for name in ("note", "close")} <= {act, 302}


def test_nobody_changes_or_deletes_a_case_by_hand(desk: Client) -> None:
    case = room.filed()

    desk.post(page_of(case), {"name": "Tjetër"})
    gone = desk.post(f"{LIST}{case.pk}/delete/", {"post": "yes"})

    case.refresh_from_db()
    assert gone.status_code == 403
    assert case.name == "Drita Leka"


def test_what_is_overdue_comes_first_and_what_has_ended_is_not_in_the_way(desk: Client) -> None:
    fresh = room.filed()
    late = room.filed(at=AT - timedelta(days=60))
    room.answered(room.filed(), is_final=True)

    page = desk.get(LIST).content.decode()

    assert f'href="{LOG}"' in page
    assert numbers_on(page) == [late.number, fresh.number]
    assert "ditë vonesë" in page
    assert numbers_on(desk.get(LIST, {"state": "overdue"}).content.decode()) == [late.number]
    assert len(numbers_on(desk.get(LIST, {"state": "all"}).content.decode())) == 3
    assert len(numbers_on(desk.get(LIST, {"state": "ended"}).content.decode())) == 1


def test_each_look_at_a_case_is_written_down(desk: Client) -> None:
    case = room.filed()

    desk.get(page_of(case))

    assert AuditEvent.objects.filter(event="complaints.case.looked_at", subject=f"case:{case.pk}").count() == 1


def test_an_address_that_names_no_case_is_not_found(desk: Client) -> None:
    for name in ("abc", "0", "11111111-1111-1111-1111-111111111111"):
        assert desk.get(f"{LIST}{name}/change/").status_code == 404, name


def test_a_case_goes_from_hand_to_hand(desk: Client) -> None:
    case, colleague = room.filed(), room.staff_of("Ankesa")

    desk.post(page_of(case, "take"), {"go": "on"})
    case.refresh_from_db()
    taken_by = case.assigned_to
    desk.post(page_of(case, "assign"), {"colleague": colleague.pk})

    case.refresh_from_db()
    assert taken_by is not None
    assert case.assigned_to == colleague
    assert room.staff_of("Auditor").username not in desk.get(page_of(case, "assign")).content.decode()


def test_an_answer_a_note_and_the_final_answer(desk: Client) -> None:
    user = builders.user(builders.company())
    case = room.filed_by(user)

    desk.post(page_of(case, "note"), {"text": "E pashë urdhrin."})
    desk.post(page_of(case, "answer"), {"text": "Po e shohim."})
    desk.post(page_of(case, "final"), {"text": "Jua kthyem komisionin."})

    case.refresh_from_db()
    page = desk.get(page_of(case)).content.decode()
    assert case.status == "final"
    assert list(case.replies.values_list("kind", flat=True)) == ["customer", "note", "bank", "bank"]
    assert all(text in page for text in ("E pashë urdhrin.", "Po e shohim.", "Jua kthyem komisionin."))
    assert Notice.objects.filter(user=user, kind="complaints.case.answered").count() == 2


@pytest.mark.parametrize("name", ["answer", "final", "close"])
def test_whoever_writes_to_the_customer_has_the_thread_before_her_eyes(desk: Client, name: str) -> None:
    case = room.filed()

    page = desk.get(page_of(case, name)).content.decode()

    assert "Komisioni u mor dy herë." in page
    assert AuditEvent.objects.filter(event="complaints.case.looked_at", subject=f"case:{case.pk}").exists()
    assert "Komisioni" not in desk.get(page_of(case, "note")).content.decode()


def test_an_answer_pressed_twice_is_one_answer(desk: Client) -> None:
    user = builders.user(builders.company())
    case = room.filed_by(user)

    for text in ("Po e shohim.", "Po e shohim.", "Po presim bankën tjetër."):
        desk.post(page_of(case, "answer"), {"text": text})

    assert case.replies.filter(kind="bank").count() == 2
    assert Notice.objects.filter(user=user, kind="complaints.case.answered").count() == 2


def test_an_answer_brings_files_along(desk: Client) -> None:
    case = room.filed()
    paper = SimpleUploadedFile("pergjigje.pdf", files.pdf(), "application/pdf")

    desk.post(page_of(case, "answer"), {"text": "Bashkëngjitur.", "files": [paper]})

    kept = Attachment.objects.get(reply__case=case)
    address = reverse("admin:complaints_case_file", args=[case.pk, kept.pk])
    assert desk.get(address)["Content-Type"] == "application/pdf"
    assert at_the_desk(room.staff_of("Operacione")).get(address).status_code == 403


def test_what_has_ended_is_answered_only_after_it_was_opened_again(desk: Client) -> None:
    case = room.answered(room.filed(), is_final=True)

    refused = desk.post(page_of(case, "answer"), {"text": "Edhe kjo."}).content.decode()
    desk.post(page_of(case, "reopen"), {"reason": "Klienti solli dokumente."})
    desk.post(page_of(case, "answer"), {"text": "Edhe kjo."})

    case.refresh_from_db()
    assert "Ky rast ka mbaruar" in refused
    assert case.status == "answered"


def test_the_paper_is_the_customers(desk: Client) -> None:
    case = room.filed_by(builders.user(builders.company()))

    answer = desk.get(page_of(case, "paper"))

    assert answer["Content-Type"] == "application/pdf"
    assert case.number in answer["Content-Disposition"]


def test_a_call_is_logged_in_the_customers_own_list(desk: Client) -> None:
    company = builders.company()
    user = builders.user(company)
    typed = {"kind": "complaint", "channel": "phone", "customer_number": user.username, "nipt": company.nipt}

    filled_in = desk.get(LOG, {"customer": user.username}).content.decode()
    desk.post(LOG, typed | {"message": "Nuk mbërriti pagesa."})

    case = Case.objects.get()
    assert f'value="{user.username}"' in filled_in
    assert user.full_name not in filled_in, "the page alone tells nothing of her"
    assert (case.user, case.company, case.channel, case.name) == (user, company, "phone", user.full_name)
    assert Notice.objects.get(user=user).facts == {"number": case.number}


def test_a_letter_of_somebody_who_is_no_client_is_logged_too() -> None:
    branch = at_the_desk(room.staff_of("Degë"))
    typed = {"kind": "suggestion", "channel": "email", "name": "Agim Prifti", "email": "agim@example.com"}

    page = branch.post(LOG, typed | {"message": "Orari më i gjatë."}, follow=True)

    case = Case.objects.get()
    assert (case.user, case.email, case.channel) == (None, "agim@example.com", "email")
    assert case.number in page.content.decode()
    assert page.redirect_chain[0][0] == reverse("admin:index"), "whoever may only log does not see the queue"


def test_an_agent_goes_back_to_her_call() -> None:
    centre = at_the_desk(room.staff_of("Qendra e kontaktit"))
    typed = {"kind": "complaint", "channel": "phone", "name": "Agim Prifti", "phone": "069 20 00 018"}

    asked = centre.get(LOG).content.decode()
    page = centre.post(LOG, typed | {"message": "Pse u bllokova?"}, follow=True)

    assert f'href="{reverse("admin:desk")}"' in asked
    assert page.redirect_chain == [(reverse("admin:desk"), 302)]
    assert Case.objects.get().number in page.content.decode()


@pytest.mark.parametrize("channel", ["phone", "email", "whatsapp", "social", "branch"])
def test_what_came_by_any_of_the_banks_channels_is_logged_with_it(channel: str, desk: Client) -> None:
    desk.post(
        LOG, {"kind": "complaint", "channel": channel, "name": "Agim", "phone": "069 20 00 018", "message": "Pse?"}
    )

    assert Case.objects.get().channel == channel


@pytest.mark.parametrize(
    ("typed", "word"),
    [
        ({}, "emrin dhe si i përgjigjemi"),
        ({"name": "Agim"}, "e-mailin ose telefonin"),
        ({"customer_number": "999999998"}, "Asnjë klient nuk ka këtë numër"),
        ({"name": "Agim", "phone": "042", "nipt": "L99999998Z"}, "Asnjë kompani nuk ka këtë NIPT"),
    ],
)
def test_a_case_that_could_not_be_answered_is_not_logged(desk: Client, typed: dict[str, str], word: str) -> None:
    plain = {"kind": "complaint", "channel": "branch", "message": "Më thanë të vij nesër."}

    page = desk.post(LOG, plain | typed)

    assert word in page.content.decode()
    assert not Case.objects.exists()


def test_a_form_logged_twice_is_one_case(desk: Client) -> None:
    mark = re.search(r'name="mark" value="(\w+)"', desk.get(LOG).content.decode())[1]
    typed = {"kind": "complaint", "channel": "phone", "name": "Agim", "phone": "069 20 00 018", "message": "Po pres."}

    for _time in range(2):
        desk.post(LOG, typed | {"mark": mark})

    assert Case.objects.count() == 1


def test_the_days_left_are_working_days(desk: Client) -> None:
    case = room.filed(kind="message")

    assert case.answer_by == date(2026, 11, 25)
    assert re.search(r'field-days_left">2<', desk.get(LIST).content.decode())
