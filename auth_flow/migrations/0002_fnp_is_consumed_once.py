"""Law: a challenge is what it was when it was made; it is judged forward, used up once, and never deleted.

The runtime role may not delete challenges and sign-ins: they say who was let in and what was confirmed (RTS art. 29).
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION fnp_is_consumed_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.consumed_at IS NOT NULL THEN
    PERFORM refuse('fnp_is_consumed_once', OLD.id::text);
  END IF;
  IF OLD.voided_at IS NOT NULL AND (NEW.consumed_at IS NOT NULL OR NEW.voided_at IS DISTINCT FROM OLD.voided_at) THEN
    PERFORM refuse('fnp_stays_void', OLD.id::text);
  END IF;
  IF NEW.attempts < OLD.attempts THEN
    PERFORM refuse('fnp_attempts_only_grow', OLD.id::text);
  END IF;
  IF (OLD.id, OLD.nonce, OLD.purpose, OLD.user_id, OLD.attempt_id, OLD.subject, OLD.payload_hash, OLD.sms_sentence,
      OLD.phone, OLD.reference, OLD.key_id, OLD.created_at, OLD.expires_at, OLD.attempts_max)
     IS DISTINCT FROM
     (NEW.id, NEW.nonce, NEW.purpose, NEW.user_id, NEW.attempt_id, NEW.subject, NEW.payload_hash, NEW.sms_sentence,
      NEW.phone, NEW.reference, NEW.key_id, NEW.created_at, NEW.expires_at, NEW.attempts_max) THEN
    PERFORM refuse('fnp_asks_what_it_asked', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fnp_is_consumed_once BEFORE UPDATE ON auth_flow_fnpchallenge
  FOR EACH ROW EXECUTE FUNCTION fnp_is_consumed_once();
REVOKE DELETE ON auth_flow_fnpchallenge, auth_flow_loginattempt FROM portal_runtime;
"""
BACK = """
GRANT DELETE ON auth_flow_fnpchallenge, auth_flow_loginattempt TO portal_runtime;
DROP TRIGGER fnp_is_consumed_once ON auth_flow_fnpchallenge;
DROP FUNCTION fnp_is_consumed_once;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0001_the_front_door"), ("accounts", "0003_one_door_for_money")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
