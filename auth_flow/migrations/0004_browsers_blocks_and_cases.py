import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0008_agreements_and_cards"),
        ("auth_flow", "0003_an_ended_session_stays_ended"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AccessBlock",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("agent", "Bllokuar nga Contact Center"),
                            ("freeze", "Ngrirë nga përdoruesi"),
                            ("centre", "Deri te Contact Center"),
                        ],
                        max_length=10,
                        verbose_name="lloji",
                    ),
                ),
                ("reference", models.CharField(max_length=8, unique=True, verbose_name="referenca")),
                ("reason", models.CharField(max_length=200, verbose_name="arsyeja")),
                ("placed_by", models.CharField(max_length=80, verbose_name="vendosi")),
                ("placed_at", models.DateTimeField(verbose_name="vendosur")),
                ("lifted_by", models.CharField(blank=True, max_length=80, verbose_name="hoqi")),
                ("lifted_at", models.DateTimeField(null=True, verbose_name="hequr")),
                ("lift_reason", models.CharField(blank=True, max_length=200, verbose_name="pse u hoq")),
            ],
            options={
                "verbose_name": "bllokim i hyrjes",
                "verbose_name_plural": "bllokime të hyrjes",
            },
        ),
        migrations.CreateModel(
            name="KnownBrowser",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("browser", models.CharField(blank=True, max_length=200, verbose_name="shfletuesi")),
                ("first_seen_at", models.DateTimeField(verbose_name="u pa së pari")),
                ("last_seen_at", models.DateTimeField(verbose_name="u pa së fundi")),
                ("revoked_at", models.DateTimeField(null=True, verbose_name="u hoq")),
            ],
            options={
                "verbose_name": "shfletues i njohur",
                "verbose_name_plural": "shfletues të njohur",
            },
        ),
        migrations.CreateModel(
            name="PasswordRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("password", models.CharField(max_length=256)),
                (
                    "through",
                    models.CharField(
                        choices=[("registration", "Registration"), ("change", "Change"), ("reset", "Reset")],
                        max_length=12,
                    ),
                ),
                ("created_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Preferences",
            fields=[
                (
                    "user",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="preferences",
                        serialize=False,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "factor",
                    models.CharField(
                        choices=[("sms", "FNP me SMS"), ("totp", "Aplikacion kodesh")],
                        default="sms",
                        max_length=5,
                        verbose_name="hapi i tretë i hyrjes",
                    ),
                ),
                ("stamp_picture", models.CharField(blank=True, max_length=20, verbose_name="figura")),
                ("stamp_word", models.CharField(blank=True, max_length=30, verbose_name="fjala")),
                ("language", models.CharField(blank=True, max_length=2, verbose_name="gjuha")),
                ("email_notices", models.BooleanField(default=True, verbose_name="njoftime me e-mail")),
            ],
            options={
                "verbose_name": "parapëlqime",
                "verbose_name_plural": "parapëlqime",
            },
        ),
        migrations.CreateModel(
            name="SecurityCase",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=8, unique=True, verbose_name="referenca")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("unexpected_code", "FNP e papritur"),
                            ("lost_phone", "Celular i humbur"),
                            ("dead_end", "Nuk vazhdon vetë"),
                        ],
                        max_length=20,
                        verbose_name="lloji",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Hapur"), ("closed", "Mbyllur")],
                        default="open",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("why", models.CharField(blank=True, max_length=60, verbose_name="pse")),
                ("network", models.CharField(blank=True, max_length=45, verbose_name="adresa e rrjetit")),
                ("opened_at", models.DateTimeField(verbose_name="hapur")),
                ("closed_at", models.DateTimeField(null=True, verbose_name="mbyllur")),
                ("closed_by", models.CharField(blank=True, max_length=80, verbose_name="mbylli")),
                ("outcome", models.CharField(blank=True, max_length=200, verbose_name="përfundimi")),
            ],
            options={
                "verbose_name": "rast sigurie",
                "verbose_name_plural": "raste sigurie",
            },
        ),
        migrations.CreateModel(
            name="SmsCallback",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("provider_id", models.CharField(max_length=64)),
                ("state", models.CharField(max_length=20)),
                ("error_code", models.CharField(blank=True, max_length=20)),
                ("received_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="loginattempt",
            name="kind",
            field=models.CharField(
                choices=[("sign_in", "Hyrje"), ("registration", "Regjistrim"), ("recovery", "Fjalëkalim i harruar")],
                default="sign_in",
                max_length=12,
                verbose_name="lloji",
            ),
        ),
        migrations.AddField(
            model_name="loginattempt",
            name="proof_at",
            field=models.DateTimeField(null=True, verbose_name="karta"),
        ),
        migrations.AddField(
            model_name="smsmessage",
            name="delivered_at",
            field=models.DateTimeField(null=True, verbose_name="u dorëzua"),
        ),
        migrations.AlterField(
            model_name="fnpchallenge",
            name="purpose",
            field=models.CharField(
                choices=[
                    ("sign_in", "Hyrje"),
                    ("payment", "Pagesë"),
                    ("registration", "Regjistrim"),
                    ("recovery", "Fjalëkalim i harruar"),
                    ("settings", "Personalizime"),
                ],
                max_length=20,
                verbose_name="qëllimi",
            ),
        ),
        migrations.AlterField(
            model_name="fnpchallenge",
            name="void_reason",
            field=models.CharField(
                blank=True,
                choices=[
                    ("replaced", "U kërkua një tjetër"),
                    ("changed", "U ndryshua kompania"),
                    ("reported", "“Nuk isha unë”"),
                    ("frozen", "Hyrja u ngri"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="smsmessage",
            index=models.Index(fields=["created_at"], name="sms_by_time"),
        ),
        migrations.AddIndex(
            model_name="smsmessage",
            index=models.Index(
                condition=models.Q(("provider_id", ""), _negated=True), fields=["provider_id"], name="sms_of_provider"
            ),
        ),
        migrations.AddField(
            model_name="accessblock",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="access_blocks",
                to=settings.AUTH_USER_MODEL,
                verbose_name="përdoruesi",
            ),
        ),
        migrations.AddField(
            model_name="knownbrowser",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="known_browsers",
                to=settings.AUTH_USER_MODEL,
                verbose_name="përdoruesi",
            ),
        ),
        migrations.AddField(
            model_name="loginattempt",
            name="known_browser",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="auth_flow.knownbrowser",
            ),
        ),
        migrations.AddField(
            model_name="passwordrecord",
            name="user",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="password_records",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="securitycase",
            name="challenge",
            field=models.ForeignKey(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to="auth_flow.fnpchallenge"
            ),
        ),
        migrations.AddField(
            model_name="securitycase",
            name="user",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to=settings.AUTH_USER_MODEL,
                verbose_name="përdoruesi",
            ),
        ),
        migrations.AddConstraint(
            model_name="smscallback",
            constraint=models.UniqueConstraint(
                fields=("provider_id", "state"), name="one_callback_per_message_and_state"
            ),
        ),
        migrations.AddConstraint(
            model_name="accessblock",
            constraint=models.UniqueConstraint(
                condition=models.Q(("lifted_at__isnull", True)),
                fields=("user", "kind"),
                name="one_standing_block_per_user_and_kind",
            ),
        ),
        migrations.AddConstraint(
            model_name="accessblock",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("lift_reason", ""), ("lifted_at__isnull", True), ("lifted_by", "")),
                    models.Q(
                        ("lifted_at__isnull", False),
                        models.Q(("lifted_by", ""), _negated=True),
                        models.Q(("lift_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="a_block_is_lifted_by_somebody_for_a_reason",
            ),
        ),
        migrations.AddIndex(
            model_name="knownbrowser",
            index=models.Index(fields=["user", "last_seen_at"], name="browsers_of_user"),
        ),
        migrations.AddIndex(
            model_name="passwordrecord",
            index=models.Index(fields=["user", "created_at"], name="passwords_of_user"),
        ),
        migrations.AddIndex(
            model_name="securitycase",
            index=models.Index(condition=models.Q(("status", "open")), fields=["opened_at"], name="open_cases"),
        ),
    ]
