"""Two people, two tabs, two clicks: an order is released once, and nobody's act is half done."""

from functools import partial

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import BankAccount, Hold
from auth_flow import fnp
from auth_flow.fnp import CodeSpent
from payments import changes, orders
from payments.approvals import AskForANewCode
from payments.models import PaymentOrder, Promise, Signature
from payments.orders import OrderHasMovedOn
from tests import builders, doors
from tests.bank_database import BankDatabase
from tests.concurrency.races import all_at_once, refusals
from tests.payments.conftest import Firm, make_firm

ROUNDS = 3
POSTS = 8


def ready_to_sign(firm: Firm) -> tuple[PaymentOrder, list[partial[PaymentOrder]]]:
    """An order, and the last step of each signer's signature."""
    order = builders.submitted(firm.preparer, firm.account)
    return order, last_steps(firm, order)


def last_steps(firm: Firm, order: PaymentOrder) -> list[partial[PaymentOrder]]:
    """Each signer has her code before her and has not typed it yet."""
    challenges = [(signer, firm.ask(order, signer)) for signer in firm.signers]
    return [partial(firm.type, order, signer, asked, fnp.derive(asked)) for signer, asked in challenges]


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_of_two_first_signatures_at_once_the_later_one_must_see_that_it_is_the_last(
    bank: BankDatabase, _round: int
) -> None:
    order, acts = ready_to_sign(make_firm(other_signers=2))

    ends = all_at_once(*acts)

    order.refresh_from_db()
    assert refusals(ends) == [AskForANewCode]
    assert (order.status, order.signatures.count(), Hold.objects.count()) == ("awaiting", 1, 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_people_with_the_last_code_in_hand_release_once(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=2)
    firm.signers.append(builders.mandate_of(builders.user(firm.company, signs=True)))
    order = builders.submitted(firm.preparer, firm.account)
    firm.sign(order, firm.signers.pop())
    acts = last_steps(firm, order)

    ends = all_at_once(*acts)

    order.refresh_from_db()
    assert refusals(ends) == [OrderHasMovedOn]
    assert (order.status, order.signatures.count()) == ("released", 2)
    assert Hold.objects.count() == Promise.objects.count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_when_one_signature_is_wanted_the_second_signer_comes_too_late(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=1)
    second = builders.mandate_of(builders.user(firm.company, signs=True))
    firm.signers.append(second)
    order, acts = ready_to_sign(firm)

    ends = all_at_once(*acts)

    order.refresh_from_db()
    assert refusals(ends) == [OrderHasMovedOn]
    assert order.status == "released"
    assert (order.signatures.count(), Hold.objects.count()) == (1, 1)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_signing_against_cancelling_ends_in_one_state_with_its_money(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=1)
    order, acts = ready_to_sign(firm)
    cancel = partial(orders.cancel, order_id=order.pk, mandate=firm.preparer, reason="Gabim", at=builders.AT)

    ends = all_at_once(acts[0], cancel)

    order.refresh_from_db()
    assert len(refusals(ends)) == 1
    assert order.status in {"released", "cancelled"}
    held = BankAccount.objects.get(pk=firm.account.pk).held_minor
    assert held == (order.total_minor if order.status == "released" else 0)


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_the_last_signature_against_sending_back_ends_in_one_state_with_its_money(
    bank: BankDatabase, _round: int
) -> None:
    firm = make_firm(other_signers=1)
    firm.signers.append(builders.mandate_of(builders.user(firm.company, signs=True)))
    order = builders.submitted(firm.preparer, firm.account)
    acts = last_steps(firm, order)
    back = partial(changes.send_back, order_id=order.pk, mandate=firm.signers[1], reason="Gabim", at=builders.AT)

    ends = all_at_once(acts[0], back)

    order.refresh_from_db()
    assert refusals(ends) == [OrderHasMovedOn]
    drafts = PaymentOrder.objects.filter(replaces=order, status="draft").count()
    held = BankAccount.objects.get(pk=firm.account.pk).held_minor
    assert (order.status, held, drafts) in {("released", order.total_minor, 0), ("sent_back", 0, 1)}


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_two_signers_who_send_back_at_once_leave_one_draft(bank: BankDatabase, _round: int) -> None:
    firm = make_firm(other_signers=2)
    order = builders.submitted(firm.preparer, firm.account)

    ends = all_at_once(
        *(
            partial(changes.send_back, order_id=order.pk, mandate=signer, reason="Gabim", at=builders.AT)
            for signer in firm.signers
        )
    )

    assert refusals(ends) == [OrderHasMovedOn]
    assert PaymentOrder.objects.filter(replaces=order).count() == 1


@pytest.mark.parametrize("_round", range(ROUNDS))
def test_one_code_sent_twice_at_once_signs_once(bank: BankDatabase, _round: int) -> None:
    order, acts = ready_to_sign(make_firm(other_signers=1))

    ends = all_at_once(acts[0], acts[0])

    assert len(refusals(ends)) == 1
    assert refusals(ends)[0] in {CodeSpent, OrderHasMovedOn}
    assert Signature.objects.filter(order=order).count() == Hold.objects.count() == 1


def test_one_form_posted_eight_times_at_once_is_one_order(bank: BankDatabase) -> None:
    firm = make_firm(other_signers=1)
    signed_in = doors.walk_in(firm.preparer.user)
    typed = {
        "idempotency_key": "one-form-one-order-key",
        "debit_account": str(firm.account.uuid),
        "beneficiary_name": "BETA NDËRTIM SHPK",
        "beneficiary_iban": builders.OTHER_BANK_IBAN,
        "amount": "1.234,50",
        "description": "Fatura 2026/1147",
    }
    browsers = [Client() for _each in range(POSTS)]
    for browser in browsers:
        browser.cookies = signed_in.cookies

    answers = all_at_once(*(partial(browser.post, reverse("payments:new_domestic"), typed) for browser in browsers))

    order = PaymentOrder.objects.get()
    assert {(answer.status_code, answer.url) for answer in answers} == {
        (302, reverse("payments:review", args=[order.pk]))
    }
