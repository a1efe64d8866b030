"""Incoming payments are known by their sender: one BIC for two banks would credit a payment once under each."""

from django.db import migrations, models
from django.db.models.functions import Left


class Migration(migrations.Migration):
    dependencies = [("payments", "0026_a_skipped_day_comes_back")]

    operations = [
        migrations.AddConstraint(
            model_name="participantbank",
            constraint=models.UniqueConstraint(
                Left("bic", 8), name="a_bic_names_one_bank", condition=~models.Q(bic="")
            ),
        ),
    ]
