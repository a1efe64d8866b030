"""What every page of the staff's desk for the books is built on: tables that are looked at, and the trace of a change.

Whatever widens somebody's power (mandates, phones) changes at a branch, through a verb that leaves its trace; the
ledger and the audit trail are changed by nobody, not even by a superuser.
"""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHANGES_AT_A_BRANCH = _(
    "Të drejtat, celulari dhe emrat ndryshohen në degë, me kërkesë të nënshkruar; çfarë zgjeron një të drejtë kërkon "
    "dy persona."
)
NEVER_CHANGES = _("Këtu vetëm shihet. Në libra vetëm shtohet; një gabim ndreqet me një regjistrim të ri.")


class LookedAtOnly:
    """No adding, changing or deleting, for anybody; who may look is decided by Django's view permission."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Shown(LookedAtOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # one desk for models of every kind
    """A table that staff look at: every field named in `fields`, under a sentence that says why it stays as it is."""

    note: "StrOrPromise" = NEVER_CHANGES
    actions = None
    show_full_result_count = False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [(None, {"fields": self.get_fields(request, obj), "description": self.note})]


def actor_of(request: HttpRequest) -> audit.Actor:
    """Whoever is at the desk."""
    assert isinstance(request.user, User), "the staff site lets nobody else in"
    return audit.actor_of(request.user)


def names_of(actors: Iterable[str]) -> dict[str, str]:
    """Actors of the trail by the name that staff sign in with, for their colleagues: `user:7` is arta.dega."""
    numbers = {actor.removeprefix("user:") for actor in actors if actor.removeprefix("user:").isdecimal()}
    staff = User.objects.filter(pk__in=numbers, kind=User.Kind.STAFF) if numbers else User.objects.none()
    return {f"user:{user.pk}": user.username for user in staff}


def named(actor: str) -> str:
    """One actor by her name; whoever has none stays as the trail has her."""
    return names_of([actor]).get(actor, actor)


def record(event: str, request: HttpRequest, subject: str, facts: dict[str, Any]) -> None:
    """In the transaction that the admin opens around every change."""
    audit.record(event, actor=actor_of(request), at=clock.now(), subject=subject, details=facts)
