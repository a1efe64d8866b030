"""Law: a paper that was given stays as it was given."""

import uuid

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE SEQUENCE accounts_paper_number;
GRANT USAGE ON SEQUENCE accounts_paper_number TO portal_runtime;
CREATE TRIGGER papers_are_append_only BEFORE UPDATE OR DELETE ON accounts_paper
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('papers_are_append_only');
REVOKE UPDATE, DELETE ON accounts_paper FROM portal_runtime;
"""
BACK = """
DROP TRIGGER papers_are_append_only ON accounts_paper;
DROP SEQUENCE accounts_paper_number;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0019_audit_lines_together")]

    operations = [
        migrations.CreateModel(
            name="Paper",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("number", models.CharField(max_length=20, unique=True, verbose_name="numri")),
                ("kind", models.CharField(max_length=60, verbose_name="lloji")),
                ("subject", models.CharField(max_length=120, verbose_name="objekti")),
                ("language", models.CharField(max_length=5, verbose_name="gjuha")),
                ("facts", models.JSONField(verbose_name="të dhënat")),
                ("fingerprint", models.CharField(max_length=64, verbose_name="gjurma digjitale")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField(verbose_name="u bë më")),
                (
                    "company",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.company"
                    ),
                ),
            ],
            options={
                "verbose_name": "dokument",
                "verbose_name_plural": "dokumente",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("kind", "subject", "language"), name="one_paper_per_subject_and_language"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("fingerprint__regex", "^[0-9a-f]{64}$"), ("sha256__regex", "^[0-9a-f]{64}$")
                        ),
                        name="a_paper_knows_its_digests",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
