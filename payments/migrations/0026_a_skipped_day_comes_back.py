"""A day that a series left out can be taken back; and what was asked about names is forgotten after a while.

A row of a day left out changes once, by being taken back while its series runs. Name checks are still changed by nobody;
`forget_name_checks` alone deletes them, those asked before a moment and at most so many at a time.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

SKIPPED = """
DROP TRIGGER skipped_days_are_append_only ON payments_skippedday;
CREATE TRIGGER skipped_days_are_never_deleted BEFORE DELETE ON payments_skippedday
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('skipped_days_are_never_deleted');
CREATE FUNCTION skipped_day_is_only_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.taken_back_at IS NOT NULL OR NEW.taken_back_at IS NULL
     OR (OLD.id, OLD.standing_id, OLD.nominal_on, OLD.skipped_by_id, OLD.skipped_at)
        IS DISTINCT FROM (NEW.id, NEW.standing_id, NEW.nominal_on, NEW.skipped_by_id, NEW.skipped_at) THEN
    PERFORM refuse('skipped_day_is_only_taken_back', OLD.standing_id::text);
  END IF;
  PERFORM 1 FROM payments_standingorder WHERE id = OLD.standing_id AND status = 'running' FOR UPDATE;
  IF NOT FOUND THEN
    PERFORM refuse('only_a_running_standing_order_takes_a_day_back', OLD.standing_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER skipped_day_is_only_taken_back BEFORE UPDATE ON payments_skippedday
  FOR EACH ROW EXECUTE FUNCTION skipped_day_is_only_taken_back();
CREATE FUNCTION day_is_skipped_before_it_is_taken_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.taken_back_at IS NOT NULL THEN
    PERFORM refuse('day_is_skipped_before_it_is_taken_back', NEW.standing_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER day_is_skipped_before_it_is_taken_back BEFORE INSERT ON payments_skippedday
  FOR EACH ROW EXECUTE FUNCTION day_is_skipped_before_it_is_taken_back();
GRANT UPDATE (taken_back_at, taken_back_by_id) ON payments_skippedday TO portal_runtime;
"""
# The law of 0015, where a day that was taken back is left out no more.
RELEASED = """
CREATE OR REPLACE FUNCTION order_is_released_by_its_series(o payments_paymentorder) RETURNS void LANGUAGE plpgsql AS $$
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
     OR EXISTS (SELECT 1 FROM payments_skippedday
                WHERE standing_id = s.id AND nominal_on = o.requested_on AND taken_back_at IS NULL)
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

FORGETTING = """
DROP TRIGGER name_checks_are_append_only ON payments_namecheck;
CREATE TRIGGER name_checks_are_never_changed BEFORE UPDATE ON payments_namecheck
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('name_checks_are_never_changed');
CREATE TRIGGER name_checks_are_only_forgotten BEFORE DELETE ON payments_namecheck
  FOR EACH ROW WHEN (current_setting('portal.forgets', true) IS DISTINCT FROM 'name_checks')
  EXECUTE FUNCTION books_are_append_only('name_checks_are_only_forgotten');
CREATE FUNCTION forget_name_checks(before timestamptz, most integer) RETURNS integer
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  forgotten integer;
BEGIN
  PERFORM set_config('portal.forgets', 'name_checks', true);
  DELETE FROM payments_namecheck WHERE id IN (
    SELECT id FROM payments_namecheck WHERE checked_at < before ORDER BY checked_at LIMIT most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS forgotten = ROW_COUNT;
  PERFORM set_config('portal.forgets', '', true);
  RETURN forgotten;
END $$;
REVOKE ALL ON FUNCTION forget_name_checks(timestamptz, integer) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION forget_name_checks(timestamptz, integer) TO portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("payments", "0025_settled_payments_come_back"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="skippedday",
            name="taken_back_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name="skippedday",
            name="taken_back_by",
            field=models.ForeignKey(
                null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.RemoveConstraint(model_name="skippedday", name="a_day_is_skipped_once"),
        migrations.AddConstraint(
            model_name="skippedday",
            constraint=models.UniqueConstraint(
                condition=models.Q(("taken_back_at", None)),
                fields=("standing", "nominal_on"),
                name="a_day_is_skipped_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="skippedday",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("taken_back_at", None), ("taken_back_by", None)),
                    models.Q(("taken_back_at__isnull", False), ("taken_back_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_day_is_taken_back_by_somebody",
            ),
        ),
        migrations.AddIndex(
            model_name="namecheck",
            index=models.Index(fields=["checked_at"], name="name_checks_by_age"),
        ),
        migrations.AlterField(
            model_name="standingorder",
            name="status",
            field=models.CharField(
                choices=[
                    ("draft", "Draft"),
                    ("awaiting", "Në pritje të nënshkrimit"),
                    ("running", "Aktiv"),
                    ("rejected", "I refuzuar"),
                    ("cancelled", "I anuluar"),
                    ("expired", "I skaduar"),
                    ("stopped", "I ndalur"),
                    ("finished", "I përfunduar"),
                ],
                default="draft",
                max_length=10,
                verbose_name="gjendja",
            ),
        ),
        migrations.RunSQL([SKIPPED, RELEASED, FORGETTING], migrations.RunSQL.noop),
    ]
