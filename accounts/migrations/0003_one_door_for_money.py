"""The functions that write money, and the withdrawal of every other way.

They run with the owner's rights (SECURITY DEFINER); the runtime role may execute them and may not write the tables.
What they refuse is raised as a check violation that carries the law's name, so that it surfaces as an
IntegrityError with a constraint, like any CHECK.
"""

from django.db import migrations

ACCOUNTING_DAY = """
CREATE FUNCTION accounting_day(p_at timestamptz) RETURNS date
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The first working day, from the moment's own day on, whose books are open: never one before a day that is closing
-- or closed, however late the moment comes in. FOR SHARE: no close may begin under us.
DECLARE
  v_day date := (p_at AT TIME ZONE 'Europe/Tirane')::date;
  v_status text;
BEGIN
  SELECT greatest(v_day, max(day) + 1) INTO v_day FROM accounts_bankday WHERE status <> 'open';
  LOOP
    IF extract(isodow FROM v_day) < 6 AND NOT EXISTS (SELECT 1 FROM accounts_bankholiday WHERE day = v_day) THEN
      SELECT status INTO v_status FROM accounts_bankday WHERE day = v_day FOR SHARE;
      IF NOT FOUND THEN
        INSERT INTO accounts_bankday (day, status) VALUES (v_day, 'open') ON CONFLICT (day) DO NOTHING;
        SELECT status INTO v_status FROM accounts_bankday WHERE day = v_day FOR SHARE;
      END IF;
      IF v_status = 'open' THEN
        RETURN v_day;
      END IF;
    END IF;
    v_day := v_day + 1;
  END LOOP;
END $$;
"""

REFUSE = """
CREATE FUNCTION refuse(p_law text, p_detail text DEFAULT '') RETURNS void
LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'refused by law: %', p_law USING ERRCODE = 'check_violation', CONSTRAINT = p_law, DETAIL = p_detail;
END $$;
"""

