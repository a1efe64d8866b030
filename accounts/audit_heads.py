"""Heads of the audit chains, kept where the database's owner does not write: a file a day, and a line in the log.

Whoever owns the tables can cut the tail of a chain and set its head to fit. A head that was kept elsewhere shows it.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

from accounts.audit import Breach, Head, first_breach
from accounts.books_check import one_moment
from accounts.models import AuditChain, AuditEvent

BATCH: Final = 2_000
FORMAT: Final = 1

# Told after every chain that was recomputed: its name, chains done, chains in all.
Progress = Callable[[str, int, int], None]


class FileExists(Exception):  # noqa: N818  it is an answer to a person, not an error of ours
    """Heads are written once: a file that is there is never written again."""


class NoHeads(Exception):  # noqa: N818
    """The file holds no heads, or not such as this portal writes."""


@dataclass(frozen=True, slots=True)
class Recomputed:
    """One chain: its events, and where it does not hold."""

    chain: str
    events: int
    breach: Breach | None


def file_of(day: date) -> Path:
    """Where the heads of a day are kept."""
    return Path(settings.FILES_DIR) / "audit-heads" / f"{day.isoformat()}.json"


def latest() -> Path | None:
    """The newest file of heads, if there is any."""
    return next(iter(newest_first()), None)


def newest_first() -> list[Path]:
    return sorted(file_of(date.min).parent.glob("????-??-??.json"), reverse=True)


def export(file: Path, *, at: datetime, using: str = DEFAULT_DB_ALIAS, missed: Mapping[str, Head] | None = None) -> str:
    """Write every chain's head into a new file, readable by its owner alone; the file's SHA-256, to be kept elsewhere.

    `missed` are heads of an earlier file that the chains no longer hold: they go into the new file in place of what the
    chains say now, so that the loss shows as long as it is one. Refuses (FileExists) to write over anything.
    """
    with one_moment(using):
        stored = AuditChain.objects.using(using).iterator(BATCH)
        heads = {chain.name: Head(chain.count, bytes(chain.head)) for chain in stored} | dict(missed or {})
    chains = {name: {"count": head.count, "hash": head.hash.hex()} for name, head in heads.items()}
    content = json.dumps({"format": FORMAT, "at": at.isoformat(), "chains": chains}, indent=0, sort_keys=True)
    file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = file.with_name(f".{file.name}.{os.getpid()}")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as out:
            out.write(content)
            out.flush()
            os.fsync(out.fileno())
        os.link(part, file)  # unlike a rename it fails where the name is taken, also a moment ago
    except FileExistsError:
        raise FileExists(f"{file} is there already; heads are never written over.") from None
    finally:
        part.unlink()
    return digest(file)


def digest(file: Path) -> str:
    """The SHA-256 of a file of heads, as the log and the printed report of the day show it."""
    return hashlib.sha256(file.read_bytes()).hexdigest()


def read(file: Path) -> dict[str, Head]:
    """The heads of a file by chain; raises NoHeads."""
    try:
        content = json.loads(file.read_bytes())
        if content["format"] != FORMAT:
            raise NoHeads(f"{file} has a format that is not known here.")
        chains: Mapping[str, Mapping[str, str]] = content["chains"]
        return {name: Head(int(head["count"]), bytes.fromhex(head["hash"])) for name, head in chains.items()}
    except (OSError, ValueError, KeyError, TypeError, AttributeError) as problem:
        raise NoHeads(f"{file} cannot be read: {problem.__class__.__name__}.") from None


def lost(kept: Mapping[str, Head], *, using: str = DEFAULT_DB_ALIAS) -> dict[str, Head]:
    """Those of `kept` that the chains no longer hold: a glance at one event of each."""
    return {name: head for name, head in kept.items() if head.count and not _holds(name, head, using)}


def _holds(name: str, head: Head, using: str) -> bool:
    return AuditEvent.objects.using(using).filter(chain=name, sequence=head.count, hash=head.hash).exists()


def recompute(
    *, kept: Mapping[str, Head], using: str = DEFAULT_DB_ALIAS, progress: Progress | None = None
) -> Iterator[Recomputed]:
    """Recompute every chain from its stored bytes, as all stood at one moment, against `kept`; one after the other."""
    with one_moment(using) as cursor:
        stored = AuditChain.objects.using(using).iterator(BATCH)
        heads = {chain.name: Head(chain.count, bytes(chain.head)) for chain in stored}
        cursor.execute("SELECT chain, count(*) FROM accounts_auditevent GROUP BY chain")
        events: dict[str, int] = dict(cursor.fetchall())
        names = sorted(heads.keys() | kept.keys() | events.keys())
        for done, name in enumerate(names, start=1):
            rows = AuditEvent.objects.using(using).filter(chain=name).order_by("sequence").iterator(BATCH)
            breach = first_breach(name, rows, heads.get(name), kept.get(name))
            yield Recomputed(name, events.get(name, 0), breach)
            if progress:
                progress(name, done, len(names))
