"""Laws of a standing order: signed once, as an order is, and frozen; and the one exception for the orders that it makes.

An order of a series needs no signature of its own: it pays exactly what its signed and running series says, on a day
that nobody has left out, within the series' cap, and holds nothing.
"""

from django.db import migrations

NUMBER = "CREATE SEQUENCE payments_standing_number; GRANT USAGE ON SEQUENCE payments_standing_number TO portal_runtime;"

BORN = """
CREATE FUNCTION standing_order_is_born_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'draft' OR NEW.other_signers IS NOT NULL OR NEW.submitted_at IS NOT NULL
     OR NEW.started_at IS NOT NULL OR NEW.ended_at IS NOT NULL THEN
    PERFORM refuse('standing_order_is_born_a_draft', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_order_is_born_a_draft BEFORE INSERT ON payments_standingorder
  FOR EACH ROW EXECUTE FUNCTION standing_order_is_born_a_draft();

CREATE FUNCTION standing_order_debits_its_companys_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_bankaccount
                  WHERE id = NEW.debit_account_id AND company_id = NEW.company_id AND currency = NEW.currency) THEN
    PERFORM refuse('standing_order_debits_its_companys_account', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_order_debits_its_companys_account
  BEFORE INSERT OR UPDATE OF debit_account_id, company_id, currency ON payments_standingorder
  FOR EACH ROW EXECUTE FUNCTION standing_order_debits_its_companys_account();
"""

ONE_WAY = """
CREATE FUNCTION standing_order_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_wanted integer;
BEGIN
  IF OLD.status IN ('rejected', 'cancelled', 'expired', 'stopped', 'finished') THEN
    PERFORM refuse('standing_order_that_ended_stays_as_it_ended', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('draft', 'awaiting'), ('draft', 'cancelled'), ('draft', 'expired'),
    ('awaiting', 'running'), ('awaiting', 'rejected'), ('awaiting', 'cancelled'), ('awaiting', 'expired'),
    ('running', 'stopped'), ('running', 'finished')
  ) THEN
    PERFORM refuse('standing_order_goes_one_way', OLD.id::text);
  END IF;
  IF OLD.status = 'draft' AND NEW.status = 'awaiting' THEN
    SELECT other_signers INTO v_wanted FROM payments_approvalrule
     WHERE company_id = NEW.company_id AND valid_from <= (NEW.submitted_at AT TIME ZONE 'Europe/Tirane')::date
     ORDER BY valid_from DESC LIMIT 1;
    IF NEW.other_signers IS DISTINCT FROM coalesce(v_wanted, 1) THEN
      PERFORM refuse('standing_order_takes_the_rule_in_force', OLD.id::text);
    END IF;
  END IF;
  IF NEW.status = 'running' AND OLD.status <> 'running' AND
     (SELECT count(*) FROM payments_standingsignature WHERE standing_id = NEW.id) < greatest(1, NEW.other_signers) THEN
    PERFORM refuse('standing_order_runs_by_its_signatures', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_order_goes_one_way BEFORE UPDATE ON payments_standingorder
  FOR EACH ROW EXECUTE FUNCTION standing_order_goes_one_way();

CREATE FUNCTION standing_order_is_frozen_after_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.number, OLD.company_id, OLD.submit_key, OLD.prepared_by_id, OLD.created_at)
     IS DISTINCT FROM (NEW.number, NEW.company_id, NEW.submit_key, NEW.prepared_by_id, NEW.created_at)
  OR (OLD.status <> 'draft' AND (
      OLD.kind, OLD.version, OLD.debit_account_id, OLD.currency, OLD.amount_minor, OLD.beneficiary_name,
      OLD.beneficiary_iban, OLD.description, OLD.rhythm, OLD.first_on, OLD.last_on, OLD.times, OLD.cap_minor,
      OLD.prefers_previous, OLD.other_signers, OLD.submitted_at
    ) IS DISTINCT FROM (
      NEW.kind, NEW.version, NEW.debit_account_id, NEW.currency, NEW.amount_minor, NEW.beneficiary_name,
      NEW.beneficiary_iban, NEW.description, NEW.rhythm, NEW.first_on, NEW.last_on, NEW.times, NEW.cap_minor,
      NEW.prefers_previous, NEW.other_signers, NEW.submitted_at
    ))
  OR (OLD.status = 'running' AND OLD.started_at IS DISTINCT FROM NEW.started_at) THEN
    PERFORM refuse('standing_order_is_frozen_after_draft', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_order_is_frozen_after_draft BEFORE UPDATE ON payments_standingorder
  FOR EACH ROW EXECUTE FUNCTION standing_order_is_frozen_after_draft();
CREATE TRIGGER standing_orders_are_never_deleted BEFORE DELETE ON payments_standingorder
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('standing_orders_are_never_deleted');
CREATE TRIGGER standing_signatures_are_append_only BEFORE UPDATE OR DELETE ON payments_standingsignature
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('standing_signatures_are_append_only');
CREATE TRIGGER skipped_days_are_append_only BEFORE UPDATE OR DELETE ON payments_skippedday
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('skipped_days_are_append_only');
"""

