"""Files that people send with a complaint: taken in under another name, outside whatever a web server shows.

`accept` judges and keeps the files, `discard` takes them back where the case was refused after all, `sweep` removes
what no row names. A file is told by its content (file_shapes.py), looked at by the bank's scanner (scanners.py), lies
0600 under a random name below `settings.FILES_DIR` and leaves only by `download`, after its page asked who may.
"""

import hashlib
import logging
import mmap
import os
import re
import shutil
import unicodedata
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Final

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse
from django.template.defaultfilters import filesizeformat
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from complaints import file_shapes, pdf_contents, scanners
from complaints.file_shapes import Shape

logger = logging.getLogger(__name__)

ENDINGS: Final = {
    file_shapes.PDF: ("pdf",),
    file_shapes.JPEG: ("jpg", "jpeg", "jpe", "jfif"),
    file_shapes.PNG: ("png",),
}
# What a form may offer to choose from; the browser's own filter is a help and no proof.
ACCEPT: Final = ".pdf,.jpg,.jpeg,.png"
NAME_MAX: Final = 80
STORED: Final = re.compile(r"[0-9a-f]{32}")
ARRIVING: Final = ".arriving-"
# A download neither runs nor is drawn in the portal's name, whatever a browser makes of it.
ISOLATED: Final = "sandbox; default-src 'none'; frame-ancestors 'none'"


class TooManyFiles(Refusal):
    sentence = _("Mund të bashkëngjitni deri në %(most)s skedarë. Hiqni disa dhe provoni përsëri.")


class FileTooLarge(Refusal):
    sentence = _("Skedari “%(name)s” është më i madh se %(most)s. Zvogëlojeni ose dërgoni një pjesë të tij.")


class FilesTooLargeTogether(Refusal):
    sentence = _("Skedarët bashkë janë më të mëdhenj se %(most)s. Hiqni disa dhe provoni përsëri.")


class FileIsEmpty(Refusal):
    sentence = _("Skedari “%(name)s” është bosh. Zgjidhni një tjetër.")


class FileOfOtherKind(Refusal):
    sentence = _("“%(name)s” nuk është PDF, JPG ose PNG. Ruajeni në njërin prej tyre dhe provoni përsëri.")


class FileIsBroken(Refusal):
    sentence = _("Skedari “%(name)s” është i dëmtuar. Ruajeni përsëri dhe provoni edhe një herë.")


class PictureTooLarge(Refusal):
    sentence = _("Fotografia “%(name)s” ka më shumë se %(most)s milionë pika. Zvogëlojeni dhe provoni përsëri.")


class FileCanAct(Refusal):
    sentence = _("“%(name)s” përmban programe ose skedarë të tjerë. Printojeni si PDF të thjeshtë dhe provoni përsëri.")


class FileIsDangerous(Refusal):
    sentence = _(
        "“%(name)s” nuk u pranua, sepse kontrolli i sigurisë gjeti një rrezik në të. Kontrolloni pajisjen tuaj."
    )


class FileIsLocked(Refusal):
    sentence = _(
        "“%(name)s” është i mbrojtur dhe nuk kontrollohet dot. Printojeni si PDF të thjeshtë dhe provoni përsëri."
    )


class NoRoomForFiles(Refusal):
    sentence = _("Skedarët nuk mund të merren tani. Dërgojeni shkrimin pa ta, ose provoni përsëri më vonë.")


class FileNotChecked(Refusal):
    sentence = _("Skedarët nuk mund të kontrollohen tani. Dërgojeni ankesën pa ta, ose provoni përsëri më vonë.")


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that lies in the store. `name` is for people alone, `where` its name there, `sha256` of what is kept."""

    name: str
    type: str
    size: int
    sha256: str
    where: str


def accept(uploads: Sequence["UploadedFile[Any]"]) -> list[Accepted]:
    """Keep them all or none; refuses in words with the first that may not be. No transaction: call it before one."""
    limits = settings.ATTACHMENTS
    if len(uploads) > limits["files_max"]:
        raise TooManyFiles(most=limits["files_max"])
    if uploads:
        _refuse_a_full_disk()
    accepted: list[Accepted] = []
    try:
        room = limits["bytes_together_max"]
        for upload in uploads:
            accepted.append(_accept(upload, room))
            room -= accepted[-1].size
    except Refusal as refusal:
        logger.warning("complaints.attachment.refused", extra={"event": refusal.code})
        discard(accepted)
        raise
    except BaseException:
        discard(accepted)
        raise
    return accepted


def discard(accepted: Iterable[Accepted]) -> None:
    """Take back what was accepted, where nothing came of it."""
    for one in accepted:
        remove(one.where)


def remove(where: str) -> None:
    """Remove one file of the store; one that is gone is no fault."""
    path_of(where).unlink(missing_ok=True)


def path_of(where: str) -> Path:
    """Where a file of the store lies. A name that the store never gives is a bug, or somebody's attempt."""
    if not STORED.fullmatch(where):
        raise ValueError("no name of the store")
    return _store() / where[:2] / where


