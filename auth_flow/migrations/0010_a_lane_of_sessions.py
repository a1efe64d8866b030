"""A lane for whoever is signed in, codes counted apart from passwords; proposals that lapse, dead ends that are forgotten.

Law: a proposal to lift a freeze gives way to a later one alone, and never in the statement that lifts. Dead ends that
named nobody come from strangers, as many as they like: `forget_dead_ends_of_nobody` deletes those older than a moment,
at most so many at a time, and no other case.
"""

from django.db import migrations, models

PROPOSAL = """
CREATE OR REPLACE FUNCTION a_lifted_block_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.id, OLD.user_id, OLD.kind, OLD.lane, OLD.reference, OLD.reason, OLD.placed_by, OLD.placed_at)
        IS DISTINCT FROM
        (NEW.id, NEW.user_id, NEW.kind, NEW.lane, NEW.reference, NEW.reason, NEW.placed_by, NEW.placed_at) THEN
    PERFORM refuse('a_lifted_block_stays_lifted', OLD.id::text);
  END IF;
  IF OLD.lift_proposed_by <> '' AND (OLD.lift_proposed_by, OLD.lift_proposed_at)
     IS DISTINCT FROM (NEW.lift_proposed_by, NEW.lift_proposed_at){or_later} THEN
    PERFORM refuse('a_proposal_to_lift_stays', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
"""
LATER = """
     AND (NEW.lift_proposed_at > OLD.lift_proposed_at AND NEW.lift_proposed_by <> '' AND NEW.lifted_at IS NULL)
         IS NOT TRUE"""
FORGET = """
CREATE FUNCTION forget_dead_ends_of_nobody(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM auth_flow_securitycase WHERE id IN (
    SELECT id FROM auth_flow_securitycase
     WHERE user_id IS NULL AND kind = 'dead_end' AND opened_at < before
     ORDER BY opened_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_dead_ends_of_nobody(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_dead_ends_of_nobody(timestamptz, integer) TO portal_runtime;
"""
LANES = [("session", "Hyrje e hapur"), ("known", "Shfletues i njohur"), ("others", "Të tjerët")]


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0009_a_failed_try_is_remembered")]

    operations = [
        migrations.AlterField(
            model_name="failurecounter",
            name="lane",
            field=models.CharField(choices=LANES, max_length=10, verbose_name="korsia"),
        ),
        migrations.AlterField(
            model_name="accessblock",
            name="lane",
            field=models.CharField(blank=True, choices=LANES, db_default="", max_length=10, verbose_name="korsia"),
        ),
        migrations.RemoveField(model_name="failurecounter", name="password_was_right"),
        migrations.AddField(
            model_name="failurecounter",
            name="code_failures",
            field=models.PositiveSmallIntegerField(db_default=0, default=0, verbose_name="kode të gabuara"),
        ),
        migrations.AddIndex(
            model_name="securitycase",
            index=models.Index(
                condition=models.Q(("user__isnull", True)), fields=["opened_at"], name="cases_of_nobody"
            ),
        ),
        migrations.RunSQL(
            PROPOSAL.format(or_later=LATER) + FORGET,
            "DROP FUNCTION forget_dead_ends_of_nobody;" + PROPOSAL.format(or_later=""),
        ),
    ]
