"""Limits and signers: less is set at once, more waits for a colleague, and what is history stays."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts import four_eyes
from accounts.four_eyes import ProposerCannotDecide, Stale
from accounts.models import AuditEvent, Proposal
from payments import limit_changes, limits, selectors, signing_rules
from payments.limit_changes import Owner, Sums
from payments.models import ApprovalRule, BudgetScheme, PaymentLimit
from tests import builders

pytestmark = pytest.mark.django_db

AT = builders.AT
TODAY = date(2026, 11, 20)
TOMORROW = TODAY + timedelta(days=1)
WHY = "Kërkesë e nënshkruar"


@pytest.fixture
def company():
    return builders.company(other_signers=1)


def approve(proposal: Proposal, actor=builders.SECOND, at=AT) -> Proposal:
    return four_eyes.approve(proposal_id=proposal.pk, actor=actor, at=at)


# --- Limits ----------------------------------------------------------------------------------------------------------


def set_limit(owner: Owner, *sums: int | None, valid_from: date = TODAY, at=AT):
    wanted = Sums(*sums)
    return limit_changes.set_limit(
        owner=owner, sums=wanted, valid_from=valid_from, reason=WHY, actor=builders.STAFF, at=at
    )


def in_force(owner: Owner, on: date = TODAY) -> Sums:
    return limit_changes.in_force(owner, on=on)


def test_a_lower_limit_holds_at_once_and_leaves_its_trace(company):
    owner = Owner("signer", "ALL", company)

    row = set_limit(owner, 1_000_00, 5_000_00, 20_000_00)

    assert isinstance(row, PaymentLimit)
    assert in_force(owner) == Sums(1_000_00, 5_000_00, 20_000_00)
    assert AuditEvent.objects.get(event="payments.limit.lowered").subject == f"limit:{row.pk}"


@pytest.mark.parametrize("higher", [(1_001, 5_000, 9_000), (1_000, 5_001, 9_000), (1_000, 5_000, None), (None,) * 3])
def test_a_higher_limit_or_none_waits_for_a_colleague(company, higher):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000, 5_000, 9_000)

    proposal = set_limit(owner, *higher)

    assert isinstance(proposal, Proposal)
    assert in_force(owner) == Sums(1_000, 5_000, 9_000)
    with pytest.raises(ProposerCannotDecide):
        approve(proposal, builders.STAFF)
    approve(proposal)
    assert in_force(owner) == Sums(*higher)


def test_what_is_lower_in_one_and_higher_in_another_waits(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000, 5_000, 9_000)

    assert isinstance(set_limit(owner, 1, 5_001, 1), Proposal)


def test_a_first_limit_where_there_was_none_is_only_lower(company):
    account = builders.account(company)

    assert isinstance(set_limit(Owner("account", "ALL", account=account), 1), PaymentLimit)


def test_a_companys_own_limit_above_the_banks_is_a_higher_one(company):
    bank = in_force(Owner("signer", "ALL"))

    assert bank.single_minor is not None
    above = set_limit(Owner("signer", "ALL", company), bank.single_minor + 1, bank.daily_minor, bank.monthly_minor)

    assert isinstance(above, Proposal)


def test_the_banks_own_limit_takes_a_right_of_its_own():
    proposal = set_limit(Owner("signer", "ALL"), None, None, None)

    assert four_eyes.kind_of(proposal).permission == "payments.set_bank_limit"


def test_a_limit_set_twice_on_one_day_is_one_row_and_two_lines_of_the_trail(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000)
    set_limit(owner, 500)

    assert PaymentLimit.objects.get(company=company).single_minor == 500
    assert AuditEvent.objects.filter(event="payments.limit.lowered").count() == 2


def test_a_limit_to_come_is_judged_by_what_will_be_in_force_on_its_day(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000)
    set_limit(owner, 100, valid_from=TOMORROW)

    assert isinstance(set_limit(owner, 500, valid_from=TOMORROW + timedelta(days=1)), Proposal)


def test_an_own_limit_does_not_hide_a_lower_one_to_come_by_one_person(company):
    everybody = Owner("signer", "ALL", company)
    set_limit(everybody, 1_000, 1_000, 1_000)
    set_limit(everybody, 100, 100, 100, valid_from=TOMORROW)
    one = Owner("signer", "ALL", company, builders.user(company, signs=True))

    proposal = set_limit(one, 999, 999, 999)

    assert isinstance(proposal, Proposal)
    shown = [(old, new) for _label, old, new in four_eyes.in_words(proposal, is_masked=False)]
    assert shown[-1] == ("1,00 ALL · 1,00 ALL · 1,00 ALL", "9,99 ALL · 9,99 ALL · 9,99 ALL")
    approve(proposal)
    assert in_force(one, on=TOMORROW).single_minor == 999


def test_a_proposal_that_would_hide_more_than_the_colleague_saw_ends(company):
    everybody = Owner("signer", "ALL", company)
    one = Owner("signer", "ALL", company, builders.user(company, signs=True))
    set_limit(everybody, 900, 900, 900)
    proposal = set_limit(one, 999, 999, 999)
    set_limit(everybody, 100, 100, 100, valid_from=TOMORROW)

    with pytest.raises(Stale):
        approve(proposal)
    assert in_force(one, on=TOMORROW).single_minor == 100


def test_a_limit_that_ends_before_the_lower_one_to_come_hides_nothing(company):
    everybody = Owner("signer", "ALL", company)
    one = Owner("signer", "ALL", company, builders.user(company, signs=True))
    set_limit(everybody, 1_000, 1_000, 1_000)
    set_limit(one, 50, 50, 50, valid_from=TOMORROW)
    set_limit(everybody, 100, 100, 100, valid_from=TOMORROW + timedelta(days=1))

    assert isinstance(set_limit(one, 999, 999, 999), PaymentLimit)


def test_what_changed_since_the_proposal_ends_it(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000)
    proposal = set_limit(owner, 2_000)
    set_limit(owner, 500)

    with pytest.raises(Stale):
        approve(proposal)
    assert in_force(owner).single_minor == 500


def test_no_limit_begins_in_the_past_not_even_by_a_late_approval(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000)
    proposal = set_limit(owner, 2_000)

    with pytest.raises(limit_changes.RuleBeginsInThePast):
        set_limit(owner, 1, valid_from=TODAY - timedelta(days=1))
    with pytest.raises(limit_changes.RuleBeginsInThePast):
        approve(proposal, at=AT + timedelta(days=1))


def test_a_limit_that_is_in_force_is_not_set_again(company):
    owner = Owner("company", "ALL", company)
    set_limit(owner, 1_000)

    with pytest.raises(limit_changes.LimitIsInForce):
        set_limit(owner, 1_000)


def test_signatures_obey_a_limit_as_soon_as_it_is_lower(company):
    account = builders.funded(company, 100_000)
    order = builders.submitted(builders.mandate_of(builders.user(company, prepares=True)), account, amount_minor=2_000)
    set_limit(Owner("company", "ALL", company), 1_999)

    with pytest.raises(limits.OverTheLimit):
        limits.require(order, signer=builders.user(company, signs=True), releases=True, at=AT)


# --- Signers ---------------------------------------------------------------------------------------------------------


def set_signers(company, count: int, *, valid_from: date = TODAY):
    return signing_rules.set_signers(
        company=company, other_signers=count, valid_from=valid_from, reason=WHY, actor=builders.STAFF, at=AT
    )


@pytest.fixture
def two_signers(company):
    for _each in range(2):
        builders.user(company, signs=True)


def test_more_signers_than_the_company_has_are_refused(company):
    builders.user(company, signs=True)

    with pytest.raises(signing_rules.TooFewSigners) as refused:
        set_signers(company, 2)

    assert refused.value.facts == {"there": 1}
    assert selectors.other_signers(company, on=TODAY) == 1


@pytest.mark.usefixtures("two_signers")
def test_more_signers_hold_at_once_and_fewer_wait(company):
    assert isinstance(set_signers(company, 2), ApprovalRule)
    proposal = set_signers(company, 0)

    assert selectors.other_signers(company, on=TODAY) == 2
    approve(proposal)
    assert selectors.other_signers(company, on=TODAY) == 0


@pytest.mark.usefixtures("two_signers")
def test_an_order_on_its_way_keeps_the_number_it_was_sent_with(company):
    account = builders.funded(company, 100_000)
    order = builders.submitted(builders.mandate_of(builders.user(company, prepares=True)), account, amount_minor=1)
    set_signers(company, 2)

    order.refresh_from_db()
    assert order.other_signers == 1


def test_the_same_number_and_a_day_that_has_passed_are_refused(company):
    with pytest.raises(signing_rules.SignersAreInForce):
        set_signers(company, 1)
    with pytest.raises(limit_changes.RuleBeginsInThePast):
        set_signers(company, 2, valid_from=TODAY - timedelta(days=1))


# --- Laws ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("law", "statement"),
    [
        ("limits_are_never_deleted", "DELETE FROM payments_paymentlimit"),
        ("limits_keep_their_owner_and_day", "UPDATE payments_paymentlimit SET currency = 'CHF'"),
        ("signing_rules_are_never_deleted", "DELETE FROM payments_approvalrule"),
        ("signing_rules_keep_their_company_and_day", "UPDATE payments_approvalrule SET valid_from = '2020-01-01'"),
        ("schemes_are_never_deleted", "DELETE FROM payments_budgetscheme"),
    ],
)
def test_the_database_keeps_the_rules_that_were(company, law, statement):
    BudgetScheme.objects.create(code="elbasan", group="tax", name="Taksa")

    with pytest.raises(IntegrityError, match=law), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)