def download(*, name: str, type: str, size: int, where: str) -> FileResponse:
    """The file as an answer that is saved and never shown. The caller has asked who may; raises FileNotFoundError.

    A file that is not as long as its row says was touched by somebody: it is not handed out.
    """
    descriptor = os.open(path_of(where), os.O_RDONLY | os.O_NOFOLLOW)
    file = os.fdopen(descriptor, "rb")
    if os.fstat(descriptor).st_size != size:
        file.close()
        logger.error("complaints.attachment.changed", extra={"event": "complaints.attachment.changed"})
        raise FileNotFoundError(where)
    answer = FileResponse(file, content_type=type)
    answer.headers["Content-Length"] = str(size)
    answer.headers["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer.headers["Content-Security-Policy"] = ISOLATED
    answer.headers["X-Content-Type-Options"] = "nosniff"
    answer.headers["Cache-Control"] = "no-store"
    return answer


def sweep(*, named: set[str], before: datetime) -> int:
    """Remove the files that no row names and that are older than a moment of the machine's; how many."""
    gone = 0
    for path in _files():
        if path.name not in named and path.lstat().st_mtime < before.timestamp():
            path.unlink(missing_ok=True)
            gone += 1
    return gone


def shown_name(name: str, type: str) -> str:
    """A name for people: the last part of a path, readable signs alone, and the one ending that its content has."""
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    # Categories C: controls, and marks that turn the direction of writing (gpj.exe that reads exe.jpg).
    last = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C" and sign not in '<>:"|?*')
    stem, _dot, ending = last.strip(" .").rpartition(".")
    stem = stem if stem and ending.lower() in ENDINGS[type] else last.strip(" .")
    stem = re.sub(r"\.(?=[^\W\d])", "_", stem)[: NAME_MAX - 4].strip(" .")
    return f"{stem or 'skedar'}.{ENDINGS[type][0]}"


def _refuse_a_full_disk() -> None:
    """The disk is other people's too: what is left of it below a limit is not for files of strangers."""
    if shutil.disk_usage(_store()).free < settings.ATTACHMENTS["free_bytes_min"]:
        logger.error("complaints.store.full", extra={"event": "complaints.store.full"})
        raise NoRoomForFiles


# --- One file ----------------------------------------------------------------------------------------------------


def _accept(upload: "UploadedFile[Any]", room: int) -> Accepted:
    called = _for_words(upload.name or "")
    with NamedTemporaryFile(dir=_store(), prefix=ARRIVING) as arrived:  # 0600, gone at the end
        size = _take_in(upload, arrived, called, room)
        if not size:
            raise FileIsEmpty(name=called)
        with mmap.mmap(arrived.fileno(), 0, access=mmap.ACCESS_READ) as content:
            shape = _judged(content, called)
            _refuse_a_false_ending(upload.name or "", shape, called)
            _refuse_what_a_scanner_finds(Path(arrived.name), called)
            return _keep(content, shape, shown_name(upload.name or "", shape.type))


def _take_in(upload: "UploadedFile[Any]", file: IO[bytes], called: str, room: int) -> int:
    """Copy it portion by portion; what a browser says of its size is not asked."""
    limits, size = settings.ATTACHMENTS, 0
    for portion in upload.chunks(chunk_size=file_shapes.PORTION):
        size += len(portion)
        if size > limits["bytes_max"]:
            raise FileTooLarge(name=called, most=filesizeformat(limits["bytes_max"]))
        if size > room:
            raise FilesTooLargeTogether(most=filesizeformat(limits["bytes_together_max"]))
        file.write(portion)
    file.flush()
    return size


def _judged(content: mmap.mmap, called: str) -> Shape:
    try:
        shape = file_shapes.shape_of(content)
    except file_shapes.UnknownKind:
        raise FileOfOtherKind(name=called) from None
    except file_shapes.BadShape:
        raise FileIsBroken(name=called) from None
    except pdf_contents.CanAct:
        raise FileCanAct(name=called) from None
    except pdf_contents.CannotBeSeen:
        raise FileIsLocked(name=called) from None
    if shape.pixels > settings.ATTACHMENTS["pixels_max"]:
        raise PictureTooLarge(name=called, most=settings.ATTACHMENTS["pixels_max"] // 1_000_000)
    return shape


def _refuse_a_false_ending(name: str, shape: Shape, called: str) -> None:
    """`fatura.pdf.exe` is nobody's mistake. A picture may have the ending of another kind of ours, or none."""
    ending = name.strip(" .").rpartition(".")[2].lower() if "." in name else ""
    ours = {one for endings in ENDINGS.values() for one in endings}
    if re.fullmatch(r"[a-z][a-z0-9]{0,9}", ending) and ending not in ours:
        raise FileOfOtherKind(name=called)


def _refuse_what_a_scanner_finds(path: Path, called: str) -> None:
    try:
        found = scanners.verdict(path)
    except scanners.CannotTell:
        logger.exception("complaints.scanner.silent", extra={"event": "complaints.scanner.silent"})
        raise FileNotChecked from None
    if found:
        logger.warning("complaints.attachment.infected", extra={"event": "complaints.attachment.infected"})
        raise FileIsDangerous(name=called)


def _keep(content: mmap.mmap, shape: Shape, name: str) -> Accepted:
    """Write what is kept under a random name, whole or not at all."""
    where, digest, size = uuid.uuid4().hex, hashlib.sha256(), 0
    target = path_of(where)
    target.parent.mkdir(mode=0o700, exist_ok=True)
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            for portion in file_shapes.kept(content, shape):
                file.write(portion)
                digest.update(portion)
                size += len(portion)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return Accepted(name, shape.type, size, digest.hexdigest(), where)


def _for_words(name: str) -> str:
    """A name as a sentence repeats it: its last part, without what cannot be seen."""
    last = re.split(r"[/\\]", name)[-1]
    return "".join(sign for sign in last if unicodedata.category(sign)[0] != "C")[:NAME_MAX] or "?"


def _store() -> Path:
    store = Path(settings.FILES_DIR) / "attachments"
    store.mkdir(mode=0o700, parents=True, exist_ok=True)
    return store


def _files() -> Iterator[Path]:
    """Everything in the store, what is still arriving too; never through a link."""
    for folder, _folders, names in os.walk(_store(), followlinks=False):
        yield from (Path(folder) / name for name in names)
