"""Files of a thread, never changed. And the one way to forget cases: those that ended, in time, whole.

The runtime role deletes none of these rows: `forget_ended_cases` deletes cases that ended before a moment with all that
hangs on them, at most so many at a time; a case that is open is left alone by a law as well. The files themselves are
named by no row afterwards and go with the next sweep of the store.
"""

import uuid

import django.db.models.deletion
from django.db import migrations, models

FORWARD = """
CREATE TRIGGER attachments_are_never_changed BEFORE UPDATE ON complaints_attachment
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('attachments_are_never_changed');
REVOKE UPDATE, DELETE ON complaints_attachment FROM portal_runtime;

CREATE FUNCTION forget_ended_cases(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old uuid[];
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO old FROM (
    SELECT id FROM complaints_case WHERE ended_at < before ORDER BY ended_at LIMIT most FOR UPDATE SKIP LOCKED) AS ended;
  DELETE FROM complaints_attachment WHERE reply_id IN (SELECT id FROM complaints_reply WHERE case_id = ANY (old));
  DELETE FROM complaints_statuslink WHERE case_id = ANY (old);
  DELETE FROM complaints_reply WHERE case_id = ANY (old);
  DELETE FROM complaints_case WHERE id = ANY (old);
  RETURN cardinality(old);
END $$;
REVOKE ALL ON FUNCTION forget_ended_cases(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_ended_cases(timestamptz, integer) TO portal_runtime;
"""
BACK = """
DROP FUNCTION forget_ended_cases;
DROP TRIGGER attachments_are_never_changed ON complaints_attachment;
GRANT UPDATE, DELETE ON complaints_attachment TO portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [("complaints", "0002_replies_are_append_only")]

    operations = [
        migrations.CreateModel(
            name="Attachment",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=100, verbose_name="emri")),
                ("type", models.CharField(max_length=40, verbose_name="lloji")),
                ("size", models.PositiveIntegerField(verbose_name="madhësia")),
                ("sha256", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("stored_as", models.CharField(max_length=32, unique=True)),
                ("attached_at", models.DateTimeField(verbose_name="u bashkëngjit më")),
                (
                    "reply",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="attachments",
                        to="complaints.reply",
                        verbose_name="shkrimi",
                    ),
                ),
            ],
            options={
                "verbose_name": "bashkëngjitje",
                "verbose_name_plural": "bashkëngjitje",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(type__in=["application/pdf", "image/jpeg", "image/png"]),
                        name="an_attachment_is_one_of_three_kinds",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            sha256__regex="^[0-9a-f]{64}$", size__gt=0, stored_as__regex="^[0-9a-f]{32}$"
                        ),
                        name="an_attachment_lies_under_a_name_of_the_store",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
