"""Law: a proposal to lift a block stays whose it is. And the one way to forget sign-ins: those that named nobody.

The runtime role may delete no sign-in (RTS art. 29). Rows of pairs that name nobody come from strangers, as many as they
like: `forget_sign_ins_of_nobody` deletes those older than a moment, at most so many at a time, and no others. An index
over nobody's rows alone finds them.
"""

from django.db import migrations

FORWARD = """
CREATE OR REPLACE FUNCTION a_lifted_block_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.id, OLD.user_id, OLD.kind, OLD.lane, OLD.reference, OLD.reason, OLD.placed_by, OLD.placed_at)
        IS DISTINCT FROM
        (NEW.id, NEW.user_id, NEW.kind, NEW.lane, NEW.reference, NEW.reason, NEW.placed_by, NEW.placed_at) THEN
    PERFORM refuse('a_lifted_block_stays_lifted', OLD.id::text);
  END IF;
  IF OLD.lift_proposed_by <> '' AND (OLD.lift_proposed_by, OLD.lift_proposed_at)
     IS DISTINCT FROM (NEW.lift_proposed_by, NEW.lift_proposed_at) THEN
    PERFORM refuse('a_proposal_to_lift_stays', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE FUNCTION forget_sign_ins_of_nobody(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM auth_flow_loginattempt WHERE id IN (
    SELECT id FROM auth_flow_loginattempt
     WHERE user_id IS NULL AND started_at < before ORDER BY started_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_sign_ins_of_nobody(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_sign_ins_of_nobody(timestamptz, integer) TO portal_runtime;
"""
BACK = """
DROP FUNCTION forget_sign_ins_of_nobody;
CREATE OR REPLACE FUNCTION a_lifted_block_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.id, OLD.user_id, OLD.kind, OLD.reference, OLD.reason, OLD.placed_by, OLD.placed_at)
        IS DISTINCT FROM (NEW.id, NEW.user_id, NEW.kind, NEW.reference, NEW.reason, NEW.placed_by, NEW.placed_at) THEN
    PERFORM refuse('a_lifted_block_stays_lifted', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0007_lanes_and_lifted_freezes")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
