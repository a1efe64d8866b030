"""`audit_append_many`: the lines of one transaction in one statement, chain by chain, the same bytes and hashes.

Hashing stays one after the other, for each hash is made of the one before it; finding the heads, writing the events and
moving the heads is done once for all.
"""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_append_many(
  p_chains text[], p_ats timestamptz[], p_events text[], p_outcomes text[], p_actors text[], p_actor_roles text[],
  p_companies text[], p_subjects text[], p_reasons text[], p_records bytea[]
) RETURNS void
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp
SET plan_cache_mode = force_custom_plan SET jit = off AS $$
DECLARE
  v_line record;
  v_chain text;
  v_sequence bigint;
  v_hash bytea;
  v_sequences bigint[];
  v_previous bytea[];
  v_hashes bytea[];
BEGIN
  INSERT INTO accounts_auditchain (name, count, head)
  SELECT chain, 0, ''::bytea FROM (SELECT DISTINCT unnest(p_chains) COLLATE "C" AS chain) AS named ORDER BY chain
  ON CONFLICT (name) DO NOTHING;
  -- The heads are locked in one order by everybody: that of their names, byte by byte.
  PERFORM 1 FROM accounts_auditchain WHERE name IN (SELECT unnest(p_chains)) ORDER BY name COLLATE "C" FOR UPDATE;

  FOR v_line IN
    SELECT line.*, head.count, head.head
      FROM unnest(p_chains, p_records) WITH ORDINALITY AS line(chain, record, place)
      JOIN accounts_auditchain head ON head.name = line.chain
     ORDER BY line.chain COLLATE "C", line.place
  LOOP
    IF v_chain IS DISTINCT FROM v_line.chain THEN
      v_chain := v_line.chain;
      v_sequence := v_line.count;
      v_hash := v_line.head;
    END IF;
    v_sequence := v_sequence + 1;
    v_sequences[v_line.place] := v_sequence;
    v_previous[v_line.place] := v_hash;
    v_hash := sha256(v_hash || v_line.record);
    v_hashes[v_line.place] := v_hash;
  END LOOP;

  INSERT INTO accounts_auditevent (
    chain, sequence, at, event, outcome, actor, actor_role, company, subject, reason, record, previous_hash, hash
  )
  SELECT chain, sequence, at, event, outcome, actor, actor_role, company, subject, reason, record, previous, hash
    FROM unnest(p_chains, v_sequences, p_ats, p_events, p_outcomes, p_actors, p_actor_roles, p_companies, p_subjects,
                p_reasons, p_records, v_previous, v_hashes)
           AS line(chain, sequence, at, event, outcome, actor, actor_role, company, subject, reason, record, previous,
                   hash);
  UPDATE accounts_auditchain head SET count = last.sequence, head = last.hash
    FROM (SELECT DISTINCT ON (chain) chain, sequence, hash
            FROM unnest(p_chains, v_sequences, v_hashes) AS line(chain, sequence, hash)
           ORDER BY chain, sequence DESC) AS last
   WHERE head.name = last.chain;
END $$;
REVOKE ALL ON FUNCTION audit_append_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append_many TO portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0018_many_postings_at_once")]

    operations = [migrations.RunSQL(FORWARD, "DROP FUNCTION audit_append_many;")]
