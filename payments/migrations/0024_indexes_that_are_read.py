"""An order that is executed writes itself anew into each of its indexes: those that nothing reads are gone.

Django's twins for LIKE, keys of companies and people that lead another index or are asked of nobody, and entries for
what is not there yet (a return, a file, an answer). What waits for a signature has a small index instead of a large one
by preparers.
"""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

Q = models.Q
PROTECT = django.db.models.deletion.PROTECT


class Migration(migrations.Migration):
    dependencies = [("payments", "0023_promises_by_day")]

    operations = [
        migrations.AlterField(
            model_name="paymentorder", name="number", field=models.CharField(max_length=20, verbose_name="numri")
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.UniqueConstraint(name="order_number_names_one_order", fields=["number"]),
        ),
        migrations.AlterField(model_name="paymentorder", name="submit_key", field=models.CharField(max_length=64)),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.UniqueConstraint(name="second_click_is_the_same_order", fields=["submit_key"]),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="company",
            field=models.ForeignKey(
                db_index=False, on_delete=PROTECT, related_name="payment_orders", to="accounts.company"
            ),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="prepared_by",
            field=models.ForeignKey(
                db_index=False, on_delete=PROTECT, related_name="prepared_orders", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AddIndex(
            model_name="paymentorder",
            index=models.Index(name="orders_awaiting", fields=["company"], condition=Q(status="awaiting")),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="ended_by",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
            ),
        ),
        migrations.AlterField(
            model_name="paymentorder",
            name="return_posting",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="+", to="accounts.posting"
            ),
        ),
        migrations.AddConstraint(
            model_name="paymentorder",
            constraint=models.UniqueConstraint(
                name="return_brings_one_order_home",
                fields=["return_posting"],
                condition=Q(return_posting__isnull=False),
            ),
        ),
        migrations.AlterField(
            model_name="clearingitem",
            name="file",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="items", to="payments.sentfile"
            ),
        ),
        migrations.RemoveConstraint(model_name="clearingitem", name="one_item_per_place_of_a_file"),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.UniqueConstraint(
                name="one_item_per_place_of_a_file", fields=["file", "place"], condition=Q(file__isnull=False)
            ),
        ),
        migrations.AlterField(
            model_name="clearingitem", name="transaction_id", field=models.CharField(max_length=35, null=True)
        ),
        migrations.AddConstraint(
            model_name="clearingitem",
            constraint=models.UniqueConstraint(
                name="transaction_id_names_one_item",
                fields=["transaction_id"],
                condition=Q(transaction_id__isnull=False),
            ),
        ),
        migrations.AlterField(
            model_name="clearingitem",
            name="answer",
            field=models.ForeignKey(
                db_index=False, null=True, on_delete=PROTECT, related_name="answered_items", to="payments.arrivedfile"
            ),
        ),
        migrations.AddIndex(
            model_name="clearingitem",
            index=models.Index(name="items_answered", fields=["answer"], condition=Q(answer__isnull=False)),
        ),
    ]
