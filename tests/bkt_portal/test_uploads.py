"""The door for files: nobody fills a disk with one request."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile, UploadedFile
from django.test import RequestFactory
from pytest_django import Settings

from complaints import attachments
from tests.complaints import files

PORTION = 64 * 1024


@pytest.fixture(autouse=True)
def limits(settings: Settings) -> None:
    settings.ATTACHMENTS = settings.ATTACHMENTS | {"bytes_max": 100_000, "files_max": 2}


def sent(rf: RequestFactory, *contents: bytes) -> "list[UploadedFile[Any]]":
    """What a page gets of a form with these files."""
    form = {"file": [SimpleUploadedFile("a.pdf", content) for content in contents], "text": "Komisioni"}
    request = rf.post("/contact/form/", form)
    assert request.POST["text"] == "Komisioni"
    return list(request.FILES.getlist("file"))


def test_a_file_within_its_limit_arrives_whole(rf: RequestFactory) -> None:
    content = b"x" * 100_000

    (one,) = sent(rf, content)

    assert one.read() == content


@pytest.mark.parametrize("memory", [0, 10_000_000])
def test_a_longer_one_is_cut_one_portion_behind_its_limit(rf: RequestFactory, settings: Settings, memory: int) -> None:
    settings.FILE_UPLOAD_MAX_MEMORY_SIZE = memory

    (one,) = sent(rf, b"x" * 5_000_000)

    assert 100_000 < len(one.read()) <= 100_000 + PORTION


def test_the_page_can_still_say_that_it_was_too_long(rf: RequestFactory) -> None:
    with pytest.raises(attachments.FileTooLarge):
        attachments.accept(sent(rf, files.pdf() + b"x" * 5_000_000))


def test_of_too_many_files_one_too_many_arrives(rf: RequestFactory) -> None:
    arrived = sent(rf, *[files.pdf()] * 9)

    assert len(arrived) == 3
    with pytest.raises(attachments.TooManyFiles):
        attachments.accept(arrived)
