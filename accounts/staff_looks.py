"""Who of the bank's staff looked at what is a company's: written down for the company, which reads it (N8).

One event of the trail for each look and company, in the company's own chain, beside whatever the desk records for the
bank. Who looked is kept as every actor is; what the company is shown is the role. All moments are the bank's clock.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any, Final

from django.contrib.auth.models import Group
from django.db.models import QuerySet

from accounts import audit, clock, mandates
from accounts.models import AuditEvent, Company
from accounts.verbs import verb

LOOKED: Final = "bank.customer.looked"
# The same page, opened again by the same person, is the same look.
ONE_LOOK: Final = timedelta(minutes=15)


class Way(StrEnum):
    """How staff came to look; stands in the event's details."""

    PAGE = "page"
    LIST = "list"
    CUSTOMER_NUMBER = "customer_number"
    NIPT = "nipt"
    PHONE_END = "phone_end"
    SECURITY_CASE = "security_case"
    COMPLAINT = "complaint"


@dataclass(frozen=True, slots=True)
class Page:
    """Some looks, the newest first, and from which numbers of the chain the pages beside it go on."""

    looks: list[AuditEvent]
    older: int | None
    newer: int | None


def note(
    companies: Iterable[int],
    *,
    way: Way,
    subject: str,
    actor: audit.Actor,
    at: datetime,
    reason: str = "",
    details: Mapping[str, Any] | None = None,
) -> None:
    """Write one look into the chain of each company, in the caller's transaction and before anything is shown.

    `reason` is read by the company: never what belongs to another customer.
    """
    wanted = sorted(set(companies))
    if not wanted:
        return
    facts = {"way": way.value, "roles": _roles(actor), **(details or {})}
    for company in wanted:
        looker = replace(actor, company_id=str(company))
        audit.record(LOOKED, actor=looker, at=at, subject=subject, reason=reason, details=facts)


@verb(LOOKED)
def note_page(companies: Iterable[int], *, subject: str, actor: audit.Actor, at: datetime, way: Way = Way.PAGE) -> None:
    """Staff open a page of the desk about a row of these companies, or a list that leads to them; told once in
    ONE_LOOK."""
    wanted = set(companies)
    note(wanted - _told(wanted, subject, actor, at), way=way, subject=subject, actor=actor, at=at)


def companies_of(users: Iterable[int], *, at: datetime) -> list[int]:
    """Whose people these users are now: a look at one of them is a look at each of her companies."""
    held = mandates.in_force(at).filter(user__in=list(users))
    return list(held.order_by("company").values_list("company", flat=True).distinct())


def page(
    company: Company,
    *,
    from_on: date | None = None,
    to_on: date | None = None,
    before: int | None = None,
    after: int | None = None,
    size: int = 25,
) -> Page:
    """One page of the looks at this company, of these days in Tirana (both counted in), by numbers of its chain."""
    looks = _of(company.pk)
    if from_on:
        looks = looks.filter(at__gte=_midnight(from_on))
    if to_on:
        looks = looks.filter(at__lt=_midnight(to_on + timedelta(days=1)))
    if after is not None:
        rows = list(looks.filter(sequence__gt=after).order_by("sequence")[: size + 1])
        is_more, rows = len(rows) > size, rows[:size][::-1]
        return _page(rows, older=True, newer=is_more)
    if before is not None:
        looks = looks.filter(sequence__lt=before)
    rows = list(looks.order_by("-sequence")[: size + 1])
    return _page(rows[:size], older=len(rows) > size, newer=before is not None)


def _page(rows: list[AuditEvent], *, older: bool, newer: bool) -> Page:
    if not rows:
        return Page([], None, None)
    return Page(rows, rows[-1].sequence if older else None, rows[0].sequence if newer else None)


def _of(company: int) -> QuerySet[AuditEvent]:
    """By an index of looks alone: a chain is long, and looks are few."""
    return AuditEvent.objects.filter(company=str(company), event=LOOKED)


def _told(companies: Iterable[int], subject: str, actor: audit.Actor, at: datetime) -> set[int]:
    """Who was told in the last quarter of an hour, or after `at`, where a demo's clock was set back."""
    looks = AuditEvent.objects.filter(company__in=[str(company) for company in companies], event=LOOKED)
    lately = looks.filter(subject=subject, actor=actor.name, at__gt=at - ONE_LOOK)
    return {int(company) for company in lately.values_list("company", flat=True).distinct()}


def _roles(actor: audit.Actor) -> list[str]:
    """The groups of whoever looks, by name; none for a superuser of a demo."""
    number = actor.name.removeprefix("user:")
    if not number.isdecimal():
        return []
    return list(Group.objects.filter(user=int(number)).order_by("name").values_list("name", flat=True))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, tzinfo=clock.TIRANA)
