"""How a company, its accounts and its people come into the books: after the agreement is signed at a branch."""

from dataclasses import dataclass
from datetime import date, datetime

from accounts import audit, clock
from accounts.models import BankAccount, Company, Mandate, Person, User
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
