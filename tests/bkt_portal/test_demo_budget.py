"""The demo pays the state: its schemes are in use by two of staff, and a person gets through the page with them."""

import pytest

from accounts import audit
from accounts.models import Proposal
from bkt_portal import demo_budget
from payments import budget
from payments.models import BudgetScheme, PaymentOrder
from tests import builders
from tests.payments.conftest import Firm, firm

pytestmark = pytest.mark.django_db
__all__ = ["firm"]


@pytest.fixture(autouse=True)
def kept() -> None:
    demo_budget.keep(actor=builders.STAFF, colleague=builders.SECOND, at=builders.AT)


def test_there_is_one_scheme_of_each_group_and_two_people_put_it_in_use() -> None:
    assert {scheme.group for scheme in budget.schemes()} == set(BudgetScheme.Group.values)
    assert {proposal.decided_by for proposal in Proposal.objects.all()} == {builders.SECOND.name}
    assert audit.verify_chain("bank") is None


@pytest.mark.parametrize("one", demo_budget.SCHEMES, ids=lambda one: one.code)
def test_the_examples_of_a_scheme_pay_it(one: demo_budget.Scheme, firm: Firm, signed_in) -> None:
    browser, page = signed_in(firm.preparer.user), f"/payments/new/budget/{one.code}/"
    assert page in browser.get("/payments/new/budget/").content.decode()
    typed = {
        "idempotency_key": f"test-demo-budget-{builders.unique():06d}",
        "debit_account": str(firm.account.uuid),
        "amount": "1.500,00",
        "description": "",
        **{f"field_{code}": asked.example for code, asked in one.fields.items()},
    }

    answer = browser.post(page, typed)

    assert answer.status_code == 302, answer.content.decode()
    order = PaymentOrder.objects.get(pk=answer.url.split("/")[2])
    assert (order.kind, order.budget_scheme, order.beneficiary_name) == ("budget", one.code, one.payee)
    assert browser.get(answer.url).status_code == 200
