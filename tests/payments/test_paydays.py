"""Running series and the clock: each day pays once; what fails is told, and the series goes on."""

from datetime import date, timedelta

import pytest

from accounts import business_day, notices
from accounts.models import BankAccount, BankHoliday, Mandate, Notice
from payments import paydays, skipped_days, standing_notices, verdicts
from payments.cutoff import Promised
from payments.models import PaymentLimit
from payments.models.orders import OrderKind
from payments.models.standing import Rhythm
from payments.reasons import words
from payments.standing_selectors import plan
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db


def december(*days):
    return [date(2026, 12, day) for day in days]


def told(user, kind):
    return [notices.in_words(notice) for notice in Notice.objects.filter(user=user, kind=kind).order_by("pk")]


def to_ours(payee):
    return {"kind": OrderKind.INTERNAL, "beneficiary_iban": payee.iban, "beneficiary_name": payee.company.name}


# --- The day comes -----------------------------------------------------------------------------------------------


def test_the_order_of_a_day_is_made_as_the_day_begins_and_executed_from_8(firm):
    series = cast.running(firm)
    cast.run(tirana(11, 23, 23, 59))
    assert not series.orders.exists()

    cast.run(tirana(11, 24))
    order = series.orders.get()
    assert (order.status, order.hold_id, order.execute_on) == ("released", None, TUESDAY)

    cast.run(tirana(11, 24, 7, 59))
    assert series.orders.get().status == "released"
    cast.run(tirana(11, 24, 8, 0))
    assert series.orders.get().status == "executed"


def test_the_order_is_the_series_word_for_word(firm):
    series = cast.running(firm, wish={"amount_minor": 4_000_001})

    cast.run(tirana(11, 24), tirana(11, 24, 8))

    order = series.orders.get()
    assert (order.amount_minor, order.beneficiary_iban) == (series.amount_minor, series.beneficiary_iban)
    assert (order.fee_minor, order.rail, order.description) == (5_000, "aech", series.description)
    assert (order.posting.value_on, order.posting.end_to_end_id) == (TUESDAY, order.number)


def test_its_promise_says_that_the_customer_chose_the_day(firm):
    series = cast.running(firm)
    later = cast.running(firm, rhythm=Rhythm.YEARLY, first_on=date(2026, 11, 28))

    cast.run(tirana(11, 24), tirana(12, 2))

    promise = Promised.from_facts(series.orders.get().promise.reasons)
    assert words(promise, "sq")[1] == "Ditën e kryerjes e zgjodhët ju."
    moved = Promised.from_facts(later.orders.get().promise.reasons)
    assert "të shtunën 28 nëntor 2026, banka nuk punon" in words(moved, "sq")[1]
    assert later.orders.get().execute_on == date(2026, 12, 2)


def test_a_month_of_days_pays_each_day_once(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000})
    moments = [tirana(11, 20) + timedelta(days=day, hours=hour) for day in range(32) for hour in (0, 8)]

    cast.run(*moments)

    assert cast.due_days(series) == [
        *(date(2026, 11, day) for day in (24, 25, 26, 27)),
        *december(2, 3, 4, 7, 9, 10, 11, 14, 15, 16, 17, 18, 21),
    ]
    assert set(series.orders.values_list("status", flat=True)) == {"executed"}


@pytest.mark.parametrize(
    "days",
    [
        [date(2027, 10, 29), date(2027, 11, 1), date(2027, 11, 2)],
        [date(2027, 3, 26), date(2027, 3, 30), date(2027, 3, 31)],
    ],
)
def test_where_the_clocks_are_changed_each_day_pays_once(firm, days):
    """The Sundays in between have 25 and 23 hours."""
    series = cast.running(firm, rhythm=Rhythm.DAILY, first_on=days[0], wish={"amount_minor": 1_000}, times=3)
    start = tirana(days[0].month, days[0].day - 1, 22, 0, year=2027)

    cast.run(*(start + timedelta(minutes=30 * step) for step in range(48 * 6)))

    assert cast.due_days(series) == days
    assert set(series.orders.values_list("status", flat=True)) == {"executed"}


def test_ticks_at_the_same_moment_make_nothing_twice(firm):
    series = cast.running(firm)

    assert paydays.make_due(at=tirana(11, 24)) == 1
    assert paydays.make_due(at=tirana(11, 24)) == 0
    assert paydays.make(standing_id=series.pk, at=tirana(11, 24)) == 0
    assert series.orders.count() == 1


