"""An order is returned where its own return has brought home what was not home yet, and not only where it brought all."""

from importlib import import_module

from django.db import migrations

_before = import_module("payments.migrations.0021_orders_executed_together")
_back = import_module("payments.migrations.0028_a_part_that_comes_back_stops_nothing")

ALL_AT_ONCE = """  IF NEW.status = 'returned' AND NOT EXISTS (
    SELECT 1 FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
     WHERE p.id = NEW.return_posting_id AND p.key = 'payments.return:' || NEW.id
       AND e.account_id = NEW.debit_account_id AND e.amount_minor = NEW.amount_minor
  ) THEN
"""
THE_REST = f"""  IF NEW.status = 'returned' AND (
    NEW.amount_minor <> {_back.CAME_BACK.format(order="NEW", posting="NEW.posting_id")}
    OR NOT EXISTS (
      SELECT 1 FROM accounts_posting WHERE id = NEW.return_posting_id AND key = 'payments.return:' || NEW.id)
  ) THEN
"""  # noqa: S608  # nosec B608  our own words
assert _before.ONE_WAY.count(ALL_AT_ONCE) == 1, "the law that changes"
ONE_WAY = _before.ONE_WAY.replace(ALL_AT_ONCE, THE_REST)


class Migration(migrations.Migration):
    dependencies = [("payments", "0028_a_part_that_comes_back_stops_nothing")]

    operations = [migrations.RunSQL(ONE_WAY, _before.ONE_WAY)]
