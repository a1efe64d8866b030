"""What a user chose for herself: read with her mandate, changed one choice at a time."""

from datetime import datetime

from accounts import audit
from accounts.models import User
from accounts.verbs import verb
from auth_flow.models import Preferences


def of(user: User) -> Preferences:
    """Her choices; where she made none yet, what holds for everybody. Asks nothing if the user was read with them."""
    chosen: Preferences | None = getattr(user, "preferences", None)
    return chosen or Preferences(user=user)


@verb("auth.preferences.changed")
def choose(*, user: User, actor: audit.Actor, at: datetime, **choices: str | bool) -> Preferences:
    """Note these choices, by the names of their columns; the others stay."""
    row, changed = note(user, **choices)
    if changed:
        # What was chosen is hers: the trail keeps which choice changed, never the word of her stamp.
        details = {"what": changed}
        audit.record("auth.preferences.changed", actor=actor, at=at, subject=f"user:{user.pk}", details=details)
    return row


def note(user: User, **choices: str | bool) -> tuple[Preferences, list[str]]:
    """The same inside another verb, which records it; returns the row and the names of what changed."""
    Preferences.objects.get_or_create(user=user)
    row = Preferences.objects.select_for_update().get(user=user)
    changed = sorted(name for name, value in choices.items() if getattr(row, name) != value)
    for name in changed:
        setattr(row, name, choices[name])
    if changed:
        row.save(update_fields=changed)
    return row, changed
