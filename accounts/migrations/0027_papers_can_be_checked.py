"""Law: a paper is compared by its account and its amount, or by neither. The papers before keep what they were."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0026_post_many_and_its_holds")]

    operations = [
        migrations.AddField(
            "paper",
            "code",
            models.CharField("kodi i kontrollit", max_length=8, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField(
            "paper",
            "iban_last4",
            models.CharField("4 shenjat e fundit të IBAN-it", max_length=4, blank=True, default=""),
            preserve_default=False,
        ),
        migrations.AddField("paper", "amount_minor", models.BigIntegerField("shuma", null=True, blank=True)),
        migrations.AddConstraint(
            "paper",
            models.CheckConstraint(
                name="a_paper_is_compared_by_account_and_amount",
                condition=models.Q(("amount_minor__isnull", True), ("iban_last4", ""))
                | models.Q(("amount_minor__isnull", False), ("iban_last4__regex", "^[0-9A-Z]{4}$")),
            ),
        ),
        migrations.AddIndex("paper", models.Index(name="paper_by_file", fields=["sha256"])),
    ]
