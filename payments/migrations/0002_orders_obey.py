"""Laws of an order: its payload is frozen after the draft, its status goes one way, its promise and its signatures
are never changed, and nobody signs her own order unless its snapshot says that no other signer is wanted."""

from django.db import migrations

NUMBER = "CREATE SEQUENCE payments_order_number; GRANT USAGE ON SEQUENCE payments_order_number TO portal_runtime;"

ONE_WAY = """
CREATE FUNCTION order_status_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('draft', 'awaiting'), ('draft', 'cancelled'),
    ('awaiting', 'released'), ('awaiting', 'rejected'), ('awaiting', 'cancelled'),
    ('released', 'executed'), ('released', 'failed'), ('released', 'cancelled')
  ) THEN
    PERFORM refuse('order_status_goes_one_way', OLD.id::text);
  END IF;
  IF NEW.status = 'released' AND OLD.status <> 'released' AND
     (SELECT count(*) FROM payments_signature WHERE order_id = NEW.id) < greatest(1, NEW.other_signers) THEN
    PERFORM refuse('order_is_released_by_its_signatures', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_status_goes_one_way BEFORE UPDATE ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION order_status_goes_one_way();
"""

FROZEN = """
CREATE FUNCTION order_payload_is_frozen_after_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number, OLD.company_id, OLD.submit_key, OLD.prepared_by_id, OLD.created_at)
     IS DISTINCT FROM (NEW.number, NEW.company_id, NEW.submit_key, NEW.prepared_by_id, NEW.created_at)
  OR (OLD.status <> 'draft' AND (
      OLD.kind, OLD.version, OLD.debit_account_id, OLD.currency, OLD.amount_minor, OLD.fee_minor,
      OLD.beneficiary_name, OLD.beneficiary_iban, OLD.description, OLD.requested_on, OLD.other_signers
    ) IS DISTINCT FROM (
      NEW.kind, NEW.version, NEW.debit_account_id, NEW.currency, NEW.amount_minor, NEW.fee_minor,
      NEW.beneficiary_name, NEW.beneficiary_iban, NEW.description, NEW.requested_on, NEW.other_signers
    )) THEN
    PERFORM refuse('order_payload_is_frozen_after_draft', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_payload_is_frozen_after_draft BEFORE UPDATE ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION order_payload_is_frozen_after_draft();
CREATE TRIGGER orders_are_never_deleted BEFORE DELETE ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('orders_are_never_deleted');
CREATE TRIGGER promises_are_never_changed BEFORE UPDATE OR DELETE ON payments_promise
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('promises_are_never_changed');
CREATE TRIGGER signatures_are_append_only BEFORE UPDATE OR DELETE ON payments_signature
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('signatures_are_append_only');
"""

FOUR_EYES = """
CREATE FUNCTION signer_is_not_preparer_unless_sole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_order payments_paymentorder%ROWTYPE;
BEGIN
  SELECT * INTO v_order FROM payments_paymentorder WHERE id = NEW.order_id FOR UPDATE;
  IF v_order.status <> 'awaiting' THEN
    PERFORM refuse('only_an_awaiting_order_is_signed', NEW.order_id::text);
  END IF;
  IF v_order.prepared_by_id = NEW.user_id AND v_order.other_signers <> 0 THEN
    PERFORM refuse('signer_is_not_preparer_unless_sole', NEW.order_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signer_is_not_preparer_unless_sole BEFORE INSERT ON payments_signature
  FOR EACH ROW EXECUTE FUNCTION signer_is_not_preparer_unless_sole();
"""

GRANTS = """
REVOKE UPDATE, DELETE ON payments_signature, payments_promise FROM portal_runtime;
REVOKE DELETE ON payments_paymentorder FROM portal_runtime;
"""

BACK = """
DROP TRIGGER signer_is_not_preparer_unless_sole ON payments_signature;
DROP TRIGGER signatures_are_append_only ON payments_signature;
DROP TRIGGER promises_are_never_changed ON payments_promise;
DROP TRIGGER orders_are_never_deleted ON payments_paymentorder;
DROP TRIGGER order_payload_is_frozen_after_draft ON payments_paymentorder;
DROP TRIGGER order_status_goes_one_way ON payments_paymentorder;
DROP FUNCTION signer_is_not_preparer_unless_sole, order_payload_is_frozen_after_draft, order_status_goes_one_way;
DROP SEQUENCE payments_order_number;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0001_payments"), ("accounts", "0007_the_house_opens")]

    operations = [migrations.RunSQL([NUMBER, ONE_WAY, FROZEN, FOUR_EYES, GRANTS], BACK)]
