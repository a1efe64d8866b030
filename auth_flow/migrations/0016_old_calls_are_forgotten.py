"""The ways to forget what the contact centre's desk keeps, each for old rows alone and portion by portion.

The runtime role may delete none of it. `forget_old_call_digits` takes the SMS of the digits along, which hold the same
phone; `forget_old_calls` leaves every call whose permit a sign-in still names, and whose digits are still there.
"""

from django.db import migrations, models

DIGITS = """
CREATE FUNCTION forget_old_call_digits(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old uuid[];
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO old FROM (
    SELECT id FROM auth_flow_calldigits AS digits
     WHERE created_at < before
       AND NOT EXISTS (SELECT FROM auth_flow_smsmessage WHERE digits_id = digits.id AND status = 'queued')
     ORDER BY created_at LIMIT most FOR UPDATE SKIP LOCKED) AS portion;
  DELETE FROM auth_flow_smscallback WHERE message_id IN (
    SELECT id FROM auth_flow_smsmessage WHERE digits_id = ANY (old));
  DELETE FROM auth_flow_smsmessage WHERE digits_id = ANY (old);
  DELETE FROM auth_flow_calldigits WHERE id = ANY (old);
  RETURN cardinality(old);
END $$;
"""
CALLS = """
CREATE FUNCTION forget_old_calls(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  old uuid[];
BEGIN
  SELECT coalesce(array_agg(id), '{}') INTO old FROM (
    SELECT id FROM auth_flow_call AS call
     WHERE opened_at < before AND expires_at < before
       AND NOT EXISTS (SELECT FROM auth_flow_calldigits WHERE call_id = call.id)
       AND NOT EXISTS (SELECT FROM auth_flow_resetpermit AS permit JOIN auth_flow_loginattempt AS attempt
                         ON attempt.permit_id = permit.id WHERE permit.call_id = call.id)
     ORDER BY opened_at LIMIT most FOR UPDATE SKIP LOCKED) AS portion;
  DELETE FROM auth_flow_callact WHERE call_id = ANY (old);
  DELETE FROM auth_flow_resetpermit WHERE call_id = ANY (old);
  DELETE FROM auth_flow_call WHERE id = ANY (old);
  RETURN cardinality(old);
END $$;
"""
# Rows that nothing leans on; their numbers grow with time.
ONE_TABLE = """
CREATE FUNCTION {name}(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM {table} WHERE id IN (
    SELECT id FROM {table} WHERE at < before ORDER BY id LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
"""
RIGHTS = """
REVOKE ALL ON FUNCTION {name}(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION {name}(timestamptz, integer) TO portal_runtime;
"""
MADE = {
    "forget_old_call_digits": DIGITS,
    "forget_old_calls": CALLS,
    "forget_old_looks": ONE_TABLE.format(name="forget_old_looks", table="auth_flow_customerlook"),
    "forget_old_desk_alarms": ONE_TABLE.format(name="forget_old_desk_alarms", table="auth_flow_deskalarm"),
}


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0015_cases_in_hand")]

    operations = [
        migrations.AddIndex(
            model_name="call",
            index=models.Index(name="calls_by_time", fields=["opened_at"]),
        ),
        migrations.AddIndex(
            model_name="calldigits",
            index=models.Index(name="digits_by_time", fields=["created_at"]),
        ),
        *(
            migrations.RunSQL(body + RIGHTS.format(name=name), f"DROP FUNCTION {name}(timestamptz, integer)")
            for name, body in MADE.items()
        ),
    ]