def test_days_that_were_missed_are_made_once_and_executed_when_the_clock_comes_back(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000})

    cast.run(tirana(11, 26, 10), tirana(11, 26, 11))

    assert cast.due_days(series) == [date(2026, 11, day) for day in (24, 25, 26)]
    assert {order.execute_on for order in series.orders.all()} == {date(2026, 11, 26)}
    assert set(series.orders.values_list("status", flat=True)) == {"executed"}


def test_a_missed_day_found_after_the_cut_off_waits_for_the_next(firm):
    series = cast.running(firm)

    cast.run(tirana(11, 24, 14, 1))

    order = series.orders.get()
    assert (order.due_on, order.execute_on, order.status) == (TUESDAY, date(2026, 11, 25), "released")
    assert "nuk arrin të kryhet" in words(Promised.from_facts(order.promise.reasons), "sq")[1]


@pytest.mark.parametrize(("prefers_previous", "due_on"), [(False, date(2026, 12, 14)), (True, date(2026, 12, 10))])
def test_a_feast_declared_meanwhile_moves_the_day(firm, prefers_previous, due_on):
    series = cast.running(firm, first_on=date(2026, 12, 11), wish={"prefers_previous": prefers_previous})
    BankHoliday.objects.create(day=date(2026, 12, 11), name="Bajrami")

    cast.run(*(tirana(12, day, 9) for day in range(8, 16)))

    assert cast.due_days(series) == [due_on]


def test_a_feast_declared_on_the_day_itself_pays_it_once(firm):
    series = cast.running(firm)
    cast.run(tirana(11, 24))
    BankHoliday.objects.create(day=TUESDAY, name="Bajrami")

    cast.run(tirana(11, 24, 9), tirana(11, 25), tirana(11, 25, 9))

    order = series.orders.get()
    assert (order.status, order.posting.value_on) == ("executed", date(2026, 11, 25))


def test_a_day_left_out_makes_no_order_and_the_next_does(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, times=3)
    skipped_days.skip(standing_id=series.pk, mandate=firm.preparer, nominal_on=date(2026, 11, 25), at=builders.AT)

    cast.run(*(tirana(11, day, 9) for day in range(23, 28)))

    series.refresh_from_db()
    assert cast.due_days(series) == [TUESDAY, date(2026, 11, 26)]
    assert series.status == "finished"


def test_a_feast_declared_for_a_day_that_has_paid_gives_a_daily_series_no_time_more(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000}, times=3)
    cast.run(tirana(11, 24, 9), tirana(11, 25, 9))
    BankHoliday.objects.create(day=TUESDAY, name="Festë e shpallur vonë")
    planned = plan(series, calendar=business_day.calendar(), at=tirana(11, 25, 10))

    cast.run(tirana(11, 26, 9), tirana(11, 27, 9))

    series.refresh_from_db()
    assert [day.due_on for day in planned.days] == [date(2026, 11, 26)]
    assert cast.due_days(series) == [date(2026, 11, day) for day in (24, 25, 26)]
    assert (series.status, series.end_reason) == ("finished", paydays.LAST_DAY_PASSED)


# --- It ends -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("end", [{"times": 2}, {"last_on": date(2026, 11, 25)}])
def test_it_is_finished_with_its_last_order(firm, end):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000}, **end)

    cast.run(tirana(11, 24), tirana(11, 25), tirana(11, 25, 8), tirana(11, 26, 8))

    series.refresh_from_db()
    assert (series.status, series.end_reason) == ("finished", paydays.LAST_DAY_PASSED)
    assert [order.status for order in series.orders.all()] == ["executed", "executed"]


def test_the_cap_is_never_passed(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 1_000}, cap_minor=2_999)

    cast.run(*(tirana(11, day, hour) for day in range(24, 28) for hour in (0, 9)))

    series.refresh_from_db()
    assert (series.status, series.end_reason) == ("finished", paydays.CAP_REACHED)
    assert series.orders.count() == 2


def test_what_failed_does_not_use_up_the_cap(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 10_000_000}, cap_minor=10_000_000)
    cast.run(tirana(11, 24), tirana(11, 24, 14, 1))
    builders.credit(firm.account, 1_000_000)

    cast.run(tirana(11, 25), tirana(11, 25, 8), tirana(11, 26, 8))

    assert [order.status for order in series.orders.order_by("due_on")] == ["failed", "executed"]


# --- What speaks against it --------------------------------------------------------------------------------------


def test_without_money_it_waits_until_the_cut_off_then_fails_and_the_series_goes_on(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 20_000_000})

    cast.run(tirana(11, 24), tirana(11, 24, 8), tirana(11, 24, 14, 0))
    assert series.orders.get().status == "released"
    cast.run(tirana(11, 24, 14, 1), tirana(11, 25))

    first, second = series.orders.order_by("due_on")
    assert (first.status, first.end_reason, second.status) == ("failed", verdicts.NO_FUNDS, "released")


