"""The two ways to forget what customers left at the door: old codes, and old sign-ins; both portion by portion.

The runtime role may delete neither (RTS art. 29: what led to a payment can be traced). `forget_old_codes` leaves every
code that confirmed a payment, and what a case of security names; `forget_old_sign_ins` leaves every sign-in of which a
code is left. Both are asked for a moment and a number of rows at most.
"""

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION forget_old_codes(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM auth_flow_fnpchallenge WHERE id IN (
    SELECT id FROM auth_flow_fnpchallenge AS old
     WHERE created_at < before AND (purpose <> 'payment' OR consumed_at IS NULL)
       AND NOT EXISTS (SELECT FROM auth_flow_securitycase WHERE challenge_id = old.id)
       AND NOT EXISTS (SELECT FROM auth_flow_smsmessage WHERE challenge_id = old.id)
     ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_old_codes(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_old_codes(timestamptz, integer) TO portal_runtime;
CREATE FUNCTION forget_old_sign_ins(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM auth_flow_loginattempt WHERE id IN (
    SELECT id FROM auth_flow_loginattempt AS old
     WHERE user_id IS NOT NULL AND started_at < before AND expires_at < before
       AND NOT EXISTS (SELECT FROM auth_flow_fnpchallenge WHERE attempt_id = old.id)
     ORDER BY started_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_old_sign_ins(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_old_sign_ins(timestamptz, integer) TO portal_runtime;
"""
BACK = "DROP FUNCTION forget_old_sign_ins; DROP FUNCTION forget_old_codes;"


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0013_the_laws_of_calls")]

    operations = [
        migrations.AddIndex(
            model_name="fnpchallenge",
            index=models.Index(
                name="codes_to_forget",
                fields=["created_at"],
                condition=models.Q(("purpose", "payment"), _negated=True) | models.Q(consumed_at__isnull=True),
            ),
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
