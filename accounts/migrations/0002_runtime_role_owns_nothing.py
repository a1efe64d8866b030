"""Two roles from the start: the owner migrates and verifies; the portal runs as a member of `portal_runtime`.

`portal_runtime` may read and write ordinary tables and may call the ledger's functions. It owns nothing, may not
TRUNCATE, and writes no entry, posting, hold, balance or audit event itself (see the law migrations).
"""

from django.db import migrations

FORWARD = """
DO $$ BEGIN
  IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = 'portal_runtime') THEN
    CREATE ROLE portal_runtime NOLOGIN;
  END IF;
END $$;
GRANT USAGE ON SCHEMA public TO portal_runtime;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO portal_runtime;
GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO portal_runtime;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO portal_runtime;
ALTER DEFAULT PRIVILEGES IN SCHEMA public GRANT USAGE ON SEQUENCES TO portal_runtime;
"""


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_the_books")]

    operations = [migrations.RunSQL(FORWARD, migrations.RunSQL.noop)]
