"""The store of files that strangers sent: names for people, the scanner's word, the way out again, and the sweep."""

import os
import socket
import struct
import threading
from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import translation
from pytest_django import Settings

from accounts import clock
from accounts.refusals import Refusal
from complaints import attachments, file_shapes, scanners
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


def refusal(*contents: bytes, name: str = "fatura.pdf") -> type[Refusal]:
    with pytest.raises(Refusal) as refused:
        attachments.accept([files.upload(content, name) for content in contents])
    with translation.override("sq"):
        assert "%(" not in str(refused.value.sentence)
    return type(refused.value)


# --- Names ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("typed", "shown"),
    [
        ("../../etc/passwd", "passwd.pdf"),
        (r"C:\Users\Elira\fatura.pdf", "fatura.pdf"),
        ("/abs/olute.pdf", "olute.pdf"),
        ("..", "skedar.pdf"),
        ("", "skedar.pdf"),
        (".htaccess", "htaccess.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie x=1.pdf"),
        ("gp\u202efdp.exe.pdf", "gpfdp_exe.pdf"),
        ("faturë e çmimit.PDF", "faturë e çmimit.pdf"),
        ("Skanim 12.11.2026.pdf", "Skanim 12.11.2026.pdf"),
        ('a"<b>.pdf', "ab.pdf"),
        ("x" * 300 + ".pdf", "x" * 76 + ".pdf"),
        ("nul\0.pdf", "nul.pdf"),
    ],
)
def test_a_name_is_cleaned_for_people(typed: str, shown: str) -> None:
    assert attachments.shown_name(typed, file_shapes.PDF) == shown


def test_the_path_of_a_name_reaches_no_other_folder(store: Path) -> None:
    content = files.upload(files.pdf())
    vars(content)["_name"] = "../../../tmp/evil.pdf"  # past Django's own cleaning

    (one,) = attachments.accept([content])

    assert one.name == "evil.pdf"
    assert [path.name for path in in_store(store)] == [one.where]


@pytest.mark.parametrize("where", ["", "..", "../../secret", "a" * 31, "A" * 32, "a" * 32 + "\n", "/etc/passwd"])
def test_the_store_opens_no_name_but_its_own(where: str) -> None:
    with pytest.raises(ValueError, match="no name of the store"):
        attachments.path_of(where)


# --- The scanner ------------------------------------------------------------------------------------------------------


def test_what_a_scanner_finds_is_refused(settings: Settings, store: Path) -> None:
    settings.SCANNER = "tests.complaints.files.scanner"

    assert refusal(files.pdf(more=b"(" + files.EICAR + b")")) is attachments.FileIsDangerous
    assert in_store(store) == []
    assert taken(files.pdf()).size


def test_it_sees_what_would_be_cut_off_too(settings: Settings) -> None:
    settings.SCANNER = "tests.complaints.files.scanner"

    assert refusal(files.jpeg(behind=files.EICAR), name="a.jpg") is attachments.FileIsDangerous


@pytest.mark.parametrize("scanner", ["tests.complaints.files.broken_scanner", "no.such.scanner"])
def test_what_nobody_could_look_at_is_not_taken(settings: Settings, scanner: str, store: Path) -> None:
    settings.SCANNER = scanner

    assert refusal(files.pdf()) is attachments.FileNotChecked
    assert in_store(store) == []


@pytest.mark.parametrize(
    ("answer", "found"), [(b"stream: OK\0", ""), (b"stream: Eicar-Test-Signature FOUND\0", "Eicar-Test-Signature")]
)
def test_clamd_is_asked_by_its_own_protocol(settings: Settings, tmp_path: Path, answer: bytes, found: str) -> None:
    settings.SCANNER_SOCKET = str(tmp_path / "clamd")
    asked = bytearray()
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(settings.SCANNER_SOCKET)
    listener.listen()
    daemon = threading.Thread(target=_clamd, args=(listener, asked, answer))
    daemon.start()
    (tmp_path / "file").write_bytes(files.pdf())

    assert scanners.clamd(tmp_path / "file") == found
    daemon.join()
    assert asked == b"zINSTREAM\0" + struct.pack(">I", len(files.pdf())) + files.pdf() + bytes(4)


def _clamd(listener: socket.socket, asked: bytearray, answer: bytes) -> None:
    with listener, listener.accept()[0] as line:
        while not asked.endswith(bytes(4)):
            asked += line.recv(65536)
        line.sendall(answer)


def test_a_clamd_that_complains_is_no_clean_bill(settings: Settings, tmp_path: Path) -> None:
    settings.SCANNER_SOCKET = str(tmp_path / "nobody")
    settings.SCANNER = "complaints.scanners.clamd"

    assert refusal(files.pdf()) is attachments.FileNotChecked


# --- Out again --------------------------------------------------------------------------------------------------------


def test_a_download_is_saved_and_never_shown() -> None:
    one = taken(files.jpeg(), "foto ë.jpg")

    answer = attachments.download(name=one.name, type=one.type, size=one.size, where=one.where)

    assert answer.getvalue() == files.jpeg()
    assert answer.headers["Content-Disposition"].startswith("attachment; filename*=utf-8''foto%20%C3%AB.jpg")
    assert answer.headers["Content-Length"] == str(one.size)
    assert answer.headers["Content-Type"] == "image/jpeg"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"].startswith("sandbox;")


def test_a_file_that_somebody_touched_is_not_handed_out() -> None:
    one = taken(files.pdf())
    with attachments.path_of(one.where).open("ab") as file:
        file.write(b"more")

    with pytest.raises(FileNotFoundError):
        attachments.download(name=one.name, type=one.type, size=one.size, where=one.where)


def test_a_link_in_the_store_leads_nowhere(tmp_path: Path) -> None:
    one = taken(files.pdf())
    path = attachments.path_of(one.where)
    (tmp_path / "secret").write_bytes(path.read_bytes())
    path.unlink()
    path.symlink_to(tmp_path / "secret")

    with pytest.raises(OSError, match="symbolic links"):
        attachments.download(name=one.name, type=one.type, size=one.size, where=one.where)


def test_the_sweep_takes_old_files_that_no_row_names(store: Path) -> None:
    named, orphan, young = (taken(files.pdf()).where for _ in range(3))
    for where in (named, orphan):
        os.utime(attachments.path_of(where), (0, 0))

    assert attachments.sweep(named={named}, before=clock.machine() - timedelta(days=1)) == 1
    assert {path.name for path in in_store(store)} == {named, young}
    assert orphan not in {named, young}


def test_what_was_refused_after_all_is_taken_back(store: Path) -> None:
    attachments.discard([taken(files.pdf()), taken(files.png(), "a.png")])

    assert in_store(store) == []