FOUR_EYES = """
CREATE FUNCTION standing_signer_is_not_preparer_unless_sole() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_standing payments_standingorder%ROWTYPE;
BEGIN
  SELECT * INTO v_standing FROM payments_standingorder WHERE id = NEW.standing_id FOR UPDATE;
  IF v_standing.status <> 'awaiting' THEN
    PERFORM refuse('only_an_awaiting_standing_order_is_signed', NEW.standing_id::text);
  END IF;
  IF v_standing.prepared_by_id = NEW.user_id AND v_standing.other_signers <> 0 THEN
    PERFORM refuse('standing_signer_is_not_preparer_unless_sole', NEW.standing_id::text);
  END IF;
  IF NOT EXISTS (SELECT 1 FROM accounts_mandate
                  WHERE user_id = NEW.user_id AND company_id = v_standing.company_id AND may_sign) THEN
    PERFORM refuse('standing_signer_has_a_mandate_to_sign', NEW.standing_id::text);
  END IF;
  -- The code that was sent for exactly these bytes, to this person, for this series, and is spent in this transaction.
  IF NOT EXISTS (
    SELECT 1 FROM auth_flow_fnpchallenge
     WHERE id = NEW.challenge AND user_id = NEW.user_id AND purpose = 'payment' AND consumed_at IS NOT NULL
       AND subject = 'payments.standing:' || NEW.standing_id AND payload_hash = sha256(NEW.body)
  ) THEN
    PERFORM refuse('standing_signature_carries_its_spent_code', NEW.standing_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER standing_signer_is_not_preparer_unless_sole BEFORE INSERT ON payments_standingsignature
  FOR EACH ROW EXECUTE FUNCTION standing_signer_is_not_preparer_unless_sole();
"""

SKIPPED = """
CREATE FUNCTION a_day_is_skipped_before_its_order_is_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM 1 FROM payments_standingorder WHERE id = NEW.standing_id AND status = 'running' FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM refuse('only_a_running_standing_order_skips', NEW.standing_id::text);
  END IF;
  IF EXISTS (SELECT 1 FROM payments_paymentorder
              WHERE standing_id = NEW.standing_id AND requested_on = NEW.nominal_on) THEN
    PERFORM refuse('a_day_is_skipped_before_its_order_is_made', NEW.standing_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_day_is_skipped_before_its_order_is_made BEFORE INSERT ON payments_skippedday
  FOR EACH ROW EXECUTE FUNCTION a_day_is_skipped_before_its_order_is_made();
"""

