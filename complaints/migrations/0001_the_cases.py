"""The tables of complaints: cases, their threads and the links that open them."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0023_a_second_call_leaves_no_hold"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Case",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="numri")),
                (
                    "kind",
                    models.CharField(
                        choices=[("complaint", "Ankesë"), ("suggestion", "Sugjerim"), ("message", "Mesazh")],
                        max_length=12,
                        verbose_name="lloji",
                    ),
                ),
                (
                    "channel",
                    models.CharField(
                        choices=[
                            ("web", "Formulari në faqe"),
                            ("portal", "Dega Internet"),
                            ("phone", "Telefon"),
                            ("email", "E-mail"),
                            ("whatsapp", "WhatsApp"),
                            ("social", "Rrjetet sociale"),
                            ("branch", "Degë"),
                        ],
                        max_length=10,
                        verbose_name="kanali",
                    ),
                ),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("open", "Në shqyrtim"),
                            ("answered", "U përgjigjëm"),
                            ("final", "Përgjigje përfundimtare"),
                            ("closed", "E mbyllur"),
                        ],
                        default="open",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("subject", models.CharField(blank=True, max_length=120, verbose_name="tema")),
                ("name", models.CharField(max_length=140, verbose_name="emri")),
                ("email", models.EmailField(blank=True, max_length=254, verbose_name="e-mail")),
                ("phone", models.CharField(blank=True, max_length=30, verbose_name="telefoni")),
                ("customer_number", models.CharField(blank=True, max_length=9, verbose_name="numri i klientit")),
                ("language", models.CharField(default="sq", max_length=5, verbose_name="gjuha")),
                ("submit_key", models.CharField(max_length=64, unique=True)),
                ("opened_at", models.DateTimeField(verbose_name="u hap më")),
                ("opened_by", models.CharField(max_length=80, verbose_name="e regjistroi")),
                ("answer_by", models.DateField(verbose_name="përgjigjja deri më")),
                ("final_at", models.DateTimeField(blank=True, null=True, verbose_name="përgjigjja përfundimtare më")),
                ("ended_at", models.DateTimeField(blank=True, null=True, verbose_name="mbaroi më")),
                ("ended_by", models.CharField(blank=True, max_length=80, verbose_name="e mbylli")),
                ("has_news", models.BooleanField(default=False, verbose_name="përgjigje e palexuar")),
                ("warned_at", models.DateTimeField(null=True)),
                ("overdue_at", models.DateTimeField(null=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="e ndjek",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to="accounts.company",
                        verbose_name="kompania",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        blank=True,
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="cases",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="përdoruesi",
                    ),
                ),
            ],
            options={
                "verbose_name": "rast",
                "verbose_name_plural": "ankesa, sugjerime dhe mesazhe",
                "permissions": [
                    ("log_case", "Can log a case for whoever calls, writes or comes to a branch"),
                    ("answer_case", "Can assign, answer, close and reopen cases"),
                ],
            },
        ),
        migrations.CreateModel(
            name="Reply",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "kind",
                    models.CharField(
                        choices=[("customer", "Klienti"), ("bank", "Banka"), ("note", "Shënim i brendshëm")],
                        max_length=10,
                        verbose_name="lloji",
                    ),
                ),
                ("text", models.TextField(verbose_name="teksti")),
                ("is_final", models.BooleanField(default=False, verbose_name="përfundimtare")),
                ("written_at", models.DateTimeField(verbose_name="shkruar më")),
                ("written_by", models.CharField(max_length=80, verbose_name="shkroi")),
                (
                    "case",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replies",
                        to="complaints.case",
                        verbose_name="rasti",
                    ),
                ),
            ],
            options={
                "verbose_name": "shkrim",
                "verbose_name_plural": "shkrime",
            },
        ),
        migrations.CreateModel(
            name="StatusLink",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key_hash", models.CharField(max_length=64, unique=True)),
                ("made_at", models.DateTimeField()),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="links", to="complaints.case"
                    ),
                ),
            ],
            options={
                "verbose_name": "lidhje e rastit",
                "verbose_name_plural": "lidhje të rasteve",
            },
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", True)), fields=["answer_by"], name="cases_by_deadline"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("ended_at__isnull", False)), fields=["ended_at"], name="cases_that_ended"
            ),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["user", "-opened_at"], name="cases_of_user"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(fields=["company", "-opened_at"], name="cases_of_company"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(condition=models.Q(("has_news", True)), fields=["user"], name="cases_with_news"),
        ),
        migrations.AddIndex(
            model_name="case",
            index=models.Index(
                condition=models.Q(("channel", "web")), fields=["opened_at"], name="cases_from_the_form"
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("ended_at__isnull", True),
                        ("ended_by", ""),
                        ("final_at__isnull", True),
                        ("status__in", ["open", "answered"]),
                    ),
                    models.Q(
                        ("ended_at__isnull", False),
                        ("final_at__isnull", False),
                        ("status", "final"),
                        models.Q(("ended_by", ""), _negated=True),
                    ),
                    models.Q(
                        ("ended_at__isnull", False), ("status", "closed"), models.Q(("ended_by", ""), _negated=True)
                    ),
                    _connector="OR",
                ),
                name="a_case_is_answered_for_good_or_closed_when_it_ends",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("user__isnull", False),
                    models.Q(("email", ""), _negated=True),
                    models.Q(("phone", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_case_can_be_answered",
            ),
        ),
        migrations.AddConstraint(
            model_name="case",
            constraint=models.CheckConstraint(
                condition=models.Q(("has_news", False), ("user__isnull", False), _connector="OR"),
                name="news_are_for_the_user_of_a_case",
            ),
        ),
        migrations.AddIndex(
            model_name="reply",
            index=models.Index(fields=["case", "id"], name="replies_of_a_case"),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("is_final", False), ("kind", "bank"), _connector="OR"),
                name="only_the_bank_answers_for_good",
            ),
        ),
        migrations.AddConstraint(
            model_name="reply",
            constraint=models.CheckConstraint(
                condition=models.Q(("text", ""), _negated=True), name="a_reply_says_something"
            ),
        ),
        migrations.AddConstraint(
            model_name="statuslink",
            constraint=models.CheckConstraint(
                condition=models.Q(("key_hash__regex", "^[0-9a-f]{64}$")), name="a_status_link_keeps_a_hash_alone"
            ),
        ),
    ]
