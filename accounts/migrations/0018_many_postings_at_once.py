"""`ledger_post_many`: thousands of postings in one statement, all or none, with every law of the single posting.

Entry by entry, the law entry_moves_its_account would move an account that stands in every line thousands of times. A
batch numbers its entries and runs its balances by windows instead, and its law is asked once, over all of them: the
entries must join on to their accounts without a gap, and then the accounts move. The setting `ledger.batch` tells which
of the two laws speaks. The functions of the ledger, which alone may write entries, set it around one statement; whoever
else sets it gains nothing but the tables' owner, whom no law here stops, and whose hand verify_books finds.
"""

from django.db import migrations

LAW = """
CREATE FUNCTION batch_moves_its_accounts() RETURNS trigger LANGUAGE plpgsql
SET jit = off SET plan_cache_mode = force_custom_plan AS $$
DECLARE
  v_law text;
  v_account bigint;
BEGIN
  -- Every entry against the one before it; the first of an account against what the account remembers.
  SELECT law, account_id INTO v_law, v_account
    FROM (
      SELECT posting_id, account_id, CASE
               WHEN status IS NULL THEN 'posting_names_accounts_that_exist'
               WHEN status = 'closed' THEN 'closed_accounts_take_no_entry'
               WHEN status = 'frozen' AND amount_minor < 0 THEN 'frozen_and_closed_accounts_take_no_debit'
               WHEN currency <> currency_of_account THEN 'entry_is_in_the_currency_of_its_account'
               WHEN sequence <> sequence_before + 1 THEN 'entries_are_numbered_without_a_gap'
               WHEN balance_after_minor <> balance_before + amount_minor THEN 'running_balance_follows_the_amounts'
               WHEN booked_at < at_before OR booked_on < on_before THEN 'booking_never_runs_backwards'
               WHEN amount_minor < 0 AND balance_after_minor + overdraft_minor < held_minor AND kind <> 'house'
                    AND (SELECT p.kind FROM accounts_posting p WHERE p.id = posting_id) <> 'core'
                 THEN CASE WHEN balance_after_minor + overdraft_minor < 0 THEN 'no_overdraft_beyond_the_agreed_limit'
                           ELSE 'available_is_never_negative' END
             END AS law
        FROM (
          SELECT f.*, a.currency AS currency_of_account, a.status, a.kind, a.overdraft_minor, a.held_minor,
                 coalesce(lag(f.sequence) OVER of_account, a.last_sequence) AS sequence_before,
                 coalesce(lag(f.balance_after_minor) OVER of_account, a.balance_minor) AS balance_before,
                 coalesce(lag(f.booked_at) OVER of_account, a.last_booked_at) AS at_before,
                 coalesce(lag(f.booked_on) OVER of_account, a.last_booked_on) AS on_before
            FROM fresh f LEFT JOIN accounts_bankaccount a ON a.id = f.account_id
          WINDOW of_account AS (PARTITION BY f.account_id ORDER BY f.sequence)
        ) AS entry
    ) AS judged
   WHERE law IS NOT NULL ORDER BY posting_id LIMIT 1;
  IF FOUND THEN
    PERFORM refuse(v_law, v_account::text);
  END IF;
  UPDATE accounts_bankaccount a
     SET balance_minor = a.balance_minor + moved.net, last_sequence = a.last_sequence + moved.entries,
         last_booked_at = moved.booked_at, last_booked_on = moved.booked_on
    FROM (SELECT account_id, sum_minor(amount_minor) AS net, count(*) AS entries, max(booked_at) AS booked_at,
                 max(booked_on) AS booked_on
            FROM fresh GROUP BY account_id) AS moved
   WHERE a.id = moved.account_id;
  RETURN NULL;
END $$;
CREATE TRIGGER batch_moves_its_accounts AFTER INSERT ON accounts_entry
  REFERENCING NEW TABLE AS fresh FOR EACH STATEMENT WHEN (current_setting('ledger.batch', true) = 'on')
  EXECUTE FUNCTION batch_moves_its_accounts();
"""

