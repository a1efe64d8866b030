"""Laws of clearing: every order that leaves the bank gets its place, goes out once in one file, and is answered once;
a file is what it says and stays so; what came from outside is never taken back."""

from datetime import date, time

from django.db import migrations

SINCE = date(2024, 1, 1)
OWN_PLAN = "The bank's own plan until the operator's sessions are entered"
AIPS_HOURS = "Bank of Albania: AIPS takes customer payments from 08:00 to 15:30"
EURO_HOURS = "Bank of Albania: AIPS EURO is open from 08:30 to 16:30"
SESSIONS = (
    ("aech", time(10, 30), None, OWN_PLAN),
    ("aech", time(13, 0), None, OWN_PLAN),
    ("aech", time(15, 0), None, OWN_PLAN),
    ("aips", time(8, 0), time(15, 30), AIPS_HOURS),
    ("aips_euro", time(8, 30), time(16, 30), EURO_HOURS),
)

# With the owner's rights: nobody else puts an order into clearing, and no way of executing one can forget it.
QUEUED = """
CREATE FUNCTION order_that_leaves_waits_for_clearing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status, reason_code)
  VALUES (NEW.id, NEW.rail, NEW.currency, NEW.amount_minor, NEW.ended_at, 'waiting', '');
  RETURN NULL;
END $$;
CREATE TRIGGER order_that_leaves_waits_for_clearing AFTER UPDATE OF status ON payments_paymentorder
  FOR EACH ROW WHEN (OLD.status = 'released' AND NEW.status = 'executed' AND NEW.rail <> 'book')
  EXECUTE FUNCTION order_that_leaves_waits_for_clearing();
INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status, reason_code)
  SELECT id, rail, currency, amount_minor, ended_at, 'waiting', '' FROM payments_paymentorder
   WHERE status = 'executed' AND rail <> 'book';
REVOKE INSERT, DELETE ON payments_clearingitem FROM portal_runtime;
"""

ITEMS = """
CREATE FUNCTION clearing_item_begins_as_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'waiting' OR NOT EXISTS (
    SELECT 1 FROM payments_paymentorder WHERE id = NEW.order_id AND status = 'executed' AND rail = NEW.rail
       AND rail <> 'book' AND currency = NEW.currency AND amount_minor = NEW.amount_minor AND ended_at = NEW.executed_at
  ) THEN
    PERFORM refuse('clearing_item_begins_as_its_order', NEW.order_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER clearing_item_begins_as_its_order BEFORE INSERT ON payments_clearingitem
  FOR EACH ROW EXECUTE FUNCTION clearing_item_begins_as_its_order();

CREATE FUNCTION clearing_item_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.order_id, OLD.rail, OLD.currency, OLD.amount_minor, OLD.executed_at)
     IS DISTINCT FROM (NEW.order_id, NEW.rail, NEW.currency, NEW.amount_minor, NEW.executed_at) THEN
    PERFORM refuse('clearing_item_stays_its_orders', OLD.id::text);
  END IF;
  IF OLD.status IN ('accepted', 'rejected') THEN
    PERFORM refuse('clearing_item_is_answered_once', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status
     AND (OLD.status, NEW.status) NOT IN (('waiting', 'sent'), ('sent', 'accepted'), ('sent', 'rejected')) THEN
    PERFORM refuse('clearing_item_goes_one_way', OLD.id::text);
  END IF;
  IF OLD.status = 'sent' AND (OLD.file_id, OLD.place, OLD.transaction_id)
     IS DISTINCT FROM (NEW.file_id, NEW.place, NEW.transaction_id) THEN
    PERFORM refuse('clearing_item_goes_out_once', OLD.id::text);
  END IF;
  IF NEW.status = 'sent' AND OLD.status = 'waiting' AND NOT EXISTS (
    SELECT 1 FROM payments_sentfile
     WHERE id = NEW.file_id AND message = 'pacs.008' AND rail = NEW.rail AND currency = NEW.currency
  ) THEN
    PERFORM refuse('clearing_item_leaves_by_its_rail', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER clearing_item_goes_one_way BEFORE UPDATE ON payments_clearingitem
  FOR EACH ROW EXECUTE FUNCTION clearing_item_goes_one_way();
CREATE TRIGGER clearing_items_are_never_deleted BEFORE DELETE ON payments_clearingitem
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('clearing_items_are_never_deleted');
"""

