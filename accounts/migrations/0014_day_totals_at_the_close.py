"""Laws of the close: a day's totals are written while it closes, never changed, and it closes only when all are there.

The totals are written by two functions with the owner's rights; the runtime role may call them and write neither table.
Days that were closed before these laws get their totals here, in one pass over the books.
"""

import django.db.models.deletion
from django.db import migrations, models
from django.db.models import F, Q

# What the books hold of days that are closed already; one that is closing goes on with the first account.
EARLIER_DAYS = """
INSERT INTO accounts_daytotal (
  account_id, day, entries, debit_minor, credit_minor, opening_minor, closing_minor, last_sequence
)
SELECT s.account_id, s.booked_on, s.entries, s.debit, s.credit, f.balance_after_minor - f.amount_minor,
       l.balance_after_minor, s.last
  FROM (SELECT account_id, booked_on, count(*) AS entries, min(sequence) AS first, max(sequence) AS last,
               coalesce(-sum(amount_minor) FILTER (WHERE amount_minor < 0), 0) AS debit,
               coalesce(sum(amount_minor) FILTER (WHERE amount_minor > 0), 0) AS credit
          FROM accounts_entry GROUP BY account_id, booked_on) s
  JOIN accounts_bankday d ON d.day = s.booked_on AND d.status = 'closed'
  JOIN accounts_entry f ON f.account_id = s.account_id AND f.sequence = s.first
  JOIN accounts_entry l ON l.account_id = s.account_id AND l.sequence = s.last;
INSERT INTO accounts_bankdaytotal (day, currency, entries, debit_minor, credit_minor)
SELECT t.day, a.currency, sum(t.entries), sum(t.debit_minor), sum(t.credit_minor)
  FROM accounts_daytotal t JOIN accounts_bankaccount a ON a.id = t.account_id GROUP BY t.day, a.currency;
INSERT INTO accounts_dayclose (bank_day_id, begun_by, accounts_count, accounts_done, last_account_id, trouble)
SELECT day, '', 0, 0, 0, '' FROM accounts_bankday WHERE status = 'closing';
"""

# All entries of one day lie together in the table, so an index of a few pages finds them without a look at accounts:
# the proof reads the day by another way than the totals were written. It costs a posting next to nothing.
ENTRIES_BY_DAY = "CREATE INDEX entry_by_day ON accounts_entry USING brin (booked_on) WITH (autosummarize = on);"

WRITE = """
CREATE FUNCTION day_totals_write(
  p_day date, p_after bigint, p_limit int, OUT last_account bigint, OUT looked_at int, OUT written int
)
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
-- The totals of a day for the next accounts by id: each account by the index of its entries, none of them locked. The
-- opening is the last checkpoint's closing and the closing is the last entry's balance, so the sums between them prove
-- both (day_total_adds_up). A second call for the same accounts writes nothing.
BEGIN
  SELECT max(id), count(*) INTO last_account, looked_at
    FROM (SELECT id FROM accounts_bankaccount WHERE id > p_after ORDER BY id LIMIT p_limit) AS next_ones;
  INSERT INTO accounts_daytotal (
    account_id, day, entries, debit_minor, credit_minor, opening_minor, closing_minor, last_sequence
  )
  SELECT a.id, p_day, s.entries, s.debit, s.credit, coalesce(before.closing_minor, 0), last.balance_after_minor,
         last.sequence
    FROM accounts_bankaccount a
   CROSS JOIN LATERAL (
     SELECT count(*) AS entries, max(e.sequence) AS last,
            coalesce(-sum(e.amount_minor) FILTER (WHERE e.amount_minor < 0), 0) AS debit,
            coalesce(sum(e.amount_minor) FILTER (WHERE e.amount_minor > 0), 0) AS credit
       FROM accounts_entry e WHERE e.account_id = a.id AND e.booked_on = p_day
   ) AS s
    JOIN accounts_entry last ON last.account_id = a.id AND last.sequence = s.last
    LEFT JOIN LATERAL (
      SELECT t.closing_minor FROM accounts_daytotal t
       WHERE t.account_id = a.id AND t.day < p_day ORDER BY t.day DESC LIMIT 1
    ) AS before ON true
   WHERE a.id > p_after AND a.id <= last_account
   ORDER BY a.id
  ON CONFLICT (account_id, day) DO NOTHING;
  GET DIAGNOSTICS written = ROW_COUNT;
END $$;

CREATE FUNCTION bank_day_totals_write(p_day date) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
-- The whole bank's lines of a day, one a currency, out of the totals of its accounts.
DECLARE
  v_written int;
BEGIN
  INSERT INTO accounts_bankdaytotal (day, currency, entries, debit_minor, credit_minor)
  SELECT p_day, a.currency, sum(t.entries), sum(t.debit_minor), sum(t.credit_minor)
    FROM accounts_daytotal t JOIN accounts_bankaccount a ON a.id = t.account_id
   WHERE t.day = p_day GROUP BY a.currency
  ON CONFLICT (day, currency) DO NOTHING;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END $$;
"""

