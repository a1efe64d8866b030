"""Every kind of order: whom it reaches, by which rail, on which day, for what fee, and where the money goes."""

from datetime import date, datetime

import pytest
from hypothesis import given, strategies as st

from accounts import day_close, notices, selectors as books
from accounts.clock import TIRANA
from accounts.identifiers import make_albanian_iban
from accounts.models import BankAccount
from accounts.working_days import Calendar, library_feasts
from payments import execution, order_warnings, orders, promises, rails, wishes
from payments.cutoff import Promised, in_our_books
from payments.models.orders import OrderKind, Rail
from payments.reasons import words
from payments.tariffs import CurrencyNotServed
from tests import builders
from tests.payments.conftest import make_firm

CALENDAR = Calendar({feast.day: feast for feast in library_feasts([2026, 2027])})
SATURDAY = datetime(2026, 11, 21, 11, 0, tzinfo=TIRANA)
# Hypothesis wants them naive and adds the zone.
EARLY, LATE = datetime.fromisoformat("2026-01-02"), datetime.fromisoformat("2027-06-01")
FRIDAY_NIGHT = datetime(2026, 11, 20, 20, 30, tzinfo=TIRANA)


def internal(firm, payee, **changes):
    changes = {"beneficiary_iban": payee.iban, "kind": OrderKind.INTERNAL} | changes
    return builders.wish(firm.account, **changes)


def submitted(firm, wish, *, at=builders.AT):
    """Its preparer has answered for what she was warned of."""
    order = prepared(firm, wish, at=at)
    answered = {one.key for one in order_warnings.findings(order, at=at)}
    return orders.submit(order_id=order.pk, mandate=firm.preparer, version=1, answered=answered, at=at)


def prepared(firm, wish, *, at=builders.AT):
    return orders.prepare(mandate=firm.preparer, wish=wish, submit_key=f"test-kinds-{builders.unique():08d}", at=at)


def released(firm, wish, *, at=builders.AT):
    return firm.sign(submitted(firm, wish, at=at), at=at)


def fresh(account):
    return BankAccount.objects.get(pk=account.pk)


# --- By which rail ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "currency", "amount_minor", "is_urgent", "rail"),
    [
        ("domestic", "ALL", 1, False, Rail.AECH),
        ("domestic", "ALL", 150_000_000, False, Rail.AECH),
        ("domestic", "ALL", 150_000_001, False, Rail.AIPS),
        ("domestic", "ALL", 100, True, Rail.AIPS),
        ("domestic", "EUR", 100, False, Rail.AIPS_EURO),
        ("domestic", "EUR", 100, True, Rail.AIPS_EURO),
        ("budget", "ALL", 150_000_000, False, Rail.AECH),
        ("budget", "ALL", 150_000_001, False, Rail.AIPS),
        ("internal", "ALL", 900_000_000, False, Rail.BOOK),
        ("internal", "USD", 100, False, Rail.BOOK),
        ("own", "CHF", 100, False, Rail.BOOK),
    ],
)
def test_the_rail_follows_kind_currency_amount_and_haste(kind, currency, amount_minor, is_urgent, rail):
    assert rails.rail_of(kind=kind, currency=currency, amount_minor=amount_minor, is_urgent=is_urgent) == rail


@pytest.mark.parametrize("currency", ["USD", "GBP", "CHF"])
def test_no_rail_of_the_country_carries_other_currencies(currency):
    with pytest.raises(rails.NotCarriedError):
        rails.rail_of(kind="domestic", currency=currency, amount_minor=100, is_urgent=False)


@pytest.mark.django_db
def test_a_domestic_transfer_in_dollars_is_refused_with_a_sentence(clock_at):
    clock_at(builders.AT)
    firm = make_firm(currency="USD")

    with pytest.raises(CurrencyNotServed):
        prepared(firm, builders.wish(firm.account))


def test_the_rail_and_the_haste_are_part_of_what_is_signed(firm):
    usual, urgent = (prepared(firm, builders.wish(firm.account, is_urgent=urgent)) for urgent in (False, True))

    assert (usual.rail, urgent.rail) == ("aech", "aips")
    assert orders.signing_facts(urgent)["rail"] == "aips"
    assert orders.signing_facts(urgent)["is_urgent"] is True


# --- Whom a kind reaches ---------------------------------------------------------------------------------------------


def test_a_payment_inside_the_bank_reaches_a_clients_account_in_the_same_currency(firm):
    payee = builders.account(builders.company())

    order = prepared(firm, internal(firm, payee))

    assert (order.kind, order.rail, order.fee_minor) == ("internal", "book", 0)


@pytest.mark.parametrize("currency", ["EUR", "USD"])
def test_it_does_not_reach_an_account_in_another_currency(firm, currency):
    payee = builders.account(builders.company(), currency)

    with pytest.raises(wishes.NoSuchAccountHere):
        prepared(firm, internal(firm, payee))


