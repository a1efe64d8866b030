"""Looks of staff in the words of the company that reads them (N8): which role, at what, and why.

Nobody's name is in them but that of the company's own people, and no figure that an agent typed.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final

from django.apps import apps
from django.db.models import Q
from django.urls import reverse
from django.utils.text import capfirst
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import AuditEvent, Company, Mandate, Person, User
from accounts.staff_looks import Way

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

ROLES: "Final[Mapping[str, StrOrPromise]]" = {
    "Administrator": gettext_lazy("Administrator"),
    "Ankesa": gettext_lazy("Ankesa"),
    "Auditor": gettext_lazy("Auditor"),
    "Degë": gettext_lazy("Degë"),
    "Operacione": gettext_lazy("Operacione"),
    "Qendra e kontaktit": gettext_lazy("Qendra e kontaktit"),
}
# The pages on which the company sees the same row; both take what stands behind the colon of a subject.
PAGES: Final = {"accounts.bankaccount": "statements:activity", "payments.paymentorder": "payments:order"}
# A number, an IBAN or a phone in an agent's words may be somebody else's.
FIGURES: Final = re.compile(r"\b[A-Za-z]{0,2}\d[\d\s./-]{2,}\d[A-Za-z]?\b")


@dataclass(frozen=True, slots=True)
class Look:
    """One look: by whom, at what (with the address of the company's own page of it, where there is one), and why."""

    at: datetime
    who: str
    what: str
    url: str
    why: str


def in_words(events: Iterable[AuditEvent], *, company: Company) -> list[Look]:
    """These looks at this company; one query for the names of its people, if any are meant."""
    rows = [(event, *_subject(event)) for event in events]
    names = _names({(kind, key) for _event, kind, key in rows}, company)
    return [_look(event, kind, key, names) for event, kind, key in rows]


def _look(event: AuditEvent, kind: str, key: str, names: Mapping[tuple[str, str], str]) -> Look:
    facts: dict[str, Any] = json.loads(bytes(event.record)).get("details", {})
    what, name = _what(kind, str(facts.get("way", ""))), names.get((kind, key), "")
    return Look(
        at=event.at,
        who=", ".join(str(ROLES.get(role, role)) for role in facts.get("roles", [])) or _("Staf i bankës"),
        what=f"{what}: {name}" if name else what,
        url=reverse(PAGES[kind], args=[key]) if kind in PAGES and key else "",
        why=_why(event, kind, str(facts.get("way", ""))),
    )


def _subject(event: AuditEvent) -> tuple[str, str]:
    kind, _colon, key = event.subject.partition(":")
    return kind, key


def _what(kind: str, way: str) -> str:
    if way == Way.SECURITY_CASE:
        return _("Një rast sigurie")
    if way == Way.COMPLAINT:
        return _("Një ankesë, sugjerim ose mesazh")
    try:
        columns = apps.get_model(kind)._meta
        return str(capfirst(columns.verbose_name_plural if way == Way.LIST else columns.verbose_name))
    except (LookupError, ValueError):  # a table of another release
        return _("Të dhëna të kompanisë")


def _why(event: AuditEvent, kind: str, way: str) -> str:
    """What the agent wrote, or which page it was, for whoever only looks writes nothing."""
    words = FIGURES.sub("…", event.reason)
    match way:
        case Way.LIST:
            return _("Ju gjeti te lista “%(page)s” e tavolinës; për të nuk kërkohet arsye e shkruar.") % {
                "page": _what(kind, way)
            }
        case Way.SECURITY_CASE:
            return _("Shqyrtonte rastin, që e hapi vetë përdoruesi.")
        case Way.COMPLAINT:
            return (
                _("Shqyrtonte rastin %(number)s.") % {"number": event.reason}
                if event.reason
                else _("Shqyrtonte rastin, që e hapi një nga njerëzit tuaj.")
            )
        case Way.CUSTOMER_NUMBER:
            return _("Kërkim me numrin e klientit. Arsyeja: %(words)s") % {"words": words}
        case Way.NIPT:
            return _("Kërkim me NIPT-in e kompanisë. Arsyeja: %(words)s") % {"words": words}
        case Way.PHONE_END if words:
            return _("Kërkim me shifrat e fundit të celularit. Arsyeja: %(words)s") % {"words": words}
        case Way.PHONE_END:
            return _("Kërkim me shifrat e fundit të celularit, që i kanë disa klientë.")
    return _("Hapi faqen e tavolinës “%(page)s”; për të nuk kërkohet arsye e shkruar.") % {"page": _what(kind, way)}


def _names(wanted: set[tuple[str, str]], company: Company) -> dict[tuple[str, str], str]:
    """The company's people by the rows that were looked at; whoever has no mandate of hers is not named."""
    users, persons, rights = (
        {key for kind, key in wanted if kind == model._meta.label_lower} for model in (User, Person, Mandate)
    )
    if not (users or persons or rights):
        return {}
    hers = Q(user__in=users) | Q(user__person__in=persons) | Q(pk__in=rights)
    found: dict[tuple[str, str], str] = {}
    for mandate in Mandate.objects.filter(hers, company=company).select_related("user__person"):
        keys = ((User, mandate.user_id), (Person, mandate.user.person_id), (Mandate, mandate.pk))
        found |= {(model._meta.label_lower, str(key)): mandate.user.full_name for model, key in keys}
    return found
