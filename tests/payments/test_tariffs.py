"""What a payment costs, to the last band and the first day."""

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from payments import tariffs
from payments.models import Tariff

pytestmark = pytest.mark.django_db
DAY, NEXT = date(2026, 11, 20), date(2026, 12, 1)


@pytest.mark.parametrize(
    ("lek", "fee"),
    [
        (1, 0),
        (40_000, 0),
        (40_000.01, 50),
        (1_000_000, 50),
        (1_000_000.01, 250),
        (5_000_000, 250),
        (10_000_000, 500),
        (10_000_000.01, 700),
        (900_000_000, 700),
    ],
)
def test_the_fee_in_lek_goes_by_bands_that_include_their_end(lek, fee):
    assert tariffs.fee(kind="domestic", currency="ALL", amount_minor=round(lek * 100), on=DAY) == fee * 100


def test_a_currency_without_a_tariff_is_not_served():
    with pytest.raises(tariffs.CurrencyNotServed):
        tariffs.fee(kind="domestic", currency="USD", amount_minor=1, on=DAY)

    assert set(tariffs.in_force(kind="domestic", on=DAY)) == {"ALL", "EUR"}


def test_a_set_counts_only_when_it_is_whole():
    Tariff.objects.create(kind="domestic", currency="ALL", up_to_minor=100, fixed_minor=1, valid_from=NEXT)
    assert tariffs.fee(kind="domestic", currency="ALL", amount_minor=50, on=NEXT) == 0

    Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=2, valid_from=NEXT)

    assert tariffs.fee(kind="domestic", currency="ALL", amount_minor=50, on=NEXT) == 1
    assert tariffs.fee(kind="domestic", currency="ALL", amount_minor=101, on=NEXT) == 2
    assert tariffs.fee(kind="domestic", currency="ALL", amount_minor=50, on=DAY) == 0


def test_a_tariff_charges_no_less_than_nothing_and_stands_once():
    with pytest.raises(IntegrityError, match="tariff_charges_no_less_than_nothing"), transaction.atomic():
        Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=-1, valid_from=NEXT)
    Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=1, valid_from=NEXT)
    with pytest.raises(IntegrityError, match="one_tariff_per_band_and_day"), transaction.atomic():
        Tariff.objects.create(kind="domestic", currency="ALL", fixed_minor=1, valid_from=NEXT)
