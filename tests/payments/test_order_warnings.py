"""Before an order goes on: an IBAN that is new for a known payee, a payment like another, a name that does not fit."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.utils import ProgrammingError

from accounts.identifiers import make_albanian_iban
from accounts.models import AuditEvent
from payments import approvals, beneficiaries, execution, order_warnings, orders, paydays
from payments.models import OrderWarning
from payments.models.orders import OrderKind
from payments.order_warnings import WarningNotAnswered
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm

NEW_IBAN = make_albanian_iban("212", "1100", "0000000000000077")
A_DAY = timedelta(days=1)
NOW = builders.AT + 14 * A_DAY  # a Friday; mandates begin on AT


def found(order, *, at=NOW):
    return [one.kind for one in order_warnings.findings(order, at=at)]


def draft(firm, *, at=NOW, **changes):
    return builders.draft(firm.preparer, firm.account, at=at, **changes)


def submit(firm, order, *, at=NOW, answered=()):
    return orders.submit(order_id=order.pk, mandate=firm.preparer, version=order.version, answered=answered, at=at)


def paid(firm, *, at=NOW, **changes):
    """An order that was executed."""
    order = firm.sign(builders.submitted(firm.preparer, firm.account, at=at, **changes), at=at)
    return execution.execute(order_id=order.pk, at=at)


@pytest.fixture
def customer(firm):
    """The firm has paid BETA under its IBAN, two days ago."""
    paid(firm, at=NOW - 2 * A_DAY, amount_minor=77_700)
    return firm


# --- A known name, another IBAN --------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["BETA NDËRTIM SHPK", "Beta Ndertim", "ndertim beta sh.p.k."])
def test_a_payee_that_was_paid_elsewhere_before_is_told_loudly(customer, name):
    order = draft(customer, beneficiary_name=name, beneficiary_iban=NEW_IBAN)

    (finding,) = order_warnings.findings(order, at=NOW)

    assert finding.kind == "changed_iban"
    assert (finding.facts["known_iban"], finding.facts["paid_on"]) == (builders.OTHER_BANK_IBAN, "2026-12-02")


def test_the_same_iban_and_another_name_are_no_news(customer):
    assert found(draft(customer)) == []
    assert found(draft(customer, beneficiary_name="DELTA SHPK", beneficiary_iban=NEW_IBAN)) == []


def test_what_was_never_executed_makes_nobody_known(firm):
    builders.submitted(firm.preparer, firm.account, at=NOW)

    assert found(draft(firm, beneficiary_iban=NEW_IBAN)) == []


def test_another_companys_payees_are_not_known_here(customer):
    assert found(draft(make_firm(), beneficiary_iban=NEW_IBAN)) == []


def keep(firm, iban=builders.OTHER_BANK_IBAN, *, at=NOW):
    return beneficiaries.add(mandate=firm.preparer, name="BETA NDËRTIM", iban=iban, nickname="", at=at).beneficiary


def test_the_payee_book_knows_names_too(firm):
    keep(firm)

    assert found(draft(firm, beneficiary_iban=NEW_IBAN)) == ["changed_iban"]


def test_who_changed_the_book_is_asked_at_the_first_payment_however_late_it_is(firm):
    row = keep(firm, at=NOW - 9 * A_DAY)
    facts = {"name": row.name, "iban": NEW_IBAN, "nickname": ""}
    beneficiaries.edit(beneficiary_id=row.pk, mandate=firm.preparer, **facts, at=NOW - 5 * A_DAY)

    (finding,) = order_warnings.findings(draft(firm, beneficiary_iban=NEW_IBAN), at=NOW)

    assert (finding.facts["known_iban"], finding.facts["paid_on"]) == (builders.OTHER_BANK_IBAN, None)


@pytest.mark.parametrize("is_added_again", [True, False])
def test_who_was_taken_out_of_the_book_and_comes_under_another_iban_is_told_all_the_same(firm, is_added_again):
    row = keep(firm, at=NOW - 9 * A_DAY)
    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=NOW - 5 * A_DAY)
    if is_added_again:
        keep(firm, iban=NEW_IBAN, at=NOW - 5 * A_DAY)

    (finding,) = order_warnings.findings(draft(firm, beneficiary_iban=NEW_IBAN), at=NOW)

    assert (finding.kind, finding.facts["known_iban"]) == ("changed_iban", builders.OTHER_BANK_IBAN)


def test_who_was_taken_out_of_the_book_and_comes_back_under_its_iban_is_no_news(firm):
    row = keep(firm, at=NOW - 9 * A_DAY)
    beneficiaries.remove(beneficiary_id=row.pk, mandate=firm.preparer, at=NOW - 5 * A_DAY)

    assert found(draft(firm)) == []


def test_a_second_iban_that_was_paid_a_day_ago_is_asked_about_no_more(customer):
    at = NOW - A_DAY
    paid(customer, at=at, beneficiary_iban=NEW_IBAN, amount_minor=5_000)

    order = draft(customer, beneficiary_iban=NEW_IBAN)

    assert found(order, at=at + A_DAY - timedelta(seconds=1)) == ["changed_iban"]
    assert found(order, at=at + A_DAY) == []


# --- Paid already? ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "is_like"),
    [
        ({}, True),
        ({"description": "FATURA  2026/1147"}, True),
        ({"description": ""}, True),
        ({"description": "Fatura 2026/1148"}, False),
        ({"amount_minor": 123_451}, False),
        ({"beneficiary_iban": NEW_IBAN, "beneficiary_name": "DELTA"}, False),
        ({"beneficiary_name": "DELTA"}, True),
    ],
)
def test_the_same_payee_amount_and_reference_may_be_paid_already(firm, changes, is_like):
    builders.submitted(firm.preparer, firm.account, at=NOW)

    assert found(draft(firm, **changes)) == (["duplicate"] if is_like else [])


def test_two_invoices_with_their_own_codes_are_two_payments(firm):
    codes = ("3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a17", "3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a18")
    builders.submitted(firm.preparer, firm.account, at=NOW, invoice_code=codes[0])

    assert found(draft(firm, invoice_code=codes[0])) == ["duplicate"]
    assert found(draft(firm, invoice_code=codes[1])) == []


def test_after_seven_days_it_is_another_payment(firm):
    builders.submitted(firm.preparer, firm.account, at=NOW)
    order = draft(firm)

    assert found(order, at=NOW + 7 * A_DAY - timedelta(seconds=1)) == ["duplicate"]
    assert found(order, at=NOW + 7 * A_DAY) == []


def test_what_a_standing_order_paid_lately_is_told_too(firm):
    wish = builders.wish(firm.account)
    cast.running(firm, wish={"description": wish.description})
    day = cast.tirana(11, 24)
    paydays.make_due(at=day)

    (finding,) = order_warnings.findings(draft(firm, at=day), at=day)

    assert (finding.kind, finding.facts["submitted_on"]) == ("duplicate", "2026-11-24")


def test_drafts_and_what_was_cancelled_do_not_count(firm):
    draft(firm)
    order = builders.submitted(firm.preparer, firm.account, at=NOW)
    orders.cancel(order_id=order.pk, mandate=firm.preparer, reason="gabim", at=NOW)

    assert found(draft(firm)) == []


def test_between_own_accounts_nothing_is_asked(firm):
    own = builders.account(firm.company)
    for _ in range(2):
        order = draft(firm, kind=OrderKind.OWN, beneficiary_iban=own.iban)
        assert submit(firm, order).status == "awaiting"


# --- The name --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "kinds"), [("DELTA SHPK", ["name_differs"]), ("Gama Transporti", []), ("GAMA TRANSPORT", [])]
)
def test_in_our_own_bank_a_name_that_does_not_fit_is_to_be_answered_for(firm, name, kinds):
    payee = builders.account(builders.company("GAMA TRANSPORT SHPK"))

    order = draft(firm, kind=OrderKind.INTERNAL, beneficiary_iban=payee.iban, beneficiary_name=name)

    assert found(order) == kinds
    assert found(order, at=NOW + 9 * A_DAY) == kinds


# --- The answer ------------------------------------------------------------------------------------------------------


def test_without_an_answer_the_order_stays_a_draft(customer):
    order = draft(customer, beneficiary_iban=NEW_IBAN)

    with pytest.raises(WarningNotAnswered):
        submit(customer, order)
    with pytest.raises(WarningNotAnswered):
        submit(customer, order, answered={"changed_iban:another"})

    order.refresh_from_db()
    assert order.status == "draft"
    refused = AuditEvent.objects.filter(event="payments.order.submitted", outcome="refused")
    assert {event.reason for event in refused} == {"warning_not_answered"}


def test_her_answer_is_kept_with_what_she_saw(customer):
    order = draft(customer, beneficiary_iban=NEW_IBAN)
    (finding,) = order_warnings.findings(order, at=NOW)

    submit(customer, order, answered={finding.key})

    row = OrderWarning.objects.get(order=order)
    assert (row.acknowledged_by, row.acknowledged_at) == (customer.preparer.user, NOW)
    assert (row.facts, row.version) == (finding.facts, order.version)
    assert AuditEvent.objects.filter(event="payments.order.warning_answered", subject=f"order:{order.pk}").exists()


def test_who_signs_alone_answers_before_any_code_goes_out(sole):
    paid(sole, at=NOW - 2 * A_DAY)
    order = draft(sole, beneficiary_iban=NEW_IBAN)

    with pytest.raises(WarningNotAnswered):
        sole.ask(order, sole.preparer, at=NOW)
    asked = approvals.ask_code(
        order_id=order.pk,
        mandate=sole.preparer,
        attempt=sole.session(sole.preparer),
        version=order.version,
        answered={one.key for one in order_warnings.findings(order, at=NOW)},
        at=NOW,
    )

    assert asked is not None
    assert OrderWarning.objects.filter(order=order).count() == 1


def test_a_like_order_that_went_on_meanwhile_is_asked_about_as_well(firm):
    first, second = draft(firm), draft(firm)
    assert found(second) == []
    submit(firm, first)

    with pytest.raises(WarningNotAnswered):
        submit(firm, second)


# --- Laws ------------------------------------------------------------------------------------------------------------


def run(sql, *params, as_runtime=False):
    with transaction.atomic(), connection.cursor() as cursor:
        if as_runtime:
            cursor.execute("SET LOCAL ROLE portal_runtime")
        cursor.execute(sql, params)


INSERT = (
    "INSERT INTO payments_orderwarning (order_id, version, kind, key, facts, acknowledged_by_id, acknowledged_at)"
    " VALUES (%s, %s, 'duplicate', 'duplicate:x', '{}', %s, now())"
)


def test_only_the_preparer_answers_and_only_for_the_draft_that_she_saw(firm):
    order, signer = draft(firm), firm.signers[0].user_id
    mine = firm.preparer.user_id

    for row in ((order.pk, order.version, signer), (order.pk, order.version + 1, mine)):
        with pytest.raises(IntegrityError, match="warning_is_answered_by_its_preparer"):
            run(INSERT, *row)
    submit(firm, order)
    with pytest.raises(IntegrityError, match="warning_is_answered_by_its_preparer"):
        run(INSERT, order.pk, order.version, mine)


@pytest.mark.parametrize(
    "change", ["UPDATE payments_orderwarning SET kind = 'duplicate'", "DELETE FROM payments_orderwarning"]
)
def test_an_answer_is_never_changed(customer, change):
    builders.submitted(customer.preparer, customer.account, at=NOW, beneficiary_iban=NEW_IBAN)

    with pytest.raises(IntegrityError, match="warnings_are_append_only"):
        run(change)
    with pytest.raises(ProgrammingError, match="permission denied"):
        run(change, as_runtime=True)
