"""PDFs that strangers send: what they may not do, openly or folded away."""

import random
import time
from pathlib import Path

import pytest
from pytest_django import Settings

from accounts.refusals import Refusal
from complaints import attachments, pdf_contents
from tests.complaints import files


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> None:
    settings.FILES_DIR = tmp_path


def kept(content: bytes) -> bytes:
    (one,) = attachments.accept([files.upload(content)])
    return attachments.path_of(one.where).read_bytes()


def refusal(content: bytes) -> type[Refusal]:
    with pytest.raises(Refusal) as refused:
        attachments.accept([files.upload(content)])
    return type(refused.value)


@pytest.mark.parametrize(
    "does",
    [
        b"/OpenAction << /S /JavaScript /JS (app.alert) >>",
        b"/S /J#61vaScript",
        b"/S /Launch",
        b"/EmbeddedFiles 3 0 R",
        b"/Subtype /RichMedia",
        b"/XFA 9 0 R",
        b"/S /Rendition /JS (app.alert(1))",
        b"/Subtype /FileAttachment",
        b"/Type /Filespec /EF << /F 9 0 R >>",
    ],
)
def test_a_pdf_that_can_act_is_refused(does: bytes) -> None:
    assert refusal(files.pdf(more=does)) is attachments.FileCanAct


@pytest.mark.parametrize(
    "does",
    [b"<< /S /JavaScript /JS (app.alert) >>", b"<< /S /J#61vaScript >>", b"% <<\n /S /Launch", b"/XFA 9 0 R"],
)
def test_a_pdf_that_folds_away_what_it_does_is_refused_too(does: bytes) -> None:
    assert refusal(files.folded(does)) is attachments.FileCanAct
    assert refusal(files.folded(bytes(70_000) + does)) is attachments.FileCanAct
    assert refusal(files.folded(does, numbers=b"% first a word\n5 0 ")) is attachments.FileCanAct


def test_a_pdf_that_folds_away_its_pages_is_taken() -> None:
    content = files.folded(b"<< /Type /Page /Annots [<< /A << /S /URI >> >>] >>")

    assert kept(content) == content


@pytest.mark.parametrize(
    "content",
    [
        files.folded(b"<<>>", filter=b"[/ASCIIHexDecode /FlateDecode]"),
        files.folded(b"<<>>", filter=b"/LZWDecode"),
        files.folded(b"<<>>", filter=b"/FlateDecode /DecodeParms << /Predictor 12 /Columns 4 >>"),
        files.folded(b"<<>>") + b"trailer << /Encrypt 9 0 R >>\nstartxref\n9\n%%EOF",
        files.folded(b"<<>>" + bytes(100_000_000)),
    ],
    ids=["hex", "lzw", "predictor", "encrypted", "bomb"],
)
def test_a_pdf_that_nobody_can_look_through_is_refused(content: bytes) -> None:
    began = time.monotonic()

    assert refusal(content) is attachments.FileIsLocked
    assert time.monotonic() - began < 3


def test_an_object_stream_that_breaks_off_is_refused() -> None:
    whole = files.folded(random.Random(1).randbytes(9000))  # longer than one bite
    broken = whole[:3000] + whole[6000:]

    assert refusal(broken) is attachments.FileIsLocked


def test_a_word_across_two_portions_is_found() -> None:
    filling = b"%" + b"x" * (pdf_contents.PORTION - 55) + b"\n"

    assert refusal(files.pdf(more=filling + b"/S /JavaScript ")) is attachments.FileCanAct
