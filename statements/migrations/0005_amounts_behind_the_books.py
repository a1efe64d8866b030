"""Amounts are looked up like words; the words of an account have one writer at a time; no word is too long.

A line remembered its amount already; an index of account, part of its life and size finds it there. Writer and
`word_lines_forget` wait for each other: who forgot the last lines while a writer added to them left a gap behind, and
what is in a gap is found by nothing. A word longer than the index can keep would have stopped its account for ever.
"""

from importlib import import_module

from django.db import migrations

_first = import_module("statements.migrations.0001_words_of_the_lines")

# NFKD makes up to six letters of three bytes out of one. Five hundred letters hold all that a line can say in an ordinary
# way, and as one word they are still less than the 2,046 bytes of a lexeme.
PLAIN_WORDS = r"""
CREATE OR REPLACE FUNCTION plain_words(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
           translate(
             lower(left(regexp_replace(normalize(p_text, NFKD), '[\u0300-\u036f]+', '', 'g'), 500) COLLATE pg_c_utf8),
             'ıłđøßæœ', 'ildosao'
           ),
           '[^[:alnum:]]+', ' ', 'g'
         ))
$$;
"""

ONE_WRITER = """
CREATE FUNCTION word_lines_alone(p_account bigint) RETURNS void LANGUAGE sql AS $$
-- Waits until nobody else writes or forgets words of this account, up to the end of the transaction.
  SELECT pg_advisory_xact_lock(hashtextextended('statements.words:' || p_account, 0))
$$;

CREATE OR REPLACE FUNCTION word_lines_write(p_account bigint, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
-- The words of an account's next lines; how many.
DECLARE
  v_before bigint;
  v_written int;
BEGIN
  PERFORM word_lines_alone(p_account);
  SELECT coalesce(max(sequence), 0) INTO v_before FROM statements_wordline WHERE account_id = p_account;
  INSERT INTO statements_wordline (account_id, sequence, amount_minor, words)
  SELECT e.account_id, e.sequence, e.amount_minor, line_words(e, p)
    FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
   WHERE e.account_id = p_account AND e.sequence > v_before AND e.sequence <= v_before + p_limit
   ORDER BY e.sequence;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END $$;

CREATE OR REPLACE FUNCTION word_lines_forget(p_account bigint, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The last words of an account, to be written anew; how many. What stays is still the beginning of its life.
DECLARE
  v_last bigint;
  v_forgotten int;
BEGIN
  PERFORM word_lines_alone(p_account);
  SELECT max(sequence) INTO v_last FROM statements_wordline WHERE account_id = p_account;
  DELETE FROM statements_wordline WHERE account_id = p_account AND sequence > v_last - p_limit;
  GET DIAGNOSTICS v_forgotten = ROW_COUNT;
  RETURN v_forgotten;
END $$;
"""

AMOUNTS = """
CREATE INDEX word_lines_by_amounts ON statements_wordline (account_id, (sequence >> 16), abs(amount_minor));

CREATE FUNCTION lines_by_amounts(
  p_account bigint, p_part bigint, p_low bigint, p_high bigint, p_newest_first boolean, p_min bigint, p_max bigint,
  p_limit int
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET jit = off SET max_parallel_workers_per_gather = 0
SET plan_cache_mode = force_generic_plan AS $$
-- Numbers of a part of an account's life, from p_low to p_high, whose amounts are of that size.
BEGIN
  RETURN QUERY
    SELECT w.sequence FROM statements_wordline w
     WHERE w.account_id = p_account AND w.sequence >> 16 = p_part AND w.sequence + 0 BETWEEN p_low AND p_high
       AND abs(w.amount_minor) BETWEEN coalesce(p_min, 0) AND coalesce(p_max, 9223372036854775807)
     ORDER BY CASE WHEN p_newest_first THEN -w.sequence ELSE w.sequence END LIMIT p_limit;
END $$;
"""

