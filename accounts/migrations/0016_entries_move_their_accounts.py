"""The laws of an account move to where they can be broken: to the entry that moves it and to the hold that binds it.

An entry that comes into the books numbers itself, takes the currency of its account and moves its balance; a hold sets
its own amount aside, and gives it back when it ends. Nobody writes a balance, a number or a held amount: an UPDATE that
tries is refused, whoever sends it. So a balance cannot differ from its last entry, a number cannot be left out, and the
moment of booking cannot run backwards, not even by a faulty function of our own.

Three CHECKs go and their names live on. Two saw a row and not what happened, which is what matters: the bank's core may
book a fact that takes an account below its agreed limit, a customer may not; they are laws of the entry and of the hold
now. The third is asked when an account is opened. So is no index kept that nothing reads: every posting paid for it.
"""

from django.db import migrations, models

REMEMBER = """
UPDATE accounts_bankaccount a SET last_booked_on = e.booked_on
  FROM accounts_entry e WHERE e.account_id = a.id AND e.sequence = a.last_sequence;
"""

# A page with room to spare takes the new version of a row without touching an index; most accounts move every day.
ROOM = "ALTER TABLE accounts_bankaccount SET (fillfactor = 70);"
NO_ROOM = "ALTER TABLE accounts_bankaccount RESET (fillfactor);"

# Hardly any posting is a reversal: the constraint posting_is_reversed_once knows those alone, and costs the others nothing.
REVERSED_ONCE = "ALTER TABLE accounts_posting DROP CONSTRAINT accounts_posting_reverses_id_key;"
REVERSED_ONCE_BACK = (
    "ALTER TABLE accounts_posting ADD CONSTRAINT accounts_posting_reverses_id_key UNIQUE (reverses_id);"
)

# Sums of minor units: PostgreSQL's own sum of bigint counts in numeric, a third of the time of a batch's sums.
SUM = """
CREATE AGGREGATE sum_minor(bigint) (sfunc = int8pl, stype = bigint, initcond = '0');
CREATE OR REPLACE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh GROUP BY posting_id, currency HAVING sum_minor(amount_minor) <> 0) THEN
    PERFORM refuse('posting_balances');
  END IF;
  RETURN NULL;
END $$;
"""
SUM_BACK = """
CREATE OR REPLACE FUNCTION posting_balances() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM fresh GROUP BY posting_id, currency HAVING sum(amount_minor) <> 0) THEN
    PERFORM refuse('posting_balances');
  END IF;
  RETURN NULL;
END $$;
DROP AGGREGATE sum_minor(bigint);
"""

