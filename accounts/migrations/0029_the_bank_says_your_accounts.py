"""The bank speaks to its customer: your accounts, not mine. Words alone; no table changes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0028_looks_are_found_at_once")]

    operations = [
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(
                choices=[
                    ("domestic", "Transfertë brenda vendit"),
                    ("internal", "Transfertë brenda bankës"),
                    ("own", "Mes llogarive tuaja"),
                    ("core", "Veprim i bankës"),
                    ("reversal", "Kthim"),
                    ("return", "Kthim i pagesës"),
                    ("incoming", "Pagesë hyrëse"),
                    ("budget", "Pagesë për buxhetin"),
                ],
                max_length=12,
            ),
        ),
        migrations.AlterField(
            model_name="posting",
            name="kind",
            field=models.CharField(
                choices=[
                    ("domestic", "Transfertë brenda vendit"),
                    ("internal", "Transfertë brenda bankës"),
                    ("own", "Mes llogarive tuaja"),
                    ("core", "Veprim i bankës"),
                    ("reversal", "Kthim"),
                    ("return", "Kthim i pagesës"),
                    ("incoming", "Pagesë hyrëse"),
                    ("budget", "Pagesë për buxhetin"),
                ],
                max_length=12,
            ),
        ),
    ]
