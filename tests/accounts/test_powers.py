"""What widens a client's power takes two of staff; what narrows it takes one, at once."""

from datetime import date, timedelta

import pytest

from accounts import enrolment, four_eyes, mandate_powers, mandate_terms, mandates, powers, proofs
from accounts.four_eyes import ProposerCannotDecide, Stale
from accounts.mandate_terms import Terms
from accounts.models import Activation, AuditEvent, Card, Mandate, Notice, Person, Proposal
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
TODAY = AT.date()
NEW_PHONE = "+355672099999"
DIGITS = "123456"
EXPIRES = date(2028, 9, 30)


@pytest.fixture
def company():
    return builders.company()


@pytest.fixture
def user(company):
    return builders.user(company, prepares=True)


@pytest.fixture
def mandate(user) -> Mandate:
    return builders.mandate_of(user)


def approve(proposal: Proposal, actor=builders.SECOND) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=actor, at=AT)


def propose_phone(person: Person, phone: str = NEW_PHONE) -> Proposal:
    return powers.propose_phone(person=person, phone=phone, reason="Kërkesë", actor=builders.STAFF, at=AT)


def propose_card(owner, digits: str = DIGITS, expires_on: date = EXPIRES) -> Proposal:
    return powers.propose_card(
        owner=owner, digits=digits, expires_on=expires_on, reason="Kartë e re", actor=builders.STAFF, at=AT
    )


def propose_mandate(company, number: str, terms: Terms) -> Proposal:
    return mandate_powers.propose_mandate(
        company=company, customer_number=number, terms=terms, reason="Kërkesë", actor=builders.STAFF, at=AT
    )


def change(mandate: Mandate, terms: Terms):
    return mandate_powers.change_mandate(mandate=mandate, terms=terms, reason="Kërkesë", actor=builders.STAFF, at=AT)


# --- Phone -----------------------------------------------------------------------------------------------------------


def test_a_phone_changes_when_a_colleague_approves_and_not_before(user):
    proposal = propose_phone(user.person, "067 209 9999")
    with pytest.raises(ProposerCannotDecide):
        approve(proposal, builders.STAFF)
    assert Person.objects.get(user=user).phone != NEW_PHONE

    approve(proposal)

    user.refresh_from_db()
    assert Person.objects.get(user=user).phone == NEW_PHONE
    assert user.low_limit_until == AT + timedelta(hours=24)
    assert Notice.objects.filter(user=user, kind="auth.phone.changed").exists()


def test_both_names_stand_in_the_trail_of_a_phone_and_no_full_number(user):
    approve(propose_phone(user.person))

    record = bytes(AuditEvent.objects.get(event="bank.phone.changed").record).decode()
    assert builders.STAFF.name in record
    assert builders.SECOND.name in record
    assert not any(NEW_PHONE in bytes(event.record).decode() for event in AuditEvent.objects.all())
    assert NEW_PHONE not in str(Proposal.objects.get().new)


def test_the_same_phone_is_no_change(user):
    with pytest.raises(powers.SamePhone):
        propose_phone(user.person, user.person.phone)


def test_a_phone_that_changed_meanwhile_ends_the_proposal(user):
    proposal = propose_phone(user.person)
    Person.objects.filter(user=user).update(phone="+355672088888")

    with pytest.raises(Stale):
        approve(proposal)
    proposal.refresh_from_db()
    assert (proposal.status, Person.objects.get(user=user).phone) == ("failed", "+355672088888")


# --- Card ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["person", "company"])
def test_a_card_is_known_once_a_colleague_approves_and_its_digits_are_kept_nowhere(user, company, whose):
    owner = user.person if whose == "person" else company
    proposal = propose_card(owner)
    assert not Card.objects.exists()

    approve(proposal)

    card = Card.objects.get()
    proposal.refresh_from_db()
    assert (getattr(card, whose), card.proof) == (owner, proofs.proof_of_card(owner, DIGITS, EXPIRES))
    assert proposal.new["digits"] == "••••56"
    assert not any(DIGITS in bytes(event.record).decode() for event in AuditEvent.objects.all())


@pytest.mark.parametrize("digits", ["12345", "4111111111111111"])
def test_a_whole_card_number_is_not_even_proposed(user, digits):
    with pytest.raises(enrolment.TakesTheLastDigitsOnly):
        propose_card(user.person, digits)
    assert not Proposal.objects.exists()


def test_a_card_that_is_over_is_refused(user):
    with pytest.raises(powers.CardIsOver):
        propose_card(user.person, expires_on=TODAY - timedelta(days=1))


# --- Activation ------------------------------------------------------------------------------------------------------


def test_documents_are_entered_by_one_and_confirmed_by_another(mandate):
    proposal = mandate_powers.propose_activation(
        mandate=mandate, documents_on=TODAY, reason="Dosja 12", actor=builders.STAFF, at=AT
    )
    with pytest.raises(ProposerCannotDecide):
        approve(proposal, builders.STAFF)

    approve(proposal)

    activation = Activation.objects.get(mandate=mandate)
    assert (activation.entered_by, activation.confirmed_by) == (builders.STAFF.name, builders.SECOND.name)
    assert activation.documents_on == TODAY
    with pytest.raises(mandate_powers.AlreadyActivated):
        mandate_powers.propose_activation(
            mandate=mandate, documents_on=TODAY, reason="Dosja 12", actor=builders.STAFF, at=AT
        )