# The generic plan: with `= ANY(array)` PostgreSQL would plan every statement anew at every posting, half of the time.
POST = """
CREATE FUNCTION ledger_post(
  p_key text, p_kind text, p_channel text, p_at timestamptz, p_value_on date,
  p_debtor_name text, p_debtor_iban text, p_creditor_name text, p_creditor_iban text,
  p_remittance text, p_end_to_end text, p_source text, p_reverses bigint,
  p_accounts bigint[], p_amounts bigint[], p_parts text[], p_hold uuid
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_posting bigint;
  v_booked_at timestamptz;
  v_booked_on date;
  v_hold accounts_hold%ROWTYPE;
  v_debit bigint;
  v_written bigint;
BEGIN
  IF coalesce(cardinality(p_accounts), 0) < 2 OR cardinality(p_accounts) <> cardinality(p_amounts)
     OR cardinality(p_accounts) <> cardinality(p_parts) THEN
    PERFORM refuse('posting_has_two_sides', p_key);
  END IF;
  -- Whole accounts in the order of their ids: two postings can wait for each other, never deadlock.
  PERFORM 1 FROM accounts_bankaccount WHERE id = ANY(p_accounts) ORDER BY id FOR NO KEY UPDATE;

  SELECT id INTO v_posting FROM accounts_posting WHERE key = p_key;
  IF FOUND THEN
    IF (SELECT array_agg(account_id ORDER BY id) IS DISTINCT FROM p_accounts
            OR array_agg(amount_minor ORDER BY id) IS DISTINCT FROM p_amounts
          FROM accounts_entry WHERE posting_id = v_posting)
       OR NOT EXISTS (SELECT 1 FROM accounts_posting WHERE id = v_posting AND kind = p_kind AND value_on = p_value_on
                        AND creditor_iban = p_creditor_iban AND debtor_iban = p_debtor_iban
                        AND remittance_information = p_remittance AND end_to_end_id = p_end_to_end) THEN
      PERFORM refuse('posting_key_names_one_posting', p_key);
    END IF;
    RETURN v_posting;
  END IF;

  IF EXISTS (SELECT 1 FROM accounts_bankaccount WHERE id = ANY(p_accounts) AND status = 'closed') THEN
    PERFORM refuse('closed_accounts_take_no_entry');
  END IF;
  IF EXISTS (
    SELECT 1 FROM accounts_bankaccount a
      JOIN (SELECT account, sum(amount) AS net FROM unnest(p_accounts, p_amounts) AS u(account, amount) GROUP BY 1) legs
        ON legs.account = a.id
     WHERE legs.net < 0 AND a.status <> 'open'
  ) THEN
    PERFORM refuse('frozen_and_closed_accounts_take_no_debit');
  END IF;

  IF p_hold IS NOT NULL THEN
    SELECT * INTO v_hold FROM accounts_hold WHERE id = p_hold FOR UPDATE;
    IF NOT FOUND OR v_hold.status <> 'active' THEN
      PERFORM refuse('hold_ends_once', p_hold::text);
    END IF;
    SELECT coalesce(-sum(amount), 0) INTO v_debit
      FROM unnest(p_accounts, p_amounts) AS u(account, amount) WHERE account = v_hold.account_id;
    IF v_debit > v_hold.amount_minor OR v_debit <= 0 THEN
      PERFORM refuse('capture_stays_within_the_hold', p_hold::text);
    END IF;
  END IF;

  -- Neither the moment nor the day runs backwards on an account, whatever staff did to the calendar meanwhile.
  SELECT greatest(p_at, max(last_booked_at)) INTO v_booked_at FROM accounts_bankaccount WHERE id = ANY(p_accounts);
  SELECT greatest(accounting_day(v_booked_at), max(e.booked_on)) INTO v_booked_on
    FROM accounts_bankaccount a JOIN accounts_entry e ON e.account_id = a.id AND e.sequence = a.last_sequence
   WHERE a.id = ANY(p_accounts);

  INSERT INTO accounts_posting (
    uuid, key, kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban,
    remittance_information, end_to_end_id, source, reverses_id
  ) VALUES (
    gen_random_uuid(), p_key, p_kind, p_channel, v_booked_at, v_booked_on, p_value_on, p_debtor_name, p_debtor_iban,
    p_creditor_name, p_creditor_iban, p_remittance, p_end_to_end, p_source, p_reverses
  ) RETURNING id INTO v_posting;

  INSERT INTO accounts_entry (
    posting_id, account_id, sequence, part, amount_minor, currency, balance_after_minor, booked_at, booked_on, value_on
  )
  SELECT v_posting, a.id, a.last_sequence + row_number() OVER of_account, leg.part, leg.amount, a.currency,
         a.balance_minor + sum(leg.amount) OVER of_account, v_booked_at, v_booked_on, p_value_on
    FROM unnest(p_accounts, p_amounts, p_parts) WITH ORDINALITY AS leg(account, amount, part, place)
    JOIN accounts_bankaccount a ON a.id = leg.account
  WINDOW of_account AS (PARTITION BY leg.account ORDER BY leg.place)
   ORDER BY leg.place;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  IF v_written <> cardinality(p_accounts) THEN
    PERFORM refuse('posting_names_accounts_that_exist', p_key);
  END IF;

  UPDATE accounts_bankaccount a
     SET balance_minor = a.balance_minor + legs.net,
         held_minor = a.held_minor - CASE WHEN a.id = v_hold.account_id THEN v_hold.amount_minor ELSE 0 END,
         last_sequence = a.last_sequence + legs.many,
         last_booked_at = v_booked_at
    FROM (SELECT account, sum(amount) AS net, count(*) AS many
            FROM unnest(p_accounts, p_amounts) AS u(account, amount) GROUP BY 1) legs
   WHERE a.id = legs.account;

  IF p_hold IS NOT NULL THEN
    UPDATE accounts_hold SET status = 'captured', ended_at = v_booked_at, posting_id = v_posting WHERE id = p_hold;
  END IF;
  RETURN v_posting;
END $$;
"""

