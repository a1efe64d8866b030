"""A signer sends an order back for a change: it ends with its signatures, and one draft takes its place.

The street stays one-way (docs/decisions/0012): what was signed is never edited, and a draft is never born with signatures.
"""

import django.db.models.deletion
from django.db import migrations, models

# The law of 0015 with one more end of the street.
ONE_WAY = """
CREATE OR REPLACE FUNCTION order_status_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_wanted integer;
BEGIN
  IF OLD.status IN ('rejected', 'cancelled', 'failed', 'expired', 'returned'{ended})
     OR OLD.status = 'executed' AND NEW.status <> 'returned' THEN
    PERFORM refuse('order_that_ended_stays_as_it_ended', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status) NOT IN (
    ('draft', 'awaiting'), ('draft', 'cancelled'), ('draft', 'expired'),
    ('awaiting', 'released'), ('awaiting', 'rejected'), ('awaiting', 'cancelled'), ('awaiting', 'expired'),
{ways}    ('released', 'executed'), ('released', 'failed'), ('released', 'cancelled'),
    ('executed', 'returned')
  ) AND (NEW.standing_id IS NULL OR (OLD.status, NEW.status) <> ('draft', 'released')) THEN
    PERFORM refuse('order_status_goes_one_way', OLD.id::text);
  END IF;
{asked}  IF NEW.status = 'awaiting' AND NEW.standing_id IS NOT NULL THEN
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

SENT_BACK = """
  IF NEW.status = 'sent_back' AND (NEW.end_reason = '' OR NEW.ended_at IS NULL OR NOT EXISTS (
    SELECT 1 FROM accounts_mandate WHERE user_id = NEW.ended_by_id AND company_id = NEW.company_id AND may_sign
  )) THEN
    PERFORM refuse('order_is_sent_back_by_a_signer_with_a_reason', OLD.id::text);
  END IF;
"""

REPLACED = """
CREATE FUNCTION order_replaces_what_was_sent_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payments_paymentorder
     WHERE id = NEW.replaces_id AND status = 'sent_back' AND company_id = NEW.company_id
       AND prepared_by_id = NEW.prepared_by_id
  ) THEN
    PERFORM refuse('order_replaces_what_was_sent_back', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER order_replaces_what_was_sent_back BEFORE INSERT ON payments_paymentorder
  FOR EACH ROW WHEN (NEW.replaces_id IS NOT NULL) EXECUTE FUNCTION order_replaces_what_was_sent_back();

CREATE FUNCTION order_keeps_what_it_replaces() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse('order_keeps_what_it_replaces', OLD.id::text);
END $$;
CREATE TRIGGER order_keeps_what_it_replaces BEFORE UPDATE OF replaces_id ON payments_paymentorder
  FOR EACH ROW WHEN (OLD.replaces_id IS DISTINCT FROM NEW.replaces_id)
  EXECUTE FUNCTION order_keeps_what_it_replaces();

CREATE FUNCTION what_was_sent_back_goes_on_as_a_draft() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM payments_paymentorder WHERE replaces_id = NEW.id) THEN
    PERFORM refuse('what_was_sent_back_goes_on_as_a_draft', NEW.id::text);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER what_was_sent_back_goes_on_as_a_draft AFTER UPDATE OF status ON payments_paymentorder
  DEFERRABLE INITIALLY DEFERRED
  FOR EACH ROW WHEN (NEW.status = 'sent_back') EXECUTE FUNCTION what_was_sent_back_goes_on_as_a_draft();
"""
REPLACED_BACK = """
DROP TRIGGER what_was_sent_back_goes_on_as_a_draft ON payments_paymentorder;
DROP TRIGGER order_keeps_what_it_replaces ON payments_paymentorder;
DROP TRIGGER order_replaces_what_was_sent_back ON payments_paymentorder;
DROP FUNCTION what_was_sent_back_goes_on_as_a_draft, order_keeps_what_it_replaces, order_replaces_what_was_sent_back;
"""

FORTH = ONE_WAY.format(
    ended=", 'sent_back'", ways="    ('awaiting', 'sent_back'),\n", asked=SENT_BACK.removeprefix("\n")
)
BACK = ONE_WAY.format(ended="", ways="", asked="")


class Migration(migrations.Migration):
    dependencies = [("payments", "0019_limits_of_every_currency"), ("accounts", "0021_no_more_comes_back_than_went")]

    operations = [
        migrations.AlterField(
            model_name="paymentorder",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("awaiting", "Në pritje të nënshkrimit"),
                    ("released", "E pranuar"),
                    ("executed", "E kryer"),
                    ("rejected", "E refuzuar"),
                    ("cancelled", "E anuluar"),
                    ("failed", "E pakryer"),
                    ("expired", "E skaduar"),
                    ("returned", "E kthyer"),
                    ("sent_back", "E kthyer për ndryshim"),
                ],
                default="draft",
                max_length=10,
                verbose_name="gjendja",
            ),
        ),
        migrations.AddField(
            model_name="paymentorder",
            name="replaces",
            field=models.OneToOneField(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="replaced_by",
                to="payments.paymentorder",
                verbose_name="vazhdon urdhrin",
            ),
        ),
        migrations.RunSQL(FORTH, BACK),
        migrations.RunSQL(REPLACED, REPLACED_BACK),
    ]
