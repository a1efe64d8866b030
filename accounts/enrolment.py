"""How a company, its accounts and its people come into the books: after the agreement is signed at a branch."""

from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, proofs
from accounts.models import Activation, Agreement, BankAccount, Card, Company, Mandate, Person, User
from accounts.refusals import Refusal
from accounts.verbs import verb


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the bank's records say of a person: `phone` in E.164, `customer_number` of nine digits."""

    customer_number: str
    first_name: str
    last_name: str
    phone: str
    email: str = ""


@verb("bank.company.enrolled")
def enrol_company(*, name: str, nipt: str, actor: audit.Actor, at: datetime) -> Company:
    """Take a business client into the books."""
    company = Company.objects.create(name=name, nipt=nipt, created_at=at)
    audit.record("bank.company.enrolled", actor=actor, at=at, subject=f"company:{company.pk}", details={"nipt": nipt})
    return company


@verb("bank.account.opened")
def open_account(
    *, company: Company, iban: str, currency: str, name: str, actor: audit.Actor, at: datetime, overdraft_minor: int = 0
) -> BankAccount:
    """Open a current account, empty."""
    account = BankAccount.objects.create(
        kind=BankAccount.Kind.CURRENT,
        company=company,
        iban=iban,
        currency=currency,
        name=name,
        overdraft_minor=overdraft_minor,
        opened_on=clock.tirana_day(at),
    )
    audit.record("bank.account.opened", actor=actor, at=at, subject=f"account:{account.uuid}")
    return account


@verb("bank.user.enrolled")
def enrol_user(*, facts: PersonFacts, actor: audit.Actor, at: datetime) -> User:
    """Give a client of the bank a user without a password; she makes one herself when she registers."""
    person = Person.objects.create(
        customer_number=facts.customer_number,
        first_name=facts.first_name,
        last_name=facts.last_name,
        phone=facts.phone,
        email=facts.email,
    )
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
    """Note that a company signed the KSHBB (R17), in this version, on this day, at this branch."""
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


@verb("bank.card.issued")
def issue_card(
    *, owner: Person | Company, card_number_tail: str, expires_on: date, actor: audit.Actor, at: datetime
) -> Card:
    """Know a card by a keyed hash of its last digits and its month (R16). Refuses more or fewer digits than asked."""
    if not proofs.is_as_asked(card_number_tail):
        raise TakesTheLastDigitsOnly(asked=settings.CARD_DIGITS_ASKED)
    card = Card.objects.create(
        person=owner if isinstance(owner, Person) else None,
        company=owner if isinstance(owner, Company) else None,
        proof=proofs.proof_of_card(owner, card_number_tail, expires_on),
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

    Refuses one and the same person as both of the two.
    """
    if entered_by == confirmed_by:
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
