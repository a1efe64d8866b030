"""Papers: numbered once, the same bytes for ever, readable by people and machines, and nothing in them is markup."""

import hashlib
import io

import pytest
from django.db import IntegrityError, connection, transaction
from hypothesis import HealthCheck, given, settings, strategies as st
from pypdf import PdfReader

from accounts import papers
from accounts.models import AuditEvent, Paper
from accounts.papers import Content, Section
from tests import builders

MARKUP = '#eval("1+1") *BETA* _e_ $x$ [q] @ref <a> // \\ = ë Ç €'


def content(**changes) -> Content:
    facts = {
        "title": "Konfirmim pagese",
        "headline": "1.234,50 ALL",
        "in_words": "një mijë",
        "sections": [Section("Përfituesi", [("Emri", "BETA NDËRTIM SHPK"), ("IBAN", "AL47\nBanka")])],
    }
    return Content(**{**facts, **changes})


def made(company, *, subject="order:1", language="sq", said: Content | None = None) -> Paper:
    return papers.make(
        kind="test.paper",
        subject=subject,
        company=company,
        language=language,
        content=said or content(),
        actor=builders.STAFF,
        at=builders.AT,
    )


def read(paper: Paper) -> PdfReader:
    return PdfReader(io.BytesIO(bytes(paper.content)))


def text_of(paper: Paper) -> str:
    return " ".join(" ".join(page.extract_text() for page in read(paper).pages).split())


@pytest.fixture
def company(db):
    return builders.company()


def test_what_was_said_stands_on_the_paper_with_its_number_and_fingerprint(company):
    paper = made(company)

    text = text_of(paper)

    for said in (paper.number, "Konfirmim pagese", "BETA NDËRTIM SHPK", "1.234,50 ALL", "Banka Kombëtare Tregtare"):
        assert said in text
    assert paper.fingerprint in text.replace(" ", "")


def test_the_fingerprint_is_that_of_the_facts_and_the_digest_that_of_the_file(company):
    paper = Paper.objects.get(pk=made(company).pk)

    assert papers.fingerprint(paper.facts) == paper.fingerprint
    assert hashlib.sha256(bytes(paper.content)).hexdigest() == paper.sha256


def test_the_same_facts_give_the_same_bytes(company):
    paper = made(company)

    assert papers.render(paper.facts) == bytes(paper.content)


def test_a_name_is_text_and_never_markup(company):
    paper = made(company, said=content(sections=[Section("Përfituesi", [("Emri", MARKUP)])]))

    assert MARKUP.replace(" ", "") in text_of(paper).replace(" ", "")


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=70))
def test_no_text_whatever_breaks_a_paper(company, text):
    said = Content(f"T {text}", text, text, [Section(f"S {text}", [(text, text)])], text, [text])

    paper = made(company, subject=f"order:{builders.unique()}", said=said)

    assert bytes(paper.content).startswith(b"%PDF-1.7")


def test_a_sign_that_no_font_of_ours_has_is_seen_to_be_missing(company):
    paper = made(company, said=content(headline="Ｂank 😀 é"))

    assert "Bank ? é" in text_of(paper)


def test_it_is_an_archive_file_that_can_be_read_aloud(company):
    reader = read(made(company))
    root = reader.trailer["/Root"]
    metadata = root["/Metadata"].get_object().get_data().decode()

    assert "<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in metadata
    assert "<pdfuaid:part>1</pdfuaid:part>" in metadata
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "sq"
    assert {"/H1", "/H2", "/Table"} <= set(_tags(root["/StructTreeRoot"]))
    assert reader.metadata.title.startswith("Konfirmim pagese D-2026-")


def test_its_fonts_are_inside(company):
    fonts = read(made(company)).pages[0]["/Resources"]["/Font"].values()
    descendants = [font.get_object()["/DescendantFonts"][0].get_object() for font in fonts]

    assert {str(font["/BaseFont"]).split("+")[1] for font in descendants} == {
        "PublicSans-Regular",
        "PublicSans-SemiBold",
    }
    assert all({"/FontFile2", "/FontFile3"} & font["/FontDescriptor"].keys() for font in descendants)


def test_there_is_one_paper_a_kind_subject_and_language(company):
    first = made(company)

    assert made(company).pk == first.pk
    assert made(company, language="en").number != first.number
    assert papers.find(kind="test.paper", subject="order:1", language="sq") == first
    assert AuditEvent.objects.filter(event="bank.paper.made").count() == 2


def test_a_long_paper_goes_on_over_the_page(company):
    rows = [(f"Rreshti {number}", "x" * 60) for number in range(120)]

    paper = made(company, said=content(sections=[Section("Shumë", rows)]))

    assert len(read(paper).pages) > 1
    assert "Rreshti 119" in text_of(paper)


@pytest.mark.parametrize("statement", ["UPDATE accounts_paper SET facts = '{}'", "DELETE FROM accounts_paper"])
def test_a_paper_that_was_given_stays_as_it_was_given(company, statement):
    made(company)

    with (
        pytest.raises(IntegrityError, match="papers_are_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_paper_without_its_digests_is_no_paper(company):
    paper = made(company)
    paper.pk, paper.number, paper.subject, paper.sha256 = None, "D-X", "other", "none"

    with pytest.raises(IntegrityError, match="a_paper_knows_its_digests"), transaction.atomic():
        paper.save(force_insert=True)


def _tags(node):
    node = node.get_object()
    if not hasattr(node, "get"):
        return
    if "/S" in node:
        yield str(node["/S"])
    children = node.get("/K") or []
    for child in children if isinstance(children, list) else [children]:
        yield from _tags(child)
