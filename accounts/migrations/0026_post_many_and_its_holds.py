"""`ledger_post_many` captures the holds of a batch by one join of lines and holds, and holds have no index that nothing
reads: a hold that ends writes itself anew into each of them.

The check of what a capture takes summed all lines first, which PostgreSQL then compared with every hold: twice as many
orders in a batch cost four times as much.
"""

from importlib import import_module

from django.db import migrations, models

_many = import_module("accounts.migrations.0018_many_postings_at_once")
BEFORE = _many.CAPTURE.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")

SUMMED_FIRST = """
      LEFT JOIN (SELECT place, account, -sum(amount) AS taken
                   FROM unnest(p_places, p_accounts, p_amounts) AS leg(place, account, amount)
                  GROUP BY place, account) AS debit ON debit.place = item.place AND debit.account = h.account_id
     WHERE (debit.taken BETWEEN 1 AND h.amount_minor) IS NOT TRUE
"""
JOINED_FIRST = """
      LEFT JOIN unnest(p_places, p_accounts, p_amounts) AS leg(place, account, amount)
        ON leg.place = item.place AND leg.account = h.account_id
     GROUP BY item.place, h.amount_minor
    HAVING (-sum_minor(leg.amount) BETWEEN 1 AND h.amount_minor) IS NOT TRUE
"""
assert BEFORE.count(SUMMED_FIRST) == 1
CAPTURE = BEFORE.replace(SUMMED_FIRST, JOINED_FIRST)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0025_a_paper_may_be_a_strangers")]

    operations = [
        migrations.RunSQL(CAPTURE, BEFORE),
        migrations.AlterField(model_name="hold", name="key", field=models.CharField(max_length=120)),
        migrations.AddConstraint(
            model_name="hold", constraint=models.UniqueConstraint(name="hold_key_names_one_hold", fields=["key"])
        ),
        migrations.AlterField(model_name="hold", name="source", field=models.CharField(blank=True, max_length=120)),
    ]
