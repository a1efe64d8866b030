"""Law: a block that a person placed is lifted once and never changed otherwise; cases and old passwords stay."""

from django.db import migrations

FORWARD = """
CREATE FUNCTION a_lifted_block_stays_lifted() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.lifted_at IS NOT NULL
     OR (OLD.id, OLD.user_id, OLD.kind, OLD.reference, OLD.reason, OLD.placed_by, OLD.placed_at)
        IS DISTINCT FROM (NEW.id, NEW.user_id, NEW.kind, NEW.reference, NEW.reason, NEW.placed_by, NEW.placed_at) THEN
    PERFORM refuse('a_lifted_block_stays_lifted', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER a_lifted_block_stays_lifted BEFORE UPDATE ON auth_flow_accessblock
  FOR EACH ROW EXECUTE FUNCTION a_lifted_block_stays_lifted();
REVOKE DELETE ON auth_flow_accessblock, auth_flow_securitycase FROM portal_runtime;
REVOKE UPDATE ON auth_flow_passwordrecord, auth_flow_smscallback FROM portal_runtime;
"""
BACK = """
GRANT DELETE ON auth_flow_accessblock, auth_flow_securitycase TO portal_runtime;
GRANT UPDATE ON auth_flow_passwordrecord, auth_flow_smscallback TO portal_runtime;
DROP TRIGGER a_lifted_block_stays_lifted ON auth_flow_accessblock;
DROP FUNCTION a_lifted_block_stays_lifted;
"""


class Migration(migrations.Migration):
    dependencies = [("auth_flow", "0004_browsers_blocks_and_cases")]

    operations = [migrations.RunSQL(FORWARD, BACK)]
