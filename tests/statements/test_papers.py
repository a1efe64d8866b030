"""Statements as papers: what stands on them, in volumes that hand on, one for ever once the days are closed."""

import io
from collections.abc import Callable
from datetime import date, datetime, timedelta
from zipfile import BadZipFile, ZipFile

import pytest
from django.test import Client
from django.urls import reverse
from pypdf import PdfReader

from accounts import audit, day_close, papers
from accounts.models import AuditEvent, BankAccount, Paper, User
from statements.exports import pdf
from statements.periods import Period
from tests import builders
from tests.builders import AT

pytestmark = pytest.mark.django_db

NOVEMBER = Period(date(2026, 11, 1), date(2026, 11, 30))
AFTER = AT + timedelta(days=20)


@pytest.fixture
def account() -> BankAccount:
    return builders.funded(builders.company("ÇELËSI SHPK"), 1_250_00)


@pytest.fixture
def owner(account: BankAccount, signed_in: Callable[[User], Client]) -> Client:
    assert account.company
    return signed_in(builders.user(account.company, prepares=True))


@pytest.fixture
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Volumes of three lines."""
    monkeypatch.setattr(pdf, "LINES_A_VOLUME", 3)


def address(account: BankAccount, **asked: str) -> str:
    days = {"from": "01.11.2026", "to": "20.11.2026", "format": "pdf"}
    return (
        reverse("statements:statement", args=[account.uuid])
        + "?"
        + "&".join(f"{name}={value}" for name, value in (days | asked).items())
    )


def text_of(content: bytes) -> str:
    return " ".join(" ".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages).split())


def papers_of(
    account: BankAccount, period: Period = NOVEMBER, *, at: datetime = AFTER, language: str = "sq"
) -> list[Paper]:
    return [
        pdf.paper_of(account, volume, language=language, actor=audit.THE_CLOCK, at=at)
        for volume in pdf.volumes(account, period, at=at)
    ]


def test_a_statement_says_whose_account_how_much_and_each_line(account: BankAccount, owner: Client) -> None:
    builders.credit(account, -200_50, text="Kafé për zyrën")

    answer = owner.get(address(account))

    text = text_of(answer.content)
    assert answer["Content-Type"] == "application/pdf"
    for said in (
        "Pasqyra e llogarisë",
        "ÇELËSI SHPK",
        account.company.nipt,
        "1 deri 20 nëntor 2026",
        "Gjendja në fillim 0,00 ALL",
        "Hyrje (1) 1.250,00 ALL",
        "Dalje (1) 200,50 ALL",
        "1.049,50 ALL",
        "OMEGA SHPK",
        "Kafé për zyrën",
        "E përkohshme deri në mbylljen e ditës",
    ):
        assert said in text, said
    assert str(account.iban) in text.replace(" ", "")


def test_it_is_an_archive_file_with_tags_a_language_and_a_table(account: BankAccount) -> None:
    (paper,) = papers_of(account)

    reader = PdfReader(io.BytesIO(bytes(paper.content)))
    metadata = reader.trailer["/Root"]["/Metadata"].get_data().decode()
    tags = bytes(paper.content)
    assert "<pdfaid:part>2</pdfaid:part>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert reader.trailer["/Root"]["/Lang"] == "sq"
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"]
    assert tags.startswith(b"%PDF-1.7")


def test_what_is_provisional_is_made_anew_only_when_a_line_came(account: BankAccount, owner: Client) -> None:
    first, again = (owner.get(address(account)).content for _time in range(2))
    builders.credit(account, 10_00)
    later = owner.get(address(account)).content

    assert first == again
    assert later != first
    assert list(Paper.objects.values_list("kind", flat=True)) == ["statement.provisional"] * 2


def test_what_is_closed_is_one_paper_a_language_for_ever(account: BankAccount) -> None:
    day_close.close_due(at=AFTER)

    first, again, english = (
        papers_of(account),
        papers_of(account, at=AFTER + timedelta(days=300)),
        papers_of(account, language="en"),
    )

    assert [paper.pk for paper in first] == [paper.pk for paper in again]
    assert first[0].kind == "statement"
    assert "përkohshme" not in text_of(bytes(first[0].content))
    assert english[0].number != first[0].number


def test_volumes_hand_on_and_name_each_other(small: None, account: BankAccount) -> None:
    for minor in range(1, 7):
        builders.credit(account, minor * 100)
    day_close.close_due(at=AFTER)

    one, two, three = (text_of(bytes(paper.content)) for paper in papers_of(account))

    assert "Vëllimi 1 nga 3" in one
    assert "Bartur nga vëllimi" not in one
    assert "Për t’u bartur në vëllimin 2 1.253,00" in one
    assert "Bartur nga vëllimi 1 1.253,00" in two
    assert "Për t’u bartur në vëllimin 3 1.265,00" in two
    assert "Bartur nga vëllimi 2 1.265,00" in three
    assert "Për t’u bartur" not in three
    assert all("Gjendja në fund 1.271,00 ALL" in text for text in (one, two, three))


def test_a_long_period_leads_to_its_volumes(small: None, account: BankAccount, owner: Client) -> None:
    for _line in range(3):
        builders.credit(account, 100)

    listed = owner.get(address(account), follow=True)
    second = owner.get(address(account, volume="2"))

    links = [url for _volume, url in listed.context["volumes"]]
    assert [link.rpartition("volume=")[2] for link in links] == ["1", "2"]
    assert "Vëllimi 2 nga 2" in text_of(second.content)
    assert owner.get(address(account, volume="3")).status_code == 404
    assert owner.get(address(account, volume="x")).status_code == 404


def test_more_volumes_than_anybody_reads_are_refused(
    small: None, account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "VOLUMES_MAX", 1)
    for _line in range(3):
        builders.credit(account, 100)

    page = owner.get(address(account))

    assert "Zgjidhni më pak ditë" in page.content.decode()
    assert not Paper.objects.exists()


def test_a_company_makes_so_many_new_papers_a_day(
    account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pdf, "PAPERS_A_DAY", 1)
    owner.get(address(account))

    refused = owner.get(address(account, to="19.11.2026"))

    assert "Sot u bënë 1 pasqyra të reja" in refused.content.decode()
    assert owner.get(address(account))["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("page", ["statement", "archive", "archive_paper", "volumes", "all_volumes"])
def test_a_stranger_has_no_paper_of_anothers_account(
    page: str, account: BankAccount, signed_in: Callable[[User], Client]
) -> None:
    stranger = signed_in(builders.user(builders.company(), prepares=True, signs=True))

    answer = stranger.get(reverse(f"statements:{page}", args=[account.uuid]), {"format": "pdf", "month": "2026-10"})

    assert answer.status_code == 404
    assert not Paper.objects.exists()


def test_whoever_takes_one_leaves_her_trace(account: BankAccount, owner: Client) -> None:
    owner.get(address(account))

    taken = AuditEvent.objects.get(event="bank.paper.taken")
    assert taken.company == str(account.company_id)


def test_a_paper_is_compared_by_its_account_and_its_closing_balance(account: BankAccount) -> None:
    (paper,) = papers_of(account)

    assert (paper.iban_last4, paper.amount_minor) == (str(account.iban)[-4:], 1_250_00)


def test_a_period_without_lines_says_so(account: BankAccount) -> None:
    (paper,) = papers_of(account, Period(date(2026, 10, 1), date(2026, 10, 31)))

    assert "Asnjë veprim i regjistruar" in text_of(bytes(paper.content))


# --- All volumes at once ---------------------------------------------------------------------------------------------


def zip_address(account: BankAccount) -> str:
    return reverse("statements:all_volumes", args=[account.uuid]) + "?from=01.11.2026&to=20.11.2026"


def test_all_volumes_come_in_one_zip_as_each_is_had_alone(small: None, account: BankAccount, owner: Client) -> None:
    for _line in range(6):
        builders.credit(account, 100)

    answer = owner.get(zip_address(account))

    with ZipFile(io.BytesIO(answer.getvalue())) as whole:
        assert whole.testzip() is None
        inside = {entry.filename: whole.read(entry) for entry in whole.infolist()}
    numbers = Paper.objects.order_by("number").values_list("number", flat=True)
    assert answer["Content-Type"] == "application/zip"
    assert answer["Content-Disposition"] == f'attachment; filename="{account.iban}-20261101-20261120.zip"'
    assert list(inside) == [f"{place:03d}-{number}.pdf" for place, number in enumerate(numbers, start=1)]
    assert list(inside.values())[1] == owner.get(address(account, volume="2")).content
    assert AuditEvent.objects.filter(event="bank.paper.taken").count() == 4


def test_the_zip_arrives_while_its_later_volumes_are_made(small: None, account: BankAccount, owner: Client) -> None:
    for _line in range(6):
        builders.credit(account, 100)

    portions = iter(owner.get(zip_address(account)))

    made = [Paper.objects.count() for _portion in portions]
    assert made == [1, 2, 3, 3]


def test_what_breaks_on_the_way_leaves_no_zip_that_looks_whole(
    small: None, account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _line in range(3):
        builders.credit(account, 100)
    portions = iter(owner.get(zip_address(account)))
    arrived = next(portions)

    def refused(*_args: object, **_facts: object) -> None:
        raise papers.NotSignedNow(phone="1")

    monkeypatch.setattr(papers, "make", refused)
    with pytest.raises(papers.NotSignedNow):
        next(portions)
    with pytest.raises(BadZipFile):
        ZipFile(io.BytesIO(arrived))


def test_a_zip_that_cannot_be_made_today_does_not_begin(
    small: None, account: BankAccount, owner: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    for _line in range(6):
        builders.credit(account, 100)
    monkeypatch.setattr(pdf, "PAPERS_A_DAY", 2)

    answer = owner.get(zip_address(account))

    assert "Sot u bënë 2 pasqyra të reja" in answer.content.decode()
    assert not Paper.objects.exists()


def test_the_page_of_the_volumes_offers_the_zip_and_one_volume_needs_none(
    small: None, account: BankAccount, owner: Client
) -> None:
    offer = "Shkarko të gjitha (ZIP)"
    page = reverse("statements:volumes", args=[account.uuid]) + "?from=01.11.2026&to=20.11.2026"
    assert offer not in owner.get(page).content.decode()
    assert owner.get(zip_address(account)).context["volumes"]
    assert not Paper.objects.exists()

    for _line in range(3):
        builders.credit(account, 100)

    assert offer in owner.get(page).content.decode()
    assert owner.get(zip_address(account).replace("01.11.2026", "x")).context["form"].errors
