"""Limits: one order, a day, a month; of a signer, an account, a company; counted under the lock."""

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, connection

from payments import execution, limit_standings, limits, orders
from payments.limits import OverTheLimit
from payments.models import PaymentLimit
from payments.models.orders import OrderKind
from tests import builders
from tests.payments.conftest import make_firm
from tests.tampering import tamper

SINCE = date(2026, 1, 1)
A_DAY = timedelta(days=1)


def limit(scope="signer", currency="ALL", *, since=SINCE, **facts):
    return PaymentLimit.objects.create(scope=scope, currency=currency, valid_from=since, **facts)


def pay(firm, minor, *, at=builders.AT, **changes):
    """One order, signed by the first signer."""
    return firm.sign(builders.submitted(firm.preparer, firm.account, at=at, amount_minor=minor, **changes), at=at)


@pytest.mark.parametrize("minor", [1, 99_999, 100_000])
def test_up_to_the_limit_of_one_order_she_signs(firm, minor):
    limit(company=firm.company, single_minor=100_000)

    assert pay(firm, minor).status == "released"


def test_one_qindarka_more_is_refused_before_any_code_goes_out(firm):
    limit(company=firm.company, single_minor=100_000)
    order = builders.submitted(firm.preparer, firm.account, amount_minor=100_001)

    with pytest.raises(OverTheLimit) as refused:
        firm.ask(order, firm.signers[0])

    assert "1.000,00 ALL" in str(refused.value.sentence)


@pytest.mark.parametrize(("scope", "own"), [("signer", True), ("account", True), ("company", True)])
def test_the_orders_of_a_day_share_one_limit(firm, scope, own):
    owner = {"account": firm.account} if scope == "account" else {"company": firm.company}
    limit(scope, daily_minor=100_000, **owner)
    pay(firm, 60_000)

    with pytest.raises(OverTheLimit):
        pay(firm, 40_001)
    assert pay(firm, 40_000).status == "released"


def test_the_next_day_begins_at_midnight_in_tirana(firm, clock_at):
    limit(company=firm.company, daily_minor=100_000)
    late = builders.AT.replace(hour=22, minute=59)  # 23:59 in Tirana
    pay(firm, 100_000, at=late)

    with pytest.raises(OverTheLimit):
        pay(firm, 1, at=late + timedelta(seconds=59))
    assert pay(firm, 1, at=late + timedelta(seconds=60)).status == "released"


def test_a_month_is_counted_over_its_days(firm):
    limit(company=firm.company, monthly_minor=100_000)
    pay(firm, 70_000)

    with pytest.raises(OverTheLimit):
        pay(firm, 30_001, at=builders.AT + A_DAY)
    assert pay(firm, 100_000, at=builders.AT + 11 * A_DAY).status == "released"  # 1 December


def test_what_was_cancelled_counts_no_more(firm):
    limit(company=firm.company, daily_minor=100_000)
    order = pay(firm, 100_000)
    orders.cancel(order_id=order.pk, mandate=firm.signers[0], reason="gabim", at=builders.AT)

    assert pay(firm, 100_000).status == "released"


def test_what_was_executed_goes_on_counting(firm):
    limit(company=firm.company, daily_minor=100_000)
    execution.execute(order_id=pay(firm, 100_000).pk, at=builders.AT)

    with pytest.raises(OverTheLimit):
        pay(firm, 1)


def test_a_signers_own_row_goes_before_the_companys_and_that_before_the_banks(firm):
    signer = firm.signers[0].user
    limit(currency="ALL", since=date(2026, 1, 2), single_minor=1_000)
    limit(company=firm.company, single_minor=2_000)
    limit(company=firm.company, user=signer, single_minor=3_000)

    assert pay(firm, 3_000).status == "released"
    with pytest.raises(OverTheLimit):
        pay(firm, 3_001)


def test_of_one_owner_the_latest_row_in_force_counts(firm):
    limit(company=firm.company, single_minor=1_000)
    limit(company=firm.company, since=date(2026, 11, 20), single_minor=5_000)
    limit(company=firm.company, since=date(2026, 11, 21), single_minor=1)

    assert pay(firm, 5_000).status == "released"


def test_another_company_and_another_currency_have_limits_of_their_own(firm, clock_at):
    limit(company=firm.company, daily_minor=1)
    other = make_firm()

    assert pay(other, 100_000).status == "released"


def test_a_transfer_between_own_accounts_takes_nothing_from_any_limit(firm):
    limit(company=firm.company, single_minor=1)
    own = builders.account(firm.company)

    assert pay(firm, 100_000, kind=OrderKind.OWN, beneficiary_iban=own.iban).status == "released"


def test_an_amount_that_the_account_may_never_pay_is_refused_when_it_is_written(firm):
    limit("account", account=firm.account, single_minor=1_000)

    with pytest.raises(OverTheLimit):
        builders.draft(firm.preparer, firm.account, amount_minor=1_001)


def test_of_two_signers_each_has_her_own_limit(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2)
    limit(company=firm.company, user=firm.signers[1].user, single_minor=1_000)
    order = firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=1_001))

    with pytest.raises(OverTheLimit):
        firm.ask(order, firm.signers[1])


def test_a_page_can_say_what_is_left(firm):
    limit(company=firm.company, daily_minor=100_000)
    pay(firm, 60_000)

    said = list(limit_standings.standings(firm.company, firm.signers[0].user, [firm.account], at=builders.AT))

    assert [(one.scope, one.daily_minor, one.daily_left_minor) for one in said] == [("signer", 100_000, 40_000)]


@pytest.mark.parametrize(
    ("law", "values"),
    [
        ("a_limit_is_positive", "('signer', NULL, NULL, NULL, 'ALL', 0, NULL, NULL)"),
        ("a_limit_has_one_owner", "('company', NULL, 1, NULL, 'ALL', 1, NULL, NULL)"),
        ("a_limit_has_one_owner", "('account', 1, NULL, NULL, 'ALL', 1, NULL, NULL)"),
    ],
)
def test_the_database_keeps_limits_honest(db, law, values):
    columns = "scope, company_id, user_id, account_id, currency, single_minor, daily_minor, monthly_minor"
    row = f"({values[1:-1]}, '2026-01-01', '')"

    with pytest.raises(IntegrityError, match=law), connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO payments_paymentlimit ({columns}, valid_from, source) VALUES {row}")


@pytest.mark.parametrize("currency", ["GBP", "CHF", "CAD", "AUD"])
def test_the_bank_has_limits_in_every_currency_and_without_any_nothing_is_signed(clock_at, db, currency):
    clock_at(builders.AT)
    firm, payee = make_firm(currency=currency), builders.account(builders.company(), currency)
    order = builders.submitted(
        firm.preparer, firm.account, kind=OrderKind.INTERNAL, beneficiary_iban=payee.iban, amount_minor=100_000
    )
    signer = firm.signers[0].user
    limits.require(order, signer=signer, releases=True, at=builders.AT)

    tamper(f"DELETE FROM payments_paymentlimit WHERE currency = '{currency}'")

    with pytest.raises(limits.NoLimitInCurrency):
        limits.require(order, signer=signer, releases=True, at=builders.AT)
    order.kind = OrderKind.OWN
    limits.require(order, signer=signer, releases=True, at=builders.AT)
