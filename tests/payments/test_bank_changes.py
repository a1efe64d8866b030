"""Banks by the figures of their IBANs: new and changed by two, with a trace, and never removed."""

from dataclasses import replace

import pytest
from django.db import IntegrityError, transaction

from accounts import four_eyes
from accounts.four_eyes import ProposerCannotDecide, Stale
from accounts.models import AuditEvent, Proposal
from payments import bank_changes
from payments.bank_changes import BankFacts
from payments.models import ParticipantBank
from tests import builders

pytestmark = pytest.mark.django_db

FACTS = BankFacts("Banka e Re", "BREAALTR", "Njoftim")


def new(code: str = "299") -> Proposal:
    return bank_changes.propose_new(code=code, facts=FACTS, reason="Njoftim", actor=builders.STAFF, at=builders.AT)


def change(facts: BankFacts) -> Proposal:
    bank = ParticipantBank.objects.get(pk="299")
    return bank_changes.propose_change(bank=bank, facts=facts, reason="Njoftim", actor=builders.STAFF, at=builders.AT)


def approve(proposal: Proposal, actor=builders.SECOND) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=actor, at=builders.AT)


def test_a_new_bank_and_another_bic_take_two_and_leave_a_trace():
    proposal = new()
    with pytest.raises(ProposerCannotDecide):
        approve(proposal, builders.STAFF)
    assert not ParticipantBank.objects.filter(pk="299").exists()

    approve(proposal)
    approve(change(replace(FACTS, bic="BRFAALTR")))

    assert ParticipantBank.objects.get(pk="299").bic == "BRFAALTR"
    trail = AuditEvent.objects.filter(event__startswith="payments.bank.").order_by("pk")
    assert [one.event for one in trail] == ["payments.bank.added", "payments.bank.changed"]
    assert "BREAALTR" in bytes(trail[1].record).decode()


def test_the_colleague_sees_what_was_and_what_shall_be():
    approve(new())

    rows = four_eyes.in_words(change(replace(FACTS, bic="")), is_masked=False)

    assert ("BIC", "BREAALTR", "") in rows
    assert rows[0][2] == "299"


@pytest.mark.parametrize("bic", ["BREAALTR", "BREAALTRXXX"])
def test_two_banks_have_no_bic_in_common_whoever_is_first(bic):
    late = bank_changes.propose_new(
        code="298", facts=replace(FACTS, bic=bic), reason="Njoftim", actor=builders.STAFF, at=builders.AT
    )
    approve(new())

    with pytest.raises(bank_changes.BicIsTaken):
        approve(late)
    with pytest.raises(bank_changes.BicIsTaken):
        bank_changes.propose_new(
            code="297", facts=replace(FACTS, bic=bic), reason="Njoftim", actor=builders.STAFF, at=builders.AT
        )
    with pytest.raises(IntegrityError, match="a_bic_names_one_bank"), transaction.atomic():
        ParticipantBank.objects.create(code="296", name="X", bic=bic)


def test_our_own_bank_is_no_other_bank():
    with pytest.raises(bank_changes.BankIsOurs):
        new("205")


def test_a_code_is_taken_once_and_no_change_is_none():
    approve(new())

    with pytest.raises(bank_changes.BankIsKnown):
        new()
    with pytest.raises(bank_changes.BankIsTheSame):
        change(FACTS)


def test_a_bank_that_was_changed_meanwhile_is_proposed_anew():
    proposal = new()
    ParticipantBank.objects.create(code="299", name="Dikush tjetër")

    with pytest.raises(Stale):
        approve(proposal)
    assert ParticipantBank.objects.get(pk="299").name == "Dikush tjetër"
