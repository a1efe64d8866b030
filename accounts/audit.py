"""The audit trail's one writer. Names of events follow `room.thing.done`; never a secret, a code or a full phone."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from accounts.arrays import array
from accounts.models import AuditChain, AuditEvent, Company, Mandate, User

DONE = "done"
REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Actor:
    """Who acts, as text that outlives the row it came from. `company_id` is empty for the bank's own acts."""

    name: str
    role: str
    company_id: str = ""


# The arguments of the database function `audit_append`, the chain first.
Line = tuple[str, datetime, str, str, str, str, str, str, str, bytes]
_waiting: ContextVar[list[Line] | None] = ContextVar("audit lines of the running verb", default=None)

THE_CLOCK = Actor(name="clock", role="system")
A_VISITOR = Actor(name="visitor", role="visitor")


def actor_of(who: User | Mandate, *, company: Company | None = None) -> Actor:
    """The actor for a customer's mandate or for a user; `company` when a user acts for one without a mandate."""
    if isinstance(who, Mandate):
        return Actor(name=f"user:{who.user_id}", role="customer", company_id=str(who.company_id))
    return Actor(name=f"user:{who.pk}", role=who.kind, company_id=str(company.pk) if company else "")


def record(
    event: str,
    *,
    actor: Actor,
    at: datetime,
    subject: str = "",
    outcome: str = DONE,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Append one event to the chain of the actor's company, or to the bank's, in the caller's transaction.

    The head of the chain is locked until that transaction ends. Inside a verb the line is therefore written when the
    verb has done everything else: whoever holds a chain waits for nobody (see `written_last`).
    """
    fields = {
        "at": at.isoformat(),
        "event": event,
        "outcome": outcome,
        "actor": actor.name,
        "actor_role": actor.role,
        "company": actor.company_id,
        "subject": subject,
        "reason": reason[:200],
        "details": dict(details or {}),
    }
    exact = json.dumps(fields, sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=str).encode()
    line = (
        chain_name(actor.company_id),
        at,
        event,
        outcome,
        actor.name,
        actor.role,
        actor.company_id,
        subject,
        reason[:200],
        exact,
    )
    waiting = _waiting.get()
    if waiting is None:
        _append(line)
    else:
        waiting.append(line)


@contextmanager
def written_last() -> Iterator[None]:
    """Keep the lines recorded inside until its end, then write them, chain by chain in one order.

    Accounts, orders and users are locked before any chain, so that two verbs can never wait for each other. Nothing
    is written when the block raises; a savepoint inside it that is undone takes no line back: record after it.
    """
    lines: list[Line] = []
    token = _waiting.set(lines)
    try:
        yield
    finally:
        _waiting.reset(token)
    lines.sort(key=lambda line: line[0])
    if len(lines) > 1:
        _append_many(lines)
    elif lines:
        _append(lines[0])


def _append(line: Line) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)", line)


def _append_many(lines: list[Line]) -> None:
    """In one statement, which locks the chains in the order of their names; each column is an array."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT audit_append_many(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [array(column) for column in zip(*lines, strict=True)],
        )


def chain_name(company_id: str) -> str:
    return f"company:{company_id}" if company_id else "bank"


@dataclass(frozen=True, slots=True)
class Head:
    """How many events a chain had and the hash of the last; kept elsewhere, it shows that a tail was cut."""

    count: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Breach:
    """Where a chain does not hold: the sequence number and what is wrong there."""

    chain: str
    sequence: int
    what: str


def verify_chain(name: str) -> Breach | None:
    """Recompute one chain from its stored bytes; the first breach, or None when it holds to its head."""
    stored = AuditChain.objects.filter(name=name).first()
    events = AuditEvent.objects.filter(chain=name).order_by("sequence").iterator()
    return first_breach(name, events, Head(stored.count, bytes(stored.head)) if stored else None)


def first_breach(name: str, events: Iterable[AuditEvent], head: Head | None, kept: Head | None = None) -> Breach | None:
    """The first breach of a chain, whose events come in order; `kept` is a head of it that was written elsewhere.

    Whoever owns the tables may cut the tail and move the head, or hash everything anew: only `kept` tells then.
    """
    previous, expected = b"", 0
    for event in events:
        expected += 1
        breach = _breach_of(event, previous, expected)
        previous = bytes(event.hash)
        if not breach and kept and kept.count == expected and kept.hash != previous:
            breach = "hash differs from the head that was kept"
        if breach:
            return Breach(name, event.sequence, breach)
    if kept and kept.count > expected:
        return Breach(name, expected, f"the tail is cut: {kept.count} events are known from the head that was kept")
    if expected and head is None:
        return Breach(name, expected, "the head is missing")
    if head and (head.count != expected or head.hash != previous):
        return Breach(name, expected, "the head does not fit the last event")
    return None


def _breach_of(event: AuditEvent, previous: bytes, expected: int) -> str:
    if event.sequence != expected:
        return f"expected sequence {expected}"
    if bytes(event.previous_hash) != previous:
        return "previous hash differs"
    if hashlib.sha256(previous + bytes(event.record)).digest() != bytes(event.hash):
        return "hash differs from the record"
    try:
        stored = json.loads(bytes(event.record))
        at = datetime.fromisoformat(stored["at"])
    except (ValueError, KeyError):
        return "the record cannot be read"
    columns = ("event", "outcome", "actor", "actor_role", "company", "subject", "reason")
    if any(stored.get(name) != getattr(event, name) for name in columns):
        return "a column differs from the record"
    if at != event.at:
        return "the moment differs from the record"
    return ""