LAWS = """
CREATE FUNCTION day_totals_are_written_while_the_day_closes() RETURNS trigger LANGUAGE plpgsql AS $$
-- The day's row is held, so that it cannot be closed between this look and the commit.
BEGIN
  PERFORM 1 FROM accounts_bankday WHERE day IN (SELECT day FROM fresh) FOR SHARE;
  IF EXISTS (SELECT 1 FROM fresh f WHERE NOT EXISTS (
       SELECT 1 FROM accounts_bankday d WHERE d.day = f.day AND d.status = 'closing')) THEN
    PERFORM refuse('day_totals_are_written_while_the_day_closes');
  END IF;
  RETURN NULL;
END $$;
CREATE TRIGGER day_totals_are_written_while_the_day_closes AFTER INSERT ON accounts_daytotal
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION day_totals_are_written_while_the_day_closes();
CREATE TRIGGER bank_day_totals_are_written_while_the_day_closes AFTER INSERT ON accounts_bankdaytotal
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION day_totals_are_written_while_the_day_closes();

CREATE TRIGGER day_totals_are_append_only BEFORE UPDATE OR DELETE ON accounts_daytotal
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('day_totals_are_append_only');
CREATE TRIGGER bank_day_totals_are_append_only BEFORE UPDATE OR DELETE ON accounts_bankdaytotal
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('bank_day_totals_are_append_only');
CREATE TRIGGER bank_days_are_never_deleted BEFORE DELETE ON accounts_bankday
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('bank_days_are_never_deleted');

CREATE FUNCTION bank_day_closes_with_all_its_totals() RETURNS trigger LANGUAGE plpgsql SET jit = off AS $$
BEGIN
  IF EXISTS (
    SELECT 1 FROM accounts_bankaccount a
     WHERE a.last_sequence > 0
       AND NOT EXISTS (SELECT 1 FROM accounts_daytotal t WHERE t.account_id = a.id AND t.day = NEW.day)
       AND EXISTS (SELECT 1 FROM accounts_entry e WHERE e.account_id = a.id AND e.booked_on = NEW.day)
  ) THEN
    PERFORM refuse('bank_day_closes_with_all_its_totals', NEW.day::text);
  END IF;
  IF EXISTS (
    SELECT 1
      FROM (SELECT a.currency, sum(t.entries) AS entries, sum(t.debit_minor) AS debit, sum(t.credit_minor) AS credit
              FROM accounts_daytotal t JOIN accounts_bankaccount a ON a.id = t.account_id
             WHERE t.day = NEW.day GROUP BY a.currency) AS accounts
      FULL JOIN (SELECT * FROM accounts_bankdaytotal WHERE day = NEW.day) AS bank ON bank.currency = accounts.currency
     WHERE (bank.entries, bank.debit_minor, bank.credit_minor)
           IS DISTINCT FROM (accounts.entries, accounts.debit, accounts.credit)
  ) THEN
    PERFORM refuse('bank_day_closes_when_its_totals_add_up', NEW.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER bank_day_closes_with_all_its_totals BEFORE UPDATE OF status ON accounts_bankday
  FOR EACH ROW WHEN (NEW.status = 'closed') EXECUTE FUNCTION bank_day_closes_with_all_its_totals();
"""

GRANTS = """
REVOKE ALL ON FUNCTION day_totals_write, bank_day_totals_write FROM PUBLIC;
GRANT EXECUTE ON FUNCTION day_totals_write, bank_day_totals_write TO portal_runtime;
REVOKE INSERT, UPDATE, DELETE ON accounts_daytotal, accounts_bankdaytotal FROM portal_runtime;
REVOKE DELETE ON accounts_dayclose, accounts_closestep FROM portal_runtime;
"""

BACK = """
DROP TRIGGER bank_day_closes_with_all_its_totals ON accounts_bankday;
DROP TRIGGER bank_days_are_never_deleted ON accounts_bankday;
DROP TRIGGER bank_day_totals_are_append_only ON accounts_bankdaytotal;
DROP TRIGGER day_totals_are_append_only ON accounts_daytotal;
DROP TRIGGER bank_day_totals_are_written_while_the_day_closes ON accounts_bankdaytotal;
DROP TRIGGER day_totals_are_written_while_the_day_closes ON accounts_daytotal;
DROP FUNCTION bank_day_closes_with_all_its_totals, day_totals_are_written_while_the_day_closes;
DROP FUNCTION bank_day_totals_write, day_totals_write;
DROP INDEX entry_by_day;
"""

