"""One changed record of the core, with what it said before and after; names and addresses masked."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Model

from accounts import audit
from accounts.core_feed.records import CORE
from accounts.verbs import verb

M = TypeVar("M", bound=Model)

# Whom a value of these fields names is known well enough by its first letters.
MASKED = {"name", "first_name", "last_name", "email", "signatory"}


def differing(record: Model, wanted: Mapping[str, Any]) -> dict[str, Any]:
    """What the file says otherwise; a field of which it says nothing (None or empty) is left as it is."""
    return {name: value for name, value in wanted.items() if value not in (None, "") and getattr(record, name) != value}


@verb("core.record.changed")
def change(*, record: M, wanted: Mapping[str, Any], subject: str, at: datetime) -> M:
    """Bring one record to what the core says of it, under its lock; nothing else of it changes."""
    model = type(record)
    locked: M = model._default_manager.select_for_update(no_key=True).get(pk=record.pk)
    fields = differing(locked, wanted)
    before = {name: _shown(name, getattr(locked, name)) for name in fields}
    for name, value in fields.items():
        setattr(locked, name, value)
    if fields:
        locked.save(update_fields=list(fields))
        after = {name: _shown(name, value) for name, value in fields.items()}
        audit.record(
            "core.record.changed", actor=CORE, at=at, subject=subject, details={"before": before, "after": after}
        )
    return locked


def _shown(name: str, value: object) -> str:
    """ALFA SHPK is A••• S•••, elira@example.com is e•••@example.com; other values stand as they are."""
    text = str(value)
    if name not in MASKED:
        return text
    if "@" in text:
        return f"{text[:1]}•••@{text.rpartition('@')[2]}"
    return re.sub(r"(\S)\S*", r"\1•••", text)
