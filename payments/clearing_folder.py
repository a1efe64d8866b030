"""The folder that we share with whoever carries files to the clearing house, below `settings.CLEARING_DIR`.

`out` holds ours, `in` theirs; a file of theirs leaves `in` for `done`, or for `bad` with a sentence beside it. Whoever
puts a file into `in` gives it its name ending in .xml when it is whole; names with a dot in front are not looked at.
"""

import hashlib
import os
import stat
from pathlib import Path
from typing import Final

from django.conf import settings

OUT: Final = "out"
IN: Final = "in"
DONE: Final = "done"
BAD: Final = "bad"
# 20,000 payments take some 18 MB; as a tree ten times that.
BYTES_MAX: Final = 32 * 1024 * 1024


class OtherContent(Exception):  # noqa: N818  somebody else's file, no error of ours
    """A file of this name lies there already, with other bytes."""


class NotWhole(Exception):  # noqa: N818
    """Nothing to read: a link, a folder, a pipe, or more than BYTES_MAX."""


def folder(name: str) -> Path:
    """One of the four, made for us alone where it is missing."""
    path = Path(settings.CLEARING_DIR) / name
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    return path


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def place(where: str, name: str, content: bytes) -> Path:
    """Put a file into one of the four; see `put`."""
    return put(folder(where) / name, content)


def put(target: Path, content: bytes) -> Path:
    """Put a file there, 0600 from its first moment and never half there; the same bytes twice are no fault.

    Raises OtherContent rather than writing over anything.
    """
    if target.exists():
        if digest(target.read_bytes()) != digest(content):
            raise OtherContent(target.name)
        return target
    part = target.with_name(f".{target.name}.part")
    part.unlink(missing_ok=True)
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    part.replace(target)
    _sync(target.parent)
    return target


def waiting(where: str = IN) -> list[Path]:
    """What lies there, in the order of the names."""
    return sorted(path for path in folder(where).glob("*.xml") if not path.name.startswith("."))


def content_of(path: Path) -> bytes:
    """A file's bytes; raises NotWhole, and FileNotFoundError where another reader was quicker."""
    if path.is_symlink() or path.is_dir():
        raise NotWhole("it is a link or a folder")
    descriptor = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)  # a pipe waits for who writes into it
    with os.fdopen(descriptor, "rb") as file:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise NotWhole("it is no file")
        content = file.read(BYTES_MAX + 1)
    if len(content) > BYTES_MAX:
        raise NotWhole("it is too large")
    return content


def move(path: Path, where: str, *, why: str = "") -> None:
    """Out of the way, beside others of its name if there are any; no fault where another reader was quicker."""
    target = folder(where) / path.name
    copies = 1
    while target.exists() or target.is_symlink():
        copies += 1
        target = folder(where) / f"{path.stem}.{copies}{path.suffix}"
    try:
        path.rename(target)
    except FileNotFoundError:
        return
    if why:
        place(where, f"{target.name}.why.txt", f"{why}\n".encode())


def _sync(directory: Path) -> None:
    """Let the name survive a loss of power too."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
