"""What an import says of itself: a record that was not taken, a file that could not be read, the report of a run."""

from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from accounts import audit
from accounts.models.core import Reason

CORE = audit.Actor(name="core feed", role="system")


class Outcome(StrEnum):
    """To which end a record came. `skipped` is an entry that the core itself has not booked yet."""

    ADDED = "added"
    CHANGED = "changed"
    BOOKED = "booked"
    MATCHED = "matched"
    CONTRADICTING = "contradicting"
    UNMATCHED = "unmatched"
    UNCHANGED = "unchanged"
    SKIPPED = "skipped"
    BAD = "bad"


class NotTaken(Exception):  # noqa: N818  a record that cannot be taken is no error of ours
    """Why a record is not taken: its field as the file calls it, and the reason. Never the value itself."""

    def __init__(self, field: str, reason: Reason) -> None:
        super().__init__(f"{field}: {reason}")
        self.field = field
        self.reason = reason


class Unreadable(Exception):  # noqa: N818
    """Why a whole file is not read; nothing of it was taken."""


@dataclass(frozen=True, slots=True)
class Bad:
    """A record that was not taken, by the line on which it begins."""

    line: int
    field: str
    reason: Reason


@dataclass(slots=True)
class Report:
    """What became of one file. `is_known` says that an earlier run had taken all of it, and nothing was done."""

    name: str
    kind: str = ""
    digest: str = ""
    unreadable: str = ""
    is_known: bool = False
    imported_at: datetime | None = None
    counts: Counter[str] = field(default_factory=Counter)
    bad: list[Bad] = field(default_factory=list)

    @property
    def exit_code(self) -> int:
        """0 when all is good, 1 when records were not taken, 2 when the file was not read."""
        if self.unreadable:
            return 2
        return 1 if self.bad else 0

    @property
    def records(self) -> int:
        return sum(self.counts.values())

    def note(self, outcome: Outcome | Bad) -> None:
        """Count one record, and keep it when it is a bad one."""
        if isinstance(outcome, Bad):
            self.bad.append(outcome)
            self.counts[Outcome.BAD] += 1
        else:
            self.counts[outcome] += 1

    def as_json(self) -> dict[str, Any]:
        """For machines: see docs/core-feed.md."""
        return {
            "file": self.name,
            "kind": self.kind,
            "digest": self.digest,
            "unreadable": self.unreadable,
            "known": self.is_known,
            "records": self.records,
            "counts": {str(name): count for name, count in sorted(self.counts.items())},
            "bad": [{"line": bad.line, "field": bad.field, "reason": str(bad.reason.value)} for bad in self.bad],
        }
