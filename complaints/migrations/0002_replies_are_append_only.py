"""Law: what was filed stays as it was filed, what was written stays as it was written, and only staff follow a case.

A case that has ended takes notes of the staff alone: whoever wants an answer opens it again first. The runtime role
deletes none of these rows; whoever may (the retention's own function) finds that an open case is never forgotten.
"""

from django.db import migrations

FORWARD = """
CREATE SEQUENCE complaints_case_number;
GRANT USAGE ON SEQUENCE complaints_case_number TO portal_runtime;

CREATE FUNCTION a_case_stays_as_it_was_filed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.id, OLD.number, OLD.kind, OLD.channel, OLD.subject, OLD.name, OLD.email, OLD.phone, OLD.customer_number,
      OLD.user_id, OLD.company_id, OLD.language, OLD.submit_key, OLD.opened_at, OLD.opened_by)
     IS DISTINCT FROM
     (NEW.id, NEW.number, NEW.kind, NEW.channel, NEW.subject, NEW.name, NEW.email, NEW.phone, NEW.customer_number,
      NEW.user_id, NEW.company_id, NEW.language, NEW.submit_key, NEW.opened_at, NEW.opened_by) THEN
    PERFORM refuse('a_case_stays_as_it_was_filed', OLD.number);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_case_stays_as_it_was_filed BEFORE UPDATE ON complaints_case
  FOR EACH ROW EXECUTE FUNCTION a_case_stays_as_it_was_filed();

CREATE FUNCTION only_staff_follow_a_case() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.assigned_to_id IS NOT NULL
     AND NOT EXISTS (SELECT FROM accounts_user WHERE id = NEW.assigned_to_id AND kind = 'staff') THEN
    PERFORM refuse('only_staff_follow_a_case', NEW.number);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER only_staff_follow_a_case BEFORE INSERT OR UPDATE OF assigned_to_id ON complaints_case
  FOR EACH ROW EXECUTE FUNCTION only_staff_follow_a_case();

CREATE FUNCTION an_ended_case_takes_only_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind <> 'note'
     AND EXISTS (SELECT FROM complaints_case WHERE id = NEW.case_id AND ended_at IS NOT NULL) THEN
    PERFORM refuse('an_ended_case_takes_only_notes', NEW.case_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_ended_case_takes_only_notes BEFORE INSERT ON complaints_reply
  FOR EACH ROW EXECUTE FUNCTION an_ended_case_takes_only_notes();

CREATE TRIGGER replies_are_never_changed BEFORE UPDATE ON complaints_reply
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('replies_are_never_changed');

CREATE FUNCTION an_open_case_is_never_forgotten() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM complaints_case WHERE id = CASE TG_TABLE_NAME
               WHEN 'complaints_case' THEN (to_jsonb(OLD) ->> 'id')::uuid ELSE (to_jsonb(OLD) ->> 'case_id')::uuid END
             AND ended_at IS NULL) THEN
    PERFORM refuse('an_open_case_is_never_forgotten');
  END IF;
  RETURN OLD;
END $$;
CREATE TRIGGER an_open_case_is_never_forgotten BEFORE DELETE ON complaints_case
  FOR EACH ROW EXECUTE FUNCTION an_open_case_is_never_forgotten();
CREATE TRIGGER an_open_case_keeps_its_replies BEFORE DELETE ON complaints_reply
  FOR EACH ROW EXECUTE FUNCTION an_open_case_is_never_forgotten();

REVOKE DELETE ON complaints_case, complaints_reply, complaints_statuslink FROM portal_runtime;
REVOKE UPDATE ON complaints_reply, complaints_statuslink FROM portal_runtime;
"""
BACK = """
GRANT UPDATE ON complaints_reply, complaints_statuslink TO portal_runtime;
GRANT DELETE ON complaints_case, complaints_reply, complaints_statuslink TO portal_runtime;
DROP TRIGGER an_open_case_keeps_its_replies ON complaints_reply;
DROP TRIGGER an_open_case_is_never_forgotten ON complaints_case;
DROP TRIGGER replies_are_never_changed ON complaints_reply;
DROP TRIGGER an_ended_case_takes_only_notes ON complaints_reply;
DROP TRIGGER only_staff_follow_a_case ON complaints_case;
DROP TRIGGER a_case_stays_as_it_was_filed ON complaints_case;
DROP FUNCTION an_open_case_is_never_forgotten, an_ended_case_takes_only_notes, only_staff_follow_a_case,
  a_case_stays_as_it_was_filed;
DROP SEQUENCE complaints_case_number;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("complaints", "0001_the_cases"),
        ("accounts", "0023_a_second_call_leaves_no_hold"),
    ]

    operations = [migrations.RunSQL(FORWARD, BACK)]
