"""Files of long periods, made behind the page and kept for a day.

Laws: a user waits for one file at a time; a ready one has its file and its end; what was asked stays as it was asked,
and what ended does not begin again.
"""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

GRANTS = """
REVOKE UPDATE, TRUNCATE ON statements_export FROM portal_runtime;
GRANT UPDATE (status, lines, done, tries, size, sha256, failure, ended_at, expires_at) ON statements_export
  TO portal_runtime;
"""
ONE_WAY = """
CREATE FUNCTION export_goes_one_way() RETURNS trigger LANGUAGE plpgsql SET search_path = public, pg_temp AS $$
BEGIN
  IF OLD.status = NEW.status OR (OLD.status, NEW.status) IN (
    ('waiting', 'running'), ('waiting', 'failed'), ('running', 'ready'), ('running', 'failed'), ('ready', 'expired')
  ) THEN
    RETURN NEW;
  END IF;
  RAISE EXCEPTION 'export_goes_one_way: % to %', OLD.status, NEW.status
    USING ERRCODE = 'integrity_constraint_violation';
END $$;
CREATE TRIGGER export_goes_one_way BEFORE UPDATE OF status ON statements_export
  FOR EACH ROW EXECUTE FUNCTION export_goes_one_way();
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0029_the_bank_says_your_accounts"),
        ("statements", "0005_amounts_behind_the_books"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Export",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("first_on", models.DateField(verbose_name="nga")),
                ("last_on", models.DateField(verbose_name="deri më")),
                ("format", models.CharField(max_length=20, verbose_name="formati")),
                ("language", models.CharField(max_length=2, verbose_name="gjuha")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "Në radhë"),
                            ("running", "Po përgatitet"),
                            ("ready", "Gati"),
                            ("failed", "Nuk u bë"),
                            ("expired", "U fshi"),
                        ],
                        default="waiting",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("lines", models.BigIntegerField(verbose_name="veprime")),
                ("done", models.BigIntegerField(default=0, verbose_name="të shkruara")),
                ("tries", models.PositiveSmallIntegerField(default=0, verbose_name="prova")),
                ("size", models.BigIntegerField(null=True, verbose_name="bajte")),
                ("sha256", models.CharField(blank=True, max_length=64)),
                ("failure", models.CharField(blank=True, max_length=300, verbose_name="arsyeja")),
                ("asked_at", models.DateTimeField(verbose_name="kërkuar më")),
                ("ended_at", models.DateTimeField(null=True, verbose_name="mbaruar më")),
                ("expires_at", models.DateTimeField(null=True, verbose_name="fshihet më")),
                (
                    "account",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.bankaccount",
                    ),
                ),
                (
                    "company",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.company",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "skedar i veprimeve",
                "verbose_name_plural": "skedarë të veprimeve",
                "indexes": [models.Index(fields=["user", "-asked_at"], name="exports_of_a_user")],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("status__in", ["waiting", "running"])),
                        fields=("user",),
                        name="one_export_at_a_time",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("status", "ready"), _negated=True),
                            models.Q(
                                ("ended_at__isnull", False),
                                ("expires_at__isnull", False),
                                ("size__isnull", False),
                                models.Q(("sha256", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="a_ready_export_has_its_file_and_its_end",
                    ),
                ],
            },
        ),
        migrations.RunSQL(GRANTS, migrations.RunSQL.noop),
        migrations.RunSQL(ONE_WAY, "DROP FUNCTION export_goes_one_way CASCADE"),
    ]
