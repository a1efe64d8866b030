"""A new phone for the codes: two people, a low limit for a day, and everybody who should know is told."""

from datetime import datetime, timedelta

import pytest

from accounts import enrolment, notices
from accounts.models import AuditEvent, Company, Notice, Person, User
from tests import builders

pytestmark = pytest.mark.django_db

NEW = "+355672099999"


@pytest.fixture
def company() -> Company:
    return builders.company()


@pytest.fixture
def user(company: Company) -> User:
    return builders.user(company, signs=True)


def changed(user: User, at: datetime, *, phone: str = NEW, entered_by: str = builders.STAFF.name) -> Person:
    assert user.person is not None, "a customer has a person"
    return enrolment.change_phone(person=user.person, phone=phone, entered_by=entered_by, actor=builders.SECOND, at=at)


def test_the_phone_changes_and_lowers_her_limit_for_a_day(user: User, at: datetime) -> None:
    person = changed(user, at, phone="067 209 9999")

    person.refresh_from_db()
    user.refresh_from_db()
    assert (person.phone, person.phone_changed_at) == (NEW, at)
    assert user.low_limit_until == at + timedelta(hours=24)


@pytest.mark.parametrize(
    ("phone", "entered_by", "refusal"),
    [
        (NEW, builders.SECOND.name, enrolment.PhoneTakesTwoPeople),
        ("", builders.STAFF.name, enrolment.NotAPhone),
        ("celular", builders.STAFF.name, enrolment.NotAPhone),
        ("+355 1", builders.STAFF.name, enrolment.NotAPhone),
    ],
)
def test_neither_one_person_nor_half_a_number(
    user: User, at: datetime, phone: str, entered_by: str, refusal: type[Exception]
) -> None:
    before = Person.objects.get(user=user).phone

    with pytest.raises(refusal):
        changed(user, at, phone=phone, entered_by=entered_by)

    user.refresh_from_db()
    assert (Person.objects.get(user=user).phone, user.low_limit_until) == (before, None)
    assert AuditEvent.objects.filter(event="bank.phone.changed").latest("pk").outcome == "refused"


def test_she_and_the_other_signers_are_told(user: User, company: Company, at: datetime) -> None:
    signer, preparer = builders.user(company, signs=True), builders.user(company, prepares=True)

    changed(user, at)

    told = {(notice.user_id, notice.kind) for notice in Notice.objects.filter(kind__startswith="auth.phone.")}
    assert told == {(user.pk, "auth.phone.changed"), (signer.pk, "auth.phone.colleague_changed")}
    assert not Notice.objects.filter(user=preparer).exists()
    assert all(notices.in_words(notice) != str(notices.UNKNOWN) for notice in Notice.objects.all())


def test_the_trail_names_both_people_and_no_whole_phone(user: User, at: datetime) -> None:
    changed(user, at)

    line = AuditEvent.objects.filter(event="bank.phone.changed").latest("pk")
    record = bytes(line.record).decode()
    assert (line.outcome, line.actor) == ("done", builders.SECOND.name)
    assert builders.STAFF.name in record
    assert NEW not in record
    assert NEW[1:] not in record


def test_a_person_without_an_access_gets_one_too(at: datetime) -> None:
    person = Person.objects.create(customer_number="998877665", first_name="Ana", last_name="Dema", phone="")

    enrolment.change_phone(person=person, phone=NEW, entered_by=builders.STAFF.name, actor=builders.SECOND, at=at)

    assert Person.objects.get(pk=person.pk).phone == NEW
