"""Payees under many hands: a new one never gets more than its limit, and of two like orders one is asked about."""

from functools import partial

import pytest

from auth_flow import fnp
from payments import beneficiaries, orders, payees
from payments.beneficiaries import BeneficiaryStandsThere
from payments.cool_off import PayeeIsUnknown
from payments.models import PaymentOrder
from payments.order_warnings import WarningNotAnswered
from tests import builders
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.payments.conftest import make_firm

ROUNDS = 3
HANDS = 4


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_four_signatures_at_once_pay_a_new_payee_no_more_than_its_limit(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=1, minor=1_000_000_000)
    firm.signers += [builders.mandate_of(builders.user(firm.company, signs=True)) for _ in range(HANDS - 1)]
    waiting = [builders.submitted(firm.preparer, firm.account, amount_minor=20_000_000) for _ in firm.signers]
    asked = [firm.ask(order, signer) for order, signer in zip(waiting, firm.signers, strict=True)]

    ends = all_at_once(
        *(
            partial(firm.type, order, signer, challenge, fnp.derive(challenge))
            for order, signer, challenge in zip(waiting, firm.signers, asked, strict=True)
        )
    )

    assert refusals(ends) == [PayeeIsUnknown, PayeeIsUnknown]
    assert PaymentOrder.objects.filter(company=firm.company, status="released").count() == 2


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_like_orders_at_once_one_goes_on_and_the_others_are_asked_about(bank: BankDatabase, _round: int) -> None:
    firm = make_firm()
    drafts = [builders.draft(firm.preparer, firm.account) for _ in range(HANDS)]

    ends = all_at_once(
        *(partial(orders.submit, order_id=one.pk, mandate=firm.preparer, version=1, at=builders.AT) for one in drafts)
    )

    assert refusals(ends) == [WarningNotAnswered] * (HANDS - 1)


def test_of_four_hands_one_puts_a_payee_into_the_book(bank: BankDatabase) -> None:
    firm = make_firm()
    payee = {"name": "BETA", "iban": builders.OTHER_BANK_IBAN, "nickname": ""}
    add = partial(beneficiaries.add, mandate=firm.preparer, **payee, at=builders.AT)

    ends = all_at_once(*[add] * HANDS)

    assert refusals(ends) == [BeneficiaryStandsThere] * (HANDS - 1)
    assert payees.book(firm.company).count() == 1
