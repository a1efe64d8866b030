"""What a file is, judged by its bytes alone, and what of it is kept: neither its name nor a browser's word counts.

A file is looked at through a map of its pages, never read whole, and no picture is unpacked. A picture is taken
apart along its own structure and only the parts that draw it are kept: the place where it was taken, the camera,
thumbnails, comments, and whatever hangs behind its end are left out (EXIF, XMP, IPTC; GIFAR and other double natures).
A PDF is kept as it is or not at all.
"""

import mmap
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from complaints import pdf_contents

JPEG: Final = "image/jpeg"
PNG: Final = "image/png"
PDF: Final = "application/pdf"

PNG_HEAD: Final = b"\x89PNG\r\n\x1a\n"
PNG_KEPT: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND", b"tRNS", b"gAMA", b"sRGB", b"cHRM", b"pHYs"})
PNG_CRITICAL: Final = frozenset({b"IHDR", b"PLTE", b"IDAT", b"IEND"})
SCANS_MAX: Final = 100  # of a progressive JPEG; real ones have about ten
TABLES: Final = frozenset({0xC4, 0xCC, 0xDB, 0xDD})  # DHT, DAC, DQT, DRI
FRAMES: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
# The end of the pixels of one scan: a mark that is neither a stuffed byte nor a restart.
SCAN_END: Final = re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
PAGE_OF_THE_WEB: Final = re.compile(rb"<\s*(html|script|svg|!doctype|body|iframe|\?xml)", re.IGNORECASE)
ZIP_END: Final = b"PK\x05\x06"
ZIP_END_WITHIN: Final = 65_557
PORTION: Final = 256 * 1024
# Of segments or chunks; a photo has some dozens, a large drawing some thousands.
PARTS_MAX: Final = 20_000

# A piece of what is kept: a stretch of the file, or bytes of our own in place of one.
Piece = tuple[int, int] | bytes


class UnknownKind(Exception):  # noqa: N818  a no, not a fault
    """None of the kinds that are taken."""


class BadShape(Exception):  # noqa: N818
    """It begins as one of the kinds and is not made like one."""


@dataclass(frozen=True, slots=True)
class Shape:
    """A media type, what is kept in its order, and how many pixels it would unfold to (0 for a PDF)."""

    type: str
    pieces: list[Piece]
    pixels: int = 0


def shape_of(file: mmap.mmap) -> Shape:
    """Raises UnknownKind, BadShape, CanAct, CannotBeSeen."""
    try:
        if file[:3] == b"\xff\xd8\xff":
            return _jpeg(file)
        if file[:8] == PNG_HEAD:
            return _png(file)
        if re.match(rb"%PDF-[12]\.\d", file[:8]):
            return _pdf(file)
    except (IndexError, struct.error):
        raise BadShape("it ends too early") from None
    raise UnknownKind


def kept(file: mmap.mmap, shape: Shape) -> Iterator[bytes]:
    """What is kept, in portions."""
    for piece in shape.pieces:
        if isinstance(piece, bytes):
            yield piece
            continue
        start, end = piece
        for at in range(start, end, PORTION):
            yield file[at : min(at + PORTION, end)]


# --- JPEG --------------------------------------------------------------------------------------------------------


def _jpeg(file: mmap.mmap) -> Shape:
    pieces: list[Piece] = [b"\xff\xd8"]
    at, pixels, scans = 2, 0, 0
    for _part in range(PARTS_MAX):
        mark, at = _mark(file, at)
        if mark == 0xD9:
            break
        end = at + 2 + _short(file, at + 2)
        if end > len(file) or end < at + 4:
            raise BadShape("a segment leaves the file")
        if mark in FRAMES:
            if pixels:
                raise BadShape("two frames")
            height, width = struct.unpack_from(">HH", file, at + 5)
            pixels = height * width
        elif mark == 0xDA:
            scans += 1
            end = _after_pixels(file, end)
        if mark in FRAMES | TABLES | {0xDA}:
            pieces.append((at, end))
        elif 0xE0 <= mark <= 0xEF:
            pieces += _application(mark, file[at:end])
        elif mark != 0xFE:
            raise BadShape(f"unknown mark {mark:02x}")
        if scans > SCANS_MAX:
            raise BadShape("too many scans")
        at = end
    else:
        raise BadShape("too many parts")
    if not pixels or not scans:
        raise BadShape("no picture in it")
    return Shape(JPEG, [*pieces, b"\xff\xd9"], pixels)


