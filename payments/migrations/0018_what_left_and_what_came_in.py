"""What came back does not leave, a payment from outside is known by its UETR too, a BIC is one, a settlement has its
own posting, and a file that was refused does not stand in the way of its own bytes."""

import django.core.validators
from django.db import migrations, models

BIC = r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$"

# What staff typed before the form asked: mended where blanks and small letters are all that is wrong, else taken out, so
# that the bank is named by its number among the members.
BICS = f"""
UPDATE payments_participantbank SET bic = upper(regexp_replace(bic, '\\s', '', 'g')) WHERE bic !~ '{BIC}';
UPDATE payments_participantbank SET bic = '' WHERE bic <> '' AND bic !~ '{BIC}';
"""  # noqa: S608  # nosec B608  our own words

UETRS = """
ALTER TABLE payments_incomingcredit DISABLE TRIGGER credits_are_append_only;
UPDATE payments_incomingcredit SET uetr = transaction_id WHERE transaction_id ~
  '^[a-f0-9]{8}-[a-f0-9]{4}-4[a-f0-9]{3}-[89ab][a-f0-9]{3}-[a-f0-9]{12}$';
ALTER TABLE payments_incomingcredit ENABLE TRIGGER credits_are_append_only;
"""

# With the owner's rights, for whoever gives back: staff, or the bank's core. What was sent stays as it is.
WITHDRAWN = """
CREATE FUNCTION order_that_came_back_is_withdrawn() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  UPDATE payments_clearingitem SET status = 'withdrawn'
   WHERE status = 'waiting'
     AND order_id = (SELECT id FROM payments_paymentorder WHERE posting_id = NEW.gives_back_id);
  RETURN NULL;
END $$;
CREATE TRIGGER order_that_came_back_is_withdrawn AFTER INSERT ON accounts_posting
  FOR EACH ROW WHEN (NEW.gives_back_id IS NOT NULL) EXECUTE FUNCTION order_that_came_back_is_withdrawn();

CREATE FUNCTION what_came_back_does_not_leave() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_posting bigint := (SELECT posting_id FROM payments_paymentorder WHERE id = NEW.order_id);
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_posting WHERE gives_back_id = v_posting) THEN
    IF NEW.status = 'sent' THEN
      PERFORM refuse('what_came_back_does_not_leave', NEW.id::text);
    END IF;
  ELSIF NEW.status = 'withdrawn' THEN
    PERFORM refuse('withdrawn_order_came_back', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER what_came_back_does_not_leave BEFORE UPDATE OF status ON payments_clearingitem
  FOR EACH ROW WHEN (OLD.status = 'waiting' AND NEW.status <> 'waiting')
  EXECUTE FUNCTION what_came_back_does_not_leave();
"""
WITHDRAWN_BACK = """
DROP TRIGGER what_came_back_does_not_leave ON payments_clearingitem;
DROP TRIGGER order_that_came_back_is_withdrawn ON accounts_posting;
DROP FUNCTION what_came_back_does_not_leave, order_that_came_back_is_withdrawn;
"""

ONE_WAY = """
CREATE OR REPLACE FUNCTION clearing_item_goes_one_way() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.order_id, OLD.rail, OLD.currency, OLD.amount_minor, OLD.executed_at)
     IS DISTINCT FROM (NEW.order_id, NEW.rail, NEW.currency, NEW.amount_minor, NEW.executed_at) THEN
    PERFORM refuse('clearing_item_stays_its_orders', OLD.id::text);
  END IF;
  IF OLD.status IN ('accepted', 'rejected') THEN
    PERFORM refuse('clearing_item_is_answered_once', OLD.id::text);
  END IF;
  IF OLD.status <> NEW.status AND (OLD.status, NEW.status)
     NOT IN (('waiting', 'sent'), {ways}('sent', 'accepted'), ('sent', 'rejected')) THEN
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
"""

SETTLED = """
CREATE FUNCTION settlement_is_booked_by_its_own_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
      JOIN accounts_bankaccount a ON a.id = e.account_id
     WHERE p.id = NEW.posting_id AND p.key = 'payments.settlement:' || NEW.reference
       AND a.house_code = 'clearing-domestic-' || NEW.currency
       AND e.currency = NEW.currency AND e.amount_minor = NEW.amount_minor
  ) THEN
    PERFORM refuse('settlement_is_booked_by_its_own_posting', NEW.reference);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER settlement_is_booked_by_its_own_posting BEFORE INSERT ON payments_settlement
  FOR EACH ROW EXECUTE FUNCTION settlement_is_booked_by_its_own_posting();
"""
SETTLED_BACK = """
DROP TRIGGER settlement_is_booked_by_its_own_posting ON payments_settlement;
DROP FUNCTION settlement_is_booked_by_its_own_posting;
"""

