"""Laws of what a batch does to orders, asked once for all of its rows: the statement's own tables are joined to the books.

An order comes to `executed` from `released` alone (`order_status_goes_one_way`, still row by row, before the update), so
that every executed row of an UPDATE has just been executed. A statement trigger sees the rows of an ON CONFLICT DO UPDATE
and of a MERGE too, and those of a COPY where it is one of inserts.
"""

from importlib import import_module

from django.db import migrations

_street = import_module("payments.migrations.0020_sent_back_for_a_change")

ROW_BY_ROW = """  IF NEW.status = 'executed' AND NOT EXISTS (
    SELECT 1 FROM accounts_posting WHERE id = NEW.posting_id AND key = 'payments.order:' || NEW.id
  ) THEN
    PERFORM refuse('order_is_executed_by_its_own_posting', OLD.id::text);
  END IF;
"""


def _without(body: str, words: str) -> str:
    assert body.count(words) == 1, words
    return body.replace(words, "")


ONE_WAY = _without(_street.FORTH, ROW_BY_ROW)

EXECUTED = """
CREATE FUNCTION order_is_executed_by_its_own_posting() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_order uuid;
BEGIN
  SELECT o.id INTO v_order
    FROM fresh o LEFT JOIN accounts_posting p ON p.id = o.posting_id AND p.key = 'payments.order:' || o.id
   WHERE o.status = 'executed' AND p.id IS NULL LIMIT 1;
  IF FOUND THEN
    PERFORM refuse('order_is_executed_by_its_own_posting', v_order::text);
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER order_is_executed_by_its_own_posting AFTER UPDATE ON payments_paymentorder
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION order_is_executed_by_its_own_posting();
"""
EXECUTED_BACK = """
DROP TRIGGER order_is_executed_by_its_own_posting ON payments_paymentorder;
DROP FUNCTION order_is_executed_by_its_own_posting;
"""

# With the owner's rights, as before: nobody else puts an order into clearing.
QUEUED = """
CREATE OR REPLACE FUNCTION order_that_leaves_waits_for_clearing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status, reason_code)
  SELECT id, rail, currency, amount_minor, ended_at, 'waiting', '' FROM fresh
   WHERE status = 'executed' AND rail <> 'book';
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER order_that_leaves_waits_for_clearing AFTER UPDATE ON payments_paymentorder
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION order_that_leaves_waits_for_clearing();
"""
QUEUED_BACK = """
CREATE OR REPLACE FUNCTION order_that_leaves_waits_for_clearing() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  INSERT INTO payments_clearingitem (order_id, rail, currency, amount_minor, executed_at, status, reason_code)
  VALUES (NEW.id, NEW.rail, NEW.currency, NEW.amount_minor, NEW.ended_at, 'waiting', '');
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER order_that_leaves_waits_for_clearing AFTER UPDATE OF status ON payments_paymentorder
  FOR EACH ROW WHEN (OLD.status = 'released' AND NEW.status = 'executed' AND NEW.rail <> 'book')
  EXECUTE FUNCTION order_that_leaves_waits_for_clearing();
"""

ITEM = """
CREATE OR REPLACE FUNCTION clearing_item_begins_as_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_order uuid;
BEGIN
  SELECT i.order_id INTO v_order
    FROM fresh i LEFT JOIN payments_paymentorder o
      ON o.id = i.order_id AND o.status = 'executed' AND o.rail = i.rail AND o.rail <> 'book'
     AND o.currency = i.currency AND o.amount_minor = i.amount_minor AND o.ended_at = i.executed_at
   WHERE i.status <> 'waiting' OR o.id IS NULL LIMIT 1;
  IF FOUND THEN
    PERFORM refuse('clearing_item_begins_as_its_order', v_order::text);
  END IF;
  RETURN NULL;
END $$;
CREATE OR REPLACE TRIGGER clearing_item_begins_as_its_order AFTER INSERT ON payments_clearingitem
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION clearing_item_begins_as_its_order();
"""
ITEM_BACK = """
CREATE OR REPLACE FUNCTION clearing_item_begins_as_its_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'waiting' OR NOT EXISTS (
    SELECT 1 FROM payments_paymentorder WHERE id = NEW.order_id AND status = 'executed' AND rail = NEW.rail
       AND rail <> 'book' AND currency = NEW.currency AND amount_minor = NEW.amount_minor AND ended_at = NEW.executed_at
  ) THEN
    PERFORM refuse('clearing_item_begins_as_its_order', NEW.order_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE OR REPLACE TRIGGER clearing_item_begins_as_its_order BEFORE INSERT ON payments_clearingitem
  FOR EACH ROW EXECUTE FUNCTION clearing_item_begins_as_its_order();
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0020_sent_back_for_a_change")]

    operations = [
        migrations.RunSQL([EXECUTED, ONE_WAY], [_street.FORTH, EXECUTED_BACK]),
        migrations.RunSQL(ITEM, ITEM_BACK),
        migrations.RunSQL(QUEUED, QUEUED_BACK),
    ]
