"""The terms of a mandate: what it allows and until when, and the two ways in which they change.

Narrower terms hold at once, by one of staff: whoever lost somebody's trust must lose her rights now. Wider ones come
through four eyes (accounts.powers). A session under way reads the mandate anew with every page.
"""

from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates, notices
from accounts.models import Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb

notices.declare(
    "auth.mandate.changed",
    _("Të drejtat tuaja për %(company)s u ndryshuan në degë më %(at)s. Për hollësi telefononi bankën."),
)
notices.declare(
    "auth.mandate.colleague_widened",
    _("Të drejtat e %(name)s për %(company)s u zgjeruan në degë. Nëse ju duket e papritur, telefononi bankën."),
)


class WiderTakesTwoPeople(Refusal):
    sentence = _("Këto të drejta janë më të gjera se tani. I miraton një koleg.")


class NothingChanges(Refusal):
    sentence = _("Mandati i ka tashmë këto të drejta. Nuk ka çfarë të ndryshohet.")


class MandateTakesTwoPeople(Refusal):
    sentence = _("Zgjerimin e mandatit e miraton një koleg, jo ai që e regjistroi.")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a mandate allows, and its last day; None has no end."""

    may_prepare: bool
    may_sign: bool
    valid_until: date | None = None

    @classmethod
    def of(cls, mandate: Mandate) -> "Terms":
        return cls(mandate.may_prepare, mandate.may_sign, mandate.valid_until)

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "Terms":
        until = values["valid_until"]
        return cls(values["may_prepare"], values["may_sign"], date.fromisoformat(until) if until else None)

    def as_json(self) -> dict[str, Any]:
        return asdict(self) | {"valid_until": self.valid_until.isoformat() if self.valid_until else None}

    def is_wider_than(self, other: "Terms") -> bool:
        """Whether anything is allowed that was not, or for longer."""
        allows_more = (self.may_prepare and not other.may_prepare) or (self.may_sign and not other.may_sign)
        return allows_more or (self.valid_until or date.max) > (other.valid_until or date.max)


@verb("bank.mandate.narrowed")
def narrow(*, mandate_id: UUID, terms: Terms, reason: str, actor: audit.Actor, at: datetime) -> Mandate:
    """Take rights or days from a mandate, at once. Refuses what would be wider in anything, and no change at all."""
    mandate = _held(mandate_id)
    if terms.is_wider_than(Terms.of(mandate)):
        raise WiderTakesTwoPeople
    return _put("bank.mandate.narrowed", mandate, terms, actor, at, reason=reason)


@verb("bank.mandate.ended")
def end(*, mandate_id: UUID, reason: str, actor: audit.Actor, at: datetime) -> Mandate:
    """End a mandate now: yesterday was its last day. Refuses one that has ended."""
    mandate = _held(mandate_id)
    yesterday = clock.tirana_day(at) - timedelta(days=1)
    last = min(mandate.valid_until or yesterday, yesterday)
    terms = Terms(mandate.may_prepare, mandate.may_sign, last)
    return _put("bank.mandate.ended", mandate, terms, actor, at, reason=reason)


@verb("bank.mandate.widened")
def widen(*, mandate_id: UUID, terms: Terms, entered_by: str, actor: audit.Actor, at: datetime) -> Mandate:
    """Give a mandate more: entered by one of staff, confirmed by another, who acts. Refuses one person as both.

    The user is told, and so are the other signers of the company.
    """
    if entered_by == actor.name:
        raise MandateTakesTwoPeople
    mandate = _held(mandate_id)
    for signer in mandates.signers_of(mandate.company, at=at).exclude(user=mandate.user):
        facts = {"name": mandate.user.full_name, "company": mandate.company.name}
        notices.tell(signer.user, "auth.mandate.colleague_widened", facts, at, mandate.company)
    return _put("bank.mandate.widened", mandate, terms, actor, at, entered_by=entered_by)


def _held(mandate_id: UUID) -> Mandate:
    """Under its lock, before anything that acts by it."""
    mandates_of_all = Mandate.objects.select_related("user__person", "company")
    return mandates_of_all.select_for_update(of=("self",), no_key=True).get(pk=mandate_id)


def _put(
    event: str, mandate: Mandate, terms: Terms, actor: audit.Actor, at: datetime, *, reason: str = "", **more: str
) -> Mandate:
    before = Terms.of(mandate)
    if terms == before:
        raise NothingChanges
    mandate.may_prepare, mandate.may_sign, mandate.valid_until = terms.may_prepare, terms.may_sign, terms.valid_until
    mandate.save(update_fields=["may_prepare", "may_sign", "valid_until"])
    told = {"company": mandate.company.name, "at": f"{clock.tirana(at):%d.%m.%Y %H:%M}"}
    notices.tell(mandate.user, "auth.mandate.changed", told, at, mandate.company)
    details = {"user": mandate.user_id, "before": before.as_json(), "after": terms.as_json(), **more}
    audit.record(event, actor=actor, at=at, subject=f"mandate:{mandate.pk}", reason=reason, details=details)
    return mandate
