"""What a client proves herself by takes two of staff: a new phone for her codes, a new card. (See `mandate_powers`.)

Each `propose_*` checks what can be known at once and puts the act before a colleague; the verbs of `enrolment`, called
when the colleague approves, stay the law.
"""

from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, enrolment, four_eyes, proofs
from accounts.identifiers import PhoneProblem, mask_phone, normalise_phone
from accounts.models import Card, Company, Person, Proposal, User
from accounts.refusals import Refusal

PHONE, CARD = "phone.change", "card.issue"
# How many of a card's last digits are left to know it by, once it is decided.
CARD_DIGITS_LEFT = 2


class SamePhone(Refusal):
    sentence = _("Ky është numri që klienti ka tashmë. Nuk ka çfarë të ndryshohet.")


class CardIsOver(Refusal):
    sentence = _("Kjo kartë ka skaduar. Regjistroni kartën e re të klientit.")


# --- A phone for her codes -------------------------------------------------------------------------------------------


def propose_phone(*, person: Person, phone: str, reason: str, actor: audit.Actor, at: datetime) -> Proposal:
    """Refuses what is no number, and the number that she has."""
    try:
        number = normalise_phone(phone)
    except PhoneProblem as problem:
        raise enrolment.NotAPhone from problem
    if number == person.phone:
        raise SamePhone
    return four_eyes.propose(
        kind=PHONE,
        subject=f"person:{person.pk}",
        old={"phone": person.phone},
        new={"phone": number},
        reason=reason,
        actor=actor,
        at=at,
    )


def _change_phone(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    number = _key(proposal)
    # Whoever changes a phone holds its user's row: what is read under this lock is what will be changed.
    User.objects.select_for_update(no_key=True).filter(person_id=number).first()
    person = Person.objects.get(pk=number)
    if person.phone != proposal.old["phone"]:
        raise four_eyes.Stale
    enrolment.change_phone(
        person=person, phone=proposal.new["phone"], entered_by=proposal.proposed_by, actor=actor, at=at
    )


def _phone_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    return [(_("Celulari për FNP-të"), proposal.old["phone"], proposal.new["phone"])]


# --- A card ----------------------------------------------------------------------------------------------------------


def propose_card(
    *, owner: Person | Company, digits: str, expires_on: date, reason: str, actor: audit.Actor, at: datetime
) -> Proposal:
    """`digits` are the last ones, as many as are asked; refuses more or fewer, a card that is over, and a known one."""
    if not proofs.is_as_asked(digits):
        raise enrolment.TakesTheLastDigitsOnly(asked=settings.CARD_DIGITS_ASKED)
    if expires_on < clock.tirana_day(at):
        raise CardIsOver
    if Card.objects.filter(proof=proofs.proof_of_card(owner, digits, expires_on), status=Card.Status.ACTIVE).exists():
        raise enrolment.CardIsKnown
    return four_eyes.propose(
        kind=CARD,
        subject=f"{_owner_kind(owner)}:{owner.pk}",
        company=owner if isinstance(owner, Company) else None,
        old={},
        new={"digits": digits, "expires_on": expires_on.isoformat()},
        reason=reason,
        actor=actor,
        at=at,
    )


def _owner_kind(owner: Person | Company) -> str:
    return "company" if isinstance(owner, Company) else "person"


def _issue_card(proposal: Proposal, actor: audit.Actor, at: datetime) -> None:
    key = _key(proposal)
    is_of_a_company = proposal.subject.startswith("company:")
    enrolment.issue_card(
        owner=Company.objects.get(pk=key) if is_of_a_company else Person.objects.get(pk=key),
        card_number_tail=proposal.new["digits"],
        expires_on=date.fromisoformat(proposal.new["expires_on"]),
        actor=actor,
        at=at,
    )


def _mask_digits(digits: str) -> str:
    return "•" * (len(digits) - CARD_DIGITS_LEFT) + digits[-CARD_DIGITS_LEFT:]


def _card_in_words(proposal: Proposal) -> list[four_eyes.Row]:
    expires_on = date.fromisoformat(proposal.new["expires_on"])
    return [
        (_("Shifrat e fundit të kartës"), "", proposal.new["digits"]),
        (_("Karta vlen deri më"), "", f"{expires_on:%m/%y}"),
    ]


def _key(proposal: Proposal) -> str:
    """The key of the row that the proposal is about."""
    return proposal.subject.partition(":")[2]


four_eyes.register(
    PHONE,
    apply=_change_phone,
    title=_("Celular i ri"),
    permission="accounts.change_phone",
    present=_phone_in_words,
    personal={"phone": mask_phone},
)
four_eyes.register(
    CARD,
    apply=_issue_card,
    title=_("Kartë e re"),
    permission="accounts.issue_card",
    present=_card_in_words,
    personal={"digits": _mask_digits},
)
