"""Cases of security are taken in hand and noted on. Law: a closed case stays as it was closed, and a note as written.

`forget_closed_cases` takes the notes of a case with it.
"""

import django.db.models.deletion
from django.db import migrations, models

FORGET = """
CREATE OR REPLACE FUNCTION forget_closed_cases(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old bigint[];
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO old FROM (
    SELECT id FROM auth_flow_securitycase
     WHERE status = 'closed' AND closed_at < before ORDER BY closed_at LIMIT most FOR UPDATE SKIP LOCKED) AS closed;
  DELETE FROM auth_flow_casenote WHERE case_id = ANY (old);
  DELETE FROM auth_flow_securitycase WHERE id = ANY (old);
  RETURN cardinality(old);
END $$;
"""
FORGET_BEFORE = """
CREATE OR REPLACE FUNCTION forget_closed_cases(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM auth_flow_securitycase WHERE id IN (
    SELECT id FROM auth_flow_securitycase
     WHERE status = 'closed' AND closed_at < before ORDER BY closed_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
"""
LAWS = """
CREATE FUNCTION a_closed_case_stays_as_it_was_closed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'closed' THEN
    PERFORM refuse('a_closed_case_stays_as_it_was_closed', OLD.reference);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_closed_case_stays_as_it_was_closed BEFORE UPDATE ON auth_flow_securitycase
  FOR EACH ROW EXECUTE FUNCTION a_closed_case_stays_as_it_was_closed();
CREATE TRIGGER notes_of_a_case_are_never_changed BEFORE UPDATE ON auth_flow_casenote
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('notes_of_a_case_are_never_changed');
REVOKE UPDATE, DELETE ON auth_flow_casenote FROM portal_runtime;
"""
BACK = """
GRANT UPDATE, DELETE ON auth_flow_casenote TO portal_runtime;
DROP TRIGGER notes_of_a_case_are_never_changed ON auth_flow_casenote;
DROP TRIGGER a_closed_case_stays_as_it_was_closed ON auth_flow_securitycase;
DROP FUNCTION a_closed_case_stays_as_it_was_closed;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0014_old_codes_are_forgotten")]

    operations = [
        migrations.AlterModelOptions(
            name="securitycase",
            options={
                "permissions": [
                    ("work_securitycase", "Can take cases of security, note what was found and close them")
                ],
                "verbose_name": "rast sigurie",
                "verbose_name_plural": "raste sigurie",
            },
        ),
        migrations.AddField(
            model_name="securitycase",
            name="taken_by",
            field=models.CharField(blank=True, db_default="", max_length=80, verbose_name="e ka në dorë"),
        ),
        migrations.AddField(
            model_name="securitycase",
            name="taken_at",
            field=models.DateTimeField(null=True, verbose_name="u mor në dorë"),
        ),
        migrations.AddConstraint(
            model_name="securitycase",
            constraint=models.CheckConstraint(
                condition=models.Q(("taken_by", "")) ^ models.Q(taken_at__isnull=False),
                name="a_case_in_hand_is_in_somebodys_hand",
            ),
        ),
        migrations.CreateModel(
            name="CaseNote",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("text", models.CharField(max_length=1000, verbose_name="shënimi")),
                ("written_by", models.CharField(max_length=80, verbose_name="shkroi")),
                ("written_at", models.DateTimeField(verbose_name="shkruar")),
                (
                    "case",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="auth_flow.securitycase",
                        verbose_name="rasti",
                    ),
                ),
            ],
            options={
                "verbose_name": "shënim i një rasti",
                "verbose_name_plural": "shënime të rasteve",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("text", ""), _negated=True), name="a_note_of_a_case_says_something"
                    )
                ],
            },
        ),
        migrations.RunSQL(FORGET, FORGET_BEFORE),
        migrations.RunSQL(LAWS, BACK),
    ]
