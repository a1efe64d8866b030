"""The rules of the other kinds: no fee inside the bank; urgent and budget payments as domestic ones until staff say else."""

from datetime import date, time

from django.db import migrations

SINCE = date(2024, 1, 1)
FREE = "The bank's own price list: nothing inside the bank"
UNTIL_THE_CLOSE = "How long a chosen day waits for funds; without a chosen day these kinds are executed at any hour"
AS_DOMESTIC = "As a domestic transfer, until staff set their own"
CURRENCIES = ("ALL", "EUR", "USD", "GBP", "CHF", "CAD", "AUD")


def seed(apps, schema_editor):
    database = schema_editor.connection.alias
    cut_offs, tariffs = (apps.get_model("payments", name).objects.using(database) for name in ("CutOff", "Tariff"))
    tariffs.bulk_create(
        tariffs.model(kind=kind, currency=currency, valid_from=SINCE, source=FREE)
        for kind in ("own", "internal")
        for currency in CURRENCIES
    )
    for kind in ("own", "internal"):
        cut_offs.create(kind=kind, at_time=time(20, 0), valid_from=SINCE, source=UNTIL_THE_CLOSE)
    for kind in ("urgent", "budget"):
        for rule in cut_offs.filter(kind="domestic"):
            cut_offs.create(kind=kind, at_time=rule.at_time, valid_from=rule.valid_from, source=AS_DOMESTIC)
        for band in tariffs.filter(kind="domestic"):
            band.pk, band.kind, band.source = None, kind, AS_DOMESTIC
            band.save()


class Migration(migrations.Migration):
    dependencies = [("payments", "0006_orders_of_every_kind_obey")]

    operations = [migrations.RunPython(seed, migrations.RunPython.noop)]