Q = models.Q
NOWHERE = ["waiting", "withdrawn"]


class Migration(migrations.Migration):
    dependencies = [("payments", "0017_a_difference_more"), ("accounts", "0021_no_more_comes_back_than_went")]

    operations = [
        migrations.AlterField(
            model_name="clearingitem",
            name="status",
            field=models.CharField(
                choices=[
                    ("waiting", "Pret seancën"),
                    ("sent", "E dërguar"),
                    ("accepted", "E pranuar"),
                    ("rejected", "E kthyer"),
                    ("withdrawn", "E tërhequr para se të dilte"),
                ],
                default="waiting",
                max_length=10,
                verbose_name="gjendja",
            ),
        ),
        migrations.RemoveConstraint(model_name="clearingitem", name="sent_item_has_its_file"),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.CheckConstraint(
                name="sent_item_has_its_file",
                condition=Q(status__in=NOWHERE, file__isnull=True, place__isnull=True, transaction_id__isnull=True)
                | (~Q(status__in=NOWHERE) & Q(file__isnull=False, place__isnull=False, transaction_id__isnull=False)),
            ),
        ),
        migrations.RemoveConstraint(model_name="clearingitem", name="answered_item_has_its_answer"),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.CheckConstraint(
                name="answered_item_has_its_answer",
                condition=Q(status__in=[*NOWHERE, "sent"], answer__isnull=True, answered_at__isnull=True)
                | Q(status__in=["accepted", "rejected"], answer__isnull=False, answered_at__isnull=False),
            ),
        ),
        migrations.AlterField(
            model_name="arrivedfile", name="digest", field=models.CharField(max_length=64, verbose_name="SHA-256")
        ),
        migrations.AddConstraint(
            model_name="arrivedfile",
            constraint=models.UniqueConstraint(
                name="a_content_is_taken_once", fields=["digest"], condition=~Q(status="bad")
            ),
        ),
        migrations.AddField(
            model_name="incomingcredit",
            name="uetr",
            field=models.CharField(blank=True, default="", max_length=36, verbose_name="UETR"),
            preserve_default=False,
        ),
        migrations.RunSQL(UETRS, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="incomingcredit",
            constraint=models.UniqueConstraint(name="a_uetr_names_one_payment", fields=["uetr"], condition=~Q(uetr="")),
        ),
        migrations.AlterField(
            model_name="difference",
            name="what",
            field=models.CharField(
                choices=[
                    ("unknown_answer", "Përgjigje për pagesë që nuk e kemi dërguar"),
                    ("other_answer", "Përgjigje e dytë, ndryshe nga e para"),
                    ("not_returned", "E kthyer, por llogaria e klientit është e mbyllur"),
                    ("given_back", "E kthyer, por paratë i ishin kthyer klientit më parë"),
                    ("group_withheld", "Përgjigjja për gjithë skedarin nuk u zbatua: një pagesë e tij nuk njihet"),
                    ("other_content", "E njëjta referencë me të dhëna të tjera"),
                    ("unknown_sender", "Pagesë hyrëse pa bankë ose referencë të dërguesit"),
                    ("not_booked", "Para të shlyera për një llogari që nuk i merr"),
                    ("not_ours", "Lëvizje në një llogari që nuk e regjistron klerimi"),
                    ("wrong_day", "Datë valute shumë larg ditës kur mbërriti"),
                ],
                max_length=20,
                verbose_name="çfarë",
            ),
        ),
        migrations.RunSQL(BICS, migrations.RunSQL.noop),
        migrations.AlterField(
            model_name="participantbank",
            name="bic",
            field=models.CharField(
                blank=True,
                max_length=11,
                validators=[
                    django.core.validators.RegexValidator(
                        BIC, "BIC-u ka 8 ose 11 shkronja të mëdha e shifra, pa hapësira, p.sh. NCBAALTX."
                    )
                ],
                verbose_name="BIC",
            ),
        ),
        migrations.AddConstraint(
            model_name="participantbank",
            constraint=models.CheckConstraint(name="bic_is_one", condition=Q(bic="") | Q(bic__regex=BIC)),
        ),
        migrations.RunSQL(ONE_WAY.format(ways="('waiting', 'withdrawn'), "), ONE_WAY.format(ways="")),
        migrations.RunSQL(WITHDRAWN, WITHDRAWN_BACK),
        migrations.RunSQL(SETTLED, SETTLED_BACK),
    ]
