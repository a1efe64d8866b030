"""Laws of an order: it is born a draft, its payload is frozen after that, its status goes one way, what released or
executed it is its own, and nobody signs her own order unless its snapshot says that no other signer is wanted."""

from django.db import migrations

NUMBER = "CREATE SEQUENCE payments_order_number; GRANT USAGE ON SEQUENCE payments_order_number TO portal_runtime;"

BORN = """
CREATE FUNCTION order_is_born_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'draft' OR NEW.other_signers IS NOT NULL OR NEW.submitted_at IS NOT NULL
     OR NEW.released_at IS NOT NULL OR NEW.execute_on IS NOT NULL OR NEW.hold_id IS NOT NULL
     OR NEW.posting_id IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
    PERFORM refuse('order_is_born_a_draft', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_is_born_a_draft BEFORE INSERT ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION order_is_born_a_draft();

CREATE FUNCTION order_debits_its_companys_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_bankaccount
                  WHERE id = NEW.debit_account_id AND company_id = NEW.company_id AND currency = NEW.currency) THEN
    PERFORM refuse('order_debits_its_companys_account', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_debits_its_companys_account
  BEFORE INSERT OR UPDATE OF debit_account_id, company_id, currency ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION order_debits_its_companys_account();
"""

ONE_WAY = """
CREATE FUNCTION order_status_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_wanted integer;
BEGIN
  IF OLD.status IN ('executed', 'rejected', 'cancelled', 'failed') THEN
    PERFORM refuse('order_that_ended_stays_as_it_ended', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('draft', 'awaiting'), ('draft', 'cancelled'),
    ('awaiting', 'released'), ('awaiting', 'rejected'), ('awaiting', 'cancelled'),
    ('released', 'executed'), ('released', 'failed'), ('released', 'cancelled')
  ) THEN
    PERFORM refuse('order_status_goes_one_way', OLD.id::text);
  END IF;
  IF OLD.status = 'draft' AND NEW.status = 'awaiting' THEN
    SELECT other_signers INTO v_wanted FROM payments_approvalrule
     WHERE company_id = NEW.company_id AND valid_from <= (NEW.submitted_at AT TIME ZONE 'Europe/Tirane')::date
     ORDER BY valid_from DESC LIMIT 1;
    IF NEW.other_signers IS DISTINCT FROM coalesce(v_wanted, 1) THEN
      PERFORM refuse('order_takes_the_rule_in_force', OLD.id::text);
    END IF;
  END IF;
  IF NEW.status = 'released' AND OLD.status <> 'released' THEN
    IF (SELECT count(*) FROM payments_signature WHERE order_id = NEW.id) < greatest(1, NEW.other_signers) THEN
      PERFORM refuse('order_is_released_by_its_signatures', OLD.id::text);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM payments_promise WHERE order_id = NEW.id AND execute_on = NEW.execute_on) THEN
      PERFORM refuse('order_is_released_with_its_promise', OLD.id::text);
    END IF;
    IF NEW.hold_id IS NOT NULL AND NOT EXISTS (
      SELECT 1 FROM accounts_hold WHERE id = NEW.hold_id AND key = 'payments.order:' || NEW.id
         AND account_id = NEW.debit_account_id AND amount_minor = NEW.amount_minor + NEW.fee_minor AND status = 'active'
    ) THEN
      PERFORM refuse('order_holds_its_own_sum', OLD.id::text);
    END IF;
  END IF;
  IF NEW.status = 'executed' AND NOT EXISTS (
    SELECT 1 FROM accounts_posting WHERE id = NEW.posting_id AND key = 'payments.order:' || NEW.id
  ) THEN
    PERFORM refuse('order_is_executed_by_its_own_posting', OLD.id::text);
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
      OLD.beneficiary_name, OLD.beneficiary_iban, OLD.description, OLD.requested_on, OLD.other_signers,
      OLD.submitted_at
    ) IS DISTINCT FROM (
      NEW.kind, NEW.version, NEW.debit_account_id, NEW.currency, NEW.amount_minor, NEW.fee_minor,
      NEW.beneficiary_name, NEW.beneficiary_iban, NEW.description, NEW.requested_on, NEW.other_signers,
      NEW.submitted_at
    )) THEN
    PERFORM refuse('order_payload_is_frozen_after_draft', OLD.id::text);
  END IF;
  IF OLD.status = 'released' AND (OLD.released_at, OLD.execute_on, OLD.hold_id)
     IS DISTINCT FROM (NEW.released_at, NEW.execute_on, NEW.hold_id) THEN
    PERFORM refuse('order_keeps_what_it_was_released_with', OLD.id::text);
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
  IF NOT EXISTS (SELECT 1 FROM accounts_mandate
                  WHERE user_id = NEW.user_id AND company_id = v_order.company_id AND may_sign) THEN
    PERFORM refuse('signer_has_a_mandate_to_sign', NEW.order_id::text);
  END IF;
  -- The code that was sent for exactly these bytes, to this person, for this order, and is spent in this transaction.
  IF NOT EXISTS (
    SELECT 1 FROM auth_flow_fnpchallenge
     WHERE id = NEW.challenge AND user_id = NEW.user_id AND purpose = 'payment' AND consumed_at IS NOT NULL
       AND subject = 'payments.order:' || NEW.order_id AND payload_hash = sha256(NEW.body)
  ) THEN
    PERFORM refuse('signature_carries_its_spent_code', NEW.order_id::text);
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
DROP TRIGGER order_debits_its_companys_account ON payments_paymentorder;
DROP TRIGGER order_is_born_a_draft ON payments_paymentorder;
DROP FUNCTION signer_is_not_preparer_unless_sole, order_payload_is_frozen_after_draft, order_status_goes_one_way,
  order_debits_its_companys_account, order_is_born_a_draft;
DROP SEQUENCE payments_order_number;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0001_payments"),
        ("accounts", "0007_the_house_opens"),
        ("auth_flow", "0001_the_front_door"),
    ]

    operations = [migrations.RunSQL([NUMBER, BORN, ONE_WAY, FROZEN, FOUR_EYES, GRANTS], BACK)]
