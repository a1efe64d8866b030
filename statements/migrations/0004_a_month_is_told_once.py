"""Which month of an account was told: one row an account, so that of two clocks one tells."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("statements", "0003_a_low_balance_is_told")]

    operations = [
        migrations.CreateModel(
            name="ToldMonth",
            fields=[
                (
                    "account",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="+",
                        serialize=False,
                        to="accounts.bankaccount",
                    ),
                ),
                ("month", models.DateField(verbose_name="muaji")),
            ],
            options={"verbose_name": "muaj i njoftuar", "verbose_name_plural": "muaj të njoftuar"},
        ),
    ]
