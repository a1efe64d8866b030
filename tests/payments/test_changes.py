"""Back for a change: what was signed ends with its signatures, and a draft of the same content goes on."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from accounts import audit, clock
from accounts.models import AuditEvent, Mandate, Notice
from auth_flow import fnp
from payments import approvals, changes, limits, order_warnings, orders, selectors
from payments.models import PaymentOrder, Signature
from tests import builders
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db

LATER = builders.AT + timedelta(hours=1)
WHY = "Fatura ka shumë tjetër"


@pytest.fixture
def two(db, clock_at):
    """Two signers wanted."""
    clock_at(builders.AT)
    return make_firm(other_signers=2)


def sent_back(firm, order: PaymentOrder, *, by: Mandate | None = None, why: str = WHY) -> PaymentOrder:
    return changes.send_back(order_id=order.pk, mandate=by or firm.signers[0], reason=why, at=LATER)


def test_the_preparer_has_a_draft_of_the_same_content(firm):
    order = builders.submitted(firm.preparer, firm.account, invoice_code="")

    draft = sent_back(firm, order)

    order.refresh_from_db()
    assert (order.status, order.end_reason, order.ended_by) == ("sent_back", WHY, firm.signers[0].user)
    assert (draft.status, draft.prepared_by, draft.replaces) == ("draft", firm.preparer.user, order)
    assert draft.number != order.number
    assert {name: getattr(draft, name) for name in changes.PAYLOAD} == {
        name: getattr(order, name) for name in changes.PAYLOAD
    }


def test_the_draft_copies_all_that_a_signature_is_bound_to(firm):
    order = builders.submitted(firm.preparer, firm.account)

    facts, was = orders.signing_facts(sent_back(firm, order)), orders.signing_facts(order)

    assert {name for name in facts if facts[name] != was[name]} == {"order", "number"}


def test_earlier_signatures_stay_with_the_order_that_they_were_given_for(two):
    order = two.sign(builders.submitted(two.preparer, two.account))

    draft = sent_back(two, order, by=two.signers[1])

    assert (order.signatures.count(), draft.signatures.count()) == (1, 0)


def test_after_the_change_everybody_signs_anew(two):
    draft = sent_back(two, two.sign(builders.submitted(two.preparer, two.account)))
    wish = builders.wish(two.account, amount_minor=99_000)
    edited = orders.prepare(mandate=two.preparer, wish=wish, submit_key=draft.submit_key, at=LATER)
    again = orders.submit(order_id=draft.pk, mandate=two.preparer, version=edited.version, at=LATER)

    once = two.sign(again, two.signers[0], at=LATER)
    assert once.status == "awaiting"
    released = two.sign(again, two.signers[1], at=LATER)

    assert (released.pk, released.status, released.amount_minor) == (draft.pk, "released", 99_000)
    assert released.promise.released_at == LATER


def test_a_code_that_was_sent_before_signs_nothing_more(firm):
    order = builders.submitted(firm.preparer, firm.account)
    challenge = firm.ask(order, firm.signers[0])
    sent_back(firm, order)

    with pytest.raises(orders.OrderHasMovedOn):
        firm.type(order, firm.signers[0], challenge, fnp.derive(challenge))
    assert not Signature.objects.filter(order=order).exists()


def test_what_was_sent_back_is_no_duplicate_of_what_goes_on(firm):
    draft = sent_back(firm, builders.submitted(firm.preparer, firm.account))

    assert order_warnings.findings(draft, at=LATER) == []


def test_what_was_sent_back_takes_nothing_from_the_signers_limit(two):
    order = two.sign(builders.submitted(two.preparer, two.account))
    counted = selectors.of_company(two.company).filter(status__in=limits.COUNTS)
    assert order in counted

    sent_back(two, order)

    assert order not in counted.all()


def test_the_preparer_is_told_who_and_why(firm):
    order = builders.submitted(firm.preparer, firm.account)

    draft = sent_back(firm, order)

    notice = Notice.objects.get(user=firm.preparer.user, kind=changes.SENT_BACK)
    assert notice.facts == {
        "by": firm.signers[0].user.full_name,
        "number": order.number,
        "draft": draft.number,
        "why": WHY,
    }


def test_who_sends_her_own_order_back_needs_no_notice(sole):
    sent_back(sole, builders.submitted(sole.preparer, sole.account))

    assert not Notice.objects.filter(kind=changes.SENT_BACK).exists()


def test_the_trail_keeps_the_reason_and_how_many_signatures_became_void(two):
    order = two.sign(builders.submitted(two.preparer, two.account))

    draft = sent_back(two, order)

    event = AuditEvent.objects.get(event="payments.order.sent_back")
    assert event.subject == f"order:{order.pk}"
    assert json.loads(bytes(event.record))["details"] == {"reason": WHY, "draft": str(draft.pk), "void_signatures": 1}
    assert audit.verify_chain(audit.chain_name(str(two.company.pk))) is None


def test_who_only_prepares_cannot_send_back(firm):
    order = builders.submitted(firm.preparer, firm.account)

    with pytest.raises(approvals.MayNotSign):
        sent_back(firm, order, by=firm.preparer)


@pytest.mark.parametrize("how", ["draft", "released", "twice"])
def test_only_what_waits_for_signatures_is_sent_back(firm, how):
    order = builders.draft(firm.preparer, firm.account) if how == "draft" else None
    order = order or builders.submitted(firm.preparer, firm.account)
    if how == "released":
        firm.sign(order)
    if how == "twice":
        sent_back(firm, order)

    with pytest.raises(orders.OrderHasMovedOn):
        sent_back(firm, order)


def test_another_companys_order_is_not_there(firm):
    stranger = make_firm()

    with pytest.raises(orders.NoSuchOrder):
        sent_back(stranger, builders.submitted(firm.preparer, firm.account))


def test_an_order_whose_preparer_has_left_is_not_sent_to_nobody(firm):
    order = builders.submitted(firm.preparer, firm.account)
    Mandate.objects.filter(pk=firm.preparer.pk).update(valid_until=clock.tirana_day(builders.AT) - timedelta(days=1))

    with pytest.raises(changes.NobodyToChangeIt):
        sent_back(firm, order)


# --- The laws, around the ORM ----------------------------------------------------------------------------------------


def run(statement: str, *values: Any) -> None:
    """As at a commit: what the laws put off is asked at once."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement, values)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def refused_as(law: str, statement: str, *values: Any) -> bool:
    with pytest.raises(DatabaseError) as refusal:
        run(statement, *values)
    return refusal.value.__cause__.diag.constraint_name == law


