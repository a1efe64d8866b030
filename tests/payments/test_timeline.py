"""The way of an order: every state has its step, its moment and its reason."""

from datetime import timedelta

import pytest
from django.db import connection

from accounts import ledger, notices
from accounts.models import Notice
from payments import approvals, changes, execution, failure_notices, orders, selectors
from payments.models import PaymentOrder
from payments.pages import signing
from payments.timeline import Step, timeline
from tests import builders
from tests.payments.clearing_cast import answer, executed, folder, sent
from tests.payments.conftest import make_firm

pytestmark = pytest.mark.django_db

__all__ = ["folder"]


@pytest.fixture
def came_back(folder):
    """The clearing house sends an executed order home: its payee's account is closed."""

    def home(order: PaymentOrder) -> PaymentOrder:
        answer(sent(), (order, "AC04"))
        order.refresh_from_db()
        return order

    return home


LATER = builders.AT + timedelta(minutes=5)


def way(order: PaymentOrder | None) -> list[Step]:
    """As the page of the order shows it now."""
    assert order is not None
    now = selectors.order_of(order.company, order.pk)
    assert now is not None
    return timeline(now, selectors.signatures(now))


def steps(order: PaymentOrder) -> list[tuple[str, str]]:
    return [(step.state, step.title) for step in way(order)]


def last(order: PaymentOrder | None) -> Step:
    return way(order)[-1]


def submitted(firm, **changes) -> PaymentOrder:
    return builders.submitted(firm.preparer, firm.account, **changes)


def test_a_draft_waits_for_its_preparer(firm):
    draft = builders.draft(firm.preparer, firm.account)

    assert [state for state, _title in steps(draft)] == ["done", "now", "next", "next"]


def test_what_waits_says_how_many_signatures_are_missing(firm):
    assert ("now", "Mungon 1 nënshkrim") in steps(submitted(firm))


def test_what_is_released_says_its_day_and_that_the_sum_is_set_aside(firm):
    order = firm.sign(submitted(firm))

    assert [state for state, _title in steps(order)][-2:] == ["done", "now"]
    assert "20 nëntor" in last(order).title
    assert "rezervuar" in timeline(order, [])[-2].text


def test_what_is_executed_ends_with_its_moment(firm):
    order = execution.execute(order_id=firm.sign(submitted(firm)).pk, at=builders.AT)

    assert last(order).title == "U krye"
    assert last(order).at == builders.AT


def test_what_was_refused_says_by_whom_and_why(firm):
    order = submitted(firm)
    approvals.reject(order_id=order.pk, mandate=firm.signers[0], reason="Faturë e gabuar", at=LATER)

    assert last(order).title == "U refuzua"
    assert last(order).text == f"{firm.signers[0].user.full_name}: Faturë e gabuar"


def test_what_was_cancelled_after_its_release_shows_both(firm):
    order = firm.sign(submitted(firm))
    orders.cancel(order_id=order.pk, mandate=firm.signers[0], reason="gabim", at=LATER)

    assert [title for _state, title in steps(order)][-2:] == ["U lëshua", "U anulua"]


def test_what_nobody_signed_in_time_says_so_and_what_to_do(firm):
    order = submitted(firm)
    orders.expire_due(at=builders.AT + timedelta(days=31))

    assert last(order).title == "Skadoi"
    assert "30 ditëve" in last(order).text


def test_what_was_not_executed_says_why(firm):
    order = firm.sign(submitted(firm))
    firm.account.refresh_from_db()
    type(firm.account).objects.filter(pk=firm.account.pk).update(status="frozen")
    execution.execute(order_id=order.pk, at=builders.AT)

    assert last(order).title == "Nuk u krye"
    assert "e ngrirë" in last(order).text
    told = Notice.objects.filter(kind=failure_notices.FAILED)
    assert {notice.user_id for notice in told} == {firm.preparer.user_id, firm.signers[0].user_id}
    assert all("e ngrirë" in notices.in_words(notice) for notice in told)


def test_what_was_not_executed_promises_no_day_and_leads_to_a_new_order(firm, signed_in):
    order = firm.sign(submitted(firm))
    type(firm.account).objects.filter(pk=firm.account.pk).update(status="frozen")
    execution.execute(order_id=order.pk, at=builders.AT)

    page = signed_in(firm.preparer.user).get(f"/payments/{order.pk}/").content.decode()

    assert "Kryhet" not in page
    assert f"/payments/new/domestic/?order={order.pk}" in page


