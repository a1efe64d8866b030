"""What a user chose for herself: read with her mandate, changed one choice at a time."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from accounts import audit
from accounts.models import User
from accounts.verbs import verb
from auth_flow.models import Preferences

# Notices with a choice of their own, by what their kinds begin with; the rooms tell them.
MAIL_CHOICES: Final = {
    "accounts.money.": "email_money_came",
    "statements.balance.": "email_low_balance",
    "statements.paper.": "email_statements",
}
OTHER_MAIL: Final = "email_notices"
MAIL_COLUMNS: Final = (OTHER_MAIL, *MAIL_CHOICES.values())


def of(user: User) -> Preferences:
    """Her choices; where she made none yet, what holds for everybody. Asks nothing if the user was read with them."""
    chosen: Preferences | None = getattr(user, "preferences", None)
    return chosen or Preferences(user=user)


def of_many(users: Iterable[User]) -> dict[int, Preferences]:
    """The same of many users, by their ids, in one query."""
    by_id = {user.pk: user for user in users}
    chosen = {row.user_id: row for row in Preferences.objects.filter(user__in=by_id.keys())}
    return {pk: chosen.get(pk) or Preferences(user=user) for pk, user in by_id.items()}


def wants_mail(chosen: Preferences, kind: str) -> bool:
    """Whether notices of this kind go on by e-mail; in the portal each is told in any case."""
    own = (column for begin, column in MAIL_CHOICES.items() if kind.startswith(begin))
    wanted: bool = getattr(chosen, next(own, OTHER_MAIL))
    return wanted


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
