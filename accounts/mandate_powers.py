"""What lets a user do more for a company takes two of staff: her activation, a new mandate, a wider one.

The verbs of `enrolment` and `mandate_terms`, called when the colleague approves, stay the law. What only narrows a
mandate is done at once, by one.
"""

from datetime import date, datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, enrolment, four_eyes, mandate_terms
from accounts.mandate_terms import Terms
from accounts.models import Activation, Company, Mandate, Proposal, User
from accounts.refusals import Refusal

ACTIVATION, GRANT, WIDENING = "mandate.activation", "mandate.grant", "mandate.widening"


class AlreadyActivated(Refusal):
    sentence = _("Dokumentet e këtij mandati janë konfirmuar tashmë. Shihni aktivizimin te faqja e mandatit.")


class HasMandate(Refusal):
    sentence = _("Ky përdorues ka tashmë një mandat për këtë kompani. Ndryshoni atë, te faqja e mandatit.")


class EndsBeforeItBegins(Refusal):
    sentence = _("Data e mbarimit ka kaluar. Shkruani një datë nga sot e tutje, ose lëreni bosh për pa afat.")


class NoSuchUser(Refusal):
    sentence = _("Nuk ka përdorues me këtë numër klienti. Regjistrojeni më parë te përdoruesit.")


# --- The documents of an activation ----------------------------------------------------------------------------------


def propose_activation(
    *, mandate: Mandate, documents_on: date, reason: str, actor: audit.Actor, at: datetime
) -> Proposal:
    """Refuses a mandate whose documents are confirmed."""
    if Activation.objects.filter(mandate=mandate).exists():
        raise AlreadyActivated
    return four_eyes.propose(
        kind=ACTIVATION,
        subject=f"mandate:{mandate.pk}",
        company=mandate.company,
        old={},
        new={"documents_on": documents_on.isoformat()},
        reason=reason,
        actor=actor,
        at=at,
    )


def _activate(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    mandate = Mandate.objects.select_for_update(no_key=True).get(pk=_key(proposal))
    if Activation.objects.filter(mandate=mandate).exists():
        raise AlreadyActivated
    enrolment.activate(
        mandate=mandate,
        documents_on=date.fromisoformat(proposal.new["documents_on"]),
        entered_by=proposal.proposed_by,
        confirmed_by=actor.name,
        actor=actor,
        at=at,
    )


def _activation_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    return [(_("Dokumentet e aktivizimit më"), "", _day(proposal.new["documents_on"]))]


# --- A mandate -------------------------------------------------------------------------------------------------------


def propose_mandate(
    *, company: Company, customer_number: str, terms: Terms, reason: str, actor: audit.Actor, at: datetime
) -> Proposal:
    """A new mandate for a user of the portal. Refuses a number that has no user, a pair that has a mandate, and a last
    day that is over."""
    user = User.objects.filter(kind=User.Kind.CUSTOMER, username=customer_number).first()
    if user is None:
        raise NoSuchUser
    if Mandate.objects.filter(user=user, company=company).exists():
        raise HasMandate
    if terms.valid_until and terms.valid_until < clock.tirana_day(at):
        raise EndsBeforeItBegins
    return four_eyes.propose(
        kind=GRANT,
        subject=f"company:{company.pk} user:{user.pk}",
        company=company,
        old={},
        new={"user": user.pk, "name": user.full_name, "customer_number": customer_number, **terms.as_json()},
        reason=reason,
        actor=actor,
        at=at,
    )


def _grant(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    user = User.objects.select_for_update(no_key=True).get(pk=proposal.new["user"])
    company = Company.objects.get(pk=proposal.company or "")
    if Mandate.objects.filter(user=user, company=company).exists():
        raise HasMandate
    terms = Terms.from_json(proposal.new)
    enrolment.grant_mandate(
        user=user,
        company=company,
        may_prepare=terms.may_prepare,
        may_sign=terms.may_sign,
        valid_until=terms.valid_until,
        actor=actor,
        at=at,
    )


def change_mandate(
    *, mandate: Mandate, terms: Terms, reason: str, actor: audit.Actor, at: datetime
) -> Mandate | Proposal:
    """What is wider than now waits for a colleague; what is only narrower is done at once."""
    now = Terms.of(mandate)
    if not terms.is_wider_than(now):
        return mandate_terms.narrow(mandate_id=mandate.pk, terms=terms, reason=reason, actor=actor, at=at)
    return four_eyes.propose(
        kind=WIDENING,
        subject=f"mandate:{mandate.pk}",
        company=mandate.company,
        old=now.as_json(),
        new=terms.as_json(),
        reason=reason,
        actor=actor,
        at=at,
    )


def _widen(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    mandate = Mandate.objects.select_for_update(no_key=True).get(pk=_key(proposal))
    if Terms.of(mandate) != Terms.from_json(proposal.old):
        raise four_eyes.Stale
    mandate_terms.widen(
        mandate_id=mandate.pk,
        terms=Terms.from_json(proposal.new),
        entered_by=proposal.proposed_by,
        actor=actor,
        at=at,
    )


def _grant_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    who = f"{proposal.new['name']} ({proposal.new['customer_number']})"
    return [(_("Përdoruesi"), "", who), *_terms_in_words(proposal)]


def _terms_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    old, new = proposal.old, proposal.new
    return [
        (_("Përgatit pagesa"), _yes(old.get("may_prepare")), _yes(new["may_prepare"])),
        (_("Nënshkruan"), _yes(old.get("may_sign")), _yes(new["may_sign"])),
        (_("Vlen deri më"), _until(old), _until(new)),
    ]


def _until(terms: dict[str, Any]) -> str:
    if "valid_until" not in terms:
        return ""
    return _day(terms["valid_until"]) if terms["valid_until"] else str(_("pa afat"))


def _yes(value: bool | None) -> str:
    return "" if value is None else str(_("po")) if value else str(_("jo"))


def _day(text: str) -> str:
    return f"{date.fromisoformat(text):%d.%m.%Y}"


def _key(proposal: Proposal) -> str:
    """The key of the row that the proposal is about."""
    return proposal.subject.partition(":")[2]


four_eyes.register(
    ACTIVATION,
    apply=_activate,
    title=_("Aktivizim mandati"),
    permission="accounts.activate_mandate",
    present=_activation_in_words,
)
four_eyes.register(
    GRANT, apply=_grant, title=_("Mandat i ri"), permission="accounts.widen_mandate", present=_grant_in_words
)
four_eyes.register(
    WIDENING, apply=_widen, title=_("Mandat më i gjerë"), permission="accounts.widen_mandate", present=_terms_in_words
)
