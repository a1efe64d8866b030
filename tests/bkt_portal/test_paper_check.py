"""The public check of a paper: yes to whoever holds it, one sentence to everybody else, and nothing of the customer."""

import html
import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader
from pytest_django import Settings

from accounts import paper_marks, papers
from accounts.models import Company, Paper
from accounts.papers import Compared, Content, Section
from auth_flow.models import NetworkCounter
from bkt_portal import paper_checking
from tests import builders

pytestmark = pytest.mark.django_db

IBAN = builders.OTHER_BANK_IBAN
UNKNOWN = "Këto të dhëna nuk përputhen me asnjë dokument të bankës"
COMPANY = "SEKRETI SHPK"


@pytest.fixture
def company() -> Company:
    return builders.company(COMPANY)


@pytest.fixture
def confirmation(company: Company) -> Paper:
    return made(company, "payment.confirmation", Compared(IBAN, 1_234_50))


@pytest.fixture
def thread(company: Company) -> Paper:
    return made(company, "complaint.thread", None)


def made(company: Company, kind: str, compared: Compared | None) -> Paper:
    return papers.make(
        kind=kind,
        subject=f"order:{builders.unique()}",
        company=company,
        language="sq",
        content=Content("Konfirmim pagese", "1.234,50 ALL", "një mijë", [Section("Paguesi", [("Emri", COMPANY)])]),
        actor=builders.STAFF,
        at=builders.AT,
        compared=compared,
    )


def check(client: Client, **said: str) -> tuple[str, str]:
    """What the page concludes, and the page."""
    answer = client.post(reverse("paper_check"), said)
    return answer.context["outcome"], html.unescape(answer.content.decode())


def facts_of(paper: Paper, **changes: str) -> dict[str, str]:
    return {"number": paper.number, "iban_last4": paper.iban_last4, "amount": "1.234,50"} | changes


def tags(reader: PdfReader) -> Iterator[Any]:
    """Every element of the structure tree."""
    left = [reader.trailer["/Root"]["/StructTreeRoot"]]
    while left:
        node = left.pop().get_object()
        if "/S" in node:
            yield node
        children = node.get("/K", [])
        children = children if isinstance(children, list) else [children]
        left += [child for child in children if hasattr(child.get_object(), "get")]


def verdict_part(page: str) -> str:
    """The answer without the form, which repeats what was typed."""
    found = re.search(r'<section class="sheet" role="(alert|status)".*?</section>', page, re.S)
    return found[0] if found else ""


def test_whoever_says_what_stands_on_it_is_told_that_it_is_genuine(client: Client, confirmation: Paper) -> None:
    outcome, page = check(client, **facts_of(confirmation))

    assert outcome == "genuine"
    for said in ("Konfirmim pagese", confirmation.number, confirmation.fingerprint, "20.11.2026"):
        assert said in page
    assert COMPANY not in page


@pytest.mark.parametrize("typed", ["1234,50", "1.234,50 ALL", "−1.234,50", " 1 234,5 "])
def test_the_amount_may_be_typed_as_people_type_it(client: Client, confirmation: Paper, typed: str) -> None:
    assert check(client, **facts_of(confirmation, amount=typed))[0] == "genuine"


def test_number_iban_and_code_may_be_typed_as_people_type_them(client: Client, confirmation: Paper) -> None:
    code = paper_marks.grouped(confirmation.code).lower()
    said = facts_of(confirmation, number=f" {confirmation.number.lower()} ", iban_last4=confirmation.iban_last4.lower())

    assert check(client, **said, code=code)[0] == "genuine"


@pytest.mark.parametrize(
    "wrong",
    [
        {"number": "D-2026-999999"},
        {"iban_last4": "0000"},
        {"amount": "1.234,51"},
        {"iban_last4": "0000", "amount": "9,99"},
        {"code": "AAAAAAAA"},
    ],
)
def test_a_stranger_hears_the_same_words_whatever_is_wrong(
    client: Client, confirmation: Paper, wrong: dict[str, str]
) -> None:
    outcome, page = check(client, **facts_of(confirmation, **wrong))
    never_given = check(client, number="D-2020-000001", iban_last4="1111", amount="5,55")[1]

    assert outcome == "unknown"
    assert UNKNOWN in page
    assert verdict_part(page) == verdict_part(never_given)
    assert confirmation.fingerprint not in page


