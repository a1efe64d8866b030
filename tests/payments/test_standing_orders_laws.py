"""The laws of the orders that a series makes, asked around the verbs: the one exception, and all that it rests on."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from payments import paydays, promises
from payments.models import PaymentOrder, SkippedDay, StandingOrder
from payments.models.standing import Rhythm
from payments.rhythm import PayDay
from payments.series import as_order
from tests import builders
from tests.payments import standing_cast as cast
from tests.payments.standing_cast import TUESDAY, tirana

pytestmark = pytest.mark.django_db
MORNING = tirana(11, 24)


def refused(law):
    return pytest.raises(IntegrityError, match=law)


def change(series, **columns):
    with transaction.atomic():
        StandingOrder.objects.filter(pk=series.pk).update(**columns)


def left_out(firm, series):
    with transaction.atomic():
        SkippedDay.objects.create(
            standing=series, nominal_on=TUESDAY, skipped_by=firm.preparer.user, skipped_at=MORNING
        )


def born(series, *, day=TUESDAY, **columns):
    """A draft of the series, as the clock makes it but for what the test changes."""
    order = as_order(series)
    order.number, order.submit_key = f"P-X-{builders.unique()}", f"test-{builders.unique()}"
    order.created_at, order.standing, order.due_on, order.requested_on, order.fee_minor = MORNING, series, day, day, 0
    for name, value in columns.items():
        setattr(order, name, value)
    with transaction.atomic():
        order.save(force_insert=True)
    return order


def release(order, *, at=MORNING, **columns):
    promised = paydays._promised(
        order, PayDay(order.requested_on, order.due_on), calendar=promises.rules(at=at).calendar, at=at
    )
    facts = {
        "status": "released",
        "released_at": at,
        "execute_on": promised.execute_on,
        "other_signers": order.standing.other_signers if order.standing else 0,
    }
    with transaction.atomic():
        promises.keep(order, promised)
        PaymentOrder.objects.filter(pk=order.pk).update(**facts | columns)


def test_an_order_of_a_signed_and_running_series_needs_no_signature_of_its_own(firm):
    order = born(cast.running(firm))

    release(order)

    order.refresh_from_db()
    assert (order.status, order.signatures.count()) == ("released", 0)


def test_an_order_of_no_series_is_released_by_its_signatures_as_ever(firm):
    order = builders.submitted(firm.preparer, firm.account)
    promises.keep(order, promises.of_order(order, at=builders.AT))

    with refused("order_is_released_by_its_signatures"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(
            status="released", released_at=builders.AT, execute_on=builders.AT.date()
        )


def test_a_draft_of_no_series_goes_no_short_way(firm):
    order = builders.draft(firm.preparer, firm.account)

    with refused("order_status_goes_one_way"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(status="released")


def test_a_series_that_is_not_signed_or_not_running_releases_nothing(firm):
    stopped = cast.running(firm)
    change(stopped, status="stopped", look_on=None)

    for series in (cast.submitted(firm), stopped):
        with refused("order_of_a_series_needs_it_signed_and_running"):
            release(born(series))


@pytest.mark.parametrize(
    "columns",
    [
        {"amount_minor": 123_451},
        {"beneficiary_name": "GAMA SHPK"},
        {"beneficiary_iban": "AL35202111090000000001234567"},
        {"description": "Tjetër"},
        {"kind": "internal"},
        {"is_urgent": True},
        {"prefers_previous": True},
        {"invoice_code": "3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a17"},
    ],
)
def test_it_pays_what_was_signed_and_nothing_else(firm, columns):
    order = born(cast.running(firm), **columns)

    with refused("order_of_a_series_pays_what_was_signed"):
        release(order)


def test_it_keeps_the_signers_of_its_series(firm):
    with refused("order_of_a_series_pays_what_was_signed"):
        release(born(cast.running(firm)), other_signers=0)


@pytest.mark.parametrize("day", [date(2026, 11, 20), date(2026, 12, 31)])
def test_it_is_of_one_of_the_days_of_its_series(firm, day):
    with refused("order_of_a_series_is_of_one_of_its_days"):
        release(born(cast.running(firm, last_on=date(2026, 12, 24)), day=day))


def test_a_day_left_out_makes_no_order(firm):
    series = cast.running(firm)
    left_out(firm, series)

    with refused("order_of_a_series_is_of_one_of_its_days"):
        release(born(series))


def test_there_are_no_more_orders_than_times(firm):
    series = cast.running(firm, times=1, rhythm=Rhythm.DAILY)
    release(born(series))

    with refused("order_of_a_series_is_of_one_of_its_days"):
        release(born(series, day=date(2026, 11, 25)))


def test_it_stays_within_the_cap(firm):
    series = cast.running(firm, cap_minor=2 * 123_450, rhythm=Rhythm.DAILY)
    for day in (24, 25):
        release(born(series, day=date(2026, 11, day)))

    with refused("order_of_a_series_stays_within_its_cap"):
        release(born(series, day=date(2026, 11, 26)))


def test_one_day_has_one_order(firm):
    series = cast.running(firm)
    born(series)

    for columns in ({}, {"due_on": date(2026, 11, 25)}):
        with refused("one_order_per_series_and"):
            born(series, **columns)


def test_an_order_names_its_days_with_its_series(firm):
    order = builders.draft(firm.preparer, firm.account)

    with refused("order_keeps_its_series"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(due_on=TUESDAY)
    with refused("order_of_a_series_names_its_days"):
        born(cast.running(firm), due_on=None)


def test_it_never_leaves_its_series_nor_joins_another(firm):
    series, other = cast.running(firm), cast.running(firm)
    order = born(series)

    with refused("order_keeps_its_series"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(standing=other)


def test_it_awaits_nobody(firm):
    order = born(cast.running(firm))

    with refused("order_of_a_series_awaits_nobody"), transaction.atomic():
        PaymentOrder.objects.filter(pk=order.pk).update(status="awaiting", other_signers=1, submitted_at=MORNING)
