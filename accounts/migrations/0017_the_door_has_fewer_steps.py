"""`ledger_post`, `ledger_hold` and `ledger_release` without what the laws of entries and holds now do themselves.

What is left of a posting: find its day, lock its accounts, write the posting, write its entries. The day is found before
the accounts are locked, and nothing is looked up twice: on an account that everybody books on, the next posting waits
exactly as long as this function takes after the lock.
"""

from importlib import import_module

from django.db import migrations

# With `= ANY(array)` PostgreSQL would plan every statement anew at every posting, half of the time: hence the fixed plan.
POST = """
DROP FUNCTION ledger_post;
CREATE FUNCTION ledger_post(
  p_key text, p_kind text, p_channel text, p_at timestamptz, p_value_on date,
  p_debtor_name text, p_debtor_iban text, p_creditor_name text, p_creditor_iban text,
  p_remittance text, p_end_to_end text, p_source text, p_reverses bigint,
  p_accounts bigint[], p_amounts bigint[], p_parts text[], p_hold uuid
) RETURNS accounts_posting
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_today date := (p_at AT TIME ZONE 'Europe/Tirane')::date;
  v_booked_at timestamptz;
  v_booked_on date;
  v_last_on date;
  v_posting accounts_posting;
BEGIN
  IF coalesce(cardinality(p_accounts), 0) < 2 OR cardinality(p_accounts) <> cardinality(p_amounts)
     OR cardinality(p_accounts) <> cardinality(p_parts) THEN
    PERFORM refuse('posting_has_two_sides', p_key);
  END IF;

  -- The common case of accounting_day: today is open, is no feast, and nothing later has begun to close.
  SELECT day INTO v_booked_on FROM accounts_bankday
   WHERE day = v_today AND status = 'open' AND extract(isodow FROM day) < 6
     AND NOT EXISTS (SELECT 1 FROM accounts_bankholiday WHERE day = v_today)
     AND NOT EXISTS (SELECT 1 FROM accounts_bankday WHERE day > v_today AND status <> 'open')
     FOR SHARE;

  -- All accounts in the order of their ids: two postings can wait for each other, never deadlock. The moment is given
  -- under the locks; neither it nor the day runs backwards, whatever staff did to the calendar meanwhile.
  SELECT greatest(p_at, max(last_booked_at)), max(last_booked_on) INTO v_booked_at, v_last_on
    FROM (SELECT last_booked_at, last_booked_on FROM accounts_bankaccount
           WHERE id = ANY(p_accounts) ORDER BY id FOR NO KEY UPDATE) AS locked;
  IF v_booked_on IS NULL OR v_booked_on < v_last_on OR v_booked_on < (v_booked_at AT TIME ZONE 'Europe/Tirane')::date THEN
    v_booked_on := accounting_day(greatest(v_booked_at, v_last_on::timestamp AT TIME ZONE 'Europe/Tirane'));
  END IF;

  INSERT INTO accounts_posting (
    uuid, key, kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,
    remittance_information, end_to_end_id, source, reverses_id
  ) VALUES (
    uuid_of_key(p_key), p_key, p_kind, p_channel, v_booked_at, v_booked_on, p_value_on, p_debtor_name, p_debtor_iban,
    p_creditor_name, p_creditor_iban, p_remittance, p_end_to_end, p_source, p_reverses
  ) ON CONFLICT (key) DO NOTHING RETURNING * INTO v_posting;
  IF NOT FOUND THEN
    SELECT * INTO v_posting FROM posting_known_by_its_key(
      p_key, p_kind, p_value_on, p_debtor_iban, p_creditor_iban, p_remittance, p_end_to_end, p_accounts, p_amounts
    );
    RETURN v_posting;
  END IF;
  IF p_reverses IS NOT NULL THEN
    PERFORM reversal_is_of_a_first_posting(p_reverses);
  END IF;
  IF p_hold IS NOT NULL THEN
    PERFORM hold_is_captured(p_hold, v_posting.id, v_booked_at, p_accounts, p_amounts);
  END IF;

  -- Number, currency and running balance are given by the law entry_moves_its_account, leg by leg.
  INSERT INTO accounts_entry (posting_id, account_id, part, amount_minor, booked_at, booked_on, value_on)
  SELECT v_posting.id, leg.account, leg.part, leg.amount, v_booked_at, v_booked_on, p_value_on
    FROM unnest(p_accounts, p_amounts, p_parts) AS leg(account, amount, part);
  RETURN v_posting;
END $$;
"""