def test_preparer_and_signers_are_told_with_the_reason(firm):
    series = cast.running(firm, wish={"amount_minor": 20_000_000})

    cast.run(tirana(11, 24), tirana(11, 24, 14, 1))

    for mandate in (firm.preparer, firm.signers[0]):
        (sentence,) = told(mandate.user, standing_notices.FAILED)
        assert "24.11.2026, 200.000,00 ALL për BETA NDËRTIM SHPK" in sentence
        assert series.number in sentence
        assert "nuk kishte para" in sentence


def test_who_left_the_company_is_told_no_more_and_somebody_always_is(firm):
    cast.running(firm, wish={"amount_minor": 20_000_000})
    colleague = builders.mandate_of(builders.user(firm.company, signs=True))
    gone = (firm.preparer, firm.signers[0])
    Mandate.objects.filter(pk__in=[one.pk for one in gone]).update(valid_until=date(2026, 11, 23))

    cast.run(tirana(11, 24), tirana(11, 24, 14, 1))

    assert [told(one.user, standing_notices.FAILED) for one in gone] == [[], []]
    assert len(told(colleague.user, standing_notices.FAILED)) == 1


def test_three_failures_in_a_row_ask_for_attention_and_a_payment_in_between_starts_anew(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 20_000_000})
    days = [24, 25, 26]
    cast.run(*(tirana(11, day, hour) for day in days for hour in (0, 15)))

    (sentence,) = told(firm.preparer.user, standing_notices.NEEDS_ATTENTION)
    assert sentence.startswith("3 pagesa radhazi")
    assert standing_notices.failures_in_a_row(series) == 3

    builders.credit(firm.account, 15_000_000)
    cast.run(tirana(11, 27), tirana(11, 27, 8))
    assert standing_notices.failures_in_a_row(series) == 0


@pytest.mark.parametrize("who", ["preparer", "signer"])
def test_a_right_that_ended_pays_nothing(firm, who):
    series = cast.running(firm)
    mandate = firm.preparer if who == "preparer" else firm.signers[0]
    Mandate.objects.filter(pk=mandate.pk).update(valid_until=date(2026, 11, 23))

    cast.run(tirana(11, 24), tirana(11, 24, 8))

    order = series.orders.get()
    assert (order.status, order.end_reason) == ("failed", verdicts.RIGHT_ENDED)


def test_a_frozen_account_pays_nothing(firm):
    series = cast.running(firm)
    BankAccount.objects.filter(pk=firm.account.pk).update(status="frozen")

    cast.run(tirana(11, 24), tirana(11, 24, 8))

    assert series.orders.get().end_reason == verdicts.ACCOUNT_BLOCKED


def test_a_payee_of_ours_who_left_gets_nothing(firm):
    payee = builders.account(builders.company())
    series = cast.running(firm, wish=to_ours(payee))
    BankAccount.objects.filter(pk=payee.pk).update(status="closed")

    cast.run(tirana(11, 24), tirana(11, 24, 8))

    assert series.orders.get().end_reason == verdicts.PAYEE_GONE


def test_the_limits_of_the_company_count_every_order_of_the_series(firm):
    series = cast.running(firm, rhythm=Rhythm.DAILY, wish={"amount_minor": 60_000})
    PaymentLimit.objects.create(
        scope="company", company=firm.company, currency="ALL", monthly_minor=100_000, valid_from=date(2026, 1, 1)
    )

    cast.run(*(tirana(11, day, hour) for day in (24, 25) for hour in (0, 9)))

    first, second = series.orders.order_by("due_on")
    assert (first.status, second.status, second.end_reason) == ("executed", "failed", paydays.OVER_THE_SPAN)
    assert told(firm.preparer.user, standing_notices.FAILED)


def test_one_that_breaks_holds_up_no_other(firm, monkeypatch, caplog):
    broken, whole = cast.running(firm), cast.running(firm)
    make_order = paydays._make_order

    def breaks(series, day, **facts):
        if series.pk == broken.pk:
            raise ZeroDivisionError
        return make_order(series, day, **facts)

    monkeypatch.setattr(paydays, "_make_order", breaks)

    assert paydays.make_due(at=tirana(11, 24)) == 1
    assert (whole.orders.count(), broken.orders.count()) == (1, 0)
    assert "standing order not looked at" in caplog.text
    monkeypatch.undo()
    assert paydays.make_due(at=tirana(11, 24, 0, 2)) == 1
