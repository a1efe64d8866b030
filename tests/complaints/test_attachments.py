"""Files that strangers send: what is taken in, what of it is kept, and every trick that is not."""

import gzip
import io
import stat
import struct
import time
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.utils import translation
from pytest_django import Settings

from accounts.refusals import Refusal
from complaints import attachments, file_shapes
from complaints.attachments import Accepted
from tests.complaints import files


@pytest.fixture(autouse=True)
def store(settings: Settings, tmp_path: Path) -> Path:
    settings.FILES_DIR = tmp_path
    return tmp_path / "attachments"


def in_store(store: Path) -> list[Path]:
    return [path for path in store.rglob("*") if path.is_file()]


def taken(content: bytes, name: str = "fatura.pdf") -> Accepted:
    (one,) = attachments.accept([files.upload(content, name)])
    return one


def kept(content: bytes, name: str = "fatura.pdf") -> bytes:
    return attachments.path_of(taken(content, name).where).read_bytes()


def refusal(*contents: bytes, name: str = "fatura.pdf") -> type[Refusal]:
    with pytest.raises(Refusal) as refused:
        attachments.accept([files.upload(content, name) for content in contents])
    with translation.override("sq"):
        assert "%(" not in str(refused.value.sentence)
    return type(refused.value)


# --- What is taken in -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "type"),
    [(files.pdf(), "application/pdf"), (files.jpeg(), "image/jpeg"), (files.png(), "image/png")],
)
def test_a_file_is_told_by_its_content_alone(content: bytes, type: str) -> None:
    (one,) = attachments.accept([files.upload(content, "pa-emer", "text/html")])

    assert (one.type, one.size) == (type, len(content))
    assert one.name == f"pa-emer.{attachments.ENDINGS[type][0]}"


def test_a_plain_picture_and_a_pdf_are_kept_byte_for_byte() -> None:
    for content, name in ((files.pdf(), "a.pdf"), (files.jpeg(), "a.jpg"), (files.png(), "a.png")):
        assert kept(content, name) == content


def test_it_lies_under_a_random_name_for_the_portal_alone(store: Path) -> None:
    one = taken(files.pdf())

    (path,) = in_store(store)
    assert path.name == one.where
    assert "fatura" not in str(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert {stat.S_IMODE(folder.stat().st_mode) for folder in (store, path.parent)} == {0o700}


def test_the_same_file_twice_lies_there_twice() -> None:
    assert taken(files.pdf()).where != taken(files.pdf()).where


def test_a_file_on_disk_is_never_whole_in_memory() -> None:
    class Big(UploadedFile):  # type: ignore[type-arg]  # not generic at run time
        asked: list[int] = []  # noqa: RUF012

        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            self.asked.append(chunk_size or 0)
            yield from (files.pdf()[at : at + 10] for at in range(0, len(files.pdf()), 10))

        def read(self, *_args: object) -> bytes:
            raise AssertionError("read whole")

    attachments.accept([Big(name="a.pdf")])

    assert Big.asked == [file_shapes.PORTION]


# --- What of a picture is kept ----------------------------------------------------------------------------------------


def test_where_a_photo_was_taken_is_not_kept() -> None:
    photo = files.jpeg(
        before=files.exif()
        + files.segment(0xE1, b"http://ns.adobe.com/xap/1.0/\0" + files.GPS)
        + files.segment(0xFE, files.GPS)
    )

    assert files.GPS not in kept(photo, "foto.jpg")


@pytest.mark.parametrize("order", ["<", ">"])
def test_which_side_of_a_photo_is_up_is_kept(order: str) -> None:
    small = kept(files.jpeg(before=files.exif(side=6, order=order)), "foto.jpg")

    assert struct.pack(">HHIHH", 0x0112, 3, 1, 6, 0) in small


def test_a_thumbnail_is_not_kept() -> None:
    secret = b"thumbnail-of-what-was-cut-out"
    head = files.segment(0xE0, b"JFIF\0\x01\x01\0\0\x01\0\x01\x05\x05" + secret)

    assert secret not in kept(files.jpeg(before=head), "foto.jpg")


@pytest.mark.parametrize("name", [b"tEXt", b"iTXt", b"zTXt", b"eXIf", b"iCCP"])
def test_what_a_png_tells_besides_its_picture_is_not_kept(name: bytes) -> None:
    assert kept(files.png(more=files.chunk(name, files.GPS)), "a.png") == files.png()


@pytest.mark.parametrize(("make", "name"), [(files.jpeg, "a.jpg"), (files.png, "a.png")])
@pytest.mark.parametrize("behind", [b"PK\x03\x04archive", b"<script>alert(1)</script>", b"%PDF-1.7 another"])
def test_what_hangs_behind_a_picture_is_cut_off(make: Callable[..., bytes], name: str, behind: bytes) -> None:
    assert kept(make(behind=behind), name) == make()


# --- What is not ------------------------------------------------------------------------------------------------------


def zipped(content: bytes = b"x") -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", content)
    return made.getvalue()


BOMB = gzip.compress(bytes(20_000_000))


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"MZ\x90\x00program",
        b"\x7fELF",
        b"GIF89a\x01\x00\x01\x00",
        b"#!/bin/sh\n",
        b"plain words",
        b"\xef\xbb\xbf%PDF-1.7",
        b"<html>" + files.pdf(),
        b"\0" * 100,
        zipped(),
        zipped(bytes(20_000_000)),
        BOMB,
    ],
    ids=[
        "svg",
        "html",
        "exe",
        "elf",
        "gif",
        "script",
        "text",
        "bom",
        "html+pdf",
        "zeros",
        "docx",
        "zip bomb",
        "gzip bomb",
    ],
)
@pytest.mark.parametrize("name", ["fatura.pdf", "foto.jpg"])
def test_no_other_kind_is_taken_whatever_its_name(content: bytes, name: str, store: Path) -> None:
    assert refusal(content, name=name) is attachments.FileOfOtherKind
    assert in_store(store) == []


