"""An order is withdrawn from clearing where its money is taken out of clearing again, and not where a part of it comes
back from elsewhere.

Which of the two it is stands in the entries, which come after their posting: the item is locked at once, so that it does
not leave meanwhile, and judged when the transaction ends.
"""

from importlib import import_module

from django.db import migrations

# As `taken` of the law clearing_account_is_what_clearing_knows. Written so that no plan begins at the clearing account.
IS_TAKEN_OUT = """EXISTS (
      SELECT 1 FROM accounts_entry e
       WHERE e.posting_id = ANY (ARRAY(SELECT id FROM accounts_posting WHERE gives_back_id = {posting}))
         AND (SELECT house_code FROM accounts_bankaccount WHERE id = e.account_id) LIKE 'clearing-domestic-%')"""

CAME_BACK = """(
      SELECT coalesce(sum(e.amount_minor), 0) FROM accounts_entry e
       WHERE e.posting_id = ANY (ARRAY(SELECT id FROM accounts_posting WHERE gives_back_id = {posting}))
         AND e.account_id = {order}.debit_account_id AND e.part = 'principal')"""

LAWS = f"""
CREATE FUNCTION order_that_may_come_back_waits() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  PERFORM 1 FROM payments_clearingitem
    WHERE status = 'waiting' AND order_id = (SELECT id FROM payments_paymentorder WHERE posting_id = NEW.gives_back_id)
      FOR NO KEY UPDATE;
  RETURN NULL;
END $$;
CREATE TRIGGER order_that_may_come_back_waits AFTER INSERT ON accounts_posting
  FOR EACH ROW WHEN (NEW.gives_back_id IS NOT NULL) EXECUTE FUNCTION order_that_may_come_back_waits();

CREATE FUNCTION what_came_back_is_withdrawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_clearingitem SET status = 'withdrawn'
   WHERE status = 'waiting'
     AND order_id = (SELECT id FROM payments_paymentorder WHERE posting_id = NEW.gives_back_id)
     AND {IS_TAKEN_OUT.format(posting="NEW.gives_back_id")};
  IF EXISTS (
    SELECT 1 FROM payments_paymentorder o JOIN payments_clearingitem i ON i.order_id = o.id AND i.status = 'waiting'
     WHERE o.posting_id = NEW.gives_back_id
       AND o.amount_minor <= {CAME_BACK.format(order="o", posting="NEW.gives_back_id")}
  ) THEN
    PERFORM refuse('what_came_back_whole_does_not_wait', NEW.gives_back_id::text);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER what_came_back_is_withdrawn AFTER INSERT ON accounts_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.gives_back_id IS NOT NULL)
  EXECUTE FUNCTION what_came_back_is_withdrawn();

CREATE FUNCTION taken_out_item_does_not_leave() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_posting bigint := (SELECT posting_id FROM payments_paymentorder WHERE id = NEW.order_id);
BEGIN
  IF {IS_TAKEN_OUT.format(posting="v_posting")} THEN
    IF NEW.status = 'sent' THEN
      PERFORM refuse('what_came_back_does_not_leave', NEW.id::text);
    END IF;
  ELSIF NEW.status = 'withdrawn' THEN
    PERFORM refuse('withdrawn_order_came_back', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER taken_out_item_does_not_leave BEFORE UPDATE OF status ON payments_clearingitem
  FOR EACH ROW WHEN (OLD.status = 'waiting' AND NEW.status <> 'waiting')
  EXECUTE FUNCTION taken_out_item_does_not_leave();
"""  # noqa: S608  # nosec B608  our own words
LAWS_BACK = """
DROP TRIGGER taken_out_item_does_not_leave ON payments_clearingitem;
DROP TRIGGER what_came_back_is_withdrawn ON accounts_posting;
DROP TRIGGER order_that_may_come_back_waits ON accounts_posting;
DROP FUNCTION taken_out_item_does_not_leave, what_came_back_is_withdrawn, order_that_may_come_back_waits;
"""
# An order of which a part had come back was withdrawn, with its money left on the clearing account: it waits again. One
# that came back whole does not; where that was against the core, the reconciliation tells what lies on clearing.
WAIT_AGAIN = f"""
ALTER TABLE payments_clearingitem DISABLE TRIGGER clearing_item_goes_one_way;
UPDATE payments_clearingitem i SET status = 'waiting' FROM payments_paymentorder o
 WHERE i.status = 'withdrawn' AND o.id = i.order_id AND NOT {IS_TAKEN_OUT.format(posting="o.posting_id")}
   AND o.amount_minor > {CAME_BACK.format(order="o", posting="o.posting_id")};
ALTER TABLE payments_clearingitem ENABLE TRIGGER clearing_item_goes_one_way;
"""  # noqa: S608  # nosec B608  our own words
# As the law before would have it, which lets no such order leave.
WITHDRAW_AGAIN = """
UPDATE payments_clearingitem i SET status = 'withdrawn' FROM payments_paymentorder o
 WHERE i.status = 'waiting' AND o.id = i.order_id
   AND EXISTS (SELECT 1 FROM accounts_posting WHERE gives_back_id = o.posting_id);
"""
_before = import_module("payments.migrations.0018_what_left_and_what_came_in")


class Migration(migrations.Migration):
    dependencies = [("payments", "0027_a_bic_names_one_bank"), ("accounts", "0021_no_more_comes_back_than_went")]

    operations = [
        migrations.RunSQL([_before.WITHDRAWN_BACK, WAIT_AGAIN, LAWS], [LAWS_BACK, _before.WITHDRAWN, WITHDRAW_AGAIN]),
    ]
