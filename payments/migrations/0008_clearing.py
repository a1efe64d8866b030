"""The rows of clearing: sessions, files both ways, orders under way, credits, settlements, differences."""

import django.db.models.deletion
from django.db import migrations, models

RAILS = [("book", "Brenda bankës"), ("aech", "AECH"), ("aips", "AIPS"), ("aips_euro", "AIPS EURO")]
MESSAGES = [("pacs.008", "pacs.008"), ("pacs.002", "pacs.002"), ("camt.054", "camt.054")]


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0015_more_kinds_of_postings"),
        ("payments", "0007_rules_of_every_kind"),
    ]

    operations = [
        migrations.CreateModel(
            name="ArrivedFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=120, verbose_name="emri")),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="SHA-256")),
                (
                    "message",
                    models.CharField(
                        blank=True,
                        choices=MESSAGES,
                        max_length=10,
                        verbose_name="mesazhi",
                    ),
                ),
                ("message_id", models.CharField(blank=True, max_length=35)),
                (
                    "status",
                    models.CharField(
                        choices=[("open", "Në lexim"), ("done", "I lexuar"), ("bad", "I papranuar")],
                        default="open",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("reason", models.CharField(blank=True, max_length=200, verbose_name="arsyeja")),
                ("count", models.PositiveIntegerField(default=0, verbose_name="pagesa")),
                ("applied", models.PositiveIntegerField(default=0, verbose_name="të zbatuara")),
                ("arrived_at", models.DateTimeField(verbose_name="mbërriti")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="mbaroi")),
            ],
            options={
                "verbose_name": "skedar i mbërritur",
                "verbose_name_plural": "skedarë të mbërritur",
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status", "bad"), _negated=True),
                        fields=("name",),
                        name="a_name_arrives_with_one_content",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("finished_at__isnull", True), ("status", "open")),
                            models.Q(models.Q(("status", "open"), _negated=True), ("finished_at__isnull", False)),
                            _connector="OR",
                        ),
                        name="finished_file_has_its_moment",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="ClearingSession",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rail",
                    models.CharField(
                        choices=RAILS,
                        max_length=10,
                        verbose_name="rruga",
                    ),
                ),
                ("at_time", models.TimeField(verbose_name="ora")),
                ("until_time", models.TimeField(blank=True, null=True, verbose_name="deri në orën")),
                ("valid_from", models.DateField(verbose_name="vlen nga")),
                ("source", models.CharField(blank=True, max_length=200, verbose_name="burimi")),
            ],
            options={
                "verbose_name": "seancë klerimi",
                "verbose_name_plural": "seanca klerimi",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("rail", "valid_from", "at_time"), name="one_session_per_rail_and_moment"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("until_time__isnull", True), ("until_time__gt", models.F("at_time")), _connector="OR"
                        ),
                        name="session_ends_after_it_begins",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="SentFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("name", models.CharField(max_length=80, unique=True, verbose_name="emri")),
                (
                    "message",
                    models.CharField(
                        choices=MESSAGES,
                        max_length=10,
                        verbose_name="mesazhi",
                    ),
                ),
                ("message_id", models.CharField(max_length=35, unique=True)),
                (
                    "rail",
                    models.CharField(
                        choices=RAILS,
                        max_length=10,
                        verbose_name="rruga",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("day", models.DateField(verbose_name="dita")),
                ("sequence", models.PositiveIntegerField(verbose_name="numri rendor")),
                ("session_at", models.DateTimeField(null=True, verbose_name="seanca")),
                ("count", models.PositiveIntegerField(verbose_name="pagesa")),
                ("sum_minor", models.BigIntegerField(verbose_name="shuma")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField(verbose_name="u bë")),
                ("written_at", models.DateTimeField(null=True, verbose_name="u nxor")),
                (
                    "answers",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answer",
                        to="payments.arrivedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "skedar i dërguar",
                "verbose_name_plural": "skedarë të dërguar",
            },
        ),
        migrations.CreateModel(
            name="ClearingItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "rail",
                    models.CharField(
                        choices=RAILS,
                        max_length=10,
                        verbose_name="rruga",
                    ),
                ),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("amount_minor", models.BigIntegerField(verbose_name="shuma")),
                ("executed_at", models.DateTimeField(verbose_name="e kryer")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Pret seancën"),
                            ("sent", "E dërguar"),
                            ("accepted", "E pranuar"),
                            ("rejected", "E kthyer"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("place", models.PositiveIntegerField(null=True)),
                ("transaction_id", models.CharField(max_length=35, null=True, unique=True)),
                ("answered_at", models.DateTimeField(null=True, verbose_name="përgjigjja")),
                ("reason_code", models.CharField(blank=True, max_length=35, verbose_name="arsyeja")),
                (
                    "answer",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="answered_items",
                        to="payments.arrivedfile",
                    ),
                ),
                (
                    "order",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="clearing_item",
                        to="payments.paymentorder",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="payments.sentfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "pagesë në klerim",
                "verbose_name_plural": "pagesa në klerim",
            },
        ),
        migrations.CreateModel(
            name="Settlement",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("reference", models.CharField(max_length=60, unique=True, verbose_name="referenca")),
                ("amount_minor", models.BigIntegerField(verbose_name="shuma")),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("value_on", models.DateField(verbose_name="data e valutës")),
                ("taken_at", models.DateTimeField(verbose_name="mbërriti")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="settlements",
                        to="payments.arrivedfile",
                    ),
                ),
                (
                    "posting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.posting"
                    ),
                ),
            ],
            options={
                "verbose_name": "shlyerje",
                "verbose_name_plural": "shlyerje",
            },
        ),
        migrations.CreateModel(
            name="Difference",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                (
                    "what",
                    models.CharField(
                        choices=[
                            ("unknown_answer", "Përgjigje për pagesë që nuk e kemi dërguar"),
                            ("other_answer", "Përgjigje e dytë, ndryshe nga e para"),
                            ("not_returned", "E kthyer, por llogaria e klientit është e mbyllur"),
                            ("other_content", "E njëjta referencë me shumë ose llogari tjetër"),
                            ("unknown_sender", "Pagesë hyrëse pa bankë ose referencë të dërguesit"),
                            ("not_booked", "Para të shlyera për një llogari që nuk i merr"),
                            ("not_ours", "Lëvizje në një llogari që nuk e regjistron klerimi"),
                        ],
                        max_length=20,
                        verbose_name="çfarë",
                    ),
                ),
                ("reference", models.CharField(max_length=80, verbose_name="referenca")),
                ("noted_at", models.DateTimeField(verbose_name="u pa")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="u sqarua")),
                ("settled_by", models.CharField(blank=True, max_length=80, verbose_name="e sqaroi")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="shënimi")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="differences",
                        to="payments.arrivedfile",
                    ),
                ),
            ],
            options={
                "verbose_name": "mospërputhje",
                "verbose_name_plural": "mospërputhje",
                "constraints": [
                    models.UniqueConstraint(fields=("file", "what", "reference"), name="a_difference_is_noted_once"),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), ("settled_at__isnull", True), ("settled_by", "")),
                            models.Q(
                                ("settled_at__isnull", False),
                                models.Q(("settled_by", ""), _negated=True),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="settled_difference_says_who_and_what",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="IncomingCredit",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("key", models.CharField(max_length=60, unique=True)),
                ("transaction_id", models.CharField(max_length=36)),
                ("end_to_end_id", models.CharField(blank=True, max_length=35)),
                ("debtor_name", models.CharField(blank=True, max_length=140, verbose_name="paguesi")),
                ("debtor_iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN i paguesit")),
                ("creditor_name", models.CharField(blank=True, max_length=140, verbose_name="përfituesi")),
                ("creditor_iban", models.CharField(blank=True, max_length=34, verbose_name="IBAN i përfituesit")),
                ("amount_minor", models.BigIntegerField(verbose_name="shuma")),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("remittance_information", models.CharField(blank=True, max_length=140, verbose_name="përshkrimi")),
                ("value_on", models.DateField(verbose_name="data e valutës")),
                (
                    "status",
                    models.CharField(
                        choices=[("booked", "I regjistruar"), ("refused", "I papranuar")],
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("reason_code", models.CharField(blank=True, max_length=4, verbose_name="arsyeja")),
                ("taken_at", models.DateTimeField(verbose_name="mbërriti")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="credits", to="payments.arrivedfile"
                    ),
                ),
                (
                    "posting",
                    models.OneToOneField(
                        null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.posting"
                    ),
                ),
            ],
            options={
                "verbose_name": "pagesë hyrëse",
                "verbose_name_plural": "pagesa hyrëse",
                "indexes": [models.Index(fields=["currency", "taken_at"], name="credits_by_day")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount_minor__gt", 0)), name="incoming_amount_is_positive"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("posting__isnull", False), ("reason_code", ""), ("status", "booked")),
                            models.Q(
                                ("posting__isnull", True),
                                ("status", "refused"),
                                models.Q(("reason_code", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="booked_credit_has_its_posting",
                    ),
                ],
            },
        ),
        migrations.AddIndex(
            model_name="sentfile",
            index=models.Index(condition=models.Q(("written_at__isnull", True)), fields=["id"], name="files_to_write"),
        ),
        migrations.AddConstraint(
            model_name="sentfile",
            constraint=models.UniqueConstraint(
                fields=("message", "rail", "day", "sequence"), name="one_file_per_sequence"
            ),
        ),
        migrations.AddConstraint(
            model_name="sentfile",
            constraint=models.CheckConstraint(condition=models.Q(("count__gt", 0)), name="sent_file_is_never_empty"),
        ),
        migrations.AddIndex(
            model_name="clearingitem",
            index=models.Index(
                condition=models.Q(("status", "waiting")), fields=["rail", "executed_at"], name="items_waiting"
            ),
        ),
        migrations.AddIndex(
            model_name="clearingitem",
            index=models.Index(condition=models.Q(("status", "sent")), fields=["file"], name="items_sent"),
        ),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.UniqueConstraint(fields=("file", "place"), name="one_item_per_place_of_a_file"),
        ),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("file__isnull", True),
                        ("place__isnull", True),
                        ("status", "waiting"),
                        ("transaction_id__isnull", True),
                    ),
                    models.Q(
                        models.Q(("status", "waiting"), _negated=True),
                        ("file__isnull", False),
                        ("place__isnull", False),
                        ("transaction_id__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sent_item_has_its_file",
            ),
        ),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("answer__isnull", True), ("answered_at__isnull", True), ("status__in", ["waiting", "sent"])
                    ),
                    models.Q(
                        ("answer__isnull", False),
                        ("answered_at__isnull", False),
                        ("status__in", ["accepted", "rejected"]),
                    ),
                    _connector="OR",
                ),
                name="answered_item_has_its_answer",
            ),
        ),
    ]