ID = ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"))


class Migration(migrations.Migration):
    dependencies = [("accounts", "0013_proposals_take_two_people")]

    operations = [
        migrations.AlterModelOptions(
            name="bankday",
            options={
                "permissions": [("close_bankday", "Mund të fillojë mbylljen e ditës")],
                "verbose_name": "ditë e bankës",
                "verbose_name_plural": "ditë të bankës",
            },
        ),
        migrations.CreateModel(
            name="DayTotal",
            fields=[
                ID,
                ("day", models.DateField(db_index=True, verbose_name="dita")),
                ("entries", models.BigIntegerField(verbose_name="veprime")),
                ("debit_minor", models.BigIntegerField(verbose_name="debi")),
                ("credit_minor", models.BigIntegerField(verbose_name="kredi")),
                ("opening_minor", models.BigIntegerField(verbose_name="gjendja në hapje")),
                ("closing_minor", models.BigIntegerField(verbose_name="gjendja në mbyllje")),
                ("last_sequence", models.BigIntegerField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="day_totals",
                        to="accounts.bankaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "total ditor i llogarisë",
                "verbose_name_plural": "totale ditore të llogarive",
                "constraints": [
                    models.UniqueConstraint(fields=("account", "day"), name="one_day_total_per_account_and_day"),
                    models.CheckConstraint(condition=Q(entries__gt=0), name="day_total_counts_something"),
                    models.CheckConstraint(
                        condition=Q(debit_minor__gte=0, credit_minor__gte=0), name="day_total_sides_are_never_negative"
                    ),
                    models.CheckConstraint(
                        condition=Q(closing_minor=F("opening_minor") + F("credit_minor") - F("debit_minor")),
                        name="day_total_adds_up",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="BankDayTotal",
            fields=[
                ID,
                ("day", models.DateField(verbose_name="dita")),
                ("currency", models.CharField(max_length=3, verbose_name="monedha")),
                ("entries", models.BigIntegerField(verbose_name="veprime")),
                ("debit_minor", models.BigIntegerField(verbose_name="debi")),
                ("credit_minor", models.BigIntegerField(verbose_name="kredi")),
            ],
            options={
                "verbose_name": "total ditor i bankës",
                "verbose_name_plural": "totale ditore të bankës",
                "constraints": [
                    models.UniqueConstraint(fields=("day", "currency"), name="one_bank_day_total_per_day_and_currency"),
                    models.CheckConstraint(condition=Q(debit_minor=F("credit_minor")), name="bank_day_total_balances"),
                ],
            },
        ),
        migrations.CreateModel(
            name="DayClose",
            fields=[
                (
                    "bank_day",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="close",
                        serialize=False,
                        to="accounts.bankday",
                    ),
                ),
                ("begun_by", models.CharField(blank=True, max_length=80, verbose_name="e filloi")),
                ("accounts_count", models.IntegerField(default=0, verbose_name="llogari gjithsej")),
                ("accounts_done", models.IntegerField(default=0, verbose_name="llogari të kryera")),
                ("last_account_id", models.BigIntegerField(default=0)),
                ("totals_at", models.DateTimeField(null=True, verbose_name="totalet u shkruan")),
                ("run_token", models.UUIDField(null=True)),
                ("run_until", models.DateTimeField(null=True)),
                ("trouble", models.CharField(blank=True, max_length=300, verbose_name="pengesa")),
                ("trouble_at", models.DateTimeField(null=True)),
                ("late_warned_at", models.DateTimeField(null=True, verbose_name="vonesa u njoftua")),
            ],
            options={"verbose_name": "mbyllje dite", "verbose_name_plural": "mbyllje ditësh"},
        ),
        migrations.CreateModel(
            name="CloseStep",
            fields=[
                ID,
                ("name", models.CharField(max_length=40)),
                ("after", models.CharField(blank=True, max_length=200)),
                ("done_at", models.DateTimeField(null=True)),
                (
                    "close",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="steps", to="accounts.dayclose"
                    ),
                ),
            ],
            options={
                "verbose_name": "hap në mbyllje",
                "verbose_name_plural": "hapa në mbyllje",
                "constraints": [
                    models.UniqueConstraint(fields=("close", "name"), name="each_hook_runs_once_per_day"),
                ],
            },
        ),
        migrations.RunSQL([EARLIER_DAYS, ENTRIES_BY_DAY, WRITE, LAWS, GRANTS], BACK),
    ]
