"""The first rules: the bank's cut-off, the fees of September 2025, and the banks whose numbers were verified."""

from datetime import date

from django.conf import settings
from django.db import migrations

SINCE = date(2024, 1, 1)
FEES_SOURCE = "Bank of Albania, fees for electronic domestic payments in force since September 2025"
LEK = 100
MILLION = 1_000_000 * LEK
# Up to this amount, fixed fee: (minor units of ALL).
ALL_BANDS = [
    (40_000 * LEK, 0),
    (1 * MILLION, 50 * LEK),
    (5 * MILLION, 250 * LEK),
    (10 * MILLION, 500 * LEK),
    (None, 700 * LEK),
]
# 0.01 % of the amount, from 2 to 25 EUR.
EUR_RATE_PPM, EUR_MIN, EUR_MAX = 100, 200, 2500


def seed(apps, schema_editor):
    database = schema_editor.connection.alias
    cut_off, tariff, bank = (apps.get_model("payments", name) for name in ("CutOff", "Tariff", "ParticipantBank"))
    cut_off.objects.using(database).create(
        kind="domestic", at_time=settings.DOMESTIC_CUT_OFF, valid_from=SINCE, source="The bank's own margin before AIPS"
    )
    tariff.objects.using(database).bulk_create(
        tariff(
            kind="domestic",
            currency="ALL",
            up_to_minor=up_to,
            fixed_minor=fee,
            valid_from=SINCE,
            source=FEES_SOURCE,
        )
        for up_to, fee in ALL_BANDS
    )
    tariff.objects.using(database).create(
        kind="domestic",
        currency="EUR",
        rate_ppm=EUR_RATE_PPM,
        min_minor=EUR_MIN,
        max_minor=EUR_MAX,
        valid_from=SINCE,
        source=FEES_SOURCE,
    )
    bank.objects.using(database).create(
        code="203", name="United Bank of Albania", source="The bank's own published branch codes"
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0002_orders_obey")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
