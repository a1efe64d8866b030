"""How a company, its accounts and its people come into the books: after the agreement is signed at a branch."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, low_limit, mandates, notices, proofs
from accounts.identifiers import (
    IbanProblem,
    NiptProblem,
    PhoneProblem,
    check_iban,
    mask_phone,
    normalise_phone,
    validate_nipt,
)
from accounts.models import Activation, Agreement, BankAccount, Card, Company, Mandate, Person, User
from accounts.refusals import Refusal
from accounts.verbs import verb

notices.declare(
    "auth.phone.changed",
    _("Celulari juaj për FNP-të u ndryshua te banka më %(at)s. Nëse nuk e kërkuat ju, telefononi menjëherë bankën."),
)
notices.declare(
    "auth.phone.colleague_changed",
    _(
        "Celulari i %(name)s për FNP-të u ndryshua te banka. Nëse ju duket e papritur, pyeteni dhe telefononi bankën "
        "(%(company)s)."
    ),
)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the bank's records say of a person: `phone` in E.164, `customer_number` of nine digits."""

    customer_number: str
    first_name: str
    last_name: str
    phone: str
    email: str = ""


class AlreadyInTheBooks(Refusal):
    sentence = _("Kjo është tashmë në librat e bankës. Kërkojeni te lista dhe shtoni atje çfarë mungon.")


class NotANipt(Refusal):
    sentence = _("Ky nuk është NIPT kompanie. Shkruajeni si në certifikatë, p.sh. L12345678A.")


@verb("bank.company.enrolled")
def enrol_company(*, name: str, nipt: str, actor: audit.Actor, at: datetime) -> Company:
    """Take a business client into the books. Refuses what is no company's NIPT, and one that is there."""
    try:
        number = validate_nipt(nipt)
    except NiptProblem as problem:
        raise NotANipt from problem
    if Company.objects.filter(nipt=number).exists():
        raise AlreadyInTheBooks
    company = Company.objects.create(name=name, nipt=number, created_at=at)
    audit.record("bank.company.enrolled", actor=actor, at=at, subject=f"company:{company.pk}", details={"nipt": number})
    return company


class NotAnIban(Refusal):
    sentence = _("Ky nuk është IBAN i një llogarie në Shqipëri. Kontrolloni shifrat një për një.")


@verb("bank.account.opened")
def open_account(
    *, company: Company, iban: str, currency: str, name: str, actor: audit.Actor, at: datetime, overdraft_minor: int = 0
) -> BankAccount:
    """Open a current account, empty. Refuses an IBAN whose check digits, the national one too, do not fit, and one that
    is there."""
    try:
        checked = check_iban(iban)
    except IbanProblem as problem:
        raise NotAnIban from problem
    if not checked.is_albanian:
        raise NotAnIban
    if BankAccount.objects.filter(iban=checked.value).exists():
        raise AlreadyInTheBooks
    account = BankAccount.objects.create(
        kind=BankAccount.Kind.CURRENT,
        company=company,
        iban=checked.value,
        currency=currency,
        name=name,
        overdraft_minor=overdraft_minor,
        opened_on=clock.tirana_day(at),
    )
    audit.record("bank.account.opened", actor=actor, at=at, subject=f"account:{account.uuid}")
    return account


class PersonIsKnownOtherwise(Refusal):
    sentence = _(
        "Personi me këtë numër klienti është në libra me emër ose celular tjetër. Shkruani të dhënat si në libra; "
        "çfarë ka ndryshuar, ndreqeni pastaj te faqja e personit."
    )


@verb("bank.user.enrolled")
def enrol_user(*, facts: PersonFacts, actor: audit.Actor, at: datetime) -> User:
    """Give a client of the bank a user without a password; she makes one herself when she registers.

    A person whom the books know without a user keeps what they say of her. Refuses a customer number that has a user,
    and a name or a phone other than hers: those change in their own ways.
    """
    if User.objects.filter(username=facts.customer_number).exists():
        raise AlreadyInTheBooks
    wanted = {
        "first_name": facts.first_name,
        "last_name": facts.last_name,
        "phone": facts.phone,
        "email": facts.email,
    }
    person, is_new = Person.objects.get_or_create(customer_number=facts.customer_number, defaults=wanted)
    if not is_new and (person.first_name, person.last_name, person.phone) != (
        facts.first_name,
        facts.last_name,
        facts.phone,
    ):
        raise PersonIsKnownOtherwise
    user = User.objects.create_customer(person=person)
    audit.record("bank.user.enrolled", actor=actor, at=at, subject=f"user:{user.pk}")
    return user


@verb("bank.mandate.granted")
def grant_mandate(
    *,
    user: User,
    company: Company,
    may_prepare: bool,
    may_sign: bool,
    actor: audit.Actor,
    at: datetime,
    valid_until: date | None = None,
) -> Mandate:
    """Let a user act for a company from this day on; one mandate a pair."""
    mandate = Mandate.objects.create(
        user=user,
        company=company,
        may_prepare=may_prepare,
        may_sign=may_sign,
        valid_from=clock.tirana_day(at),
        valid_until=valid_until,
    )
    audit.record(
        "bank.mandate.granted",
        actor=actor,
        at=at,
        subject=f"mandate:{mandate.pk}",
        details={"user": user.pk, "company": company.pk, "may_prepare": may_prepare, "may_sign": may_sign},
    )
    return mandate


