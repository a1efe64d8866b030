"""Whoever enrols a company or opens an account: numbers that cannot be right are refused by the books themselves."""

from datetime import datetime

import pytest

from accounts import enrolment
from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent, BankAccount, Company
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
