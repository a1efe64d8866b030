"""The bank's own first limits in the currencies that had none: a signature in a currency without any is refused."""

from datetime import date

from django.db import migrations

SINCE = date(2024, 1, 1)
SOURCE = "The bank's own first limits; staff set others per company, signer and account"
CURRENCIES = ("GBP", "CHF", "CAD", "AUD")


def seed(apps, schema_editor):
    limits = apps.get_model("payments", "PaymentLimit").objects.using(schema_editor.connection.alias)
    for currency in CURRENCIES:
        owner = {"scope": "signer", "currency": currency, "company": None, "user": None, "account": None}
        if limits.filter(**owner).exists():  # staff set it themselves
            continue
        limits.create(
            **owner,
            single_minor=500_000_00,
            daily_minor=1_000_000_00,
            monthly_minor=10_000_000_00,
            valid_from=SINCE,
            source=SOURCE,
        )


class Migration(migrations.Migration):
    dependencies = [("payments", "0018_what_left_and_what_came_in")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
