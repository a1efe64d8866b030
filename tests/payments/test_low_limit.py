"""For a day after a reset of the password its owner signs small sums alone, and not many of them."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from pytest_django import Settings

from accounts import low_limit
from accounts.models import User
from auth_flow import fnp
from payments import approvals, changes
from payments.models.orders import OrderStatus
from tests import builders
from tests.payments.conftest import Firm, make_firm

pytestmark = pytest.mark.django_db

LIMIT = 5_000_000
UNTIL = builders.AT + timedelta(hours=24)


def lowered(firm: Firm) -> None:
    low_limit.lower(User.objects.get(pk=firm.signers[0].user_id), at=builders.AT)


def order_of(firm: Firm, minor: int):
    return builders.submitted(firm.preparer, firm.account, amount_minor=minor)


def test_up_to_the_limit_she_signs(firm: Firm) -> None:
    lowered(firm)

    assert firm.sign(order_of(firm, LIMIT)).status == OrderStatus.RELEASED


def test_above_it_no_code_goes_out(firm: Firm) -> None:
    lowered(firm)
    order = order_of(firm, LIMIT + 1)

    with pytest.raises(approvals.OverTheLowLimit) as refusal:
        firm.ask(order, firm.signers[0])

    assert "21.11.2026 10:00" in str(refusal.value.sentence)
    assert "50.000,00" in str(refusal.value.sentence)


def test_a_code_asked_before_the_reset_signs_no_more(firm: Firm) -> None:
    order = order_of(firm, LIMIT + 1)
    challenge = firm.ask(order, firm.signers[0])
    lowered(firm)

    with pytest.raises(approvals.OverTheLowLimit):
        firm.type(order, firm.signers[0], challenge, fnp.derive(challenge))

    order.refresh_from_db()
    assert order.status == OrderStatus.AWAITING


@pytest.mark.parametrize(("at", "is_low"), [(UNTIL - timedelta(seconds=1), True), (UNTIL, False)])
def test_the_limit_rises_at_its_moment(firm: Firm, at: datetime, is_low: bool, clock_at) -> None:
    lowered(firm)
    order = order_of(firm, LIMIT + 1)
    clock_at(at)

    if is_low:
        with pytest.raises(approvals.OverTheLowLimit):
            firm.ask(order, firm.signers[0], at=at)
    else:
        assert firm.ask(order, firm.signers[0], at=at) is not None


def test_a_colleague_signs_meanwhile(db, clock_at) -> None:
    clock_at(builders.AT)
    firm = make_firm()
    colleague = builders.mandate_of(builders.user(firm.company, signs=True))
    lowered(firm)

    assert firm.sign(order_of(firm, LIMIT + 1), colleague).status == OrderStatus.RELEASED


def test_a_currency_without_a_limit_waits(firm: Firm, settings: Settings) -> None:
    settings.LOW_LIMIT_MINOR = {"EUR": 50_000}
    lowered(firm)

    with pytest.raises(approvals.OverTheLowLimit):
        firm.ask(order_of(firm, 1), firm.signers[0])


def test_two_orders_share_one_budget(firm: Firm) -> None:
    lowered(firm)
    firm.sign(order_of(firm, LIMIT - 100))

    with pytest.raises(approvals.OverTheLowLimit) as refusal:
        firm.ask(order_of(firm, 101), firm.signers[0])

    assert "1,00" in str(refusal.value.sentence)
    assert firm.sign(order_of(firm, 100)).status == OrderStatus.RELEASED


def test_two_codes_asked_while_there_was_room_sign_one_order(firm: Firm) -> None:
    lowered(firm)
    first, second = order_of(firm, LIMIT), order_of(firm, LIMIT)
    codes = [firm.ask(order, firm.signers[0]) for order in (first, second)]
    firm.type(first, firm.signers[0], codes[0], fnp.derive(codes[0]))

    with pytest.raises(approvals.OverTheLowLimit):
        firm.type(second, firm.signers[0], codes[1], fnp.derive(codes[1]))


def test_who_signs_alone_has_one_budget_too(sole: Firm) -> None:
    lowered(sole)
    sole.sign(order_of(sole, LIMIT))

    with pytest.raises(approvals.OverTheLowLimit):
        sole.ask(order_of(sole, 1), sole.signers[0])


def test_each_currency_has_its_own_budget(firm: Firm) -> None:
    lowered(firm)
    firm.sign(order_of(firm, LIMIT))
    euros = replace(firm, account=builders.funded(firm.company, 1_000_000, "EUR"))

    assert firm.sign(order_of(euros, 50_000)).status == OrderStatus.RELEASED
    with pytest.raises(approvals.OverTheLowLimit):
        firm.ask(order_of(euros, 1), firm.signers[0])


def test_what_was_signed_before_the_reset_does_not_count(firm: Firm, clock_at) -> None:
    firm.sign(order_of(firm, 1_000_000))
    later = builders.AT + timedelta(minutes=10)
    clock_at(later)
    low_limit.lower(User.objects.get(pk=firm.signers[0].user_id), at=later)

    assert firm.sign(order_of(firm, LIMIT), at=later).status == OrderStatus.RELEASED


def test_what_was_signed_and_never_paid_gives_its_part_back(db, clock_at) -> None:
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    lowered(firm)
    order = firm.sign(order_of(firm, LIMIT))
    changes.send_back(order_id=order.pk, mandate=firm.signers[1], reason="Fatura është tjetër", at=builders.AT)

    assert firm.ask(order_of(firm, LIMIT), firm.signers[0]) is not None


def test_a_second_reset_lengthens_the_hours_and_gives_no_new_budget(firm: Firm, clock_at) -> None:
    lowered(firm)
    firm.sign(order_of(firm, LIMIT - 100))
    later = builders.AT + timedelta(hours=3)
    clock_at(later)
    low_limit.lower(User.objects.get(pk=firm.signers[0].user_id), at=later)

    with pytest.raises(approvals.OverTheLowLimit) as refusal:
        firm.ask(order_of(firm, 101), firm.signers[0], at=later)

    assert f"{(UNTIL + timedelta(hours=3)).day}.11.2026 13:00" in str(refusal.value.sentence)
    assert firm.sign(order_of(firm, 100), at=later).status == OrderStatus.RELEASED


def test_a_reset_after_the_hours_are_over_begins_anew(firm: Firm, clock_at) -> None:
    lowered(firm)
    firm.sign(order_of(firm, LIMIT))
    builders.credit(firm.account, 2 * LIMIT)
    clock_at(UNTIL)
    low_limit.lower(User.objects.get(pk=firm.signers[0].user_id), at=UNTIL)

    assert firm.ask(order_of(firm, LIMIT), firm.signers[0], at=UNTIL) is not None


def test_shorter_hours_shorten_none_that_run(firm: Firm, settings: Settings) -> None:
    user = User.objects.get(pk=firm.signers[0].user_id)
    low_limit.lower(user, at=builders.AT)
    settings.LOW_LIMIT_HOURS = 1

    low_limit.lower(user, at=builders.AT + timedelta(minutes=10))

    user.refresh_from_db()
    assert (user.low_limit_since, user.low_limit_until) == (builders.AT, UNTIL)


@pytest.mark.parametrize(
    "change",
    ["low_limit_until = now()", "low_limit_since = now()", "low_limit_since = now(), low_limit_until = now()"],
)
def test_the_hours_have_a_beginning_and_an_end(firm: Firm, change: str) -> None:
    with pytest.raises(IntegrityError) as refusal, transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE accounts_user SET {change} WHERE id = %s", [firm.signers[0].user_id])

    assert "the_low_limit_has_a_beginning_and_an_end" in str(refusal.value)


def test_a_bank_that_sets_no_hours_has_no_low_limit(firm: Firm, settings: Settings) -> None:
    settings.LOW_LIMIT_HOURS = 0

    lowered(firm)

    assert firm.sign(order_of(firm, LIMIT + 1)).status == OrderStatus.RELEASED