def test_whoever_has_the_code_is_told_that_something_was_changed(client: Client, confirmation: Paper) -> None:
    outcome, page = check(client, **facts_of(confirmation, amount="91.234,50", code=confirmation.code))

    assert outcome == "changed"
    assert "I ndryshuar" in page
    assert confirmation.fingerprint not in page


def test_number_and_code_alone_do_not_vouch_for_an_amount(client: Client, confirmation: Paper) -> None:
    outcome, page = check(client, number=confirmation.number, code=confirmation.code)

    assert outcome == "incomplete"
    assert confirmation.fingerprint not in page


def test_a_paper_without_an_amount_is_known_by_its_code(client: Client, thread: Paper) -> None:
    assert check(client, number=thread.number, code=thread.code)[0] == "genuine"
    assert check(client, number=thread.number, code="AAAAAAAA")[0] == "unknown"
    assert check(client, number=thread.number, code=thread.code, iban_last4="1111", amount="1,00")[0] == "changed"


def test_a_paper_of_before_the_codes_is_known_by_no_code(client: Client, confirmation: Paper, company: Company) -> None:
    old = Paper.objects.get(pk=confirmation.pk)
    old.pk, old.number, old.subject = None, "D-2025-000001", "order:old"
    old.code, old.iban_last4, old.amount_minor, old.sha256 = "", "", None, "0" * 64
    old.save(force_insert=True)

    assert check(client, number=old.number, code="")[0] == ""
    assert check(client, number=old.number, code="AAAAAAAA")[0] == "unknown"
    assert check(client, number=old.number, iban_last4="1111", amount="1,00")[0] == "unknown"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"number": ""}, "number"),
        ({"number": "123"}, "number"),
        ({"iban_last4": ""}, "iban_last4"),
        ({"iban_last4": "12345"}, "iban_last4"),
        ({"amount": ""}, "amount"),
        ({"amount": "shumë"}, "amount"),
        ({"amount": "1,000"}, "amount"),
    ],
)
def test_what_is_not_understood_is_told_and_nothing_is_judged(
    client: Client, confirmation: Paper, said: dict[str, str], field: str
) -> None:
    answer = client.post(reverse("paper_check"), facts_of(confirmation, **said))

    assert answer.context["outcome"] == ""
    assert list(answer.context["form"].errors) == [field]


def test_the_qr_fills_in_number_and_code_and_judges_nothing(client: Client, confirmation: Paper) -> None:
    answer = client.get(reverse("paper_check"), {"number": confirmation.number, "code": confirmation.code})

    page = answer.content.decode()
    assert answer.context["outcome"] == ""
    assert f'value="{confirmation.number}"' in page
    assert f'value="{confirmation.code}"' in page


def test_an_address_with_all_facts_is_answered(client: Client, confirmation: Paper) -> None:
    assert client.get(reverse("paper_check"), facts_of(confirmation)).context["outcome"] == "genuine"


# --- The file --------------------------------------------------------------------------------------------------------


def upload(client: Client, content: bytes) -> tuple[str, str]:
    answer = client.post(reverse("paper_check"), {"file": SimpleUploadedFile("a.pdf", content)})
    return answer.context["outcome"], html.unescape(answer.content.decode())


def test_the_file_itself_is_known_by_every_byte(client: Client, confirmation: Paper) -> None:
    outcome, page = upload(client, bytes(confirmation.content))

    assert outcome == "genuine"
    assert "çdo bajt është siç e bëri banka" in page


@pytest.mark.parametrize("place", [0, 100, -1])
def test_one_byte_makes_it_another_file(client: Client, confirmation: Paper, place: int) -> None:
    content = bytearray(bytes(confirmation.content))
    content[place] ^= 1

    outcome, page = upload(client, bytes(content))

    assert outcome == "unknown"
    assert "Ky skedar nuk është siç e bëri banka" in page
    assert confirmation.number not in page


