"""Laws: a call is between one of staff and a customer and stays what it was; an act needs a call that is open, and
some acts a caller who was checked; digits go out only where the customer began, are tried forward and used once.

Looks, acts and alarms are only added to; calls, digits and permits are never deleted.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION a_call_is_between_staff_and_a_customer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (SELECT kind FROM accounts_user WHERE id = NEW.agent_id) IS DISTINCT FROM 'staff'
     OR (SELECT kind FROM accounts_user WHERE id = NEW.user_id) IS DISTINCT FROM 'customer'
     OR NEW.checked_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
    PERFORM refuse('a_call_is_between_staff_and_a_customer', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_call_is_between_staff_and_a_customer BEFORE INSERT ON auth_flow_call
  FOR EACH ROW EXECUTE FUNCTION a_call_is_between_staff_and_a_customer();

CREATE FUNCTION a_call_stays_what_it_was() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.ended_at IS NOT NULL
     OR (OLD.id, OLD.agent_id, OLD.user_id, OLD.channel, OLD.began_by_customer, OLD.reason, OLD.opened_at,
         OLD.expires_at)
        IS DISTINCT FROM
        (NEW.id, NEW.agent_id, NEW.user_id, NEW.channel, NEW.began_by_customer, NEW.reason, NEW.opened_at,
         NEW.expires_at)
     OR (OLD.checked_at IS NOT NULL AND NEW.checked_at IS DISTINCT FROM OLD.checked_at) THEN
    PERFORM refuse('a_call_stays_what_it_was', OLD.id::text);
  END IF;
  IF OLD.checked_at IS NULL AND NEW.checked_at IS NOT NULL AND NOT EXISTS (
       SELECT FROM auth_flow_calldigits WHERE call_id = NEW.id AND used_at IS NOT NULL) THEN
    PERFORM refuse('a_caller_is_checked_by_her_digits', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_call_stays_what_it_was BEFORE UPDATE ON auth_flow_call
  FOR EACH ROW EXECUTE FUNCTION a_call_stays_what_it_was();

CREATE FUNCTION digits_are_sent_to_who_called() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM auth_flow_call WHERE id = NEW.call_id AND began_by_customer AND channel = 'phone'
                 AND ended_at IS NULL AND NEW.created_at < expires_at) THEN
    PERFORM refuse('digits_are_sent_to_who_called', NEW.call_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER digits_are_sent_to_who_called BEFORE INSERT ON auth_flow_calldigits
  FOR EACH ROW EXECUTE FUNCTION digits_are_sent_to_who_called();

CREATE FUNCTION digits_are_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NOT NULL THEN
    PERFORM refuse('digits_are_used_once', OLD.id::text);
  END IF;
  IF NEW.attempts < OLD.attempts OR NEW.sends < OLD.sends
     OR (OLD.id, OLD.nonce, OLD.call_id, OLD.phone, OLD.key_id, OLD.created_at, OLD.expires_at, OLD.attempts_max)
        IS DISTINCT FROM
        (NEW.id, NEW.nonce, NEW.call_id, NEW.phone, NEW.key_id, NEW.created_at, NEW.expires_at, NEW.attempts_max) THEN
    PERFORM refuse('digits_ask_what_they_asked', OLD.id::text);
  END IF;
  IF NEW.used_at IS NOT NULL AND (NEW.attempts = 0 OR NEW.used_at >= NEW.expires_at) THEN
    PERFORM refuse('digits_are_tried_before_they_are_used', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER digits_are_used_once BEFORE UPDATE ON auth_flow_calldigits
  FOR EACH ROW EXECUTE FUNCTION digits_are_used_once();

CREATE FUNCTION an_act_needs_an_open_call() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  talk auth_flow_call;
BEGIN
  SELECT * INTO talk FROM auth_flow_call WHERE id = NEW.call_id;
  IF talk.ended_at IS NOT NULL OR NEW.at >= talk.expires_at OR NEW.at < talk.opened_at THEN
    PERFORM refuse('an_act_needs_an_open_call', NEW.call_id::text);
  END IF;
  IF NEW.what IN ('unblock', 'thaw', 'reset', 'remove_app') AND talk.checked_at IS NULL THEN
    PERFORM refuse('an_act_that_opens_needs_a_checked_caller', NEW.call_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_act_needs_an_open_call BEFORE INSERT ON auth_flow_callact
  FOR EACH ROW EXECUTE FUNCTION an_act_needs_an_open_call();

CREATE FUNCTION a_permit_is_for_a_checked_caller() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT FROM auth_flow_call WHERE id = NEW.call_id AND user_id = NEW.user_id
                 AND checked_at IS NOT NULL AND ended_at IS NULL AND NEW.given_at < expires_at) THEN
    PERFORM refuse('a_permit_is_for_a_checked_caller', NEW.call_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_permit_is_for_a_checked_caller BEFORE INSERT ON auth_flow_resetpermit
  FOR EACH ROW EXECUTE FUNCTION a_permit_is_for_a_checked_caller();

CREATE FUNCTION a_permit_is_used_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.used_at IS NOT NULL
     OR (OLD.id, OLD.call_id, OLD.user_id, OLD.given_at, OLD.expires_at)
        IS DISTINCT FROM (NEW.id, NEW.call_id, NEW.user_id, NEW.given_at, NEW.expires_at) THEN
    PERFORM refuse('a_permit_is_used_once', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_permit_is_used_once BEFORE UPDATE ON auth_flow_resetpermit
  FOR EACH ROW EXECUTE FUNCTION a_permit_is_used_once();

REVOKE DELETE ON auth_flow_call, auth_flow_calldigits, auth_flow_resetpermit FROM portal_runtime;
REVOKE UPDATE, DELETE ON auth_flow_customerlook, auth_flow_callact, auth_flow_deskalarm FROM portal_runtime;
"""
BACK = """
GRANT DELETE ON auth_flow_call, auth_flow_calldigits, auth_flow_resetpermit TO portal_runtime;
GRANT UPDATE, DELETE ON auth_flow_customerlook, auth_flow_callact, auth_flow_deskalarm TO portal_runtime;
DROP TRIGGER a_permit_is_used_once ON auth_flow_resetpermit;
DROP TRIGGER a_permit_is_for_a_checked_caller ON auth_flow_resetpermit;
DROP TRIGGER an_act_needs_an_open_call ON auth_flow_callact;
DROP TRIGGER digits_are_used_once ON auth_flow_calldigits;
DROP TRIGGER digits_are_sent_to_who_called ON auth_flow_calldigits;
DROP TRIGGER a_call_stays_what_it_was ON auth_flow_call;
DROP TRIGGER a_call_is_between_staff_and_a_customer ON auth_flow_call;
DROP FUNCTION a_permit_is_used_once, a_permit_is_for_a_checked_caller, an_act_needs_an_open_call, digits_are_used_once,
  digits_are_sent_to_who_called, a_call_stays_what_it_was, a_call_is_between_staff_and_a_customer;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0012_calls_and_what_they_hold")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
