"""Cards are known by a keyed hash: of whose they are, their last digits and their month; no number is kept."""

from datetime import date, datetime

import pytest
from django.db import IntegrityError, transaction
from pytest_django import Settings

from accounts import enrolment, proofs
from accounts.models import Activation, Agreement, AuditEvent, Card, Company
from tests import builders

pytestmark = pytest.mark.django_db

DIGITS, MONTH = "483920", date(2031, 9, 1)


@pytest.fixture
def company() -> Company:
    return builders.company()


def issued(company: Company, at: datetime, tail: str = DIGITS) -> Card:
    return enrolment.issue_card(owner=company, card_number_tail=tail, expires_on=MONTH, actor=builders.STAFF, at=at)


def test_a_card_is_known_by_its_digits_and_month(company: Company, at: datetime) -> None:
    card = issued(company, at)

    assert card.proof == proofs.proof_of_card(company, DIGITS, date(2031, 9, 30))
    assert (card.last4, card.expires_on) == ("3920", date(2031, 9, 30))


@pytest.mark.parametrize(
    ("digits", "month"), [("483921", MONTH), (DIGITS, date(2031, 10, 1)), (DIGITS, date(2032, 9, 1))]
)
def test_another_digit_or_month_is_another_card(company: Company, at: datetime, digits: str, month: date) -> None:
    assert issued(company, at).proof != proofs.proof_of_card(company, digits, month)


def test_the_same_digits_of_somebody_else_are_another_card(company: Company, at: datetime) -> None:
    person = builders.user(company).person

    proved = {proofs.proof_of_card(owner, DIGITS, MONTH) for owner in (company, builders.company(), person, None)}

    assert len(proved) == 4


def test_another_key_knows_no_card(company: Company, at: datetime, settings: Settings) -> None:
    card = issued(company, at)
    settings.PROOF_KEY = "another" * 8

    assert card.proof != proofs.proof_of_card(company, DIGITS, MONTH)


@pytest.mark.parametrize("tail", ["4000123412483920", "3920", "48392x", "٤٨٣٩٢٠", ""])
def test_neither_the_whole_number_nor_less_than_asked_is_taken(company: Company, at: datetime, tail: str) -> None:
    with pytest.raises(enrolment.TakesTheLastDigitsOnly):
        issued(company, at, tail)

    assert not Card.objects.filter(company=company).exists()


def test_no_digit_that_is_asked_stands_in_a_row_or_in_the_trail(company: Company, at: datetime) -> None:
    card = issued(company, at)

    kept = Card.objects.filter(pk=card.pk).values().get()
    lines = [bytes(event.record).decode() for event in AuditEvent.objects.filter(event="bank.card.issued")]
    assert not any(DIGITS in str(value) for value in kept.values())
    assert lines
    assert not any(DIGITS in line or card.proof in line for line in lines)


def test_a_card_belongs_to_one_person_or_one_company(company: Company, at: datetime) -> None:
    person = builders.user(company).person

    with pytest.raises(IntegrityError, match="card_belongs_to_a_person_or_a_company"), transaction.atomic():
        Card.objects.create(company=company, person=person, proof="x", last4="3920", expires_on=MONTH)


def test_documents_are_confirmed_by_a_second_person(company: Company, at: datetime) -> None:
    mandate = builders.mandate_of(builders.user(company))

    with pytest.raises(enrolment.TakesTwoPeople):
        enrolment.activate(
            mandate=mandate,
            documents_on=MONTH,
            entered_by="user:branch",
            confirmed_by="user:branch",
            actor=builders.STAFF,
            at=at,
        )
    assert not Activation.objects.filter(mandate=mandate).exists()


@pytest.mark.parametrize(("entered_by", "confirmed_by"), [("user:branch", "user:second"), ("user:x", "user:second")])
def test_who_confirms_is_who_acts(company: Company, at: datetime, entered_by: str, confirmed_by: str) -> None:
    mandate = builders.mandate_of(builders.user(company))

    with pytest.raises(enrolment.TakesTwoPeople):
        enrolment.activate(
            mandate=mandate,
            documents_on=MONTH,
            entered_by=entered_by,
            confirmed_by=confirmed_by,
            actor=builders.STAFF,
            at=at,
        )
    assert not Activation.objects.filter(mandate=mandate).exists()


def test_a_refused_activation_is_the_act_of_staff(company: Company, at: datetime) -> None:
    mandate = builders.mandate_of(builders.user(company))

    with pytest.raises(enrolment.TakesTwoPeople):
        enrolment.activate(
            mandate=mandate, documents_on=MONTH, entered_by="a", confirmed_by="a", actor=builders.STAFF, at=at
        )
    line = AuditEvent.objects.filter(event="bank.mandate.activated").latest("pk")
    assert (line.outcome, line.actor) == ("refused", builders.STAFF.name)


def test_a_company_signs_one_version_once(company: Company, at: datetime) -> None:
    enrolment.sign_agreement(
        company=company,
        version="2026-1",
        signed_on=MONTH,
        branch="Tirana 1",
        signatory="Elira Hoxha",
        actor=builders.STAFF,
        at=at,
    )

    with pytest.raises(IntegrityError, match="one_agreement_per_company_and_version"), transaction.atomic():
        Agreement.objects.create(company=company, version="2026-1", signed_on=MONTH, branch="x", signatory="x")