@verb("bank.agreement.signed")
def sign_agreement(
    *,
    company: Company,
    version: str,
    signed_on: date,
    branch: str,
    signatory: str,
    actor: audit.Actor,
    at: datetime,
    valid_until: date | None = None,
) -> Agreement:
    """Note that a company signed the KSHBB (R17), in this version, on this day, at this branch.

    Refuses a version that the company has signed.
    """
    if Agreement.objects.filter(company=company, version=version).exists():
        raise AlreadyInTheBooks
    agreement = Agreement.objects.create(
        company=company,
        version=version,
        signed_on=signed_on,
        branch=branch,
        signatory=signatory,
        valid_until=valid_until,
    )
    audit.record(
        "bank.agreement.signed",
        actor=actor,
        at=at,
        subject=f"agreement:{agreement.pk}",
        details={"company": company.pk, "version": version, "signed_on": signed_on.isoformat()},
    )
    return agreement


class TakesTheLastDigitsOnly(Refusal):
    """Fact: asked."""

    sentence = _("Shkruani vetëm %(asked)s shifrat e fundit të kartës. Numri i plotë nuk shkruhet dhe nuk ruhet.")


class CardIsKnown(Refusal):
    sentence = _("Kjo kartë është regjistruar tashmë dhe është aktive. Nuk ka çfarë të shtohet.")


@verb("bank.card.issued")
def issue_card(
    *, owner: Person | Company, card_number_tail: str, expires_on: date, actor: audit.Actor, at: datetime
) -> Card:
    """Know a card by a keyed hash of its last digits and its month (R16).

    Refuses more or fewer digits than asked, and a card of this owner that is known and active.
    """
    if not proofs.is_as_asked(card_number_tail):
        raise TakesTheLastDigitsOnly(asked=settings.CARD_DIGITS_ASKED)
    proof = proofs.proof_of_card(owner, card_number_tail, expires_on)
    if Card.objects.filter(proof=proof, status=Card.Status.ACTIVE).exists():
        raise CardIsKnown
    card = Card.objects.create(
        person=owner if isinstance(owner, Person) else None,
        company=owner if isinstance(owner, Company) else None,
        proof=proof,
        last4=card_number_tail[-4:],
        expires_on=proofs.last_day_of(expires_on.year, expires_on.month),
    )
    audit.record("bank.card.issued", actor=actor, at=at, subject=f"card:{card.pk}")
    return card


class TakesTwoPeople(Refusal):
    sentence = _("Dokumentet i konfirmon një koleg, jo ai që i regjistroi.")


@verb("bank.mandate.activated")
def activate(
    *,
    mandate: Mandate,
    documents_on: date,
    entered_by: str,
    confirmed_by: str,
    actor: audit.Actor,
    at: datetime,
) -> Activation:
    """Note that the documents which open the portal for this mandate are in order (R18).

    Whoever confirms is who acts. Refuses one and the same person as both of the two, and a name for somebody else.
    """
    if confirmed_by != actor.name or entered_by == actor.name:
        raise TakesTwoPeople
    activation = Activation.objects.create(
        mandate=mandate, documents_on=documents_on, entered_by=entered_by, confirmed_by=confirmed_by
    )
    audit.record(
        "bank.mandate.activated",
        actor=actor,
        at=at,
        subject=f"mandate:{mandate.pk}",
        details={"documents_on": documents_on.isoformat(), "entered_by": entered_by, "confirmed_by": confirmed_by},
    )
    return activation


class PhoneTakesTwoPeople(TakesTwoPeople):
    sentence = _("Ndryshimin e celularit e konfirmon një koleg, jo ai që e regjistroi.")


class NotAPhone(Refusal):
    sentence = _("Numri i celularit nuk është i plotë. Shkruajeni me prefiksin e shtetit, p.sh. +355 67 200 0018.")


@verb("bank.phone.changed")
def change_phone(*, person: Person, phone: str, entered_by: str, actor: audit.Actor, at: datetime) -> Person:
    """Give a client a new phone for her codes: entered by one of staff, confirmed by another, who acts.

    For a day she then signs up to the low limit only; she and the other signers of her companies are told. A way in
    under way dies by itself: its code went to another phone. Refuses one person as both, and what is no number.
    """
    if entered_by == actor.name:
        raise PhoneTakesTwoPeople
    try:
        number = normalise_phone(phone)
    except PhoneProblem as problem:
        raise NotAPhone from problem
    user = User.objects.select_for_update(no_key=True).filter(person=person).first()
    changed = Person.objects.select_for_update(no_key=True).get(pk=person.pk)
    before, changed.phone, changed.phone_changed_at = changed.phone, number, at
    changed.save(update_fields=["phone", "phone_changed_at"])
    if user:
        low_limit.lower(user, at=at)
        _tell_of_phone(user, at)
    audit.record(
        "bank.phone.changed",
        actor=actor,
        at=at,
        subject=f"person:{person.pk}",
        details={
            "entered_by": entered_by,
            "before": mask_phone(before) if before else "",
            "after": mask_phone(number),
        },
    )
    return changed


def _tell_of_phone(user: User, at: datetime) -> None:
    """Her, and whoever else signs for her companies: who has her new phone may sign next."""
    notices.tell(user, "auth.phone.changed", {"at": f"{clock.tirana(at):%d.%m.%Y %H:%M}"}, at)
    for mandate in mandates.of_user(user, at=at):
        for signer in mandates.signers_of(mandate.company, at=at).exclude(user=user):
            facts = {"name": user.full_name, "company": mandate.company.name}
            notices.tell(signer.user, "auth.phone.colleague_changed", facts, at, mandate.company)