@pytest.mark.parametrize("name", ["fatura.pdf.exe", "foto.jpg.html", "foto.png.svg", "a.PDF.Js", "a.pdf.lnk. "])
def test_a_double_ending_is_refused(name: str) -> None:
    assert refusal(files.pdf(), name=name) is attachments.FileOfOtherKind


@pytest.mark.parametrize(
    "content",
    [
        files.jpeg()[:-2],
        files.jpeg()[:40],
        b"\xff\xd8\xff",
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8" + files.JFIF + b"\xff\xd9",
        files.jpeg(before=files.frame(8, 8)),
        files.jpeg(before=b"\xff\xe1\x00\x00"),
        files.jpeg(before=b"<script>"),
        files.jpeg(height=0),
        b"\xff\xd8" + files.JFIF + files.frame(8, 8) + files.SCAN * 200 + b"\xff\xd9",
        files.png()[:-4],
        files.png()[:8],
        files.png()[:8] + files.chunk(b"IDAT", b"x"),
        files.png(more=files.chunk(b"IHDR", bytes(13))),
        files.png(more=b"\0\0\0\1tEXtxbad!"),
        files.png(more=b"\xff\xff\xff\xfftEXt"),
        files.png(more=files.chunk(b"CgBI", b"x")),
        files.png(width=0),
        files.pdf()[:-8],
        b"%PDF-1.7\n",
        files.pdf(behind=b"\nmore"),
        b"%PDF-1.7\n<script>alert(1)</script>" + files.pdf(),
        files.pdf(behind=zipped()),
        files.pdf(more=b"% PK") + zipped()[:-2] + b"\x08\0" + b"\n%%EOF\n",
    ],
)
def test_what_is_not_made_like_its_kind_is_refused(content: bytes) -> None:
    assert refusal(content) is attachments.FileIsBroken


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (files.png(more=files.chunk(b"IDAT", b"") * 30_000), "a.png"),
        (files.jpeg(before=b"\xff\xfe\x00\x02" * 30_000), "a.jpg"),
    ],
)
def test_a_picture_of_endless_parts_is_refused(content: bytes, name: str) -> None:
    assert refusal(content, name=name) is attachments.FileIsBroken


@pytest.mark.parametrize("make", [files.jpeg, files.png])
def test_an_image_bomb_is_told_by_its_head(make: Callable[..., bytes]) -> None:
    began = time.monotonic()

    assert refusal(make(width=60_000, height=60_000)) is attachments.PictureTooLarge
    assert time.monotonic() - began < 1


def test_a_compressed_bomb_in_a_png_is_not_unpacked_and_not_kept() -> None:
    bomb = files.chunk(b"iCCP", b"x\0\0" + BOMB)

    assert kept(files.png(more=bomb), "a.png") == files.png()


def test_too_large_is_counted_and_never_believed(settings: Settings, store: Path) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"bytes_max": 200}
    liar = SimpleUploadedFile("a.pdf", files.pdf() + bytes(1000))
    liar.size = 1

    with pytest.raises(attachments.FileTooLarge):
        attachments.accept([liar])
    assert in_store(store) == []


def test_all_are_kept_or_none(store: Path) -> None:
    assert refusal(files.pdf(), files.png(), b"x") is attachments.FileOfOtherKind
    assert in_store(store) == []


def test_four_files_are_too_many(store: Path) -> None:
    assert refusal(*[files.pdf()] * 4) is attachments.TooManyFiles
    assert in_store(store) == []


def test_files_count_together(settings: Settings) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"bytes_together_max": 2 * len(files.pdf()) - 1}

    assert refusal(files.pdf(), files.pdf()) is attachments.FilesTooLargeTogether


def test_a_disk_that_is_nearly_full_takes_no_files(settings: Settings, store: Path) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"free_bytes_min": 1 << 60}

    assert refusal(files.pdf()) is attachments.NoRoomForFiles
    assert attachments.accept([]) == []
    assert in_store(store) == []


def test_an_empty_file_is_refused() -> None:
    assert refusal(b"") is attachments.FileIsEmpty