ENTRY = """
CREATE FUNCTION refuse_entry(p_account bigint, p_amount bigint) RETURNS void LANGUAGE plpgsql AS $$
-- Why an entry could not move its account, told in the order in which a customer would want to know.
DECLARE
  v_status text;
BEGIN
  SELECT status INTO v_status FROM accounts_bankaccount WHERE id = p_account;
  IF v_status IS NULL THEN
    PERFORM refuse('posting_names_accounts_that_exist', p_account::text);
  ELSIF v_status = 'closed' THEN
    PERFORM refuse('closed_accounts_take_no_entry', p_account::text);
  ELSIF v_status = 'frozen' AND p_amount < 0 THEN
    PERFORM refuse('frozen_and_closed_accounts_take_no_debit', p_account::text);
  END IF;
  PERFORM refuse('booking_never_runs_backwards', p_account::text);
END $$;

CREATE FUNCTION refuse_overdraft(p_balance bigint, p_overdraft bigint) RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  IF p_balance + p_overdraft < 0 THEN
    PERFORM refuse('no_overdraft_beyond_the_agreed_limit');
  END IF;
  PERFORM refuse('available_is_never_negative');
END $$;

CREATE FUNCTION entry_moves_its_account() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_overdraft bigint;
  v_held bigint;
  v_kind text;
BEGIN
  UPDATE accounts_bankaccount
     SET balance_minor = balance_minor + NEW.amount_minor, last_sequence = last_sequence + 1,
         last_booked_at = NEW.booked_at, last_booked_on = NEW.booked_on
   WHERE id = NEW.account_id
     AND (status = 'open' OR status = 'frozen' AND NEW.amount_minor > 0)
     AND (last_booked_at IS NULL OR last_booked_at <= NEW.booked_at AND last_booked_on <= NEW.booked_on)
  RETURNING last_sequence, balance_minor, currency, overdraft_minor, held_minor, kind
    INTO NEW.sequence, NEW.balance_after_minor, NEW.currency, v_overdraft, v_held, v_kind;
  IF NOT FOUND THEN
    PERFORM refuse_entry(NEW.account_id, NEW.amount_minor);
  END IF;
  IF NEW.amount_minor < 0 AND NEW.balance_after_minor + v_overdraft < v_held AND v_kind <> 'house'
     AND NOT EXISTS (SELECT 1 FROM accounts_posting WHERE id = NEW.posting_id AND kind = 'core') THEN
    PERFORM refuse_overdraft(NEW.balance_after_minor, v_overdraft);
  END IF;
  RETURN NEW;
END $$;
-- A batch is asked as a whole (migration 0018). Entries are written by the ledger's functions alone, which set the
-- setting around one statement; the tables' owner could turn it between a row and the end, and verify_books would tell.
CREATE TRIGGER entry_moves_its_account BEFORE INSERT ON accounts_entry
  FOR EACH ROW WHEN (current_setting('ledger.batch', true) IS DISTINCT FROM 'on')
  EXECUTE FUNCTION entry_moves_its_account();
"""

HOLD = """
CREATE FUNCTION hold_sets_its_amount_aside() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_account accounts_bankaccount%ROWTYPE;
BEGIN
  IF NEW.status <> 'active' THEN
    PERFORM refuse('hold_begins_active');
  END IF;
  UPDATE accounts_bankaccount SET held_minor = held_minor + NEW.amount_minor
   WHERE id = NEW.account_id RETURNING * INTO v_account;
  IF v_account.status <> 'open' THEN
    PERFORM refuse('frozen_and_closed_accounts_take_no_debit');
  END IF;
  IF v_account.balance_minor + v_account.overdraft_minor < v_account.held_minor AND v_account.kind <> 'house' THEN
    PERFORM refuse_overdraft(v_account.balance_minor, v_account.overdraft_minor);
  END IF;
  NEW.currency := v_account.currency;
  RETURN NEW;
END $$;
CREATE TRIGGER hold_sets_its_amount_aside BEFORE INSERT ON accounts_hold
  FOR EACH ROW EXECUTE FUNCTION hold_sets_its_amount_aside();

CREATE FUNCTION ended_holds_are_given_back() RETURNS trigger LANGUAGE plpgsql AS $$
-- Every hold that changes ends: the law hold_ends_once lets no other change through.
BEGIN
  UPDATE accounts_bankaccount SET held_minor = held_minor - ended.amount
    FROM (SELECT account_id, sum(amount_minor) AS amount FROM fresh GROUP BY account_id) AS ended
   WHERE id = ended.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER ended_holds_are_given_back AFTER UPDATE ON accounts_hold
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT EXECUTE FUNCTION ended_holds_are_given_back();
"""