FILES = """
CREATE FUNCTION sent_file_counts_on() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.sequence <> 1 + (SELECT coalesce(max(sequence), 0) FROM payments_sentfile
                           WHERE message = NEW.message AND rail = NEW.rail AND day = NEW.day) THEN
    PERFORM refuse('sent_files_are_numbered_without_gaps', NEW.name);
  END IF;
  IF NEW.digest <> encode(sha256(NEW.content), 'hex') THEN
    PERFORM refuse('digest_is_of_the_content', NEW.name);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sent_file_counts_on BEFORE INSERT ON payments_sentfile
  FOR EACH ROW EXECUTE FUNCTION sent_file_counts_on();

CREATE FUNCTION sent_file_holds_what_it_says() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.message = 'pacs.008' AND NOT EXISTS (
    SELECT 1 FROM payments_clearingitem WHERE file_id = NEW.id
    HAVING count(*) = NEW.count AND sum(amount_minor) = NEW.sum_minor
  ) THEN
    PERFORM refuse('sent_file_holds_what_it_says', NEW.name);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER sent_file_holds_what_it_says AFTER INSERT ON payments_sentfile
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION sent_file_holds_what_it_says();

CREATE FUNCTION sent_files_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF to_jsonb(OLD) - 'written_at' IS DISTINCT FROM to_jsonb(NEW) - 'written_at' THEN
    PERFORM refuse('sent_files_are_never_changed', OLD.name);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER sent_files_are_never_changed BEFORE UPDATE ON payments_sentfile
  FOR EACH ROW EXECUTE FUNCTION sent_files_are_never_changed();
CREATE TRIGGER sent_files_are_never_deleted BEFORE DELETE ON payments_sentfile
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('sent_files_are_never_deleted');

CREATE FUNCTION arrived_file_ends_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> 'open' OR (OLD.name, OLD.digest, OLD.arrived_at)
     IS DISTINCT FROM (NEW.name, NEW.digest, NEW.arrived_at) THEN
    PERFORM refuse('arrived_file_ends_once', OLD.name);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER arrived_file_ends_once BEFORE UPDATE ON payments_arrivedfile
  FOR EACH ROW EXECUTE FUNCTION arrived_file_ends_once();
CREATE TRIGGER arrived_files_are_never_deleted BEFORE DELETE ON payments_arrivedfile
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('arrived_files_are_never_deleted');
REVOKE DELETE ON payments_sentfile, payments_arrivedfile FROM portal_runtime;
"""

# A posting of a credit is its own, on the account that it names; that of a settlement: migration 0018.
COMES_IN = """
CREATE FUNCTION credit_is_booked_by_its_own_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status = 'booked' AND NOT EXISTS (
    SELECT 1 FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
      JOIN accounts_bankaccount a ON a.id = e.account_id
     WHERE p.id = NEW.posting_id AND p.key = 'payments.incoming:' || NEW.key
       AND a.iban = NEW.creditor_iban AND e.currency = NEW.currency AND e.amount_minor = NEW.amount_minor
  ) THEN
    PERFORM refuse('credit_is_booked_by_its_own_posting', NEW.key);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER credit_is_booked_by_its_own_posting BEFORE INSERT ON payments_incomingcredit
  FOR EACH ROW EXECUTE FUNCTION credit_is_booked_by_its_own_posting();
CREATE TRIGGER credits_are_append_only BEFORE UPDATE OR DELETE ON payments_incomingcredit
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('credits_are_append_only');
CREATE TRIGGER settlements_are_append_only BEFORE UPDATE OR DELETE ON payments_settlement
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('settlements_are_append_only');

CREATE FUNCTION difference_is_settled_once() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.settled_at IS NOT NULL OR (OLD.file_id, OLD.what, OLD.reference, OLD.noted_at)
     IS DISTINCT FROM (NEW.file_id, NEW.what, NEW.reference, NEW.noted_at) THEN
    PERFORM refuse('difference_is_settled_once', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER difference_is_settled_once BEFORE UPDATE ON payments_difference
  FOR EACH ROW EXECUTE FUNCTION difference_is_settled_once();
CREATE TRIGGER differences_are_never_deleted BEFORE DELETE ON payments_difference
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('differences_are_never_deleted');
REVOKE UPDATE, DELETE ON payments_incomingcredit, payments_settlement FROM portal_runtime;
REVOKE DELETE ON payments_difference FROM portal_runtime;
"""

BACK = """
DROP TRIGGER differences_are_never_deleted ON payments_difference;
DROP TRIGGER difference_is_settled_once ON payments_difference;
DROP TRIGGER settlements_are_append_only ON payments_settlement;
DROP TRIGGER credits_are_append_only ON payments_incomingcredit;
DROP TRIGGER credit_is_booked_by_its_own_posting ON payments_incomingcredit;
DROP TRIGGER arrived_files_are_never_deleted ON payments_arrivedfile;
DROP TRIGGER arrived_file_ends_once ON payments_arrivedfile;
DROP TRIGGER sent_files_are_never_deleted ON payments_sentfile;
DROP TRIGGER sent_files_are_never_changed ON payments_sentfile;
DROP TRIGGER sent_file_holds_what_it_says ON payments_sentfile;
DROP TRIGGER sent_file_counts_on ON payments_sentfile;
DROP TRIGGER clearing_items_are_never_deleted ON payments_clearingitem;
DROP TRIGGER clearing_item_goes_one_way ON payments_clearingitem;
DROP TRIGGER clearing_item_begins_as_its_order ON payments_clearingitem;
DROP TRIGGER order_that_leaves_waits_for_clearing ON payments_paymentorder;
DROP FUNCTION difference_is_settled_once, credit_is_booked_by_its_own_posting, arrived_file_ends_once,
  sent_files_are_never_changed, sent_file_holds_what_it_says, sent_file_counts_on, clearing_item_goes_one_way,
  clearing_item_begins_as_its_order, order_that_leaves_waits_for_clearing;
"""


def seed(apps, schema_editor):
    sessions = apps.get_model("payments", "ClearingSession").objects.using(schema_editor.connection.alias)
    sessions.bulk_create(
        sessions.model(rail=rail, at_time=at_time, until_time=until_time, valid_from=SINCE, source=source)
        for rail, at_time, until_time, source in SESSIONS
    )


class Migration(migrations.Migration):
    dependencies = [("payments", "0008_clearing"), ("accounts", "0015_more_kinds_of_postings")]

    operations = [
        migrations.RunSQL([ITEMS, QUEUED, FILES, COMES_IN], BACK),
        migrations.RunPython(seed, migrations.RunPython.noop),
    ]