END = (
    "UPDATE payments_paymentorder SET status = 'sent_back', ended_at = %s, ended_by_id = %s, end_reason = %s "
    "WHERE id = %s"
)


def test_what_was_sent_back_stays_so(firm):
    order = builders.submitted(firm.preparer, firm.account)
    sent_back(firm, order)

    for status in ("awaiting", "draft", "cancelled"):
        back = "UPDATE payments_paymentorder SET status = %s WHERE id = %s"
        assert refused_as("order_that_ended_stays_as_it_ended", back, status, order.pk)


def test_nothing_goes_back_to_be_a_draft(firm):
    order = builders.submitted(firm.preparer, firm.account)

    assert refused_as(
        "order_status_goes_one_way", "UPDATE payments_paymentorder SET status = 'draft' WHERE id = %s", order.pk
    )


def test_only_a_signer_sends_back_and_says_why(firm):
    order, signer = builders.submitted(firm.preparer, firm.account), firm.signers[0].user_id
    law = "order_is_sent_back_by_a_signer_with_a_reason"

    assert refused_as(law, END, LATER, firm.preparer.user_id, WHY, order.pk)
    assert refused_as(law, END, LATER, signer, "", order.pk)


def test_an_order_is_not_sent_back_without_the_draft_that_goes_on(firm):
    order = builders.submitted(firm.preparer, firm.account)

    assert refused_as("what_was_sent_back_goes_on_as_a_draft", END, LATER, firm.signers[0].user_id, WHY, order.pk)


def test_an_order_replaces_only_what_was_sent_back_to_the_same_preparer(firm):
    order = builders.submitted(firm.preparer, firm.account)
    other = make_firm()
    gone = builders.submitted(other.preparer, other.account)
    sent_back(other, gone)

    for replaced in (order, gone):
        draft = builders.draft(firm.preparer, firm.account)
        draft.pk, draft.number, draft.submit_key, draft.replaces = None, "P-X", "another-key-of-this-test", replaced
        with pytest.raises(DatabaseError) as refusal, transaction.atomic():
            draft.save(force_insert=True)
        assert refusal.value.__cause__.diag.constraint_name == "order_replaces_what_was_sent_back"


def test_an_order_keeps_what_it_replaces(firm):
    draft = sent_back(firm, builders.submitted(firm.preparer, firm.account))

    unlink = "UPDATE payments_paymentorder SET replaces_id = NULL WHERE id = %s"
    assert refused_as("order_keeps_what_it_replaces", unlink, draft.pk)
