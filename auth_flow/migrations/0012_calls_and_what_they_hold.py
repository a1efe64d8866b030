"""Calls of the contact centre. The second person for every freeze, an agent's too, is asked of new rows."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("auth_flow", "0011_sessions_by_a_setting"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Call",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                (
                    "channel",
                    models.CharField(
                        choices=[("phone", "Telefon"), ("whatsapp", "WhatsApp"), ("email", "E-mail")],
                        default="phone",
                        max_length=10,
                        verbose_name="kanali",
                    ),
                ),
                ("began_by_customer", models.BooleanField(verbose_name="e nisi klienti")),
                ("reason", models.CharField(max_length=200, verbose_name="arsyeja")),
                ("opened_at", models.DateTimeField(verbose_name="nisi")),
                ("expires_at", models.DateTimeField(verbose_name="mbyllet vetë")),
                ("checked_at", models.DateTimeField(null=True, verbose_name="telefonuesi u verifikua")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="mbaroi")),
            ],
            options={
                "verbose_name": "telefonatë",
                "verbose_name_plural": "telefonata",
            },
        ),
        migrations.CreateModel(
            name="CallAct",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("unblock", "Zhbllokoi hyrjen"),
                            ("thaw", "Propozoi heqjen e ngrirjes"),
                            ("reset", "Lejoi një fjalëkalim të ri"),
                            ("remove_app", "Hoqi aplikacionin e kodeve"),
                            ("freeze", "Ngriu hyrjen"),
                            ("end_sessions", "Mbylli hyrjet e hapura"),
                            ("resend", "Dërgoi përsëri FNP-në"),
                        ],
                        max_length=20,
                        verbose_name="çfarë",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="arsyeja")),
                ("at", models.DateTimeField(verbose_name="kur")),
            ],
            options={
                "verbose_name": "veprim në telefonatë",
                "verbose_name_plural": "veprime në telefonata",
            },
        ),
        migrations.CreateModel(
            name="CallDigits",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("nonce", models.BinaryField(max_length=16)),
                ("phone", models.CharField(max_length=16)),
                ("key_id", models.CharField(max_length=16)),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("attempts_max", models.PositiveSmallIntegerField()),
                ("sends", models.PositiveSmallIntegerField(default=1)),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="CustomerLook",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "by",
                    models.CharField(
                        choices=[("customer_number", "Numri i klientit"), ("nipt", "NIPT"), ("phone_end", "Celulari")],
                        max_length=20,
                        verbose_name="si u kërkua",
                    ),
                ),
                ("reason", models.CharField(max_length=200, verbose_name="arsyeja")),
                ("at", models.DateTimeField(verbose_name="kur")),
            ],
            options={
                "verbose_name": "shikim i një klienti",
                "verbose_name_plural": "shikime të klientëve",
            },
        ),
        migrations.CreateModel(
            name="DeskAlarm",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("looks", "Shumë klientë të kërkuar në një orë"),
                            ("unblocks", "Shumë hyrje të zhbllokuara në një orë"),
                        ],
                        max_length=10,
                        verbose_name="pse",
                    ),
                ),
                ("count", models.PositiveIntegerField(verbose_name="sa herë")),
                ("at", models.DateTimeField(verbose_name="kur")),
            ],
            options={
                "verbose_name": "alarm i tavolinës",
                "verbose_name_plural": "alarme të tavolinës",
            },
        ),
        migrations.CreateModel(
            name="ResetPermit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("given_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="accessblock",
            name="a_freeze_is_lifted_by_two_people",
        ),
        migrations.AlterField(
            model_name="accessblock",
            name="kind",
            field=models.CharField(
                choices=[
                    ("agent", "Ngrirë nga Contact Center"),
                    ("freeze", "Ngrirë nga përdoruesi"),
                    ("centre", "Deri te Contact Center"),
                ],
                max_length=10,
                verbose_name="lloji",
            ),
        ),
        AddConstraintNotValid(
            model_name="accessblock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("kind", "centre"),
                    ("lifted_at__isnull", True),
                    models.Q(
                        models.Q(("lift_proposed_by", ""), _negated=True),
                        models.Q(("lift_proposed_by", models.F("lifted_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_freeze_is_lifted_by_two_people",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls_taken",
                to=settings.AUTH_USER_MODEL,
                verbose_name="agjenti",
            ),
        ),
        migrations.AddField(
            model_name="call",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="calls",
                to=settings.AUTH_USER_MODEL,
                verbose_name="klienti",
            ),
        ),
        migrations.AddField(
            model_name="callact",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="acts",
                to="auth_flow.call",
                verbose_name="telefonata",
            ),
        ),
        migrations.AddField(
            model_name="calldigits",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="digits", to="auth_flow.call"
            ),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="digits",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="messages",
                to="auth_flow.calldigits",
            ),
        ),
        migrations.AddIndex(
            model_name="smsmessage",
            index=models.Index(condition=models.Q(("digits__isnull", False)), fields=["digits"], name="sms_of_digits"),
        ),
        migrations.AddConstraint(
            model_name="smsmessage",
            constraint=models.CheckConstraint(
                condition=models.Q(("challenge__isnull", True), ("digits__isnull", True), _connector="OR"),
                name="an_sms_has_a_code_or_digits_never_both",
            ),
        ),
        migrations.AddField(
            model_name="customerlook",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="stafi",
            ),
        ),
        migrations.AddField(
            model_name="customerlook",
            name="user",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="klienti",
            ),
        ),
        migrations.AddField(
            model_name="deskalarm",
            name="agent",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
                verbose_name="stafi",
            ),
        ),
        migrations.AddField(
            model_name="resetpermit",
            name="call",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="permits", to="auth_flow.call"
            ),
        ),
        migrations.AddField(
            model_name="resetpermit",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, related_name="reset_permits", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddField(
            model_name="loginattempt",
            name="permit",
            field=models.ForeignKey(
                blank=True,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="auth_flow.resetpermit",
            ),
        ),
        migrations.AddIndex(
            model_name="call",
            index=models.Index(fields=["user", "opened_at"], name="calls_of_user"),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)), fields=("agent",), name="an_agent_has_one_open_call"
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(("agent", models.F("user")), _negated=True), name="nobody_calls_herself"
            ),
        ),
        migrations.AddConstraint(
            model_name="call",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("checked_at__isnull", True),
                    models.Q(("began_by_customer", True), ("channel", "phone")),
                    _connector="OR",
                ),
                name="only_who_called_by_phone_is_checked",
            ),
        ),
        migrations.AddIndex(
            model_name="callact",
            index=models.Index(fields=["what", "at"], name="call_acts_by_time"),
        ),
        migrations.AddIndex(
            model_name="calldigits",
            index=models.Index(fields=["call", "created_at"], name="digits_of_call"),
        ),
        migrations.AddConstraint(
            model_name="calldigits",
            constraint=models.CheckConstraint(
                condition=models.Q(("attempts__lte", models.F("attempts_max"))),
                name="digits_are_tried_no_more_than_allowed",
            ),
        ),
        migrations.AddIndex(
            model_name="customerlook",
            index=models.Index(fields=["agent", "at"], name="looks_of_agent"),
        ),
        migrations.AddIndex(
            model_name="customerlook",
            index=models.Index(fields=["user", "at"], name="looks_at_user"),
        ),
        migrations.AddIndex(
            model_name="deskalarm",
            index=models.Index(fields=["agent", "kind", "at"], name="alarms_of_agent"),
        ),
        migrations.AddIndex(
            model_name="deskalarm",
            index=models.Index(fields=["at"], name="desk_alarms_by_time"),
        ),
        migrations.AddIndex(
            model_name="resetpermit",
            index=models.Index(fields=["user", "expires_at"], name="permits_of_user"),
        ),
    ]
