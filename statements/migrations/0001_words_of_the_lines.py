"""The words of every line, to be searched without accents; written behind the books, never by a posting.

Laws: the runtime role writes no word itself (`word_lines_write` reads them out of the books), and a word line is never
changed. The index: docs/decisions/0014-words-behind-the-books.md.

An account's numbers have no gaps and are given under the lock of its row, which is kept until the commit: whoever sees a
number sees every number before it. So an account's words are written up to a number, and none before it can turn up
late. Numbers of entries over the whole bank have no such order and are not used here.
"""

import django.db.models.deletion
from django.db import migrations, models

# The beginning of a word is what is looked for, and all a person can type on any keyboard: no accents, no capitals.
PLAIN_WORDS = r"""
CREATE FUNCTION plain_words(p_text text) RETURNS text LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT btrim(regexp_replace(
           translate(
             lower(regexp_replace(normalize(p_text, NFKD), '[\u0300-\u036f]+', '', 'g') COLLATE pg_c_utf8),
             'ıłđøßæœ', 'ildosao'
           ),
           '[^[:alnum:]]+', ' ', 'g'
         ))
$$;
"""

# The other side's name and IBAN, what was written, the reference; then marks of what a filter asks for. One's own name
# is on every line and finds nothing.
LINE_WORDS = """
CREATE FUNCTION line_words(e accounts_entry, p accounts_posting) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT ' ' || ltrim(plain_words(
           CASE WHEN e.amount_minor < 0 THEN p.creditor_name || ' ' || p.creditor_iban
                ELSE p.debtor_name || ' ' || p.debtor_iban END
           || ' ' || p.remittance_information || ' ' || p.end_to_end_id
         ) || ' ')
         || CASE WHEN e.amount_minor < 0 THEN '=out' ELSE '=in' END
         || ' =' || p.channel || ' =' || CASE WHEN e.part = 'fee' THEN 'fee' ELSE p.kind END || ' '
$$;
"""

# A lexeme is account, part of its life, word: `12:3:fatura`. A look-up reads the lines of one word in 65,536 numbers of
# one account, however common the word is elsewhere, and parts are read from the newest on until a page is full.
LEXEMES = """
CREATE FUNCTION word_lexemes(p_account bigint, p_sequence bigint, p_words text) RETURNS tsvector
LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE AS $$
  SELECT array_to_tsvector(string_to_array(
           p_account::text || ':' || (p_sequence >> 16)::text || ':'
           || replace(btrim(p_words), ' ', ' ' || p_account::text || ':' || (p_sequence >> 16)::text || ':'), ' '
         ))
$$;
CREATE INDEX word_lines_by_words ON statements_wordline
  USING gin (word_lexemes(account_id, sequence, words)) WITH (fastupdate = off);
"""

WRITE = """
CREATE FUNCTION word_lines_write(p_account bigint, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET jit = off AS $$
-- The words of an account's next lines; how many. Two at once write the same lines, and one of them finds them written.
DECLARE
  v_before bigint;
  v_written int;
BEGIN
  SELECT coalesce(max(sequence), 0) INTO v_before FROM statements_wordline WHERE account_id = p_account;
  INSERT INTO statements_wordline (account_id, sequence, amount_minor, words)
  SELECT e.account_id, e.sequence, e.amount_minor, line_words(e, p)
    FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
   WHERE e.account_id = p_account AND e.sequence > v_before AND e.sequence <= v_before + p_limit
   ORDER BY e.sequence
  ON CONFLICT DO NOTHING;
  GET DIAGNOSTICS v_written = ROW_COUNT;
  RETURN v_written;
END $$;
CREATE FUNCTION word_lines_forget(p_account bigint, p_limit int) RETURNS int
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp AS $$
-- The last words of an account, to be written anew; how many. What stays is still the beginning of its life.
DECLARE
  v_last bigint;
  v_forgotten int;
BEGIN
  SELECT max(sequence) INTO v_last FROM statements_wordline WHERE account_id = p_account;
  DELETE FROM statements_wordline WHERE account_id = p_account AND sequence > v_last - p_limit;
  GET DIAGNOSTICS v_forgotten = ROW_COUNT;
  RETURN v_forgotten;
END $$;
CREATE FUNCTION word_lines_are_never_changed() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse('word_lines_are_never_changed');
  RETURN NULL;
END $$;
CREATE TRIGGER word_lines_are_never_changed BEFORE UPDATE ON statements_wordline
  FOR EACH ROW EXECUTE FUNCTION word_lines_are_never_changed();
REVOKE ALL ON FUNCTION word_lines_write(bigint, int), word_lines_forget(bigint, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION word_lines_write(bigint, int), word_lines_forget(bigint, int) TO portal_runtime;
REVOKE INSERT, UPDATE, DELETE, TRUNCATE ON statements_wordline FROM portal_runtime;
"""