ACCOUNT = """
CREATE FUNCTION account_follows_its_entries_and_holds() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.held_minor <> OLD.held_minor THEN
    PERFORM refuse('held_is_the_sum_of_the_active_holds', OLD.id::text);
  END IF;
  IF (NEW.balance_minor, NEW.last_sequence, NEW.last_booked_at, NEW.last_booked_on)
     IS DISTINCT FROM (OLD.balance_minor, OLD.last_sequence, OLD.last_booked_at, OLD.last_booked_on) THEN
    PERFORM refuse('balance_is_that_of_the_last_entry', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
-- Depth 0 is a statement of its own; from the triggers of entries and holds it is 1.
CREATE TRIGGER account_follows_its_entries_and_holds
  BEFORE UPDATE OF balance_minor, held_minor, last_sequence, last_booked_at, last_booked_on ON accounts_bankaccount
  FOR EACH ROW WHEN (pg_trigger_depth() = 0) EXECUTE FUNCTION account_follows_its_entries_and_holds();

CREATE FUNCTION agreed_overdraft_covers_what_is_used() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.kind <> 'house' AND NEW.balance_minor + NEW.overdraft_minor < NEW.held_minor THEN
    PERFORM refuse_overdraft(NEW.balance_minor, NEW.overdraft_minor);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER agreed_overdraft_covers_what_is_used BEFORE UPDATE OF overdraft_minor ON accounts_bankaccount
  FOR EACH ROW WHEN (NEW.overdraft_minor < OLD.overdraft_minor) EXECUTE FUNCTION agreed_overdraft_covers_what_is_used();

CREATE OR REPLACE FUNCTION account_opens_empty() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (NEW.balance_minor, NEW.held_minor, NEW.last_sequence) <> (0, 0, 0)
     OR NEW.last_booked_at IS NOT NULL OR NEW.last_booked_on IS NOT NULL THEN
    PERFORM refuse('account_opens_empty');
  END IF;
  -- Asked once, for account_keeps_its_owner_and_currency lets none of this change: as a CHECK every posting paid for it.
  IF (NEW.kind, NEW.company_id IS NOT NULL, NEW.iban IS NOT NULL, NEW.house_code IS NOT NULL)
     NOT IN (('current', true, true, false), ('house', false, false, true)) THEN
    PERFORM refuse('customer_account_has_company_and_iban');
  END IF;
  -- A house account knows no overdraft law: only whoever owns the tables opens one.
  IF NEW.kind = 'house' AND NOT pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
  ) THEN
    PERFORM refuse('house_accounts_are_opened_by_the_owner');
  END IF;
  RETURN NEW;
END $$;
"""

BACK = """
DROP TRIGGER agreed_overdraft_covers_what_is_used ON accounts_bankaccount;
DROP TRIGGER account_follows_its_entries_and_holds ON accounts_bankaccount;
DROP TRIGGER ended_holds_are_given_back ON accounts_hold;
DROP TRIGGER hold_sets_its_amount_aside ON accounts_hold;
DROP TRIGGER entry_moves_its_account ON accounts_entry;
DROP FUNCTION agreed_overdraft_covers_what_is_used, account_follows_its_entries_and_holds, ended_holds_are_given_back,
  hold_sets_its_amount_aside, entry_moves_its_account, refuse_overdraft, refuse_entry;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0015_more_kinds_of_postings")]

    operations = [
        migrations.AddField(
            model_name="bankaccount",
            name="last_booked_on",
            field=models.DateField(editable=False, null=True),
        ),
        migrations.RemoveConstraint(model_name="bankaccount", name="no_overdraft_beyond_the_agreed_limit"),
        migrations.RemoveConstraint(model_name="bankaccount", name="available_is_never_negative"),
        migrations.RemoveConstraint(model_name="bankaccount", name="customer_account_has_company_and_iban"),
        migrations.AlterField(model_name="posting", name="key", field=models.CharField(max_length=120)),
        migrations.AlterField(
            model_name="posting", name="end_to_end_id", field=models.CharField(blank=True, max_length=35)
        ),
        migrations.AlterField(model_name="posting", name="source", field=models.CharField(blank=True, max_length=120)),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(fields=("key",), name="posting_key_names_one_posting"),
        ),
        migrations.AddConstraint(
            model_name="posting",
            constraint=models.UniqueConstraint(
                condition=models.Q(("reverses__isnull", False)), fields=("reverses",), name="posting_is_reversed_once"
            ),
        ),
        migrations.AddIndex(
            model_name="posting", index=models.Index(fields=["end_to_end_id"], name="posting_by_end_to_end_id")
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
        migrations.RunSQL(ROOM, NO_ROOM),
        migrations.RunSQL(REVERSED_ONCE, REVERSED_ONCE_BACK),
        migrations.RunSQL(SUM, SUM_BACK),
        migrations.RunSQL([ENTRY, HOLD, ACCOUNT], BACK),
    ]
