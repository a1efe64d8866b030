"""Law: the entries of a posting sum to zero in every currency.

Checked once a statement over the rows that it brought, so that a salary file of ten thousand legs costs one pass.
Entries are therefore inserted whole postings at a time; half a posting is refused at once.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0) THEN
    PERFORM refuse('posting_balances');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER posting_balances AFTER INSERT ON accounts_entry
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION posting_balances();
"""
BACK = "DROP TRIGGER posting_balances ON accounts_entry; DROP FUNCTION posting_balances;"


class Migration(migrations.Migration):
    dependencies = [("accounts", "0003_one_door_for_money")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
