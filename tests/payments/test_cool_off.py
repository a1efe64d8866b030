"""A new payee gets little for a day."""

from datetime import timedelta

import pytest

from accounts.identifiers import make_albanian_iban
from payments import beneficiaries, execution, orders, paydays, standing
from payments.cool_off import PayeeIsNew, PayeeIsUnknown
from payments.models import BudgetScheme
from payments.models.orders import OrderKind
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.conftest import make_firm
from tests.payments.standing_cast import tirana

MOST = 50_000_000
A_DAY = timedelta(days=1)
NEW_IBAN = make_albanian_iban("212", "1100", "0000000000000077")


@pytest.fixture
def rich(db, clock_at):
    """One other signer wanted; ten million lekë on the account."""
    clock_at(builders.AT)
    return make_firm(minor=1_000_000_000)


def pay(firm, minor=MOST, *, at=builders.AT, **changes):
    return firm.sign(builders.submitted(firm.preparer, firm.account, at=at, amount_minor=minor, **changes), at=at)


def keep(firm, *, at, iban=builders.OTHER_BANK_IBAN):
    return beneficiaries.add(mandate=firm.preparer, name="BETA", iban=iban, nickname="", at=at).beneficiary


def test_up_to_the_limit_a_new_payee_is_paid_and_one_qindarka_more_is_refused(rich):
    assert pay(rich).status == "released"

    with pytest.raises(PayeeIsUnknown) as refused:
        pay(rich, 1)

    assert "500.000,00 ALL" in str(refused.value.sentence)
    assert "24 orë pas ruajtjes" in str(refused.value.sentence)


def test_the_refusal_comes_before_any_code_goes_out(rich):
    order = builders.submitted(rich.preparer, rich.account, amount_minor=MOST + 1)

    with pytest.raises(PayeeIsUnknown):
        rich.ask(order, rich.signers[0])


def test_a_payee_in_the_book_is_new_for_a_day_to_the_second(rich, clock_at):
    keep(rich, at=builders.AT)
    ripe = builders.AT + A_DAY

    with pytest.raises(PayeeIsNew) as refused:
        pay(rich, MOST + 1, at=ripe - timedelta(seconds=1))

    assert "21.11.2026 10:00" in str(refused.value.sentence)
    assert pay(rich, MOST + 1, at=ripe).status == "released"


def test_a_payee_that_was_paid_a_day_ago_is_new_no_more(rich):
    execution.execute(order_id=pay(rich, 100).pk, at=builders.AT)

    with pytest.raises(PayeeIsNew):
        pay(rich, MOST, at=builders.AT + A_DAY - timedelta(seconds=1))
    assert pay(rich, MOST + 1, at=builders.AT + A_DAY).status == "released"


def test_a_changed_iban_in_the_book_begins_anew(rich):
    row, later = keep(rich, at=builders.AT), builders.AT + 9 * A_DAY
    facts = {"name": row.name, "iban": NEW_IBAN, "nickname": ""}
    beneficiaries.edit(beneficiary_id=row.pk, mandate=rich.preparer, **facts, at=later)

    with pytest.raises(PayeeIsNew):
        pay(rich, MOST + 1, at=later, beneficiary_iban=NEW_IBAN)


def test_a_payee_that_was_taken_out_of_the_book_is_new_again(rich):
    row, later = keep(rich, at=builders.AT), builders.AT + 9 * A_DAY
    beneficiaries.remove(beneficiary_id=row.pk, mandate=rich.preparer, at=later)

    with pytest.raises(PayeeIsUnknown):
        pay(rich, MOST + 1, at=later)


def test_what_was_cancelled_counts_no_more(rich):
    orders.cancel(order_id=pay(rich).pk, mandate=rich.signers[0], reason="gabim", at=builders.AT)

    assert pay(rich).status == "released"


def test_each_payee_each_company_and_each_currency_has_a_limit_of_its_own(rich):
    pay(rich)
    euro = builders.funded(rich.company, 1_000_000, "EUR")

    assert pay(rich, beneficiary_iban=NEW_IBAN, beneficiary_name="DELTA").status == "released"
    assert pay(make_firm(minor=100_000_000)).status == "released"
    order = builders.submitted(rich.preparer, euro, amount_minor=500_001)
    with pytest.raises(PayeeIsUnknown, match=r"5\.000,00 EUR"):
        rich.sign(order)


def test_a_currency_without_a_limit_takes_nothing_for_a_new_payee(rich, settings):
    settings.NEW_PAYEE_LIMIT_MINOR = {}

    with pytest.raises(PayeeIsUnknown):
        pay(rich, 1)


def test_the_first_of_two_signatures_is_not_held_up_the_last_is(db, clock_at):
    clock_at(builders.AT)
    firm = make_firm(other_signers=2, minor=100_000_000)
    order = firm.sign(builders.submitted(firm.preparer, firm.account, amount_minor=MOST + 1))

    with pytest.raises(PayeeIsUnknown):
        firm.sign(order, firm.signers[1])


def test_between_own_accounts_and_to_the_state_there_is_no_new_payee(rich):
    own = builders.account(rich.company)
    scheme = BudgetScheme.objects.create(
        code="prove", group="tax", name="Provë", beneficiary_name="THESARI", beneficiary_iban=NEW_IBAN
    )
    to_the_state = {
        "kind": OrderKind.BUDGET,
        "budget_scheme": scheme.code,
        "beneficiary_name": scheme.beneficiary_name,
        "beneficiary_iban": scheme.beneficiary_iban,
    }

    assert pay(rich, MOST + 1, kind=OrderKind.OWN, beneficiary_iban=own.iban).status == "released"
    assert pay(rich, MOST + 1, **to_the_state).status == "released"


def test_series_that_begin_tomorrow_count_once_each_against_the_limit_of_a_new_payee(rich):
    cast.sign(rich, cast.submitted(rich, wish={"amount_minor": MOST - 1}))

    with pytest.raises(PayeeIsUnknown):
        cast.ask(rich, cast.submitted(rich, wish={"amount_minor": 2}))
    with pytest.raises(PayeeIsUnknown):
        pay(rich, 2)
    assert pay(rich, 1).status == "released"


def test_a_series_that_was_stopped_before_it_paid_counts_no_more(rich):
    series = cast.sign(rich, cast.submitted(rich, wish={"amount_minor": MOST}))
    standing.stop(standing_id=series.pk, mandate=rich.signers[0], reason="gabim", with_orders=False, at=builders.AT)

    assert pay(rich, MOST).status == "released"


def test_a_series_and_its_first_order_are_counted_as_one(rich):
    cast.sign(rich, cast.submitted(rich, wish={"amount_minor": MOST - 1}))
    paydays.make_due(at=tirana(11, 24))

    assert pay(rich, 1, at=tirana(11, 24)).status == "released"
