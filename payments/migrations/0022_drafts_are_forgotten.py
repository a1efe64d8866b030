"""Law: an order is never deleted, but for a draft that nobody ever submitted and that has ended.

Such a draft is a form that somebody left: it was shown to no signer and moved no money. The runtime role still deletes
no order: `forget_ended_drafts` does, those that ended before a moment, at most so many at a time.
"""

from django.db import migrations, models

LAW = """
CREATE FUNCTION orders_are_never_deleted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.submitted_at IS NOT NULL OR OLD.status NOT IN ('cancelled', 'expired') THEN
    PERFORM refuse('orders_are_never_deleted', OLD.id::text);
  END IF;
  RETURN OLD;
END $$;
DROP TRIGGER orders_are_never_deleted ON payments_paymentorder;
CREATE TRIGGER submitted_orders_are_never_deleted BEFORE DELETE ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION orders_are_never_deleted();
"""
FORGET = """
CREATE FUNCTION forget_ended_drafts(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  DELETE FROM payments_paymentorder WHERE id IN (
    SELECT id FROM payments_paymentorder AS old
     WHERE submitted_at IS NULL AND ended_at < before AND status IN ('cancelled', 'expired')
       AND standing_id IS NULL AND replaces_id IS NULL
       AND NOT EXISTS (SELECT FROM payments_orderwarning WHERE order_id = old.id)
     ORDER BY ended_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_ended_drafts(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_ended_drafts(timestamptz, integer) TO portal_runtime;
"""
_TRIGGER = "orders_are_never_deleted"  # of 0002
BACK = f"""
DROP FUNCTION forget_ended_drafts;
DROP TRIGGER submitted_orders_are_never_deleted ON payments_paymentorder;
DROP FUNCTION orders_are_never_deleted;
CREATE TRIGGER {_TRIGGER} BEFORE DELETE ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('{_TRIGGER}');
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0021_orders_executed_together")]

    operations = [
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(
                name="drafts_to_forget",
                fields=["ended_at"],
                condition=models.Q(status__in=["cancelled", "expired"], submitted_at__isnull=True),
            ),
        ),
        migrations.RunSQL([LAW, FORGET], BACK),
    ]