ORDERS_OF_A_SERIES = """
CREATE FUNCTION order_keeps_its_series() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.standing_id, OLD.due_on) IS DISTINCT FROM (NEW.standing_id, NEW.due_on) THEN
    PERFORM refuse('order_keeps_its_series', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_keeps_its_series BEFORE UPDATE OF standing_id, due_on ON payments_paymentorder
  FOR EACH ROW EXECUTE FUNCTION order_keeps_its_series();

CREATE FUNCTION order_is_released_by_its_series(o payments_paymentorder) RETURNS void LANGUAGE plpgsql AS $$
DECLARE
  s payments_standingorder%ROWTYPE;
BEGIN
  SELECT * INTO s FROM payments_standingorder WHERE id = o.standing_id FOR UPDATE;
  IF s.status <> 'running' OR
     (SELECT count(*) FROM payments_standingsignature WHERE standing_id = s.id) < greatest(1, s.other_signers) THEN
    PERFORM refuse('order_of_a_series_needs_it_signed_and_running', o.id::text);
  END IF;
  IF (o.company_id, o.kind, o.debit_account_id, o.currency, o.amount_minor, o.beneficiary_name, o.beneficiary_iban,
      o.description, o.prefers_previous, o.prepared_by_id, o.other_signers, o.is_urgent, o.invoice_code, o.budget_scheme)
     IS DISTINCT FROM
     (s.company_id, s.kind, s.debit_account_id, s.currency, s.amount_minor, s.beneficiary_name, s.beneficiary_iban,
      s.description, s.prefers_previous, s.prepared_by_id, s.other_signers, false, ''::varchar, ''::varchar) THEN
    PERFORM refuse('order_of_a_series_pays_what_was_signed', o.id::text);
  END IF;
  IF o.requested_on < s.first_on OR o.requested_on > s.last_on OR o.execute_on < o.due_on
     OR EXISTS (SELECT 1 FROM payments_skippedday WHERE standing_id = s.id AND nominal_on = o.requested_on)
     OR (SELECT count(*) FROM payments_paymentorder WHERE standing_id = s.id AND id <> o.id) >= s.times THEN
    PERFORM refuse('order_of_a_series_is_of_one_of_its_days', o.id::text);
  END IF;
  IF o.hold_id IS NOT NULL THEN
    PERFORM refuse('order_of_a_series_holds_nothing', o.id::text);
  END IF;
  IF o.amount_minor + (SELECT coalesce(sum(amount_minor), 0) FROM payments_paymentorder
                        WHERE standing_id = s.id AND id <> o.id AND status IN ('released', 'executed')) > s.cap_minor
  THEN
    PERFORM refuse('order_of_a_series_stays_within_its_cap', o.id::text);
  END IF;
END $$;
"""

# The law of 0006 with one exception: an order of a series goes from draft to released, by its series' signatures.
EXCEPTION = """
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
  ) AND (NEW.standing_id IS NULL OR (OLD.status, NEW.status) <> ('draft', 'released')) THEN
    PERFORM refuse('order_status_goes_one_way', OLD.id::text);
  END IF;
  IF NEW.status = 'awaiting' AND NEW.standing_id IS NOT NULL THEN
    PERFORM refuse('order_of_a_series_awaits_nobody', OLD.id::text);
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
    IF NEW.standing_id IS NOT NULL THEN
      PERFORM order_is_released_by_its_series(NEW);
    ELSIF (SELECT count(*) FROM payments_signature WHERE order_id = NEW.id) < greatest(1, NEW.other_signers) THEN
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

GRANTS = """
REVOKE UPDATE, DELETE ON payments_standingsignature, payments_skippedday FROM portal_runtime;
REVOKE DELETE ON payments_standingorder FROM portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0014_standing_orders"), ("auth_flow", "0001_the_front_door")]

    operations = [
        migrations.RunSQL(
            [NUMBER, BORN, ONE_WAY, FOUR_EYES, SKIPPED, ORDERS_OF_A_SERIES, EXCEPTION, GRANTS], migrations.RunSQL.noop
        )
    ]
