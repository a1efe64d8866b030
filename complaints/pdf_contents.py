"""What stands in a PDF besides its pages: scripts, programs and other files are a no (complaints/attachments.py).

Names stand open in the file, or folded away in object streams (PDF 1.5): both are looked through, the streams unfolded
one after the other within a limit. Where such a stream could not be read, nobody says that the file is harmless.
"""

import mmap
import re
import zlib
from collections.abc import Iterator
from typing import Final

# A PDF that runs, starts something, or carries other files. A name may be written with #xx, hence `_plain`.
ACTIVE: Final = re.compile(
    rb"/(?:JavaScript|Launch|Rendition|EmbeddedFiles?|FileAttachment|RichMedia|XFA|GoToE|ImportData|SubmitForm)\b"
    rb"|/EF\s*<<"
)
ESCAPED: Final = re.compile(rb"#([0-9A-Fa-f]{2})")
FOLDS: Final = re.compile(rb"/(?:ObjStm|XRef|XRefStm)\b")
# What would fold an object stream in a way that is not undone here; the pages themselves may be folded as they like.
OTHERWISE: Final = re.compile(
    rb"/(?:Encrypt|Crypt|ASCIIHexDecode|ASCII85Decode|LZWDecode|RunLengthDecode)\b"
    rb"|/(?:ObjStm|First)\b[^>]{0,400}/Predictor|/Predictor\b[^>]{0,200}>>[^>]{0,400}/(?:ObjStm|First)\b"
)
STREAM: Final = re.compile(rb"stream[ \t]*(?:\r\n|\n|\r)")
PORTION: Final = 256 * 1024
# The longest thing that is looked for, so that nothing hides across two portions.
OVERLAP: Final = 1024
UNFOLDED_MAX: Final = 64 * 1024 * 1024
RAW_DEFLATE: Final = -15  # without the sum at its end, which readers do not ask for either
FED: Final = 4096


class CanAct(Exception):  # noqa: N818  a no, not a fault
    """A PDF with scripts, programs or other files in it."""


class CannotBeSeen(Exception):  # noqa: N818
    """A PDF whose objects are folded away in a way that nobody can look through: locked, damaged, or endless."""


def look_through(file: mmap.mmap) -> None:
    """Raises CanAct, CannotBeSeen."""
    folds = otherwise = False
    for at in range(0, len(file), PORTION):
        words = _plain(file[max(0, at - OVERLAP) : at + PORTION])
        if ACTIVE.search(words):
            raise CanAct
        folds = folds or FOLDS.search(words) is not None
        otherwise = otherwise or OTHERWISE.search(words) is not None
    if folds and otherwise:
        raise CannotBeSeen
    room = UNFOLDED_MAX
    for stream in STREAM.finditer(file):
        if _holds_objects(file, stream.end()):
            room = _look_into(file, stream.end(), room)


def _holds_objects(file: mmap.mmap, at: int) -> bool:
    """Whether these bytes unfold to what an object stream begins with: numbers. Some streams of pages do, too."""
    head = file[at : at + FED]
    if len(head) < 3 or head[0] & 0x0F != 8 or int.from_bytes(head[:2], "big") % 31:
        return False
    try:
        begins = zlib.decompressobj(RAW_DEFLATE).decompress(head[2:], 256)
    except zlib.error:
        return False
    return begins.lstrip(b"\0\t\n\f\r ")[:1] in {*(b"%c" % digit for digit in b"0123456789"), b"%"}


def _look_into(file: mmap.mmap, at: int, room: int) -> int:
    """Look through what is folded up from here; how much may be unfolded after it."""
    before = b""
    for words in _unfolded(file, at + 2):
        room -= len(words)
        if ACTIVE.search(_plain(before + words)):
            raise CanAct
        if room < 0:
            raise CannotBeSeen
        before = words[-OVERLAP:]
    return room


def _unfolded(file: mmap.mmap, at: int) -> Iterator[bytes]:
    folded = zlib.decompressobj(RAW_DEFLATE)
    try:
        while not folded.eof and at < len(file):
            fed = file[at : at + FED]
            at += len(fed)
            yield folded.decompress(fed, PORTION)
            while folded.unconsumed_tail and not folded.eof:
                yield folded.decompress(folded.unconsumed_tail, PORTION)
    except zlib.error:
        raise CannotBeSeen from None
    if not folded.eof:
        raise CannotBeSeen


def _plain(content: bytes) -> bytes:
    """With #4A in the names of a PDF read as the letter that it stands for."""
    return ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), content)