SEARCH = """
CREATE FUNCTION is_said(p_line text, p_begins text[], p_iban text, p_marks text[]) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT p_line LIKE ALL (p_marks) AND (p_line LIKE ALL (p_begins) OR coalesce(p_line LIKE p_iban, false))
$$;

CREATE FUNCTION words_begin(p_said text) RETURNS text[] LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT coalesce(array_agg('% ' || word || '%'), '{}') FROM unnest(string_to_array(plain_words(p_said), ' ')) AS word
$$;

CREATE FUNCTION iban_begins(p_said text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
-- An IBAN in groups of four is looked for without its blanks, too; NULL for anything else.
  SELECT '% ' || replace(plain_words(p_said), ' ', '') || '%'
   WHERE plain_words(p_said) ~ '^[a-z]{2}[0-9]{2}( [a-z0-9]{4})*( [a-z0-9]{1,4})$'
$$;

CREATE FUNCTION hold_is_said(h accounts_hold, p_said text) RETURNS boolean LANGUAGE sql IMMUTABLE PARALLEL SAFE AS $$
  SELECT plain_words(p_said) <> '' AND is_said(
           ' ' || plain_words(
             h.creditor_name || ' ' || h.creditor_iban || ' ' || h.remittance_information || ' ' || h.end_to_end_id
           ) || ' ',
           words_begin(p_said), iban_begins(p_said), '{}'
         )
$$;

CREATE FUNCTION lines_of_books(
  p_account bigint, p_first bigint, p_last bigint, p_newest_first boolean, p_begins text[], p_iban text,
  p_marks text[], p_min bigint, p_max bigint, p_limit int
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_generic_plan AS $$
-- As lines_found, by reading the books themselves, a thousand lines after the other.
DECLARE
  v_left int := p_limit;
  v_found int;
  v_low bigint;
BEGIN
  FOR v_step IN 0 .. (p_last - p_first) / 1000 LOOP
    EXIT WHEN v_left <= 0;
    v_low := CASE WHEN p_newest_first THEN p_last - v_step * 1000 - 999 ELSE p_first + v_step * 1000 END;
    RETURN QUERY
      SELECT e.sequence FROM accounts_entry e JOIN accounts_posting p ON p.id = e.posting_id
       WHERE e.account_id = p_account AND e.sequence BETWEEN greatest(v_low, p_first) AND least(v_low + 999, p_last)
         AND (p_min IS NULL OR abs(e.amount_minor) >= p_min) AND (p_max IS NULL OR abs(e.amount_minor) <= p_max)
         AND is_said(line_words(e, p), p_begins, p_iban, p_marks)
       ORDER BY CASE WHEN p_newest_first THEN -e.sequence ELSE e.sequence END LIMIT v_left;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
  END LOOP;
END $$;

CREATE FUNCTION lines_found(
  p_account bigint, p_first bigint, p_last bigint, p_newest_first boolean, p_said text, p_marks text[], p_min bigint,
  p_max bigint, p_limit int
) RETURNS SETOF bigint LANGUAGE plpgsql STABLE SET jit = off SET plan_cache_mode = force_generic_plan AS $$
-- Numbers of an account's lines, from p_first to p_last (NULL: to the newest), in the order asked for, at most p_limit:
-- those with a word that begins with each of the words said, with every mark (`=out`), and an amount of that size.
-- First the nearest thousand lines, where a common word is found at once; then part by part by the index. What has
-- no words yet is read in the books.
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
    RETURN QUERY
      SELECT w.sequence FROM statements_wordline w
       WHERE word_lexemes(w.account_id, w.sequence, w.words)
             @@ replace(v_wanted, '@', p_account::text || ':' || v_part::text || ':')::tsquery
         AND w.sequence + 0 BETWEEN v_low AND v_high
         AND (p_min IS NULL OR abs(w.amount_minor) >= p_min) AND (p_max IS NULL OR abs(w.amount_minor) <= p_max)
       ORDER BY CASE WHEN p_newest_first THEN -w.sequence ELSE w.sequence END LIMIT v_left;
    GET DIAGNOSTICS v_found = ROW_COUNT;
    v_left := v_left - v_found;
  END LOOP;
  IF NOT p_newest_first AND v_left > 0 AND v_last > v_written THEN
    RETURN QUERY SELECT lines_of_books(p_account, greatest(p_first, v_written + 1), v_last, false, v_begins,
                                       v_iban, v_marks, p_min, p_max, v_left);
  END IF;
END $$;
"""
BACK = """
DROP FUNCTION lines_found, lines_of_books, hold_is_said, iban_begins, words_begin, is_said, word_lines_forget;
DROP FUNCTION word_lines_write;
DROP INDEX word_lines_by_words;
DROP FUNCTION word_lexemes, line_words, plain_words;
DROP TRIGGER word_lines_are_never_changed ON statements_wordline;
DROP FUNCTION word_lines_are_never_changed;
"""


class Migration(migrations.Migration):
    initial = True
    dependencies = [("accounts", "0021_no_more_comes_back_than_went")]

    operations = [
        migrations.CreateModel(
            name="WordLine",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "account_id", "sequence", blank=True, editable=False, primary_key=True, serialize=False
                    ),
                ),
                ("sequence", models.BigIntegerField()),
                ("amount_minor", models.BigIntegerField()),
                ("words", models.TextField()),
                (
                    "account",
                    models.ForeignKey(
                        db_constraint=False,
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.bankaccount",
                    ),
                ),
            ],
            options={
                "verbose_name": "fjalët e një veprimi",
                "verbose_name_plural": "fjalët e veprimeve",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("words__endswith", " "), ("words__startswith", " ")),
                        name="words_stand_between_blanks",
                    )
                ],
            },
        ),
        migrations.RunSQL([PLAIN_WORDS, LINE_WORDS, LEXEMES, WRITE, SEARCH], BACK),
    ]