def test_it_does_not_reach_a_closed_account_nor_one_that_is_not_there(firm):
    payee = builders.account(builders.company())
    BankAccount.objects.filter(pk=payee.pk).update(status="closed")

    with pytest.raises(wishes.NoSuchAccountHere):
        prepared(firm, internal(firm, payee))
    with pytest.raises(wishes.NoSuchAccountHere):
        prepared(firm, internal(firm, payee, beneficiary_iban=make_albanian_iban("205", "1162", "7" * 16)))


def test_each_way_of_naming_the_wrong_bank_says_where_to_go(firm):
    payee = builders.account(builders.company())

    with pytest.raises(wishes.PayeeIsHere):
        prepared(firm, builders.wish(firm.account, beneficiary_iban=payee.iban))
    with pytest.raises(wishes.PayeeIsElsewhere):
        prepared(firm, builders.wish(firm.account, kind=OrderKind.INTERNAL))
    with pytest.raises(wishes.PayeeIsThePayer):
        prepared(firm, internal(firm, firm.account))


def test_a_transfer_between_own_accounts_reaches_only_the_companys_own(firm):
    strangers, own = builders.account(builders.company()), builders.account(firm.company)

    assert prepared(firm, internal(firm, own, kind=OrderKind.OWN)).kind == "own"
    with pytest.raises(wishes.NoSuchAccountHere):
        prepared(firm, internal(firm, strangers, kind=OrderKind.OWN))


# --- When ------------------------------------------------------------------------------------------------------------


def shown(promised: Promised) -> tuple[str, ...]:
    return words(promised, "sq", today=promised.released_at.astimezone(TIRANA).date())


@pytest.mark.parametrize(
    ("released_at", "booked_on", "headline", "reasons"),
    [
        ("2026-11-20 10:00", "2026-11-20", "Kryhet menjëherë", 1),
        ("2026-11-20 20:30", "2026-11-20", "Kryhet menjëherë", 1),
        ("2026-11-20 20:30", "2026-11-24", "Kryhet menjëherë, regjistrohet të martën 24 nëntor 2026", 5),
        ("2026-11-21 10:00", "2026-11-24", "Kryhet menjëherë, regjistrohet të martën 24 nëntor 2026", 4),
    ],
)
def test_within_the_bank_the_money_moves_at_once_and_is_booked_when_the_books_are_open(
    released_at, booked_on, headline, reasons
):
    at = datetime.fromisoformat(released_at).replace(tzinfo=TIRANA)

    promised = in_our_books(released_at=at, calendar=CALENDAR, booked_on=date.fromisoformat(booked_on))

    said = shown(promised)
    assert said[0] == headline
    assert len(said) == 1 + reasons
    assert promised.is_at_once


@pytest.mark.parametrize(
    ("requested", "prefers_previous", "executes"),
    [
        ("2026-12-04", False, "2026-12-04"),
        ("2026-12-05", False, "2026-12-07"),
        ("2026-12-05", True, "2026-12-04"),
        ("2026-11-28", True, "2026-11-27"),
    ],
)
def test_a_chosen_day_is_kept_within_the_bank_too(requested, prefers_previous, executes):
    promised = in_our_books(
        released_at=builders.AT,
        calendar=CALENDAR,
        booked_on=date(2026, 11, 20),
        requested_on=date.fromisoformat(requested),
        prefer_previous=prefers_previous,
    )

    assert promised.execute_on == date.fromisoformat(executes)
    assert not promised.is_at_once
    assert Promised.from_facts(promised.as_facts()) == promised


@given(
    st.datetimes(EARLY, LATE, timezones=st.just(TIRANA)),
    st.none() | st.dates(date(2026, 1, 2), date(2027, 9, 1)),
    st.booleans(),
)
def test_the_promised_day_is_a_working_day_and_never_in_the_past(at, requested_on, prefers_previous):
    booked_on = CALENDAR.on_or_after(at.date())

    promised = in_our_books(
        released_at=at,
        calendar=CALENDAR,
        booked_on=booked_on,
        requested_on=requested_on,
        prefer_previous=prefers_previous,
    )

    assert CALENDAR.is_working(promised.execute_on)
    assert promised.execute_on >= booked_on


# --- Where the money goes --------------------------------------------------------------------------------------------


def test_a_payment_inside_the_bank_moves_from_account_to_account_without_a_fee(firm):
    payee = builders.account(builders.company())
    order = released(firm, internal(firm, payee))

    executed = execution.execute(order_id=order.pk, at=builders.AT)

    assert (executed.status, executed.posting.kind) == ("executed", "internal")
    assert fresh(payee).balance_minor == 123_450
    assert fresh(firm.account).balance_minor == 10_000_000 - 123_450
    assert books.house_account("clearing-domestic", "ALL").balance_minor == 0


