"""Laws of payees: a book that forgets nothing and counts a changed IBAN anew, warnings that their preparer answered for
before the order went on, answers about names that stay, and templates of the company's own accounts."""

from django.db import migrations

BOOK = """
CREATE FUNCTION beneficiary_remembers() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.company_id, OLD.created_by_id, OLD.created_at) IS DISTINCT FROM (NEW.company_id, NEW.created_by_id, NEW.created_at)
  THEN
    PERFORM refuse('beneficiary_stays_with_its_company', OLD.id::text);
  END IF;
  IF OLD.removed_at IS NOT NULL THEN
    PERFORM refuse('removed_beneficiary_stays_removed', OLD.id::text);
  END IF;
  IF OLD.iban IS DISTINCT FROM NEW.iban THEN
    IF NEW.iban_since <= OLD.iban_since OR NEW.previous_iban IS DISTINCT FROM OLD.iban THEN
      PERFORM refuse('changed_iban_is_counted_anew', OLD.id::text);
    END IF;
  ELSIF (OLD.iban_since, OLD.previous_iban) IS DISTINCT FROM (NEW.iban_since, NEW.previous_iban) THEN
    PERFORM refuse('changed_iban_is_counted_anew', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER beneficiary_remembers BEFORE UPDATE ON payments_beneficiary
  FOR EACH ROW EXECUTE FUNCTION beneficiary_remembers();
CREATE FUNCTION beneficiary_begins_with_its_iban() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.iban_since <> NEW.created_at OR NEW.previous_iban <> '' OR NEW.removed_at IS NOT NULL THEN
    PERFORM refuse('beneficiary_begins_with_its_iban', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER beneficiary_begins_with_its_iban BEFORE INSERT ON payments_beneficiary
  FOR EACH ROW EXECUTE FUNCTION beneficiary_begins_with_its_iban();
CREATE TRIGGER beneficiaries_are_never_deleted BEFORE DELETE ON payments_beneficiary
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('beneficiaries_are_never_deleted');
"""

ANSWERS = """
CREATE TRIGGER name_checks_are_append_only BEFORE UPDATE OR DELETE ON payments_namecheck
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('name_checks_are_append_only');

CREATE FUNCTION warning_is_answered_by_its_preparer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM payments_paymentorder
                  WHERE id = NEW.order_id AND status = 'draft' AND version = NEW.version
                    AND prepared_by_id = NEW.acknowledged_by_id) THEN
    PERFORM refuse('warning_is_answered_by_its_preparer', NEW.order_id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER warning_is_answered_by_its_preparer BEFORE INSERT ON payments_orderwarning
  FOR EACH ROW EXECUTE FUNCTION warning_is_answered_by_its_preparer();
CREATE TRIGGER warnings_are_append_only BEFORE UPDATE OR DELETE ON payments_orderwarning
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('warnings_are_append_only');
"""

TEMPLATES = """
CREATE FUNCTION template_debits_its_companys_account() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_bankaccount
                  WHERE id = NEW.debit_account_id AND company_id = NEW.company_id) THEN
    PERFORM refuse('template_debits_its_companys_account', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER template_debits_its_companys_account BEFORE INSERT OR UPDATE ON payments_paymenttemplate
  FOR EACH ROW EXECUTE FUNCTION template_debits_its_companys_account();
CREATE TRIGGER templates_are_never_deleted BEFORE DELETE ON payments_paymenttemplate
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('templates_are_never_deleted');
"""

GRANTS = """
REVOKE DELETE ON payments_beneficiary, payments_paymenttemplate FROM portal_runtime;
REVOKE UPDATE, DELETE ON payments_namecheck, payments_orderwarning FROM portal_runtime;
"""

BACK = """
DROP TRIGGER templates_are_never_deleted ON payments_paymenttemplate;
DROP TRIGGER template_debits_its_companys_account ON payments_paymenttemplate;
DROP TRIGGER warnings_are_append_only ON payments_orderwarning;
DROP TRIGGER warning_is_answered_by_its_preparer ON payments_orderwarning;
DROP TRIGGER name_checks_are_append_only ON payments_namecheck;
DROP TRIGGER beneficiaries_are_never_deleted ON payments_beneficiary;
DROP TRIGGER beneficiary_begins_with_its_iban ON payments_beneficiary;
DROP TRIGGER beneficiary_remembers ON payments_beneficiary;
DROP FUNCTION template_debits_its_companys_account, warning_is_answered_by_its_preparer,
  beneficiary_begins_with_its_iban, beneficiary_remembers;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0012_payees")]

    operations = [migrations.RunSQL([BOOK, ANSWERS, TEMPLATES, GRANTS], BACK)]
