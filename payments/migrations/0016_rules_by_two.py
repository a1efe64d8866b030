"""Laws of what staff rule: a limit and a signing rule keep their owner and their day, none of them nor a scheme is ever
deleted; and the fiscal report of a day is made after its close and stays as it was made."""

from django.db import migrations, models

RULES = """
CREATE FUNCTION limits_keep_their_owner_and_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.scope, OLD.company_id, OLD.user_id, OLD.account_id, OLD.currency, OLD.valid_from)
     IS DISTINCT FROM (NEW.scope, NEW.company_id, NEW.user_id, NEW.account_id, NEW.currency, NEW.valid_from) THEN
    PERFORM refuse('limits_keep_their_owner_and_day', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER limits_keep_their_owner_and_day BEFORE UPDATE ON payments_paymentlimit
  FOR EACH ROW EXECUTE FUNCTION limits_keep_their_owner_and_day();
CREATE FUNCTION signing_rules_keep_their_company_and_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.company_id, OLD.valid_from) IS DISTINCT FROM (NEW.company_id, NEW.valid_from) THEN
    PERFORM refuse('signing_rules_keep_their_company_and_day', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER signing_rules_keep_their_company_and_day BEFORE UPDATE ON payments_approvalrule
  FOR EACH ROW EXECUTE FUNCTION signing_rules_keep_their_company_and_day();
CREATE TRIGGER limits_are_never_deleted BEFORE DELETE ON payments_paymentlimit
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('limits_are_never_deleted');
CREATE TRIGGER signing_rules_are_never_deleted BEFORE DELETE ON payments_approvalrule
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('signing_rules_are_never_deleted');
CREATE TRIGGER schemes_are_never_deleted BEFORE DELETE ON payments_budgetscheme
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('schemes_are_never_deleted');
REVOKE DELETE ON payments_paymentlimit, payments_approvalrule, payments_budgetscheme FROM portal_runtime;
"""

REPORTS = """
CREATE FUNCTION fiscal_report_is_of_a_closed_day() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_bankday WHERE day = NEW.day AND status = 'closed') THEN
    PERFORM refuse('fiscal_report_is_of_a_closed_day', NEW.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fiscal_report_is_of_a_closed_day BEFORE INSERT ON payments_fiscalreport
  FOR EACH ROW EXECUTE FUNCTION fiscal_report_is_of_a_closed_day();
CREATE FUNCTION fiscal_reports_stay_as_made() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF (OLD.day, OLD.name, OLD.count, OLD.digest, OLD.content, OLD.made_at)
     IS DISTINCT FROM (NEW.day, NEW.name, NEW.count, NEW.digest, NEW.content, NEW.made_at) THEN
    PERFORM refuse('fiscal_reports_stay_as_made', OLD.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER fiscal_reports_stay_as_made BEFORE UPDATE ON payments_fiscalreport
  FOR EACH ROW EXECUTE FUNCTION fiscal_reports_stay_as_made();
CREATE TRIGGER fiscal_reports_are_never_deleted BEFORE DELETE ON payments_fiscalreport
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('fiscal_reports_are_never_deleted');
REVOKE DELETE ON payments_fiscalreport FROM portal_runtime;
"""

BACK = """
DROP TRIGGER fiscal_reports_are_never_deleted ON payments_fiscalreport;
DROP TRIGGER fiscal_reports_stay_as_made ON payments_fiscalreport;
DROP TRIGGER fiscal_report_is_of_a_closed_day ON payments_fiscalreport;
DROP TRIGGER schemes_are_never_deleted ON payments_budgetscheme;
DROP TRIGGER signing_rules_are_never_deleted ON payments_approvalrule;
DROP TRIGGER limits_are_never_deleted ON payments_paymentlimit;
DROP TRIGGER signing_rules_keep_their_company_and_day ON payments_approvalrule;
DROP TRIGGER limits_keep_their_owner_and_day ON payments_paymentlimit;
DROP FUNCTION fiscal_reports_stay_as_made, fiscal_report_is_of_a_closed_day, limits_keep_their_owner_and_day,
  signing_rules_keep_their_company_and_day;
"""


class Migration(migrations.Migration):
    dependencies = [("payments", "0015_standing_orders_obey")]

    operations = [
        migrations.AlterModelOptions(
            name="approvalrule",
            options={
                "permissions": [("set_signers", "Can set how many sign, and approve a colleague's lower number")],
                "verbose_name": "rregull nënshkrimi",
                "verbose_name_plural": "rregulla nënshkrimi",
            },
        ),
        migrations.AlterModelOptions(
            name="budgetscheme",
            options={
                "ordering": ["group", "name"],
                "permissions": [("keep_schemes", "Can keep budget schemes, and approve a colleague's change")],
                "verbose_name": "skemë buxhetore",
                "verbose_name_plural": "skema buxhetore",
            },
        ),
        migrations.AlterModelOptions(
            name="cutoff",
            options={
                "permissions": [("keep_rules", "Can ask for cut-offs and tariffs to come, and approve a colleague's")],
                "verbose_name": "afat i ditës",
                "verbose_name_plural": "afate të ditës",
            },
        ),
        migrations.AlterModelOptions(
            name="paymentlimit",
            options={
                "permissions": [
                    ("set_limit", "Can set a limit of a company, and approve a colleague's higher one"),
                    ("set_bank_limit", "Can set a limit of the bank, and approve a colleague's higher one"),
                ],
                "verbose_name": "kufi pagese",
                "verbose_name_plural": "kufij pagese",
            },
        ),
        migrations.CreateModel(
            name="FiscalReport",
            fields=[
                ("day", models.DateField(primary_key=True, serialize=False, verbose_name="dita")),
                ("name", models.CharField(max_length=40, unique=True, verbose_name="skedari")),
                ("count", models.PositiveIntegerField(verbose_name="rreshta")),
                ("digest", models.CharField(max_length=64, verbose_name="SHA-256")),
                ("content", models.BinaryField()),
                ("made_at", models.DateTimeField(verbose_name="u bë më")),
                ("written_at", models.DateTimeField(null=True, verbose_name="në dosje më")),
            ],
            options={
                "verbose_name": "raport fiskal",
                "verbose_name_plural": "raporte fiskale",
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("digest__regex", "^[0-9a-f]{64}$")),
                        name="a_fiscal_report_knows_its_digest",
                    )
                ],
            },
        ),
        migrations.RunSQL([RULES, REPORTS], BACK),
    ]