def test_a_file_that_is_too_large_or_empty_is_not_read(client: Client, settings: Settings) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"bytes_max": 10}

    for content in (b"12345678901", b""):
        answer = client.post(reverse("paper_check"), {"file": SimpleUploadedFile("a.pdf", content)})
        assert list(answer.context["form"].errors) == ["file"]


# --- How often -------------------------------------------------------------------------------------------------------


def test_a_network_checks_so_often_and_then_waits(
    client: Client, confirmation: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_checking, "PER_NETWORK_MAX", 2)
    for _time in range(2):
        check(client, **facts_of(confirmation))

    refused = client.post(reverse("paper_check"), facts_of(confirmation))

    assert refused.status_code == 429
    assert "U bënë shumë kontrolle" in refused.content.decode()
    assert client.post(reverse("paper_check"), facts_of(confirmation), REMOTE_ADDR="203.0.113.9").status_code == 200


def test_one_number_is_guessed_at_so_often_whoever_guesses(
    client: Client, confirmation: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_checking, "PER_NUMBER_MAX", 2)
    for place in range(2):
        client.post(reverse("paper_check"), facts_of(confirmation, amount="1,11"), REMOTE_ADDR=f"203.0.113.{place}")

    refused = client.post(reverse("paper_check"), facts_of(confirmation), REMOTE_ADDR="198.51.100.1")

    assert refused.status_code == 429


def test_a_guesser_does_not_shut_out_whoever_holds_the_paper(
    client: Client, confirmation: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_checking, "PER_NUMBER_MAX", 2)
    for place in range(3):
        guess = facts_of(confirmation, amount="1,11", code="AAAAAAAA")
        client.post(reverse("paper_check"), guess, REMOTE_ADDR=f"203.0.113.{place}")

    assert check(client, **facts_of(confirmation, code=confirmation.code))[0] == "genuine"


def test_one_amount_is_not_tried_on_every_number(
    client: Client, confirmation: Paper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paper_checking, "PER_FACTS_MAX", 2)
    for place in range(2):
        guess = facts_of(confirmation, number=f"D-2026-90000{place}")
        client.post(reverse("paper_check"), guess, REMOTE_ADDR=f"203.0.113.{place}")

    refused = client.post(reverse("paper_check"), facts_of(confirmation), REMOTE_ADDR="198.51.100.1")
    other = client.post(reverse("paper_check"), facts_of(confirmation, amount="7,77"), REMOTE_ADDR="198.51.100.1")

    assert (refused.status_code, other.status_code) == (429, 200)
    assert "123450" not in " ".join(NetworkCounter.objects.values_list("network", flat=True))


# --- What stands on the paper ----------------------------------------------------------------------------------------


def test_the_qr_leads_to_the_page_and_holds_nothing_of_the_customer(company: Company, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://biznes.example"

    paper = made(company, "payment.confirmation", Compared(IBAN, 1_234_50))

    said = paper.facts["check"]
    assert said["address"] == f"https://biznes.example/papers/check/?number={paper.number}&code={paper.code}"
    assert said["page"] == "biznes.example/papers/check/"
    assert len(said["qr"]) >= 29
    assert all(x + width <= len(said["qr"]) for row in said["qr"] for x, width in row)


def test_the_qr_has_words_for_those_who_do_not_see_it(company: Company, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://biznes.example"

    paper = made(company, "payment.confirmation", None)

    figures = [tag for tag in tags(PdfReader(io.BytesIO(bytes(paper.content)))) if tag["/S"] == "/Figure"]
    assert [str(figure["/Alt"]) for figure in figures] == ["Kod QR që hap faqen ku kontrollohet ky dokument"]


def test_no_code_is_like_another(company: Company) -> None:
    codes = {paper_marks.new_code() for _time in range(200)}

    assert len(codes) == 200
    assert all(len(code) == 8 and set(code) <= set(paper_marks.CODE_SIGNS) for code in codes)
