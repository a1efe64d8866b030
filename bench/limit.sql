-- The limit: the least that PostgreSQL can do and still call it a double entry. Two balances moved in the order of their
-- ids, one transfer, two entries with the balance after them, and the indexes that a statement needs; no laws, no keys,
-- no days, no audit. What the portal's own ledger reaches of this, on the same server, is its ratio.
CREATE SCHEMA bare;

CREATE TABLE bare.account (
  id int PRIMARY KEY,
  currency char(3) NOT NULL DEFAULT 'ALL',
  balance bigint NOT NULL DEFAULT 0,
  balance_least bigint NOT NULL DEFAULT -1000000000000000,
  sequence bigint NOT NULL DEFAULT 0,
  CHECK (balance >= balance_least)
) WITH (fillfactor = 50);

CREATE TABLE bare.transfer (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  kind smallint NOT NULL DEFAULT 1,
  booked_at timestamptz NOT NULL,
  words text
);

CREATE TABLE bare.entry (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  transfer_id bigint NOT NULL REFERENCES bare.transfer,
  account_id int NOT NULL REFERENCES bare.account,
  amount bigint NOT NULL,
  balance_after bigint NOT NULL,
  booked_at timestamptz NOT NULL
);
CREATE INDEX ON bare.entry (account_id, booked_at DESC, id DESC);
CREATE INDEX ON bare.entry (transfer_id);

INSERT INTO bare.account (id) SELECT generate_series(1, 10000);

CREATE FUNCTION bare.post(p_debit int, p_credit int, p_amount bigint, p_words text) RETURNS bigint
LANGUAGE plpgsql AS $$
DECLARE
  v_at timestamptz := clock_timestamp();
  v_debit_after bigint;
  v_credit_after bigint;
  v_transfer bigint;
BEGIN
  IF p_debit = p_credit OR p_amount <= 0 THEN
    RAISE EXCEPTION 'a transfer has two sides and an amount';
  END IF;
  IF p_debit < p_credit THEN
    UPDATE bare.account SET balance = balance - p_amount WHERE id = p_debit RETURNING balance INTO v_debit_after;
    UPDATE bare.account SET balance = balance + p_amount WHERE id = p_credit RETURNING balance INTO v_credit_after;
  ELSE
    UPDATE bare.account SET balance = balance + p_amount WHERE id = p_credit RETURNING balance INTO v_credit_after;
    UPDATE bare.account SET balance = balance - p_amount WHERE id = p_debit RETURNING balance INTO v_debit_after;
  END IF;
  INSERT INTO bare.transfer (booked_at, words) VALUES (v_at, p_words) RETURNING id INTO v_transfer;
  INSERT INTO bare.entry (transfer_id, account_id, amount, balance_after, booked_at) VALUES
    (v_transfer, p_debit, -p_amount, v_debit_after, v_at), (v_transfer, p_credit, p_amount, v_credit_after, v_at);
  RETURN v_transfer;
END $$;
