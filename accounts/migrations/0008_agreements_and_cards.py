import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0007_the_house_opens"),
    ]

    operations = [
        migrations.AddField(
            model_name="person",
            name="phone_changed_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="celulari u ndryshua"),
        ),
        migrations.AddField(
            model_name="user",
            name="low_limit_until",
            field=models.DateTimeField(blank=True, null=True, verbose_name="kufi i ulët deri"),
        ),
        migrations.CreateModel(
            name="Activation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("documents_on", models.DateField(verbose_name="dokumentet më")),
                ("entered_by", models.CharField(max_length=80, verbose_name="regjistroi")),
                ("confirmed_by", models.CharField(max_length=80, verbose_name="konfirmoi")),
                (
                    "mandate",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="activation",
                        to="accounts.mandate",
                        verbose_name="mandati",
                    ),
                ),
            ],
            options={
                "verbose_name": "aktivizim",
                "verbose_name_plural": "aktivizime",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("entered_by", models.F("confirmed_by")), _negated=True),
                        name="activation_takes_two_people",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("version", models.CharField(max_length=20, verbose_name="versioni")),
                ("signed_on", models.DateField(verbose_name="nënshkruar më")),
                ("branch", models.CharField(max_length=80, verbose_name="dega")),
                ("signatory", models.CharField(max_length=140, verbose_name="nënshkruesi")),
                ("valid_until", models.DateField(blank=True, null=True, verbose_name="vlen deri më")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="accounts.company",
                        verbose_name="kompania",
                    ),
                ),
            ],
            options={
                "verbose_name": "marrëveshje",
                "verbose_name_plural": "marrëveshje",
                "constraints": [
                    models.UniqueConstraint(fields=("company", "version"), name="one_agreement_per_company_and_version")
                ],
            },
        ),
        migrations.CreateModel(
            name="Card",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("proof", models.CharField(editable=False, max_length=64)),
                ("last4", models.CharField(max_length=4, verbose_name="4 shifrat e fundit")),
                ("expires_on", models.DateField(verbose_name="skadon më")),
                (
                    "status",
                    models.CharField(
                        choices=[("active", "Aktive"), ("ended", "E mbyllur")],
                        default="active",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="accounts.company",
                        verbose_name="kompania",
                    ),
                ),
                (
                    "person",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cards",
                        to="accounts.person",
                        verbose_name="personi",
                    ),
                ),
            ],
            options={
                "verbose_name": "kartë",
                "verbose_name_plural": "karta",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("company__isnull", True), ("person__isnull", False)),
                            models.Q(("company__isnull", False), ("person__isnull", True)),
                            _connector="OR",
                        ),
                        name="card_belongs_to_a_person_or_a_company",
                    )
                ],
            },
        ),
    ]
