"""What the commands that verify have in common: as whom they read, and how they tell what they found."""

import sys
from collections.abc import Iterable, Sequence
from typing import TextIO

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from accounts.books_check import Finding, breached


def alias() -> str:
    """The owner, who verifies, where DATABASE_OWNER_URL is given; else the runtime role, who may read all of it too."""
    return "owner" if settings.OWNER_IS_GIVEN else DEFAULT_DB_ALIAS


def sentence(findings: Sequence[Finding]) -> str:
    """The outcome in one line."""
    broken = breached(findings)
    if not broken:
        return f"The books are right: {len(findings)} laws hold."
    first = broken[0].examples[0]
    return (
        f"THE BOOKS ARE NOT RIGHT: {', '.join(finding.law.name for finding in broken)}; first at {first.subject}: "
        f"expected {first.expected}, found {first.found}."
    )


class Counter:
    """A line on standard error that tells how far a long walk is; silent unless wanted."""

    def __init__(self, *, wanted: bool, out: TextIO | None = None) -> None:
        self.out = out or sys.stderr
        self.wanted = wanted or self.out.isatty()
        self._last = ""

    def show(self, what: str, done: int, of: int) -> None:
        line = f"{what} {100 * done // max(of, 1)} %"
        if self.wanted and line != self._last:
            self._last = line
            self.out.write(f"\r\033[K{line}" if self.out.isatty() else f"{line}\n")
            self.out.flush()

    def clear(self) -> None:
        if self.wanted and self.out.isatty():
            self.out.write("\r\033[K")


def table(heading: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """Columns as wide as their widest cell; the last runs free."""
    lines = [heading, *rows]
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)).rstrip() for line in lines
    )