# --- Mandates --------------------------------------------------------------------------------------------------------


NONE, PREPARES, SIGNS, BOTH = Terms(False, False), Terms(True, False), Terms(False, True), Terms(True, True)
SHORT, LONG = Terms(True, False, date(2026, 12, 1)), Terms(True, False, date(2027, 12, 1))


@pytest.mark.parametrize(
    ("now", "wanted", "is_wider"),
    [
        (NONE, PREPARES, True),
        (PREPARES, SIGNS, True),
        (PREPARES, BOTH, True),
        (SHORT, LONG, True),
        (SHORT, PREPARES, True),
        (Terms(True, True, date(2027, 1, 1)), LONG, True),
        (BOTH, SIGNS, False),
        (BOTH, NONE, False),
        (LONG, SHORT, False),
        (PREPARES, SHORT, False),
        (PREPARES, PREPARES, False),
    ],
)
def test_wider_is_whatever_allows_more_or_longer(now, wanted, is_wider):
    assert wanted.is_wider_than(now) == is_wider


def test_terms_survive_their_json():
    assert [Terms.from_json(terms.as_json()) for terms in (BOTH, SHORT)] == [BOTH, SHORT]


def test_a_new_mandate_waits_for_a_colleague(company):
    stranger = builders.user()
    proposal = propose_mandate(company, stranger.username, BOTH)
    assert not Mandate.objects.filter(user=stranger).exists()

    approve(proposal)

    granted = Mandate.objects.get(user=stranger, company=company)
    assert (granted.may_prepare, granted.may_sign, granted.valid_until) == (True, True, None)


def test_nobody_unknown_and_nobody_twice_gets_a_mandate(company, user):
    with pytest.raises(mandate_powers.NoSuchUser):
        propose_mandate(company, "999999999", BOTH)
    with pytest.raises(mandate_powers.HasMandate):
        propose_mandate(company, user.username, BOTH)
    with pytest.raises(mandate_powers.NoSuchUser):
        propose_mandate(company, builders.staff().username, BOTH)


def test_a_wider_mandate_waits_and_the_other_signers_are_told(company, mandate):
    signer = builders.user(company, signs=True)
    proposal = change(mandate, BOTH)
    mandate.refresh_from_db()
    assert not mandate.may_sign

    approve(proposal)

    mandate.refresh_from_db()
    assert (mandate.may_prepare, mandate.may_sign) == (True, True)
    assert Notice.objects.filter(user=signer, kind="auth.mandate.colleague_widened").exists()
    assert Notice.objects.filter(user=mandate.user, kind="auth.mandate.changed").exists()


def test_a_mandate_that_changed_meanwhile_ends_the_proposal(mandate):
    proposal = change(mandate, BOTH)
    mandate_terms.end(mandate_id=mandate.pk, reason="Largim", actor=builders.SECOND, at=AT)

    with pytest.raises(Stale):
        approve(proposal)
    mandate.refresh_from_db()
    assert not mandate.may_sign


def test_a_narrower_mandate_holds_at_once(mandate):
    changed = change(mandate, NONE)

    mandate.refresh_from_db()
    assert isinstance(changed, Mandate)
    assert not mandate.may_prepare
    assert not Proposal.objects.exists()


def test_narrowing_is_no_way_around_a_colleague(mandate):
    with pytest.raises(mandate_terms.WiderTakesTwoPeople):
        mandate_terms.narrow(mandate_id=mandate.pk, terms=BOTH, reason="Kërkesë", actor=builders.STAFF, at=AT)
    with pytest.raises(mandate_terms.MandateTakesTwoPeople):
        mandate_terms.widen(
            mandate_id=mandate.pk, terms=BOTH, entered_by=builders.STAFF.name, actor=builders.STAFF, at=AT
        )


def test_no_change_is_refused(mandate):
    with pytest.raises(mandate_terms.NothingChanges):
        change(mandate, PREPARES)


def test_an_ended_mandate_holds_no_more_from_this_moment(user, mandate):
    assert mandates.of_user(user, at=AT).exists()

    mandate_terms.end(mandate_id=mandate.pk, reason="Largim nga puna", actor=builders.STAFF, at=AT)

    assert not mandates.of_user(user, at=AT).exists()
    assert AuditEvent.objects.get(event="bank.mandate.ended").reason == "Largim nga puna"
    with pytest.raises(mandate_terms.NothingChanges):
        mandate_terms.end(mandate_id=mandate.pk, reason="Largim nga puna", actor=builders.STAFF, at=AT)


def test_a_card_that_is_known_and_active_is_not_issued_a_second_time(user):
    first, second = propose_card(user.person), propose_card(builders.user().person)
    approve(first)
    approve(second)

    with pytest.raises(enrolment.CardIsKnown):
        propose_card(user.person)
    with pytest.raises(enrolment.CardIsKnown):
        enrolment.issue_card(
            owner=user.person, card_number_tail=DIGITS, expires_on=EXPIRES, actor=builders.STAFF, at=AT
        )
    Card.objects.filter(person=user.person).update(status="ended")
    assert propose_card(user.person).status == "pending"


def test_a_mandate_does_not_end_before_it_begins(user):
    with pytest.raises(mandate_powers.EndsBeforeItBegins):
        propose_mandate(builders.company(), user.username, Terms(True, True, TODAY - timedelta(days=1)))

    assert propose_mandate(builders.company(), user.username, Terms(True, True, TODAY)).status == "pending"
