"""How many sessions a user has is a setting, no law any more. And the one way to forget cases: closed ones, in time.

The runtime role may delete no case: `forget_closed_cases` deletes those closed before a moment, at most so many at a
time, and no open one.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION forget_closed_cases(before timestamptz, most integer) RETURNS integer
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
REVOKE ALL ON FUNCTION forget_closed_cases(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_closed_cases(timestamptz, integer) TO portal_runtime;
"""
BACK = "DROP FUNCTION forget_closed_cases;"


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0010_a_lane_of_sessions")]

    operations = [
        migrations.RemoveConstraint(model_name="loginattempt", name="one_live_session_per_user"),
        migrations.AddIndex(
            model_name="loginattempt",
            index=models.Index(
                name="live_sessions",
                fields=["user"],
                condition=models.Q(signed_in_at__isnull=False, ended_at__isnull=True),
            ),
        ),
        migrations.AddIndex(
            model_name="securitycase",
            index=models.Index(name="closed_cases", fields=["closed_at"], condition=models.Q(status="closed")),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
