"""Who banks here, as the core knows them: companies, people, agreements, mandates. Nobody is ever deleted."""

from datetime import datetime

from accounts import clock, enrolment, mandate_terms
from accounts.core_feed.changes import change, differing
from accounts.core_feed.records import CORE, NotTaken, Outcome
from accounts.core_feed.tables import Row
from accounts.enrolment import PersonFacts
from accounts.mandate_terms import Terms
from accounts.models import Agreement, Company, Mandate, Person, User
from accounts.models.core import Reason

# Whoever enters a phone or wider terms is another one than who confirms them; here the core's own desk was the first.
ENTERED_BY = "core system"


def take_company(row: Row, *, at: datetime) -> Outcome:
    """Known by its NIPT."""
    nipt, name = row.nipt(), row.text("name", 140)
    status = row.choice("status", Company.Status)
    found = Company.objects.filter(nipt=nipt).first()
    company = found or enrolment.enrol_company(name=name, nipt=nipt, actor=CORE, at=at)
    wanted = {"name": name, "status": status}
    if differing(company, wanted):
        change(record=company, wanted=wanted, subject=f"company:{company.pk}", at=at)
        return Outcome.CHANGED if found else Outcome.ADDED
    return Outcome.UNCHANGED if found else Outcome.ADDED


def take_person(row: Row, *, at: datetime) -> Outcome:
    """Known by the customer number. A new phone of hers lowers her limit and is announced, as at a branch."""
    facts = PersonFacts(
        customer_number=row.customer_number(),
        first_name=row.text("first_name", 70),
        last_name=row.text("last_name", 70),
        phone=row.optional_phone(),
        email=_email(row),
    )
    person = Person.objects.filter(customer_number=facts.customer_number).first()
    if person is None:
        enrolment.enrol_user(facts=facts, actor=CORE, at=at)
        return Outcome.ADDED
    wanted = {"first_name": facts.first_name, "last_name": facts.last_name, "email": facts.email}
    is_changed = bool(differing(person, wanted))
    if is_changed:
        change(record=person, wanted=wanted, subject=f"person:{person.pk}", at=at)
    if facts.phone and facts.phone != person.phone:
        enrolment.change_phone(person=person, phone=facts.phone, entered_by=ENTERED_BY, actor=CORE, at=at)
        is_changed = True
    return Outcome.CHANGED if is_changed else Outcome.UNCHANGED


def take_agreement(row: Row, *, at: datetime) -> Outcome:
    """Known by company and version; the day on which it was signed stays."""
    company, version = company_of(row), row.text("version", 20)
    signed_on, valid_until = row.day("signed_on"), row.optional_day("valid_until")
    branch, signatory = row.text("branch", 80), row.text("signatory", 140)
    found = Agreement.objects.filter(company=company, version=version).first()
    if found is None:
        enrolment.sign_agreement(
            company=company,
            version=version,
            signed_on=signed_on,
            branch=branch,
            signatory=signatory,
            valid_until=valid_until,
            actor=CORE,
            at=at,
        )
        return Outcome.ADDED
    if found.signed_on != signed_on:
        raise NotTaken("signed_on", Reason.NEVER_CHANGES)
    wanted = {"branch": branch, "signatory": signatory, "valid_until": valid_until}
    if not differing(found, wanted):
        return Outcome.UNCHANGED
    change(record=found, wanted=wanted, subject=f"agreement:{found.pk}", at=at)
    return Outcome.CHANGED


def take_mandate(row: Row, *, at: datetime) -> Outcome:
    """Known by person and company. It opens nothing by itself: its activation takes two people at a branch.

    Wider terms are told to the user and to the company's other signers, as at a branch; narrower ones hold at once. One
    that has ended stays so: only two people at a branch open it again.
    """
    company = company_of(row)
    user = User.objects.filter(person__customer_number=row.customer_number()).first()
    if user is None:
        raise NotTaken("customer_number", Reason.UNKNOWN_PERSON)
    may_prepare, may_sign = row.flag("may_prepare"), row.flag("may_sign")
    valid_until = row.optional_day("valid_until")
    found = Mandate.objects.filter(user=user, company=company).first()
    if found is None:
        enrolment.grant_mandate(
            user=user,
            company=company,
            may_prepare=may_prepare,
            may_sign=may_sign,
            valid_until=valid_until,
            actor=CORE,
            at=at,
        )
        return Outcome.ADDED
    now, wanted = Terms.of(found), Terms(may_prepare, may_sign, valid_until or found.valid_until)
    if wanted == now:
        return Outcome.UNCHANGED
    if not wanted.is_wider_than(now):
        mandate_terms.narrow(mandate_id=found.pk, terms=wanted, reason=ENTERED_BY, actor=CORE, at=at)
        return Outcome.CHANGED
    if now.valid_until and now.valid_until < clock.tirana_day(at):
        raise NotTaken("valid_until", Reason.ENDED)
    mandate_terms.widen(mandate_id=found.pk, terms=wanted, entered_by=ENTERED_BY, actor=CORE, at=at)
    return Outcome.CHANGED


def company_of(row: Row) -> Company:
    """The company that a row names by its NIPT; raises NotTaken."""
    company = Company.objects.filter(nipt=row.nipt()).first()
    if company is None:
        raise NotTaken("nipt", Reason.UNKNOWN_COMPANY)
    return company


def _email(row: Row) -> str:
    email = row.optional_text("email", 254)
    name, _at, domain = email.rpartition("@")
    if email and (not name or "." not in domain or " " in email):
        raise NotTaken("email", Reason.FORMAT)
    return email
