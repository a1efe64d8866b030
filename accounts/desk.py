"""What every page of the staff's desk for the books is built on: tables that are looked at, and the trace of a change.

Whatever widens somebody's power (mandates, phones) changes at a branch, through a verb that leaves its trace; the
ledger and the audit trail are changed by nobody, not even by a superuser.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.contrib.admin.views.main import ChangeList
from django.db.models import Model
from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, staff_looks
from accounts.models import User

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CHANGES_AT_A_BRANCH = _(
    "Të drejtat, celulari dhe emrat ndryshohen në degë, me kërkesë të nënshkruar; çfarë zgjeron një të drejtë kërkon "
    "dy persona."
)
NEVER_CHANGES = _("Këtu vetëm shihet. Në libra vetëm shtohet; një gabim ndreqet me një regjistrim të ri.")
TOLD_TO_THE_COMPANY = _("Që e hapët këtë faqe, e sheh edhe kompania: kur dhe me cilin rol, pa emrin tuaj.")


class LookedAtOnly:
    """No adding, changing or deleting, for anybody; who may look is decided by Django's view permission."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Told(admin.ModelAdmin):  # type: ignore[type-arg]  # one desk for models of every kind
    """A table with customers' rows: that a member of staff opened one is told to the company whose row it is (N8).

    `of_company` are the ways from a row to its company, `of_user` the way to the user whose companies are meant, where
    the first lead to none. A desk that gives neither holds nobody's rows, or tells by itself.

    A list shows figures too. One that was searched, or that holds rows of a single company, is a look at each company
    in it; a list of work, where everybody's rows stand, is none. `listed_of_company` are the ways of a list whose rows
    are told by the desk itself.
    """

    of_company: ClassVar[tuple[str, ...]] = ()
    of_user: ClassVar[str] = ""
    listed_of_company: ClassVar[tuple[str, ...]] = ()

    def get_changelist_instance(self, request: HttpRequest) -> ChangeList:
        changes = super().get_changelist_instance(request)
        tell_list(request, self, changes)
        return changes

    def render_change_form(self, request: HttpRequest, context: dict[str, Any], *args: Any, **options: Any) -> Any:
        if row := context.get("original"):
            tell_look(request, self, row)
        return super().render_change_form(request, context, *args, **options)

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return self._and_told(super().get_fieldsets(request, obj), obj)

    def _and_told(self, sets: Any, row: Model | None) -> Any:
        """With a line that says so, above a row that is somebody's."""
        if row is None or not (self.of_company or self.of_user):
            return sets
        (name, options), *others = sets
        told = format_html("{} {}", options.get("description", ""), TOLD_TO_THE_COMPANY)
        return [(name, {**options, "description": told}), *others]


class Shown(LookedAtOnly, Told):
    """A table that staff look at: every field named in `fields`, under a sentence that says why it stays as it is."""

    note: "StrOrPromise" = NEVER_CHANGES
    actions = None
    show_full_result_count = False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        sets = [(None, {"fields": self.get_fields(request, obj), "description": self.note})]
        return self._and_told(sets, obj)


def tell_look(request: HttpRequest, desk: Any, row: Model) -> None:
    """Before a row is shown: write down for its companies who opens it, as its desk leads to them."""
    if not isinstance(desk, Told):
        return
    at = clock.now()
    if companies := _companies(type(row), [row.pk], desk.of_company, desk.of_user, at=at):
        subject = f"{row._meta.label_lower}:{getattr(row, 'uuid', row.pk)}"
        staff_looks.note_page(companies, subject=subject, actor=actor_of(request), at=at)


def tell_list(request: HttpRequest, desk: Told, changes: ChangeList) -> None:
    """The same before a list is shown that leads to somebody; what was typed is told to nobody."""
    at, ways = clock.now(), desk.of_company or desk.listed_of_company
    companies = _companies(changes.model, [row.pk for row in changes.result_list], ways, desk.of_user, at=at)
    if companies and (changes.query or len(companies) == 1):
        subject, way = changes.model._meta.label_lower, staff_looks.Way.LIST
        staff_looks.note_page(companies, subject=subject, actor=actor_of(request), at=at, way=way)


def _companies(
    model: type[Model], keys: list[Any], of_company: tuple[str, ...], of_user: str, *, at: datetime
) -> list[int]:
    """Whose rows these are: by the ways to a company, and where these lead to none by the way to a user."""
    found = _values(model, keys, of_company)
    left = [key for key in keys if key not in found]
    users = _values(model, left, (of_user,)) if of_user else {}
    companies = staff_looks.companies_of(set().union(*users.values()), at=at) if users else []
    return sorted(set(companies).union(*found.values()))


def _values(model: type[Model], keys: list[Any], ways: tuple[str, ...]) -> dict[Any, set[int]]:
    """What these ways lead to from each row, in one query; rows that they lead nowhere from are left out."""
    found: dict[Any, set[int]] = {}
    if not (ways and keys):
        return found
    for key, *values in model._default_manager.filter(pk__in=keys).values_list("pk", *ways).distinct():
        if numbers := {int(value) for value in values if value}:
            found.setdefault(key, set()).update(numbers)
    return found


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
