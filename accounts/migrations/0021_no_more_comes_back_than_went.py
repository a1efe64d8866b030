"""What is given back of a posting never exceeds it, whoever gives it back: the clearing, the core, or staff.

Each of the three names the posting that it takes back (`gives_back`). The law looks at those postings alone, and at no
other: it is a constraint trigger with a condition, which is queued for none of them. It is deferred, for a posting comes
before its entries; the ledger's functions ask it as soon as the entries stand, under the locks of their accounts. Two
who give back at once share an account of the first posting, so that the second sees what the first did.

No foreign key: it would be asked at every posting, nearly all of which give back nothing. The law asks instead.
"""

from importlib import import_module

import django.db.models.deletion
from django.db import migrations, models

# What was given back before this law: mirrors, returns of the clearing, and what the core took back in part.
REMEMBER = """
ALTER TABLE accounts_posting DISABLE TRIGGER postings_are_append_only;
UPDATE accounts_posting SET gives_back_id = reverses_id WHERE reverses_id IS NOT NULL;
UPDATE accounts_posting p SET gives_back_id = first.id FROM accounts_posting first
 WHERE p.kind = 'return' AND p.key LIKE 'payments.return:%'
   AND first.key = 'payments.order:' || substr(p.key, length('payments.return:') + 1);
UPDATE accounts_posting p SET gives_back_id = item.posting_id
  FROM accounts_reconciliationitem item JOIN accounts_bankaccount a ON a.id = item.account_id
 WHERE item.part = 'reversal' AND p.key = 'core:' || a.iban || ':' || item.reference AND p.gives_back_id IS NULL;
ALTER TABLE accounts_posting ENABLE TRIGGER postings_are_append_only;
"""

LAW = """
CREATE FUNCTION no_more_comes_back_than_went() RETURNS trigger LANGUAGE plpgsql AS $$
-- On each account of the first posting, amount and fee apart: what came back lies between nothing and what went. Other
-- accounts of ours (the core's, the clearing's) may stand against it.
DECLARE
  v_account bigint;
BEGIN
  IF NOT EXISTS (SELECT 1 FROM accounts_posting WHERE id = NEW.gives_back_id AND id <> NEW.id) THEN
    PERFORM refuse('what_is_given_back_was_booked', NEW.gives_back_id::text);
  END IF;
  SELECT back.account_id INTO v_account
    FROM (SELECT e.account_id, e.part, sum_minor(e.amount_minor) AS amount
            FROM accounts_posting p JOIN accounts_entry e ON e.posting_id = p.id
           WHERE p.gives_back_id = NEW.gives_back_id
             AND e.account_id IN (SELECT account_id FROM accounts_entry WHERE posting_id = NEW.gives_back_id)
           GROUP BY e.account_id, e.part) AS back
    LEFT JOIN (SELECT account_id, part, sum_minor(amount_minor) AS amount
                 FROM accounts_entry WHERE posting_id = NEW.gives_back_id
                GROUP BY account_id, part) AS went USING (account_id, part)
   WHERE back.amount NOT BETWEEN least(0, -coalesce(went.amount, 0)) AND greatest(0, -coalesce(went.amount, 0))
   LIMIT 1;
  IF FOUND THEN
    PERFORM refuse('no_more_comes_back_than_went', v_account::text);
  END IF;
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER no_more_comes_back_than_went AFTER INSERT ON accounts_posting
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW WHEN (NEW.gives_back_id IS NOT NULL)
  EXECUTE FUNCTION no_more_comes_back_than_went();
"""
LAW_BACK = """
DROP TRIGGER no_more_comes_back_than_went ON accounts_posting;
DROP FUNCTION no_more_comes_back_than_went;
"""

ASKED = """
    SET CONSTRAINTS no_more_comes_back_than_went IMMEDIATE;
    SET CONSTRAINTS no_more_comes_back_than_went DEFERRED;
"""
_one = import_module("accounts.migrations.0017_the_door_has_fewer_steps")
_many = import_module("accounts.migrations.0018_many_postings_at_once")


def _changed(body: str, *changes: tuple[str, str]) -> str:
    """The function of an earlier migration with some of its words changed, each of which stands in it once."""
    for old, new in changes:
        assert body.count(old) == 1, old
        body = body.replace(old, new)
    return body


POST = _changed(
    _one.POST,
    ("p_parts text[], p_hold uuid\n)", "p_parts text[], p_hold uuid,\n  p_gives_back bigint DEFAULT NULL\n)"),
    ("source, reverses_id\n", "source, reverses_id, gives_back_id\n"),
    ("p_source, p_reverses\n", "p_source, p_reverses,\n    coalesce(p_gives_back, p_reverses)\n"),
    (
        "AS leg(account, amount, part);\n",
        f"AS leg(account, amount, part);\n  IF v_posting.gives_back_id IS NOT NULL THEN{ASKED}  END IF;\n",
    ),
)
POST_MANY = "DROP FUNCTION ledger_post_many;" + _changed(
    _many.POST_MANY,
    ("p_amounts bigint[], p_parts text[]\n)", "p_amounts bigint[], p_parts text[],\n  p_gives_backs bigint[] DEFAULT NULL\n)"),
    ("remittance_information, end_to_end_id, source\n      )", "remittance_information, end_to_end_id, source, gives_back_id\n      )"),
    ("debtor_iban, creditor_name, creditor_iban, remittance, end_to_end, source\n", "debtor_iban, creditor_name, creditor_iban, remittance, end_to_end, source, p_gives_backs[place]\n"),
    (
        "PERFORM set_config('ledger.batch', 'off', true);\n",
        f"PERFORM set_config('ledger.batch', 'off', true);\n  IF p_gives_backs IS NOT NULL THEN{ASKED}  END IF;\n",
    ),
)  # fmt: skip
GRANTS = """
REVOKE ALL ON FUNCTION ledger_post, ledger_post_many FROM PUBLIC;
GRANT EXECUTE ON FUNCTION ledger_post, ledger_post_many TO portal_runtime;
"""
BACK = [_one.POST, "DROP FUNCTION ledger_post_many;", _many.POST_MANY, GRANTS]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0020_papers")]

    operations = [
        migrations.AddField(
            model_name="posting",
            name="gives_back",
            field=models.ForeignKey(
                blank=True,
                db_constraint=False,
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="given_back_by",
                to="accounts.posting",
            ),
        ),
        migrations.AddIndex(
            model_name="posting",
            index=models.Index(
                condition=models.Q(("gives_back__isnull", False)),
                fields=["gives_back"],
                name="posting_by_what_it_gives_back",
            ),
        ),
        migrations.RunSQL(REMEMBER, migrations.RunSQL.noop),
        migrations.RunSQL(LAW, LAW_BACK),
        migrations.RunSQL([POST, POST_MANY, GRANTS], BACK),
    ]
