"""Whoever enrols a company or opens an account: numbers that cannot be right are refused by the books themselves."""

from dataclasses import replace
from datetime import datetime

import pytest

from accounts import enrolment
from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent, BankAccount, Company, Person, User
from tests import builders

pytestmark = pytest.mark.django_db

IBAN = make_albanian_iban("205", "1162", "9999777777777ALL")


def enrolled(nipt: str, at: datetime) -> Company:
    return enrolment.enrol_company(name="ALFA SHPK", nipt=nipt, actor=builders.STAFF, at=at)


def opened(iban: str, at: datetime) -> BankAccount:
    company = builders.company()
    return enrolment.open_account(
        company=company, iban=iban, currency="ALL", name="Llogari", actor=builders.STAFF, at=at
    )


def test_numbers_are_kept_in_their_normal_form(at: datetime) -> None:
    assert enrolled("al l 92345678 b", at).nipt == "L92345678B"
    assert opened(f"{IBAN[:4]} {IBAN[4:].lower()}", at).iban == IBAN


@pytest.mark.parametrize("nipt", ["", "L1234567A", "A12345678B", "12345678", "LL2345678A"])
def test_what_is_no_nipt_is_refused(at: datetime, nipt: str) -> None:
    with pytest.raises(enrolment.NotANipt):
        enrolled(nipt, at)

    assert AuditEvent.objects.filter(event="bank.company.enrolled").latest("id").outcome == "refused"


@pytest.mark.parametrize(
    "iban", ["", IBAN[:-1], IBAN[:-1] + "X", "DE89370400440532013000", "AL47212110080000000235698741"]
)
def test_what_is_no_albanian_iban_is_refused(at: datetime, iban: str) -> None:
    with pytest.raises(enrolment.NotAnIban):
        opened(iban, at)

    assert AuditEvent.objects.filter(event="bank.account.opened").latest("id").outcome == "refused"


# --- A person whom the books know without a user ---------------------------------------------------------------------

KNOWN = enrolment.PersonFacts("911111111", "Elira", "Dega", "+355672000018")


def known() -> Person:
    return Person.objects.create(
        customer_number="911111111", first_name="Elira", last_name="Dega", phone="+355672000018"
    )


def test_a_person_without_a_user_gets_one_and_stays_as_she_is(at: datetime) -> None:
    person = known()

    user = enrolment.enrol_user(facts=KNOWN, actor=builders.STAFF, at=at)

    assert (user.person, user.username) == (person, "911111111")
    with pytest.raises(enrolment.AlreadyInTheBooks):
        enrolment.enrol_user(facts=KNOWN, actor=builders.STAFF, at=at)


@pytest.mark.parametrize("change", [{"phone": "+355692222222"}, {"last_name": "Hoxha"}])
def test_her_phone_and_her_name_do_not_change_by_that(at: datetime, change: dict[str, str]) -> None:
    known()

    with pytest.raises(enrolment.PersonIsKnownOtherwise):
        enrolment.enrol_user(facts=replace(KNOWN, **change), actor=builders.STAFF, at=at)

    assert not User.objects.filter(username="911111111").exists()
