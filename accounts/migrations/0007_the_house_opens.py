"""What the bank itself needs before its first customer: its own accounts, and the feasts of the years around now."""

import uuid
from datetime import date

from django.db import migrations

from accounts.working_days import library_feasts

CURRENCIES = ("ALL", "EUR", "USD", "GBP", "CHF", "CAD", "AUD")
HOUSE = {
    "clearing-domestic": "Klerim, pagesa brenda vendit",
    "core": "Sistemi qendror, veprime të tjera",
    "fees": "Komisione",
}
OPENED_ON = date(2024, 1, 1)
YEARS = range(2024, 2029)


def open_house(apps, schema_editor):
    account = apps.get_model("accounts", "BankAccount")
    account.objects.using(schema_editor.connection.alias).bulk_create(
        account(
            uuid=uuid.uuid4(),
            kind="house",
            house_code=f"{code}-{currency}",
            name=name,
            currency=currency,
            opened_on=OPENED_ON,
        )
        for code, name in HOUSE.items()
        for currency in CURRENCIES
    )


def seed_feasts(apps, schema_editor):
    holiday = apps.get_model("accounts", "BankHoliday")
    holiday.objects.using(schema_editor.connection.alias).bulk_create(
        holiday(
            day=feast.day,
            name=feast.name,
            is_moved=feast.moved,
            is_confirmed=feast.certain,
            source="holidays (Ligji 7651/1992)",
        )
        for feast in library_feasts(YEARS)
    )


class Migration(migrations.Migration):
    dependencies = [("accounts", "0006_audit_is_chained")]

    operations = [
        migrations.RunPython(open_house, migrations.RunPython.noop),
        migrations.RunPython(seed_feasts, migrations.RunPython.noop),
    ]
