"""Papers in one ZIP, sent while they are made: never more than one of them in memory, and no file on the disk."""

import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from zipfile import ZIP_STORED, ZipFile, ZipInfo

from accounts import clock

ENDING: Final = "zip"
CONTENT_TYPE: Final = "application/zip"
READABLE: Final = 0o644 << 16


@dataclass(frozen=True, slots=True)
class Enclosed:
    """One file; `made_at` is the moment that it bears in the ZIP, as a clock in Tirana showed it."""

    name: str
    content: bytes
    made_at: datetime


class _Portions(io.RawIOBase):
    """What a ZIP was written to, taken away portion by portion."""

    def __init__(self) -> None:
        self._written: list[bytes] = []

    def writable(self) -> bool:
        return True

    def write(self, portion: bytes) -> int:  # type: ignore[override]  # zipfile hands over bytes alone
        self._written.append(bytes(portion))
        return len(portion)

    def taken(self) -> bytes:
        portion = b"".join(self._written)
        self._written.clear()
        return portion


def bundle(enclosed: Iterable[Enclosed]) -> Iterator[bytes]:
    """The bytes of the ZIP, one portion a file and the list of all at its end.

    Where a file cannot be made, the ZIP breaks off without that list: no program takes it for a whole one.
    """
    portions = _Portions()
    archive = ZipFile(portions, "w", ZIP_STORED)
    for one in enclosed:
        facts = ZipInfo(one.name, clock.tirana(one.made_at).timetuple()[:6])
        facts.external_attr = READABLE
        archive.writestr(facts, one.content)
        yield portions.taken()
    archive.close()
    yield portions.taken()