HOLD = """
CREATE FUNCTION ledger_hold(
  p_key text, p_account bigint, p_amount bigint, p_kind text, p_channel text, p_at timestamptz, p_expected_on date,
  p_creditor_name text, p_creditor_iban text, p_remittance text, p_end_to_end text, p_source text
) RETURNS uuid
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_account accounts_bankaccount%ROWTYPE;
  v_hold uuid;
BEGIN
  SELECT * INTO STRICT v_account FROM accounts_bankaccount WHERE id = p_account FOR NO KEY UPDATE;
  SELECT id INTO v_hold FROM accounts_hold WHERE key = p_key;
  IF FOUND THEN
    IF NOT EXISTS (SELECT 1 FROM accounts_hold
                    WHERE id = v_hold AND account_id = p_account AND amount_minor = p_amount) THEN
      PERFORM refuse('hold_key_names_one_hold', p_key);
    END IF;
    IF NOT EXISTS (SELECT 1 FROM accounts_hold WHERE id = v_hold AND status = 'active') THEN
      PERFORM refuse('hold_ends_once', v_hold::text);
    END IF;
    RETURN v_hold;
  END IF;
  IF v_account.status <> 'open' THEN
    PERFORM refuse('frozen_and_closed_accounts_take_no_debit');
  END IF;
  INSERT INTO accounts_hold (
    id, key, account_id, amount_minor, currency, status, kind, channel, placed_at, expected_on, creditor_name,
    creditor_iban, remittance_information, end_to_end_id, source
  ) VALUES (
    gen_random_uuid(), p_key, p_account, p_amount, v_account.currency, 'active', p_kind, p_channel, p_at,
    p_expected_on, p_creditor_name, p_creditor_iban, p_remittance, p_end_to_end, p_source
  ) RETURNING id INTO v_hold;
  UPDATE accounts_bankaccount SET held_minor = held_minor + p_amount WHERE id = p_account;
  RETURN v_hold;
END $$;
"""

RELEASE = """
CREATE FUNCTION ledger_release(p_hold uuid, p_at timestamptz, p_expired boolean) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
DECLARE
  v_hold accounts_hold%ROWTYPE;
BEGIN
  -- The account first, then the hold: the order of ledger_post.
  PERFORM 1 FROM accounts_bankaccount WHERE id = (SELECT account_id FROM accounts_hold WHERE id = p_hold)
    FOR NO KEY UPDATE;
  SELECT * INTO v_hold FROM accounts_hold WHERE id = p_hold FOR UPDATE;
  IF NOT FOUND OR v_hold.status <> 'active' THEN
    PERFORM refuse('hold_ends_once', p_hold::text);
  END IF;
  UPDATE accounts_hold SET status = CASE WHEN p_expired THEN 'expired' ELSE 'released' END, ended_at = p_at
   WHERE id = p_hold;
  UPDATE accounts_bankaccount SET held_minor = held_minor - v_hold.amount_minor WHERE id = v_hold.account_id;
END $$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION accounting_day, ledger_post, ledger_hold, ledger_release FROM PUBLIC;
GRANT EXECUTE ON FUNCTION accounting_day, ledger_post, ledger_hold, ledger_release TO portal_runtime;
REVOKE INSERT, UPDATE, DELETE ON accounts_posting, accounts_entry, accounts_hold FROM portal_runtime;
REVOKE UPDATE, DELETE ON accounts_bankaccount, accounts_bankday FROM portal_runtime;
GRANT UPDATE (name, status) ON accounts_bankaccount TO portal_runtime;
GRANT UPDATE (status, closing_at, closed_at) ON accounts_bankday TO portal_runtime;
"""

BACK = """
DROP FUNCTION ledger_release, ledger_hold, ledger_post, refuse, accounting_day;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_runtime_role_owns_nothing")]

    operations = [migrations.RunSQL([ACCOUNTING_DAY, REFUSE, POST, HOLD, RELEASE, GRANTS], BACK)]
