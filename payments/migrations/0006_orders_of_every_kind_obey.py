"""The laws of an order for every kind: two more ends of the street, a longer payload that freezes, and a way home.

What is executed may come back once, by its own return; what nobody signed in its time expires.
"""

from django.db import migrations

ONE_WAY = """
CREATE OR REPLACE FUNCTION order_status_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_wanted integer;
BEGIN
  IF OLD.status IN ('rejected', 'cancelled', 'failed', 'expired', 'returned')
     OR OLD.status = 'executed' AND NEW.status <> 'returned' THEN
    PERFORM refuse('order_that_ended_stays_as_it_ended', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('draft', 'awaiting'), ('draft', 'cancelled'), ('draft', 'expired'),
    ('awaiting', 'released'), ('awaiting', 'rejected'), ('awaiting', 'cancelled'), ('awaiting', 'expired'),
    ('released', 'executed'), ('released', 'failed'), ('released', 'cancelled'),
    ('executed', 'returned')
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
  IF NEW.status = 'returned' AND NOT EXISTS (
    SELECT 1 FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
     WHERE p.id = NEW.return_posting_id AND p.key = 'payments.return:' || NEW.id
       AND e.account_id = NEW.debit_account_id AND e.amount_minor = NEW.amount_minor
  ) THEN
    PERFORM refuse('order_comes_back_by_its_own_return', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
"""

FROZEN = """
CREATE OR REPLACE FUNCTION order_payload_is_frozen_after_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number, OLD.company_id, OLD.submit_key, OLD.prepared_by_id, OLD.created_at)
     IS DISTINCT FROM (NEW.number, NEW.company_id, NEW.submit_key, NEW.prepared_by_id, NEW.created_at)
  OR (OLD.status <> 'draft' AND (
      OLD.kind, OLD.version, OLD.debit_account_id, OLD.currency, OLD.amount_minor, OLD.fee_minor,
      OLD.beneficiary_name, OLD.beneficiary_iban, OLD.description, OLD.requested_on, OLD.prefers_previous,
      OLD.is_urgent, OLD.rail, OLD.invoice_code, OLD.budget_scheme, OLD.budget_fields, OLD.other_signers,
      OLD.submitted_at
    ) IS DISTINCT FROM (
      NEW.kind, NEW.version, NEW.debit_account_id, NEW.currency, NEW.amount_minor, NEW.fee_minor,
      NEW.beneficiary_name, NEW.beneficiary_iban, NEW.description, NEW.requested_on, NEW.prefers_previous,
      NEW.is_urgent, NEW.rail, NEW.invoice_code, NEW.budget_scheme, NEW.budget_fields, NEW.other_signers,
      NEW.submitted_at
    )) THEN
    PERFORM refuse('order_payload_is_frozen_after_draft', OLD.id::text);
  END IF;
  IF OLD.status IN ('released', 'executed') AND (OLD.released_at, OLD.execute_on, OLD.hold_id)
     IS DISTINCT FROM (NEW.released_at, NEW.execute_on, NEW.hold_id) THEN
    PERFORM refuse('order_keeps_what_it_was_released_with', OLD.id::text);
  END IF;
  IF OLD.status = 'executed' AND (OLD.posting_id, OLD.ended_at, OLD.ended_by_id)
     IS DISTINCT FROM (NEW.posting_id, NEW.ended_at, NEW.ended_by_id) THEN
    PERFORM refuse('order_keeps_what_it_was_executed_with', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0005_more_kinds_of_orders")]

    operations = [migrations.RunSQL([ONE_WAY, FROZEN], migrations.RunSQL.noop)]