STEPS = """
CREATE FUNCTION uuid_of_key(p_key text) RETURNS uuid LANGUAGE sql STABLE PARALLEL SAFE
-- A name for a posting that needs no randomness: its key is its own already, and a random number is a system call.
RETURN substr(encode(sha256(convert_to(p_key, 'UTF8')), 'hex'), 1, 32)::uuid;

CREATE FUNCTION posting_known_by_its_key(
  p_key text, p_kind text, p_value_on date, p_debtor_iban text, p_creditor_iban text, p_remittance text,
  p_end_to_end text, p_accounts bigint[], p_amounts bigint[]
) RETURNS accounts_posting LANGUAGE plpgsql AS $$
-- The first posting of this key, if it says the same.
DECLARE
  v_posting accounts_posting;
BEGIN
  SELECT * INTO v_posting FROM accounts_posting
   WHERE key = p_key AND kind = p_kind AND value_on = p_value_on AND debtor_iban = p_debtor_iban
     AND creditor_iban = p_creditor_iban AND remittance_information = p_remittance AND end_to_end_id = p_end_to_end;
  IF NOT FOUND OR (
    SELECT array_agg(account_id ORDER BY id) IS DISTINCT FROM p_accounts
           OR array_agg(amount_minor ORDER BY id) IS DISTINCT FROM p_amounts
      FROM accounts_entry WHERE posting_id = v_posting.id
  ) THEN
    PERFORM refuse('posting_key_names_one_posting', p_key);
  END IF;
  RETURN v_posting;
END $$;

CREATE FUNCTION reversal_is_of_a_first_posting(p_reverses bigint) RETURNS void LANGUAGE plpgsql AS $$
-- Undone and done again is a new posting with a reason of its own, never a chain of reversals.
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_posting WHERE id = p_reverses AND reverses_id IS NOT NULL) THEN
    PERFORM refuse('reversal_is_never_reversed', p_reverses::text);
  END IF;
END $$;

CREATE FUNCTION hold_is_captured(
  p_hold uuid, p_posting bigint, p_at timestamptz, p_accounts bigint[], p_amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
-- What the posting does not take of the held amount becomes available with it.
DECLARE
  v_hold accounts_hold%ROWTYPE;
  v_debit bigint;
BEGIN
  UPDATE accounts_hold SET status = 'captured', ended_at = p_at, posting_id = p_posting
   WHERE id = p_hold AND status = 'active' RETURNING * INTO v_hold;
  IF NOT FOUND THEN
    PERFORM refuse('hold_ends_once', p_hold::text);
  END IF;
  SELECT -sum(amount) INTO v_debit
    FROM unnest(p_accounts, p_amounts) AS u(account, amount) WHERE account = v_hold.account_id;
  IF v_debit IS NULL OR v_debit <= 0 OR v_debit > v_hold.amount_minor THEN
    PERFORM refuse('capture_stays_within_the_hold', p_hold::text);
  END IF;
END $$;
"""

HOLD = """
CREATE OR REPLACE FUNCTION ledger_hold(
  p_key text, p_account bigint, p_amount bigint, p_kind text, p_channel text, p_at timestamptz, p_expected_on date,
  p_creditor_name text, p_creditor_iban text, p_remittance text, p_end_to_end text, p_source text
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_known accounts_hold%ROWTYPE;
  v_hold uuid;
BEGIN
  PERFORM 1 FROM accounts_bankaccount WHERE id = p_account FOR NO KEY UPDATE;
  IF NOT FOUND THEN
    PERFORM refuse('posting_names_accounts_that_exist', p_account::text);
  END IF;
  SELECT * INTO v_known FROM accounts_hold WHERE key = p_key;
  IF FOUND THEN
    IF (v_known.account_id, v_known.amount_minor) <> (p_account, p_amount) THEN
      PERFORM refuse('hold_key_names_one_hold', p_key);
    END IF;
    IF v_known.status <> 'active' THEN
      PERFORM refuse('hold_ends_once', v_known.id::text);
    END IF;
    RETURN v_known.id;
  END IF;
  INSERT INTO accounts_hold (
    id, key, account_id, amount_minor, status, kind, channel, placed_at, expected_on, creditor_name, creditor_iban,
    remittance_information, end_to_end_id, source
  ) VALUES (
    uuid_of_key(p_key), p_key, p_account, p_amount, 'active', p_kind, p_channel, p_at, p_expected_on, p_creditor_name,
    p_creditor_iban, p_remittance, p_end_to_end, p_source
  ) RETURNING id INTO v_hold;
  RETURN v_hold;
END $$;
"""

RELEASE = """
CREATE OR REPLACE FUNCTION ledger_release(p_hold uuid, p_at timestamptz, p_expired boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
BEGIN
  -- The account first, then the hold: the order of ledger_post.
  PERFORM 1 FROM accounts_bankaccount WHERE id = (SELECT account_id FROM accounts_hold WHERE id = p_hold)
    FOR NO KEY UPDATE;
  UPDATE accounts_hold SET status = CASE WHEN p_expired THEN 'expired' ELSE 'released' END, ended_at = p_at
   WHERE id = p_hold AND status = 'active';
  IF NOT FOUND THEN
    PERFORM refuse('hold_ends_once', p_hold::text);
  END IF;
END $$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION ledger_post FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post TO portal_runtime;
REVOKE ALL ON FUNCTION uuid_of_key, posting_known_by_its_key, reversal_is_of_a_first_posting, hold_is_captured FROM PUBLIC;
"""

_before = import_module("accounts.migrations.0003_one_door_for_money")
BACK = [
    "DROP FUNCTION ledger_post;",
    _before.POST,
    "REVOKE ALL ON FUNCTION ledger_post FROM PUBLIC;",
    "GRANT EXECUTE ON FUNCTION ledger_post TO portal_runtime;",
    *(body.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION") for body in (_before.HOLD, _before.RELEASE)),
    "DROP FUNCTION uuid_of_key, posting_known_by_its_key, reversal_is_of_a_first_posting, hold_is_captured;",
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0016_entries_move_their_accounts")]

    operations = [migrations.RunSQL([STEPS, POST, HOLD, RELEASE, GRANTS], BACK)]
