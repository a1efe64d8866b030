"""A paper may be of no company: the thread of a complaint that came from somebody who is no client."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0024_banners_stay_as_placed")]

    operations = [
        migrations.AlterField(
            model_name="paper",
            name="company",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.company",
            ),
        ),
    ]
