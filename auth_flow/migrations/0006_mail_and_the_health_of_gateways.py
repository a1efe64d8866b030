"""The outbox of e-mails, the health of SMS gateways, and which of them a message belongs to."""

import uuid

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth_flow", "0005_a_lifted_block_stays_lifted"),
    ]

    operations = [
        migrations.AddField(
            model_name="smscallback",
            name="message",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="callbacks",
                to="auth_flow.smsmessage",
            ),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="gateway_failures",
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="perhaps_taken_by",
            field=models.CharField(blank=True, max_length=20),
        ),
        migrations.CreateModel(
            name="GatewayHealth",
            fields=[
                ("gateway", models.CharField(max_length=20, primary_key=True, serialize=False)),
                ("failures", models.PositiveIntegerField(default=0, verbose_name="gabime radhazi")),
                ("first_failure_at", models.DateTimeField(null=True)),
                ("last_failure_at", models.DateTimeField(null=True, verbose_name="gabimi i fundit")),
                ("probe_at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name": "gjendja e portës SMS",
                "verbose_name_plural": "gjendjet e portave SMS",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("failures", 0),
                            models.Q(
                                ("first_failure_at__isnull", False),
                                ("last_failure_at__isnull", False),
                                ("probe_at__isnull", False),
                            ),
                            _connector="OR",
                        ),
                        name="a_failing_gateway_has_its_moments",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="MailMessage",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("to", models.EmailField(max_length=254, verbose_name="e-mail")),
                ("subject", models.CharField(max_length=200, verbose_name="tema")),
                ("body", models.TextField(verbose_name="teksti")),
                (
                    "status",
                    models.CharField(
                        choices=[("queued", "në radhë"), ("sent", "u dërgua"), ("failed", "dështoi")],
                        default="queued",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("created_at", models.DateTimeField(verbose_name="krijuar")),
                ("not_before", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0, verbose_name="prova")),
                ("sent_at", models.DateTimeField(null=True, verbose_name="u dërgua")),
                ("error_words", models.CharField(blank=True, max_length=120, verbose_name="gabimi")),
            ],
            options={
                "verbose_name": "e-mail",
                "verbose_name_plural": "e-mail",
                "indexes": [
                    models.Index(condition=models.Q(("status", "queued")), fields=["not_before"], name="mail_due"),
                    models.Index(fields=["created_at"], name="mail_by_time"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("status", "sent"), ("sent_at__isnull", True), _connector="XOR"),
                        name="an_email_is_sent_at_a_moment",
                    )
                ],
            },
        ),
    ]
