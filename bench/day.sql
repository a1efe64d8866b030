-- The limit of a whole day at once: one debit account and many credits in one statement, balances running in the order
-- of the lines. Added to the bare schema of limit.sql; what the close of a day reads, this had to write.
CREATE FUNCTION bare.post_batch(p_debit int, p_credits int[], p_amounts bigint[], p_words text) RETURNS int
LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := clock_timestamp();
  v_total bigint := (SELECT sum(amount) FROM unnest(p_amounts) AS amount);
  v_before bigint;
BEGIN
  PERFORM 1 FROM bare.account WHERE id = p_debit OR id = ANY (p_credits) ORDER BY id FOR NO KEY UPDATE;
  SELECT balance INTO v_before FROM bare.account WHERE id = p_debit;
  WITH line AS MATERIALIZED (
    SELECT place, credit, amount,
           v_before - sum(amount) OVER (ORDER BY place) AS debit_after,
           account.balance + sum(amount) OVER (PARTITION BY credit ORDER BY place) AS credit_after
      FROM unnest(p_credits, p_amounts) WITH ORDINALITY AS typed(credit, amount, place)
      JOIN bare.account ON account.id = credit
  ), made AS (
    INSERT INTO bare.transfer (booked_at, words) SELECT v_at, p_words FROM line RETURNING id
  ), numbered AS (
    SELECT id, row_number() OVER (ORDER BY id) AS place FROM made
  )
  INSERT INTO bare.entry (transfer_id, account_id, amount, balance_after, booked_at)
  SELECT id, side.account, side.amount, side.balance_after, v_at
    FROM line JOIN numbered USING (place)
   CROSS JOIN LATERAL (VALUES (p_debit, -amount, debit_after), (credit, amount, credit_after))
           AS side(account, amount, balance_after);
  UPDATE bare.account SET balance = balance + sums.amount
    FROM (SELECT credit, sum(amount) AS amount FROM unnest(p_credits, p_amounts) AS t(credit, amount) GROUP BY 1) AS sums
   WHERE id = sums.credit;
  UPDATE bare.account SET balance = balance - v_total WHERE id = p_debit;
  RETURN cardinality(p_credits);
END $$;
