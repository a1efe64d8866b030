"""Files as people send them, and as attackers do: small, made here byte by byte."""

import struct
import zlib
from pathlib import Path

from django.core.files.uploadedfile import SimpleUploadedFile

# The string that every scanner of viruses takes for one (eicar.org); in two parts, or a scanner would take this file.
EICAR = rb"X5O!P%@AP[4\PZX54(P^)7CC)7}$" + rb"EICAR-STANDARD-ANTIVIRUS-TEST-FILE!$H+H*"

# 41°19'39" N, as a camera notes where it was.
GPS = b"GPS-41.3275-19.8187"
TABLE = b"\xff\xdb\x00\x43\x00" + bytes(range(1, 65))
HUFFMAN = b"\xff\xc4\x00\x14\x00\x01" + bytes(15) + b"\x00"
SCAN = b"\xff\xda\x00\x08\x01\x01\x00\x00\x3f\x00" + b"\x12\x34\xff\x00\x56\xff\xd0\x78"
JFIF = b"\xff\xe0\x00\x10JFIF\0\x01\x01\x00\x00\x01\x00\x01\x00\x00"


def frame(width: int, height: int) -> bytes:
    return b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", height, width) + b"\x01\x01\x11\x00"


def exif(*, side: int = 6, order: str = "<") -> bytes:
    """What a phone adds: which side is up, and where it was taken."""
    head = b"II*\0" if order == "<" else b"MM\0*"
    body = head + struct.pack(f"{order}IHHHIHH", 8, 1, 0x0112, 3, 1, side, 0) + GPS
    return segment(0xE1, b"Exif\0\0" + body)


def segment(mark: int, says: bytes) -> bytes:
    return bytes([0xFF, mark]) + struct.pack(">H", len(says) + 2) + says


def jpeg(*, before: bytes = b"", behind: bytes = b"", width: int = 8, height: int = 8) -> bytes:
    return b"\xff\xd8" + JFIF + before + TABLE + frame(width, height) + HUFFMAN + SCAN + b"\xff\xd9" + behind


def chunk(name: bytes, says: bytes) -> bytes:
    return struct.pack(">I", len(says)) + name + says + struct.pack(">I", zlib.crc32(name + says))


def png(*, more: bytes = b"", behind: bytes = b"", width: int = 8, height: int = 8, pixels: bytes = b"") -> bytes:
    header = chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0))
    drawn = chunk(b"IDAT", pixels or zlib.compress(bytes(9 * 8)))
    return b"\x89PNG\r\n\x1a\n" + header + more + drawn + chunk(b"IEND", b"") + behind


def pdf(*, more: bytes = b"", behind: bytes = b"") -> bytes:
    body = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog /Pages 2 0 R " + more + b" >>\nendobj\n"
    return body + b"xref\n0 1\ntrailer\n<< /Root 1 0 R >>\nstartxref\n9\n%%EOF\n" + behind


def folded(says: bytes, *, numbers: bytes = b"5 0 ", filter: bytes = b"/FlateDecode") -> bytes:
    """A PDF whose objects lie in an object stream, as most programs of today write them."""
    packed = zlib.compress(numbers + says)
    stream = b"<< /Type /ObjStm /N 1 /First 4 /Filter " + filter + b" >>\nstream\n" + packed + b"\nendstream\nendobj\n"
    return pdf(more=b">> endobj 2 0 obj << /Type /XRef >> endobj 3 0 obj " + stream)


def upload(content: bytes, name: str = "fatura.pdf", type: str = "application/pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, content_type=type)


def scanner(path: Path) -> str:
    """A scanner that knows one virus, the harmless one."""
    return "Eicar-Test-Signature" if EICAR in path.read_bytes() else ""


def broken_scanner(path: Path) -> str:
    raise OSError(f"nobody answers about {path.name}")
