"""Limits: their rows, and the bank's own first ones, generous until staff set others."""

from datetime import date

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models
from django.db.models import Q

SINCE = date(2024, 1, 1)
SOURCE = "The bank's own first limits; staff set others per company, signer and account"
# Per order, per day and per month of one signer, in minor units.
FIRST = {
    "ALL": (50_000_000_00, 100_000_000_00, 1_000_000_000_00),
    "EUR": (500_000_00, 1_000_000_00, 10_000_000_00),
    "USD": (500_000_00, 1_000_000_00, 10_000_000_00),
}


def seed(apps, schema_editor):
    limits = apps.get_model("payments", "PaymentLimit").objects.using(schema_editor.connection.alias)
    for currency, (single, daily, monthly) in FIRST.items():
        limits.create(
            scope="signer",
            currency=currency,
            single_minor=single,
            daily_minor=daily,
            monthly_minor=monthly,
            valid_from=SINCE,
            source=SOURCE,
        )


def owner(to):
    return models.ForeignKey(to, null=True, blank=True, on_delete=django.db.models.deletion.PROTECT, related_name="+")


class Migration(migrations.Migration):
    dependencies = [("payments", "0009_clearing_obeys"), migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="PaymentLimit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "scope",
                    models.CharField(
                        choices=[("signer", "Nënshkruesi"), ("account", "Llogaria"), ("company", "Kompania")],
                        max_length=8,
                        verbose_name="i kujt",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("single_minor", models.BigIntegerField(blank=True, null=True, verbose_name="për një urdhër")),
                ("daily_minor", models.BigIntegerField(blank=True, null=True, verbose_name="në ditë")),
                ("monthly_minor", models.BigIntegerField(blank=True, null=True, verbose_name="në muaj")),
                ("valid_from", models.DateField(verbose_name="vlen nga")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="burimi")),
                ("account", owner("accounts.bankaccount")),
                ("company", owner("accounts.company")),
                ("user", owner(settings.AUTH_USER_MODEL)),
            ],
            options={"verbose_name": "kufi pagese", "verbose_name_plural": "kufij pagese"},
        ),
        migrations.AddConstraint(
            "paymentlimit",
            models.UniqueConstraint(
                name="one_limit_per_owner_and_day",
                fields=["scope", "company", "user", "account", "currency", "valid_from"],
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            "paymentlimit",
            models.CheckConstraint(
                name="a_limit_has_one_owner",
                condition=Q(company__isnull=True, user__isnull=True, account__isnull=True)
                | Q(scope="signer", company__isnull=False, account__isnull=True)
                | Q(scope="account", company__isnull=True, user__isnull=True, account__isnull=False)
                | Q(scope="company", company__isnull=False, user__isnull=True, account__isnull=True),
            ),
        ),
        migrations.AddConstraint(
            "paymentlimit",
            models.CheckConstraint(
                name="a_limit_is_positive",
                condition=(Q(single_minor__isnull=True) | Q(single_minor__gt=0))
                & (Q(daily_minor__isnull=True) | Q(daily_minor__gt=0))
                & (Q(monthly_minor__isnull=True) | Q(monthly_minor__gt=0)),
            ),
        ),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
