"""Law: a sign-in that has ended does not come back, and nobody takes over another's."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION an_ended_session_stays_ended() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL AND (OLD.ended_at, OLD.end_reason) IS DISTINCT FROM (NEW.ended_at, NEW.end_reason) THEN
    PERFORM refuse('an_ended_session_stays_ended', OLD.id::text);
  END IF;
  IF (OLD.user_id, OLD.identity, OLD.started_at) IS DISTINCT FROM (NEW.user_id, NEW.identity, NEW.started_at)
     OR (OLD.signed_in_at IS NOT NULL AND OLD.signed_in_at IS DISTINCT FROM NEW.signed_in_at) THEN
    PERFORM refuse('a_sign_in_belongs_to_one_user', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_ended_session_stays_ended BEFORE UPDATE ON auth_flow_loginattempt
  FOR EACH ROW EXECUTE FUNCTION an_ended_session_stays_ended();
"""
BACK = """
DROP TRIGGER an_ended_session_stays_ended ON auth_flow_loginattempt;
DROP FUNCTION an_ended_session_stays_ended;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0002_fnp_is_consumed_once")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
