"""What a posting can be besides: a return, a payment from another bank, a payment for the budget."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0014_day_totals_at_the_close"),
    ]

    operations = [
        migrations.AlterField(
            model_name="hold",
            name="kind",
            field=models.CharField(
                choices=[
                    ("domestic", "Transfertë brenda vendit"),
                    ("internal", "Transfertë brenda bankës"),
                    ("own", "Mes llogarive të mia"),
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
                    ("own", "Mes llogarive të mia"),
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
