"""Each kind of paper is PDF/A-2a and PDF/UA-1, signed or not; and whoever examines it sees what is wrong."""

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader, PdfWriter
from pypdf.generic import ArrayObject, ByteStringObject, DictionaryObject, NameObject, NumberObject, TextStringObject
from pytest_django import Settings

from accounts import audit, clock, papers
from accounts.models import Paper
from accounts.papers import Compared, Content, Section
from bkt_portal import demo_seal
from statements.exports import pdf
from statements.periods import Period
from tests import builders
from tests.accounts.archive_file import faults

pytestmark = pytest.mark.django_db

PASSWORD = "a password of the tests"


@pytest.fixture(params=["signed", "unsigned"])
def sealed(request: pytest.FixtureRequest, tmp_path: Path, settings: Settings) -> None:
    settings.PUBLIC_URL = "https://biznes.example"
    if request.param == "signed":
        path = tmp_path / "papers.p12"
        demo_seal.make(path, PASSWORD, at=clock.machine())
        settings.PAPERS_CERTIFICATE, settings.PAPERS_CERTIFICATE_PASSWORD = str(path), PASSWORD


def confirmation(language: str = "sq") -> Paper:
    sections = [Section("Përfituesi", [("Emri", "BETA NDËRTIM SHPK"), ("IBAN", "AL47\nBanka")])]
    return papers.make(
        kind="payment.confirmation",
        subject=f"order:{builders.unique()}",
        company=builders.company(),
        language=language,
        content=Content("Konfirmim pagese", "1.234,50 ALL", "një mijë", sections, "E kthyer", ["Çdo shënim."]),
        actor=builders.STAFF,
        at=builders.AT,
        compared=Compared(builders.OTHER_BANK_IBAN, 1_234_50),
    )


def statement(lines: int) -> list[Paper]:
    account = builders.account(builders.company())
    for minor in range(1, lines + 1):
        builders.credit(account, minor * 100, text="Kafé për zyrën")
    day = builders.AT.date()
    return [
        pdf.paper_of(account, volume, language="sq", actor=audit.THE_CLOCK, at=builders.AT)
        for volume in pdf.volumes(account, Period(day.replace(day=1), day), at=builders.AT)
    ]


@pytest.mark.parametrize("language", ["sq", "en"])
def test_a_paper_of_labelled_lines_is_an_archive_file(sealed: None, language: str) -> None:
    assert faults(bytes(confirmation(language).content)) == []


def test_each_volume_of_a_statement_is_one(sealed: None, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "LINES_A_VOLUME", 50)

    for paper in [*statement(120), *statement(0)]:
        assert faults(bytes(paper.content)) == []


# --- The examiner sees -----------------------------------------------------------------------------------------------


def all_of(writer: PdfWriter, kind: str) -> list[Any]:
    found = [one for one in writer._objects if hasattr(one, "get")]
    return [one for one in found if kind in {one.get("/Type"), one.get("/S")}]


def without_fonts(writer: PdfWriter) -> None:
    for font in all_of(writer, "/FontDescriptor"):
        for name in {"/FontFile2", "/FontFile3"} & font.keys():
            del font[name]


def without_words(writer: PdfWriter) -> None:
    for figure in all_of(writer, "/Figure"):
        del figure["/Alt"]


def without_tags(writer: PdfWriter) -> None:
    page = writer.pages[0]
    content = page.get_contents()
    assert content is not None, "a page of a paper shows something"
    content.set_data(b"BT (a) Tj ET")
    page[NameObject("/Contents")] = writer._add_object(content)


def without_colours(writer: PdfWriter) -> None:
    del writer._root_object["/OutputIntents"]


def with_a_program(writer: PdfWriter) -> None:
    program = {"/S": NameObject("/JavaScript"), "/JS": TextStringObject("app.alert(1)")}
    action = DictionaryObject({NameObject(name): value for name, value in program.items()})
    writer._root_object[NameObject("/OpenAction")] = action


def without_what_signs_mean(writer: PdfWriter) -> None:
    for font in all_of(writer, "/Font"):
        font.pop("/ToUnicode", None)


def with_a_short_row(writer: PdfWriter) -> None:
    row = all_of(writer, "/TR")[0]
    row[NameObject("/K")] = ArrayObject(row["/K"][:1])


def with_other_headings(writer: PdfWriter) -> None:
    for heading in all_of(writer, "/H2"):
        heading[NameObject("/S")] = NameObject("/H4")


def with_a_note_on_the_page(writer: PdfWriter) -> None:
    writer.add_annotation(0, {"/Subtype": NameObject("/Text"), "/Rect": [NumberObject(9)] * 4})


def under_another_title(writer: PdfWriter) -> None:
    writer.add_metadata({"/Title": "Another"})


def with_a_key(writer: PdfWriter) -> None:
    writer.encrypt("", algorithm="AES-256")


@pytest.mark.parametrize(
    ("spoil", "seen"),
    [
        (without_fonts, "is not inside"),
        (without_words, "a picture has no words"),
        (without_tags, "shows something without a tag"),
        (without_colours, "no intent says"),
        (with_a_program, "/JavaScript is not allowed"),
        (without_what_signs_mean, "does not say what its signs mean"),
        (with_a_short_row, "the rows of a table"),
        (with_other_headings, "the headings go"),
        (with_a_note_on_the_page, "is not printed"),
        (under_another_title, "the title is not that"),
        (with_a_key, "or a key"),
    ],
)
def test_whoever_examines_a_file_sees_what_is_wrong(
    settings: Settings, spoil: Callable[[PdfWriter], None], seen: str
) -> None:
    settings.PUBLIC_URL = "https://biznes.example"
    reader = PdfReader(io.BytesIO(bytes(confirmation().content)))
    writer, out = PdfWriter(clone_from=reader), io.BytesIO()
    writer._ID = writer._ID or (ByteStringObject(b"1"), ByteStringObject(b"1"))  # type: ignore[assignment]  # pypdf's own array of two
    spoil(writer)
    writer.write(out)

    assert [fault for fault in faults(out.getvalue()) if seen in fault]
