"""Thresholds of users for accounts. Laws: one a user and account, and more than nothing."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0028_looks_are_found_at_once"),
        ("statements", "0002_accounts_as_one_meets_them"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="LowBalance",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("threshold_minor", models.BigIntegerField(verbose_name="kufiri")),
                ("is_below", models.BooleanField(verbose_name="nën kufi")),
                ("told_at", models.DateTimeField(null=True, verbose_name="njoftuar më")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="low_balances",
                        to="accounts.bankaccount",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "njoftim për gjendje të ulët",
                "verbose_name_plural": "njoftime për gjendje të ulët",
                "constraints": [
                    models.UniqueConstraint(name="one_low_balance_per_user_and_account", fields=("user", "account")),
                    models.CheckConstraint(
                        name="a_low_balance_is_more_than_nothing", condition=models.Q(("threshold_minor__gt", 0))
                    ),
                ],
            },
        ),
    ]