SEARCH = """
CREATE OR REPLACE FUNCTION lines_found(
  p_account bigint, p_first bigint, p_last bigint, p_newest_first boolean, p_said text, p_marks text[], p_min bigint,
  p_max bigint, p_limit int
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET jit = off SET max_parallel_workers_per_gather = 0
SET plan_cache_mode = force_generic_plan AS $$
-- Numbers of an account's lines, from p_first to p_last (NULL: to the newest), in the order asked for, at most p_limit:
-- those with a word that begins with each of the words said, with every mark (`=out`), and an amount of that size.
-- First the nearest thousand lines, where what is common is found at once; then part by part by the index of words or,
-- where no word or mark is asked for, of amounts. What has no words yet is read in the books. No other process helps: to
-- begin one takes five milliseconds, a part without the word ten microseconds.
DECLARE
  v_plain text := plain_words(p_said);
  v_words text[] := string_to_array(v_plain, ' ');
  v_begins text[] := words_begin(p_said);
  v_marks text[] := coalesce((SELECT array_agg('% ' || mark || ' %') FROM unnest(p_marks) AS mark), '{}');
  v_iban text := iban_begins(p_said);
  v_written bigint := coalesce((SELECT max(w.sequence) FROM statements_wordline w WHERE w.account_id = p_account), 0);
  v_last bigint := coalesce(p_last, (SELECT a.last_sequence FROM accounts_bankaccount a WHERE a.id = p_account));
  v_high bigint := least(v_last, v_written);
  v_low bigint := p_first;
  v_left int := p_limit;
  v_found int;
  v_part bigint;
  v_said text;
  v_wanted text;
BEGIN
  IF p_said <> '' AND v_plain = '' THEN
    RETURN;
  END IF;
  IF p_newest_first AND v_last > v_high THEN
    RETURN QUERY SELECT lines_of_books(p_account, greatest(p_first, v_high + 1), v_last, true, v_begins,
                                       v_iban, v_marks, p_min, p_max, v_left);
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
  END IF;
  IF v_left > 0 AND v_low <= v_high THEN
    RETURN QUERY
      SELECT w.sequence FROM statements_wordline w
       WHERE w.account_id = p_account
         AND w.sequence BETWEEN CASE WHEN p_newest_first THEN greatest(v_low, v_high - 999) ELSE v_low END
                            AND CASE WHEN p_newest_first THEN v_high ELSE least(v_high, v_low + 999) END
         AND (p_min IS NULL OR abs(w.amount_minor) >= p_min) AND (p_max IS NULL OR abs(w.amount_minor) <= p_max)
         AND is_said(w.words, v_begins, v_iban, v_marks)
       ORDER BY CASE WHEN p_newest_first THEN -w.sequence ELSE w.sequence END LIMIT v_left;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
    v_high := CASE WHEN p_newest_first THEN v_high - 1000 ELSE v_high END;
    v_low := CASE WHEN p_newest_first THEN v_low ELSE v_low + 1000 END;
  END IF;
  -- '@' stands for the account and the part.
  v_said := (SELECT string_agg('''@' || word || ''':*', ' & ') FROM unnest(v_words) AS word);
  v_wanted := concat_ws(' & ',
    '(' || v_said || coalesce(' | ''@' || btrim(v_iban, '% ') || ''':*', '') || ')',
    (SELECT string_agg('''@' || mark || '''', ' & ') FROM unnest(p_marks) AS mark)
  );
  FOR v_step IN 0 .. (v_high >> 16) - (v_low >> 16) LOOP
    EXIT WHEN v_left <= 0 OR v_low > v_high;
    v_part := CASE WHEN p_newest_first THEN (v_high >> 16) - v_step ELSE (v_low >> 16) + v_step END;
    IF v_wanted = '' THEN
      RETURN QUERY SELECT lines_by_amounts(p_account, v_part, v_low, v_high, p_newest_first, p_min, p_max, v_left);
    ELSE
      RETURN QUERY
        SELECT w.sequence FROM statements_wordline w
         WHERE word_lexemes(w.account_id, w.sequence, w.words)
               @@ replace(v_wanted, '@', p_account::text || ':' || v_part::text || ':')::tsquery
           AND w.sequence + 0 BETWEEN v_low AND v_high
           AND (p_min IS NULL OR abs(w.amount_minor) >= p_min) AND (p_max IS NULL OR abs(w.amount_minor) <= p_max)
         ORDER BY CASE WHEN p_newest_first THEN -w.sequence ELSE w.sequence END LIMIT v_left;
    END IF;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
  END LOOP;
  IF NOT p_newest_first AND v_left > 0 AND v_last > v_written THEN
    RETURN QUERY SELECT lines_of_books(p_account, greatest(p_first, v_written + 1), v_last, false, v_begins,
                                       v_iban, v_marks, p_min, p_max, v_left);
  END IF;
END $$;
"""

_written_before = _first.WRITE.partition("CREATE FUNCTION word_lines_are_never_changed")[0]
BACK = [
    *(
        sql.replace("CREATE FUNCTION", "CREATE OR REPLACE FUNCTION")
        for sql in (_first.PLAIN_WORDS, _written_before, _first.SEARCH)
    ),
    "DROP FUNCTION lines_by_amounts, word_lines_alone",
    "DROP INDEX word_lines_by_amounts",
]


class Migration(migrations.Migration):
    dependencies = [("statements", "0004_a_month_is_told_once")]

    operations = [migrations.RunSQL([PLAIN_WORDS, ONE_WRITER, AMOUNTS, SEARCH], BACK)]