# One array a column; `p_places` says to which posting a leg belongs, counted from 1. The arrays are known when the
# statements are planned, and so is their length: a plan for ten lines would join a hundred thousand row by row.
POST_MANY = """
CREATE FUNCTION ledger_post_many(
  p_at timestamptz, p_keys text[], p_kinds text[], p_channels text[], p_value_ons date[],
  p_debtor_names text[], p_debtor_ibans text[], p_creditor_names text[], p_creditor_ibans text[],
  p_remittances text[], p_end_to_ends text[], p_sources text[], p_holds uuid[],
  p_places int[], p_accounts bigint[], p_amounts bigint[], p_parts text[]
) RETURNS bigint[]
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off SET work_mem = '64MB' AS $$
DECLARE
  v_many int := coalesce(cardinality(p_keys), 0);
  v_new bigint[];
  v_ids bigint[];
  v_tried bigint[];
  v_booked_at timestamptz;
  v_booked_on date;
  v_last_on date;
  v_count bigint;
  v_known record;
BEGIN
  SELECT count(*) INTO v_count
    FROM (SELECT place FROM unnest(p_places) AS place WHERE place BETWEEN 1 AND v_many
           GROUP BY place HAVING count(*) >= 2) AS whole;
  IF v_count <> v_many OR cardinality(p_places) <> ALL (
       ARRAY[cardinality(p_accounts), cardinality(p_amounts), cardinality(p_parts)]) THEN
    PERFORM refuse('posting_has_two_sides');
  END IF;

  SELECT greatest(p_at, max(last_booked_at)), max(last_booked_on), count(*) INTO v_booked_at, v_last_on, v_count
    FROM (SELECT last_booked_at, last_booked_on FROM accounts_bankaccount
           WHERE id IN (SELECT unnest(p_accounts)) ORDER BY id FOR NO KEY UPDATE) AS locked;
  IF v_count <> (SELECT count(*) FROM (SELECT DISTINCT unnest(p_accounts)) AS named) THEN
    PERFORM refuse('posting_names_accounts_that_exist');
  END IF;
  v_booked_on := accounting_day(greatest(v_booked_at, v_last_on::timestamp AT TIME ZONE 'Europe/Tirane'));

  -- Keys are new as a rule: they are looked up only where one was found to be taken, by the books or within the batch.
  SELECT array_agg(nextval('accounts_posting_id_seq')) INTO v_new FROM generate_series(1, v_many);
  v_ids := v_new;
  LOOP
    BEGIN
      INSERT INTO accounts_posting (
        id, uuid, key, kind, channel, booked_at, booked_on, value_on, debtor_name, debtor_iban, creditor_name,
        creditor_iban, remittance_information, end_to_end_id, source
      )
      SELECT v_new[place], uuid_of_key(key), key, kind, channel, v_booked_at, v_booked_on, value_on, debtor_name,
             debtor_iban, creditor_name, creditor_iban, remittance, end_to_end, source
        FROM unnest(p_keys, p_kinds, p_channels, p_value_ons, p_debtor_names, p_debtor_ibans, p_creditor_names,
                    p_creditor_ibans, p_remittances, p_end_to_ends, p_sources) WITH ORDINALITY
               AS item(key, kind, channel, value_on, debtor_name, debtor_iban, creditor_name, creditor_iban, remittance,
                       end_to_end, source, place)
       WHERE v_new[place] = v_ids[place];
      EXIT;
    EXCEPTION WHEN unique_violation THEN
      v_tried := v_ids;
      SELECT array_agg(coalesce(p.id, v_new[item.first]) ORDER BY item.place) INTO v_ids
        FROM (SELECT key, place, min(place) OVER (PARTITION BY key) AS first
                FROM unnest(p_keys) WITH ORDINALITY AS named(key, place)) AS item
        LEFT JOIN accounts_posting p ON p.key = item.key;
      IF v_ids = v_tried THEN
        RAISE;
      END IF;
    END;
  END LOOP;

  IF EXISTS (SELECT 1 FROM unnest(p_holds) AS hold WHERE hold IS NOT NULL) THEN
    PERFORM holds_are_captured(p_holds, v_new, v_ids, v_booked_at, p_places, p_accounts, p_amounts);
  END IF;

  PERFORM set_config('ledger.batch', 'on', true);
  -- The ids follow the legs, the rows follow the accounts: an account's entries come to lie together, and its indexes
  -- grow at one place after the other.
  INSERT INTO accounts_entry (
    id, posting_id, account_id, sequence, part, amount_minor, currency, balance_after_minor, booked_at, booked_on,
    value_on
  )
  SELECT leg.id, v_new[leg.place], a.id, a.last_sequence + row_number() OVER of_account, leg.part, leg.amount, a.currency,
         a.balance_minor + sum_minor(leg.amount) OVER of_account, v_booked_at, v_booked_on, p_value_ons[leg.place]
    FROM (SELECT nextval('accounts_entry_id_seq') AS id, u.*
            FROM unnest(p_places, p_accounts, p_amounts, p_parts) WITH ORDINALITY
                   AS u(place, account, amount, part, number)) AS leg
    JOIN accounts_bankaccount a ON a.id = leg.account
   WHERE v_new[leg.place] = v_ids[leg.place]
  WINDOW of_account AS (PARTITION BY leg.account ORDER BY leg.number ROWS UNBOUNDED PRECEDING);
  PERFORM set_config('ledger.batch', 'off', true);

  IF v_ids <> v_new THEN
    FOR v_known IN
      SELECT item.*, legs.accounts, legs.amounts
        FROM unnest(p_keys, p_kinds, p_value_ons, p_debtor_ibans, p_creditor_ibans, p_remittances, p_end_to_ends)
               WITH ORDINALITY
               AS item(key, kind, value_on, debtor_iban, creditor_iban, remittance, end_to_end, place)
        JOIN (SELECT place, array_agg(account ORDER BY number) AS accounts, array_agg(amount ORDER BY number) AS amounts
                FROM unnest(p_places, p_accounts, p_amounts) WITH ORDINALITY AS leg(place, account, amount, number)
               GROUP BY place) AS legs ON legs.place = item.place
       WHERE v_new[item.place] <> v_ids[item.place]
    LOOP
      PERFORM posting_known_by_its_key(
        v_known.key, v_known.kind, v_known.value_on, v_known.debtor_iban, v_known.creditor_iban, v_known.remittance,
        v_known.end_to_end, v_known.accounts, v_known.amounts
      );
    END LOOP;
  END IF;
  RETURN v_ids;
END $$;
"""