def _mark(file: mmap.mmap, at: int) -> tuple[int, int]:
    """The mark that stands here, behind any number of filling bytes, and where it begins."""
    if file[at] != 0xFF:
        raise BadShape("no mark where one must be")
    while file[at + 1] == 0xFF:
        at += 1
    return file[at + 1], at


def _short(file: mmap.mmap, at: int) -> int:
    (value,) = struct.unpack_from(">H", file, at)
    return int(value)


def _after_pixels(file: mmap.mmap, start: int) -> int:
    found = SCAN_END.search(file, start)
    if found is None:
        raise BadShape("the pixels do not end")
    return found.start()


def _application(mark: int, segment: bytes) -> list[Piece]:
    """Of the segments that programs add: how to read the colours, and which side is up; nothing else."""
    says = segment[4:]
    if mark == 0xE0 and says[:5] == b"JFIF\0" and len(says) >= 14:
        return [b"\xff\xe0\x00\x10" + says[:12] + b"\0\0"]  # without its thumbnail
    if mark == 0xEE and says[:5] == b"Adobe" and len(says) == 12:
        return [segment]
    if mark == 0xE1 and says[:6] == b"Exif\0\0" and (side := _side_up(says[6:])) > 1:
        return [b"\xff\xe1\x00\x22Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0" + bytes([side]) + b"\0" * 6]
    return []


def _side_up(exif: bytes) -> int:
    """The orientation that a camera noted, 1 to 8; 1 where it is none or cannot be read."""
    order = {b"II*\0": "<", b"MM\0*": ">"}.get(exif[:4])
    try:
        if order:
            (start,) = struct.unpack_from(f"{order}I", exif, 4)
            (count,) = struct.unpack_from(f"{order}H", exif, start)
            for number in range(min(count, 100)):
                tag, _kind, _many, value = struct.unpack_from(f"{order}HHIH", exif, start + 2 + 12 * number)
                if tag == 0x0112 and 1 <= value <= 8:
                    return int(value)
    except struct.error:
        pass
    return 1


# --- PNG ---------------------------------------------------------------------------------------------------------


def _png(file: mmap.mmap) -> Shape:
    pieces: list[Piece] = [PNG_HEAD]
    at, pixels, has_pixels = len(PNG_HEAD), 0, False
    for _part in range(PARTS_MAX):
        (length,) = struct.unpack_from(">I", file, at)
        name, end = file[at + 4 : at + 8], at + 12 + length
        if end > len(file) or not name.isalpha():
            raise BadShape("a chunk leaves the file")
        if (name == b"IHDR") != (not pixels):
            raise BadShape("the header does not come first, or comes twice")
        if zlib.crc32(memoryview(file)[at + 4 : end - 4]) != struct.unpack_from(">I", file, end - 4)[0]:
            raise BadShape("a chunk is damaged")
        if name == b"IHDR":
            width, height = struct.unpack_from(">II", file, at + 8)
            pixels = width * height
            if length != 13 or not pixels:
                raise BadShape("no picture in it")
        if name[:1].isupper() and name not in PNG_CRITICAL:
            raise BadShape("a chunk that no reader knows")
        has_pixels |= name == b"IDAT"
        if name in PNG_KEPT:
            pieces.append((at, end))
        if name == b"IEND":
            break
        at = end
    else:
        raise BadShape("too many parts")
    if not has_pixels:
        raise BadShape("no picture in it")
    return Shape(PNG, pieces, pixels)


# --- PDF ---------------------------------------------------------------------------------------------------------


def _pdf(file: mmap.mmap) -> Shape:
    tail = file[-1024:].rstrip(b"\r\n\t \0")
    if not tail.endswith(b"%%EOF") or file.rfind(b"startxref") < 0:
        raise BadShape("it does not end like a PDF")
    if PAGE_OF_THE_WEB.search(file[:1024]):
        raise BadShape("it begins like a page of the web too")
    if file.rfind(ZIP_END, max(0, len(file) - ZIP_END_WITHIN)) >= 0:
        raise BadShape("it ends like an archive too")
    pdf_contents.look_through(file)
    return Shape(PDF, [(0, len(file))])
