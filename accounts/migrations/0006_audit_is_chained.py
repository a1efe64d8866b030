"""The audit trail's only writer: a function that locks the chain's head, hashes, moves the head and appends."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION audit_append(
  p_chain text, p_at timestamptz, p_event text, p_outcome text, p_actor text, p_actor_role text, p_company text,
  p_subject text, p_reason text, p_record bytea
) RETURNS bigint
LANGUAGE plpgsql SECURITY DEFINER SET search_path = public, pg_temp SET plan_cache_mode = force_generic_plan AS $$
DECLARE
  v_previous bytea;
  v_sequence bigint;
BEGIN
  LOOP
    SELECT head, count + 1 INTO v_previous, v_sequence FROM accounts_auditchain WHERE name = p_chain FOR NO KEY UPDATE;
    EXIT WHEN FOUND;
    INSERT INTO accounts_auditchain (name, count, head) VALUES (p_chain, 0, '') ON CONFLICT (name) DO NOTHING;
  END LOOP;
  UPDATE accounts_auditchain SET count = v_sequence, head = sha256(v_previous || p_record) WHERE name = p_chain;
  INSERT INTO accounts_auditevent (
    chain, sequence, at, event, outcome, actor, actor_role, company, subject, reason, record, previous_hash, hash
  ) VALUES (
    p_chain, v_sequence, p_at, p_event, p_outcome, p_actor, p_actor_role, p_company, p_subject, p_reason, p_record,
    v_previous, sha256(v_previous || p_record)
  );
  RETURN v_sequence;
END $$;
REVOKE ALL ON FUNCTION audit_append FROM PUBLIC;
GRANT EXECUTE ON FUNCTION audit_append TO portal_runtime;
REVOKE INSERT, UPDATE, DELETE ON accounts_auditevent, accounts_auditchain FROM portal_runtime;
-- A head moves with every line; a page with room to spare takes its new version without touching the index.
ALTER TABLE accounts_auditchain SET (fillfactor = 50);
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_books_are_append_only")]

    operations = [
        migrations.RunSQL(FORWARD, "DROP FUNCTION audit_append; ALTER TABLE accounts_auditchain RESET (fillfactor);")
    ]
