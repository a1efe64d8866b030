"""The last word about a file before it is kept: whatever scanner of viruses the bank has, named by `settings.SCANNER`.

A scanner is a function of one path that returns the name of what it found, or nothing. It raises when it cannot tell;
then the file is not taken, for what nobody looked at is not clean. Without a scanner (the default) nobody looks.
"""

import socket
from collections.abc import Callable
from pathlib import Path
from typing import Final, cast

from django.conf import settings
from django.utils.module_loading import import_string

Scanner = Callable[[Path], str]

TIMEOUT_SECONDS: Final = 20
PORTION: Final = 64 * 1024


class CannotTell(Exception):  # noqa: N818  somebody else's fault
    """The scanner is not there, or did not answer in a way that can be read."""


def verdict(path: Path) -> str:
    """What was found in it; "" for nothing. Raises CannotTell whatever went wrong."""
    if not settings.SCANNER:
        return ""
    try:
        scan = cast(Scanner, import_string(settings.SCANNER))
        return scan(path)
    except Exception as problem:
        raise CannotTell(f"{type(problem).__name__}: {problem}") from problem


def clamd(path: Path) -> str:
    """Ask the clamd behind the socket `settings.SCANNER_SOCKET` by INSTREAM: it needs no right to read our files."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line, path.open("rb") as file:
        line.settimeout(TIMEOUT_SECONDS)
        line.connect(settings.SCANNER_SOCKET)
        line.sendall(b"zINSTREAM\0")
        while portion := file.read(PORTION):
            line.sendall(len(portion).to_bytes(4, "big") + portion)
        line.sendall(bytes(4))
        answer = line.makefile("rb").readline(1024).rstrip(b"\0\n").decode("utf-8", "replace")
    if answer.endswith(" FOUND"):
        return answer.removeprefix("stream: ").removesuffix(" FOUND")
    if answer == "stream: OK":
        return ""
    raise CannotTell(answer)
