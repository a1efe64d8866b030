"""Payments that were settled and come back (pacs.004): each once, by the posting that brought its order home."""

import django.db.models.deletion
from django.db import migrations, models

MESSAGES = [("pacs.008", "pacs.008"), ("pacs.002", "pacs.002"), ("pacs.004", "pacs.004"), ("camt.054", "camt.054")]

LAWS = """
CREATE FUNCTION return_is_booked_by_its_own_posting() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (
    SELECT 1 FROM payments_clearingitem i
      JOIN payments_paymentorder o ON o.id = i.order_id AND o.status = 'returned' AND o.return_posting_id = NEW.posting_id
      JOIN accounts_posting p ON p.id = NEW.posting_id AND p.key = 'payments.return:' || o.id
     WHERE i.id = NEW.item_id AND i.status = 'accepted'
  ) THEN
    PERFORM refuse('return_is_booked_by_its_own_posting', NEW.return_id);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER return_is_booked_by_its_own_posting BEFORE INSERT ON payments_paymentreturn
  FOR EACH ROW EXECUTE FUNCTION return_is_booked_by_its_own_posting();
CREATE TRIGGER returns_are_append_only BEFORE UPDATE OR DELETE ON payments_paymentreturn
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('returns_are_append_only');
REVOKE UPDATE, DELETE ON payments_paymentreturn FROM portal_runtime;
"""
LAWS_BACK = """
DROP TRIGGER returns_are_append_only ON payments_paymentreturn;
DROP TRIGGER return_is_booked_by_its_own_posting ON payments_paymentreturn;
DROP FUNCTION return_is_booked_by_its_own_posting;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0024_indexes_that_are_read"), ("accounts", "0021_no_more_comes_back_than_went")]

    operations = [
        migrations.AlterField(
            model_name="arrivedfile",
            name="message",
            field=models.CharField(blank=True, choices=MESSAGES, max_length=10, verbose_name="mesazhi"),
        ),
        migrations.AlterField(
            model_name="sentfile",
            name="message",
            field=models.CharField(choices=MESSAGES, max_length=10, verbose_name="mesazhi"),
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
                    ("unknown_return", "Kthim i një pagese që nuk e kemi dërguar"),
                    ("other_sum", "Kthim me shumë tjetër nga ajo e pagesës"),
                    ("whole_file", "Kthim i një skedari të tërë, pa emrat e pagesave"),
                ],
                max_length=20,
                verbose_name="çfarë",
            ),
        ),
        migrations.CreateModel(
            name="PaymentReturn",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("return_id", models.CharField(blank=True, max_length=35, verbose_name="referenca")),
                ("reason_code", models.CharField(blank=True, max_length=35, verbose_name="arsyeja")),
                ("taken_at", models.DateTimeField(verbose_name="mbërriti")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="returns",
                        to="payments.arrivedfile",
                    ),
                ),
                (
                    "item",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="payment_return",
                        to="payments.clearingitem",
                        verbose_name="pagesa në klerim",
                    ),
                ),
                (
                    "posting",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.posting"
                    ),
                ),
            ],
            options={"verbose_name": "pagesë e kthyer", "verbose_name_plural": "pagesa të kthyera"},
        ),
        migrations.RunSQL(LAWS, LAWS_BACK),
    ]