def test_what_came_back_says_when_and_why(firm, came_back):
    order = came_back(execution.execute(order_id=firm.sign(submitted(firm)).pk, at=builders.AT))

    titles = ["U krye", "U dërgua në klerim", "U refuzua nga klerimi", "U kthye në llogarinë tuaj"]
    assert [title for _state, title in steps(order)][-4:] == titles
    assert last(order).text


def test_what_left_says_at_which_session(firm, folder):
    order = executed(firm)
    sent()

    assert last(order).title == "U dërgua në klerim"
    assert last(order).text == "Seanca e orës 10:30."


def test_what_waits_for_no_session_says_so(firm, folder):
    order = executed(firm, is_urgent=True)
    sent()

    assert last(order).text == "Me AIPS, pa pritur seancë."


def test_what_stays_in_the_bank_is_promised_at_once_everywhere(sole, signed_in):
    payee = builders.account(builders.company())
    order = builders.submitted(
        sole.preparer, sole.account, kind="internal", beneficiary_iban=payee.iban, at=builders.AT + timedelta(days=1)
    )
    order = sole.sign(order, at=builders.AT + timedelta(days=1))

    assert last(order).title == "Kryhet menjëherë, regjistrohet të martën 24 nëntor 2026"
    assert signing.signed_sentence(order).endswith("Kryhet menjëherë, regjistrohet të martën 24 nëntor 2026.")


def test_what_the_other_bank_took_says_so(firm, folder):
    order = executed(firm)
    answer(sent())

    assert [step.title for step in way(order)][-2:] == ["U dërgua në klerim", "U pranua në klerim"]


def test_what_the_bank_gave_back_before_its_session_was_withdrawn(firm, folder):
    order = executed(firm)
    assert order.posting is not None, "an executed order is booked"
    ledger.reverse(posting=order.posting, key="back", value_on=LATER.date(), at=LATER, reason="Gabim")
    connection.check_constraints()

    titles = [step.title for step in way(order)][-3:]
    assert titles == ["U krye", "U tërhoq nga klerimi", "Banka e ktheu në llogarinë tuaj"]


def test_what_was_sent_back_says_by_whom_and_why(firm):
    order = submitted(firm)
    changes.send_back(order_id=order.pk, mandate=firm.signers[0], reason="Faturë e gabuar", at=LATER)

    assert last(order).title == "U kthye për ndryshim"
    assert last(order).text == f"{firm.signers[0].user.full_name}: Faturë e gabuar"


def test_what_goes_on_after_a_return_begins_with_the_way_before_it(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    order = firm.sign(submitted(firm))
    draft = changes.send_back(order_id=order.pk, mandate=firm.signers[1], reason="Faturë e gabuar", at=LATER)

    shown = timeline(draft, [], void=selectors.signatures(order))

    assert [step.title.split()[0] for step in shown[:3]] == ["U", "Nënshkroi", "U"]
    assert shown[0].title.endswith(f"si urdhri {order.number}")
    assert shown[1].text == "Ky nënshkrim nuk vlen më."
    assert shown[2].text == f"{firm.signers[1].user.full_name}: Faturë e gabuar"


def test_the_warnings_that_were_answered_for_stand_before_the_sending(firm):
    order = submitted(firm)
    shown = timeline(order, [], [("Mund ta keni paguar tashmë", "Elira Hoxha", builders.AT)])

    assert [step.title for step in shown][1:3] == ["Mund ta keni paguar tashmë", "U dërgua për nënshkrim"]
    assert shown[1].text == "E verifikoi Elira Hoxha"


def test_what_the_bank_gave_back_says_so_and_when(firm, folder):
    order = executed(firm)
    assert order.posting is not None, "an executed order is booked"
    assert last(order).title == "U krye"

    back = ledger.reverse(posting=order.posting, key="back", value_on=LATER.date(), at=LATER, reason="Gabim")

    assert (last(order).title, last(order).at) == ("Banka e ktheu në llogarinë tuaj", back.booked_at)