CAPTURE = """
CREATE FUNCTION holds_are_captured(
  p_holds uuid[], p_new bigint[], p_ids bigint[], p_at timestamptz, p_places int[], p_accounts bigint[],
  p_amounts bigint[]
) RETURNS void LANGUAGE plpgsql AS $$
-- hold_is_captured for a batch: the hold of each new posting that names one.
BEGIN
  UPDATE accounts_hold h SET status = 'captured', ended_at = p_at, posting_id = p_new[item.place]
    FROM unnest(p_holds) WITH ORDINALITY AS item(hold, place)
   WHERE h.id = item.hold AND h.status = 'active' AND p_new[item.place] = p_ids[item.place];
  IF EXISTS (
    SELECT 1 FROM unnest(p_holds) WITH ORDINALITY AS item(hold, place)
      LEFT JOIN accounts_hold h ON h.id = item.hold
     WHERE item.hold IS NOT NULL AND h.posting_id IS DISTINCT FROM p_ids[item.place]
  ) THEN
    PERFORM refuse('hold_ends_once');
  END IF;
  IF EXISTS (
    SELECT 1 FROM unnest(p_holds) WITH ORDINALITY AS item(hold, place)
      JOIN accounts_hold h ON h.id = item.hold
      LEFT JOIN (SELECT place, account, -sum(amount) AS taken
                   FROM unnest(p_places, p_accounts, p_amounts) AS leg(place, account, amount)
                  GROUP BY place, account) AS debit ON debit.place = item.place AND debit.account = h.account_id
     WHERE (debit.taken BETWEEN 1 AND h.amount_minor) IS NOT TRUE
  ) THEN
    PERFORM refuse('capture_stays_within_the_hold');
  END IF;
END $$;
"""

GRANTS = """
REVOKE ALL ON FUNCTION ledger_post_many, holds_are_captured FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post_many TO portal_runtime;
"""

BACK = """
DROP FUNCTION ledger_post_many, holds_are_captured;
DROP TRIGGER batch_moves_its_accounts ON accounts_entry;
DROP FUNCTION batch_moves_its_accounts;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0017_the_door_has_fewer_steps")]

    operations = [migrations.RunSQL([LAW, CAPTURE, POST_MANY, GRANTS], BACK)]
