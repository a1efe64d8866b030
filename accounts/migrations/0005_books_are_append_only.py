"""Law: entries, postings and audit events are never changed or deleted; a hold ends once and changes nothing else.

Triggers on UPDATE and DELETE alone; TRUNCATE is withheld from the runtime role by its grants.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION books_are_append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse(TG_ARGV[0]);
  RETURN NULL;
END $$;
CREATE TRIGGER entries_are_append_only BEFORE UPDATE OR DELETE ON accounts_entry
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('entries_are_append_only');
CREATE TRIGGER postings_are_append_only BEFORE UPDATE OR DELETE ON accounts_posting
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('postings_are_append_only');
CREATE TRIGGER audit_events_are_append_only BEFORE UPDATE OR DELETE ON accounts_auditevent
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('audit_events_are_append_only');
CREATE TRIGGER holds_are_never_deleted BEFORE DELETE ON accounts_hold
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('holds_are_never_deleted');

CREATE FUNCTION hold_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'active' OR NEW.status = 'active'
     OR (OLD.id, OLD.key, OLD.account_id, OLD.amount_minor, OLD.currency, OLD.placed_at, OLD.source)
        IS DISTINCT FROM (NEW.id, NEW.key, NEW.account_id, NEW.amount_minor, NEW.currency, NEW.placed_at, NEW.source) THEN
    PERFORM refuse('hold_ends_once', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_ends_once BEFORE UPDATE ON accounts_hold FOR EACH ROW EXECUTE FUNCTION hold_ends_once();

CREATE FUNCTION account_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.balance_minor, NEW.held_minor, NEW.last_sequence) <> (0, 0, 0) OR NEW.last_booked_at IS NOT NULL THEN
    PERFORM refuse('account_opens_empty');
  END IF;
  -- A house account knows no overdraft law: only whoever owns the tables opens one.
  IF NEW.kind = 'house' AND NOT pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
  ) THEN
    PERFORM refuse('house_accounts_are_opened_by_the_owner');
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_opens_empty BEFORE INSERT ON accounts_bankaccount
  FOR EACH ROW EXECUTE FUNCTION account_opens_empty();

CREATE FUNCTION account_closes_empty_and_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'closed' AND NEW.status <> 'closed'
     OR NEW.status = 'closed' AND (NEW.balance_minor, NEW.held_minor) <> (0, 0) THEN
    PERFORM refuse('account_closes_empty_and_for_good', OLD.id::text);
  END IF;
  IF (OLD.kind, OLD.currency, OLD.company_id, OLD.iban, OLD.house_code)
     IS DISTINCT FROM (NEW.kind, NEW.currency, NEW.company_id, NEW.iban, NEW.house_code) THEN
    PERFORM refuse('account_keeps_its_owner_and_currency', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER account_closes_empty_and_for_good
  BEFORE UPDATE OF status, kind, currency, company_id, iban, house_code ON accounts_bankaccount
  FOR EACH ROW EXECUTE FUNCTION account_closes_empty_and_for_good();

CREATE FUNCTION bank_day_opens_open() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'open' THEN
    PERFORM refuse('bank_day_opens_open', NEW.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bank_day_opens_open BEFORE INSERT ON accounts_bankday
  FOR EACH ROW EXECUTE FUNCTION bank_day_opens_open();

CREATE FUNCTION bank_day_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.status, NEW.status) NOT IN (('open', 'closing'), ('closing', 'closed')) THEN
    PERFORM refuse('bank_day_goes_one_way', OLD.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bank_day_goes_one_way BEFORE UPDATE ON accounts_bankday
  FOR EACH ROW EXECUTE FUNCTION bank_day_goes_one_way();
"""
BACK = """
DROP TRIGGER bank_day_goes_one_way ON accounts_bankday;
DROP TRIGGER bank_day_opens_open ON accounts_bankday;
DROP TRIGGER account_closes_empty_and_for_good ON accounts_bankaccount;
DROP TRIGGER account_opens_empty ON accounts_bankaccount;
DROP TRIGGER hold_ends_once ON accounts_hold;
DROP TRIGGER holds_are_never_deleted ON accounts_hold;
DROP TRIGGER audit_events_are_append_only ON accounts_auditevent;
DROP TRIGGER postings_are_append_only ON accounts_posting;
DROP TRIGGER entries_are_append_only ON accounts_entry;
DROP FUNCTION bank_day_opens_open, account_closes_empty_and_for_good, bank_day_goes_one_way, account_opens_empty, hold_ends_once, books_are_append_only;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0004_posting_balances")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
