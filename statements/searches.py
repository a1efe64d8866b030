"""What is looked for in an account's activity, and from which line on a page starts. Pure."""

import re
from dataclasses import dataclass
from datetime import date
from typing import Literal, Self, cast

Direction = Literal["in", "out"]
Towards = Literal["newer", "older"]


@dataclass(frozen=True, slots=True)
class Search:
    """Every criterion is optional. Both days belong to the search; the amounts are positive minor units."""

    from_on: date | None = None
    to_on: date | None = None
    words: str = ""
    direction: Direction | None = None
    channel: str = ""
    kind: str = ""
    min_minor: int | None = None
    max_minor: int | None = None

    @property
    def marks(self) -> list[str]:
        """What a line must be, as it is marked among the line's words; `fee` is a kind of its own."""
        return [f"={mark}" for mark in (self.direction, self.channel, self.kind) if mark]

    @property
    def is_looked_up(self) -> bool:
        """Whether the lines must be looked up by their words, marks or amounts; by their days they are at hand."""
        return bool(self.words or self.marks) or self.min_minor is not None or self.max_minor is not None

    def reaches(self, day: date) -> bool:
        """Whether the searched days go on to this day."""
        return self.to_on is None or self.to_on >= day


@dataclass(frozen=True, slots=True)
class Cursor:
    """Next to which line the page lies, and on which side of it; written older-120 in an address."""

    towards: Towards
    sequence: int

    def __str__(self) -> str:
        return f"{self.towards}-{self.sequence}"

    @classmethod
    def read(cls, text: str) -> Self | None:
        """None for anything that was not written by us: such an address shows the first page."""
        found = re.fullmatch(r"(newer|older)-([0-9]{1,18})", text, re.ASCII)
        return cls(cast(Towards, found[1]), int(found[2])) if found else None
