"""Schemes of the budget: written by one, in use by two, withdrawn at once."""

from dataclasses import replace

import pytest

from accounts import four_eyes
from accounts.four_eyes import Stale
from accounts.identifiers import make_albanian_iban
from accounts.models import Proposal
from payments import scheme_changes
from payments.models import BudgetScheme
from payments.scheme_changes import FieldFacts, SchemeFacts
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
WHY = "Kërkesë e nënshkruar"
TREASURY = make_albanian_iban("203", "1102", "0000000000000099")
FACTS = SchemeFacts("municipality", "Taksa vendore", "Bashkia Elbasan", TREASURY)
FIELD = FieldFacts("Kodi i institucionit", "#######", "2109001")


def approve(proposal: Proposal) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT)


def new_scheme() -> BudgetScheme:
    return scheme_changes.add(code="bashkia-elbasan", facts=FACTS, source=WHY, actor=builders.STAFF, at=AT)


def change(scheme: BudgetScheme, **changes):
    facts = replace(SchemeFacts.of(scheme), **changes)
    return scheme_changes.change(scheme=scheme, facts=facts, reason=WHY, actor=builders.STAFF, at=AT)


def in_use() -> BudgetScheme:
    scheme = new_scheme()
    change(scheme, fields={"institution": FIELD})
    approve(change(scheme, is_active=True))
    return BudgetScheme.objects.get()


def test_a_new_scheme_is_written_by_one_and_comes_in_use_by_two():
    scheme = new_scheme()
    assert isinstance(change(scheme, fields={"institution": FIELD}), BudgetScheme)

    proposal = change(scheme, is_active=True)

    assert not BudgetScheme.objects.get().is_active
    shown = {old_new[2] for old_new in four_eyes.in_words(proposal, is_masked=False)}
    assert {"Bashkia Elbasan", "po"} <= shown
    assert any("2109001" in text for text in shown), "the colleague sees the fields too"
    approve(proposal)
    assert BudgetScheme.objects.get().is_active


@pytest.mark.parametrize(
    "changes",
    [
        {"beneficiary_iban": builders.OTHER_BANK_IBAN},
        {"beneficiary_name": "Dikush tjetër"},
        {"fields": {}},
        {"fields": {"institution": replace(FIELD, picture="", example="")}},
    ],
)
def test_what_customers_pay_by_changes_by_two(changes):
    scheme = in_use()

    proposal = change(scheme, **changes)

    assert isinstance(proposal, Proposal)
    assert SchemeFacts.of(BudgetScheme.objects.get()) == replace(FACTS, is_active=True, fields={"institution": FIELD})
    approve(proposal)
    now = SchemeFacts.of(BudgetScheme.objects.get())
    assert {name: getattr(now, name) for name in changes} == changes


def test_a_scheme_is_withdrawn_at_once_but_not_changed_by_the_way():
    scheme = in_use()

    assert isinstance(change(scheme, is_active=False, beneficiary_iban=builders.OTHER_BANK_IBAN), Proposal)
    assert isinstance(change(scheme, is_active=False), BudgetScheme)
    assert not BudgetScheme.objects.get().is_active


def test_who_withdraws_a_scheme_does_not_change_its_payee_alone():
    """Or the colleague who puts it in use again would compare it with what nobody approved."""
    scheme = in_use()
    change(scheme, is_active=False)

    proposal = change(BudgetScheme.objects.get(), beneficiary_iban=builders.OTHER_BANK_IBAN)

    assert isinstance(proposal, Proposal)
    assert BudgetScheme.objects.get().beneficiary_iban == FACTS.beneficiary_iban


def test_a_scheme_that_was_corrected_meanwhile_does_not_come_in_use_as_proposed():
    scheme = new_scheme()
    proposal = change(scheme, is_active=True)
    change(BudgetScheme.objects.get(), beneficiary_iban=builders.OTHER_BANK_IBAN)

    with pytest.raises(Stale):
        approve(proposal)
    assert not BudgetScheme.objects.get().is_active


def test_an_example_fits_its_picture_and_a_code_is_taken_once():
    scheme = new_scheme()

    with pytest.raises(scheme_changes.ExampleDoesNotFit):
        change(scheme, fields={"institution": replace(FIELD, example="21")})
    with pytest.raises(scheme_changes.SchemeIsKnown):
        new_scheme()
    with pytest.raises(scheme_changes.SchemeIsTheSame):
        change(scheme)


def test_a_scheme_does_not_pay_into_our_own_books():
    ours = make_albanian_iban("205", "1162", "0000000000000099")

    with pytest.raises(scheme_changes.SchemePaysHere):
        change(new_scheme(), beneficiary_iban=ours)


def test_fields_that_could_be_cut_together_are_refused():
    scheme = new_scheme()
    free = replace(FIELD, picture="", example="")

    with pytest.raises(scheme_changes.CodesDoNotFit):
        change(scheme, fields={f"f{place}": free for place in range(4)})
    change(scheme, fields={f"f{place}": free for place in range(3)})


@pytest.mark.parametrize("picture", ["uc-####", "UC ####", "UC_####", "UC#####é"])
def test_a_picture_that_no_customer_can_write_is_refused(picture):
    scheme = new_scheme()

    with pytest.raises(scheme_changes.PictureIsNotWritable):
        change(scheme, fields={"institution": replace(FIELD, picture=picture, example="")})


def test_an_example_is_held_against_its_picture_as_a_customers_value_is():
    scheme = new_scheme()

    written = change(scheme, fields={"institution": replace(FIELD, picture="UC-####", example="uc-2026")})

    assert isinstance(written, BudgetScheme)


def test_a_scheme_is_withdrawn_even_where_it_would_not_be_written_today():
    scheme = in_use()
    scheme.fields.update(example="21")

    assert isinstance(change(BudgetScheme.objects.get(), is_active=False), BudgetScheme)
    assert not BudgetScheme.objects.get().is_active