def test_on_a_saturday_it_moves_at_once_and_is_booked_on_the_next_working_day(firm, clock_at):
    own = builders.account(firm.company)
    clock_at(SATURDAY)
    order = released(firm, internal(firm, own, kind=OrderKind.OWN), at=SATURDAY)

    assert execution.execute_due(at=SATURDAY) == 1

    order.refresh_from_db()
    assert (order.status, order.execute_on) == ("executed", date(2026, 11, 24))
    assert (order.posting.booked_on, order.posting.value_on) == (date(2026, 11, 24), date(2026, 11, 24))
    assert fresh(own).balance_minor == 123_450


@pytest.mark.parametrize(
    ("state", "booked_on"),
    [("open", date(2026, 11, 20)), ("closing", date(2026, 11, 24)), ("closed", date(2026, 11, 24))],
)
def test_after_20_it_is_booked_by_the_state_of_the_books_and_keeps_its_value_date(firm, clock_at, state, booked_on):
    own = builders.account(firm.company)
    if state == "closed":
        day_close.close_due(at=FRIDAY_NIGHT)
    else:
        builders.bank_day(date(2026, 11, 20), state)
    clock_at(FRIDAY_NIGHT)
    order = released(firm, internal(firm, own, kind=OrderKind.OWN), at=FRIDAY_NIGHT)

    execution.execute(order_id=order.pk, at=FRIDAY_NIGHT)

    order.refresh_from_db()
    assert (order.posting.booked_on, order.posting.value_on) == (booked_on, date(2026, 11, 20))
    assert order.execute_on == booked_on


def test_a_chosen_day_takes_no_hold_and_waits_for_its_morning(firm):
    own = builders.account(firm.company)
    wish = internal(firm, own, kind=OrderKind.OWN, requested_on=date(2026, 11, 25))
    order = released(firm, wish)

    assert order.hold_id is None
    assert execution.execute_due(at=datetime(2026, 11, 25, 7, 59, tzinfo=TIRANA)) == 0
    assert execution.execute_due(at=datetime(2026, 11, 25, 8, 0, tzinfo=TIRANA)) == 1


def test_a_payee_who_closed_the_account_meanwhile_gets_nothing_and_the_payer_her_money_back(firm):
    payee = builders.account(builders.company())
    order = released(firm, internal(firm, payee))
    BankAccount.objects.filter(pk=payee.pk).update(status="closed")

    failed = execution.execute(order_id=order.pk, at=builders.AT)

    assert (failed.status, failed.end_reason) == ("failed", execution.PAYEE_GONE)
    assert fresh(firm.account).available_minor == 10_000_000


def test_the_code_of_an_order_at_once_still_holds_a_minute_later(firm):
    payee = builders.account(builders.company())

    signed = firm.sign(submitted(firm, internal(firm, payee)))

    assert signed.status == "released"
    assert promises.promised_or_expected(signed, at=builders.AT).is_at_once


# --- Days off in our own books ---------------------------------------------------------------------------------------


def ours(*, at, requested_on, booked_on, prefer_previous=False):
    return in_our_books(
        released_at=at,
        calendar=CALENDAR,
        booked_on=booked_on,
        requested_on=requested_on,
        prefer_previous=prefer_previous,
    )


def test_a_working_day_that_was_chosen_on_a_day_off_says_so():
    promised = ours(at=SATURDAY, requested_on=date(2026, 11, 24), booked_on=date(2026, 11, 24))

    assert [reason.code for reason in promised.reasons] == ["requested"]
    assert not promised.is_at_once


@pytest.mark.parametrize(
    ("at", "booked_on", "requested_on"),
    [
        (builders.AT, date(2026, 11, 20), date(2026, 11, 21)),
        (SATURDAY, date(2026, 11, 24), date(2026, 11, 22)),
    ],
)
def test_a_day_off_whose_working_day_before_has_come_is_now(at, booked_on, requested_on):
    promised = ours(at=at, requested_on=requested_on, booked_on=booked_on, prefer_previous=True)

    assert promised.is_at_once
    assert promised.execute_on == booked_on
    assert "requested_closed_earlier" in {reason.code for reason in promised.reasons}


def test_such_an_order_holds_its_money(firm):
    payee = builders.account(builders.company())
    order = released(firm, internal(firm, payee, requested_on=date(2026, 11, 21), prefers_previous=True))

    assert order.hold_id is not None


@pytest.mark.django_db
def test_the_company_that_an_internal_transfer_pays_is_told(firm):
    payee = builders.account(builders.company("OMEGA SHPK"))
    viewer = builders.user(payee.company)

    execution.execute(order_id=released(firm, internal(firm, payee)).pk, at=builders.AT)

    (notice,) = notices.of(viewer)
    assert f"1.234,50 ALL nga {firm.company.name}" in notices.in_words(notice)
