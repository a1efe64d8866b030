"""Law: what one of staff proposed another decides, once; nothing of it changes but that its personal values are masked.

Beside the constraints on the row: it begins pending, is never deleted, and the one update it ever sees is its decision,
which leaves no personal value as it was.
"""

import uuid

from django.db import migrations, models

FORWARD = """
CREATE FUNCTION proposal_begins_pending() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.status <> 'pending' THEN
    PERFORM refuse('proposal_begins_pending', NEW.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER proposal_begins_pending BEFORE INSERT ON accounts_proposal
  FOR EACH ROW EXECUTE FUNCTION proposal_begins_pending();

CREATE FUNCTION proposal_is_decided_once() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
  v_personal text[] := ARRAY(SELECT jsonb_array_elements_text(OLD.personal));
BEGIN
  IF OLD.status <> 'pending' OR NEW.status = 'pending' THEN
    PERFORM refuse('proposal_is_decided_once', OLD.id::text);
  END IF;
  IF (OLD.id, OLD.kind, OLD.subject, OLD.company, OLD.personal, OLD.reason, OLD.proposed_by, OLD.proposed_at,
      OLD."old" - v_personal, OLD."new" - v_personal)
     IS DISTINCT FROM
     (NEW.id, NEW.kind, NEW.subject, NEW.company, NEW.personal, NEW.reason, NEW.proposed_by, NEW.proposed_at,
      NEW."old" - v_personal, NEW."new" - v_personal) THEN
    PERFORM refuse('proposal_stays_as_proposed', OLD.id::text);
  END IF;
  IF EXISTS (
    SELECT FROM unnest(v_personal) AS personal(key)
    WHERE (OLD."new" ->> key <> '' AND OLD."new" ->> key = NEW."new" ->> key)
       OR (OLD."old" ->> key <> '' AND OLD."old" ->> key = NEW."old" ->> key)
  ) THEN
    PERFORM refuse('decided_proposal_shows_nothing_personal', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER proposal_is_decided_once BEFORE UPDATE ON accounts_proposal
  FOR EACH ROW EXECUTE FUNCTION proposal_is_decided_once();

CREATE TRIGGER proposals_are_never_deleted BEFORE DELETE ON accounts_proposal
  FOR EACH ROW EXECUTE FUNCTION books_are_append_only('proposals_are_never_deleted');
REVOKE DELETE ON accounts_proposal FROM portal_runtime;
"""
BACK = """
DROP TRIGGER proposals_are_never_deleted ON accounts_proposal;
DROP TRIGGER proposal_is_decided_once ON accounts_proposal;
DROP TRIGGER proposal_begins_pending ON accounts_proposal;
DROP FUNCTION proposal_is_decided_once, proposal_begins_pending;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0012_what_the_core_brings"),
    ]

    operations = [
        migrations.CreateModel(
            name="Proposal",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("kind", models.CharField(max_length=60, verbose_name="lloji")),
                ("subject", models.CharField(max_length=120, verbose_name="objekti")),
                ("company", models.CharField(blank=True, max_length=20, null=True, verbose_name="kompania")),
                ("old", models.JSONField(verbose_name="para")),
                ("new", models.JSONField(verbose_name="pas")),
                ("personal", models.JSONField(default=list, verbose_name="fusha personale")),
                ("reason", models.CharField(max_length=200, verbose_name="arsyeja")),
                ("proposed_by", models.CharField(max_length=80, verbose_name="propozoi")),
                ("proposed_at", models.DateTimeField(verbose_name="propozuar më")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Pret një koleg"),
                            ("applied", "U miratua"),
                            ("refused", "U refuzua"),
                            ("withdrawn", "U tërhoq"),
                            ("failed", "Nuk vlen më"),
                        ],
                        default="pending",
                        max_length=10,
                        verbose_name="gjendja",
                    ),
                ),
                ("decided_by", models.CharField(blank=True, max_length=80, verbose_name="e vendosi")),
                ("decided_at", models.DateTimeField(blank=True, null=True, verbose_name="vendosur më")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="shënimi")),
            ],
            options={
                "verbose_name": "propozim",
                "verbose_name_plural": "propozime",
                "permissions": [
                    ("reverse_posting", "Can ask for a reversal, and approve a colleague's"),
                    ("change_phone", "Can ask for a new phone of a customer, and approve a colleague's"),
                    ("issue_card", "Can enter a card, and approve a colleague's"),
                    ("activate_mandate", "Can enter activation documents, and approve a colleague's"),
                    ("widen_mandate", "Can grant, widen or end a mandate, and approve a colleague's"),
                    ("enrol_customer", "Can enrol companies and users, note agreements and open accounts"),
                ],
                "indexes": [models.Index(fields=["-proposed_at"], name="proposals_by_moment")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("decided_at__isnull", True), ("decided_by", ""), ("status", "pending")),
                            models.Q(
                                models.Q(("decided_by", ""), _negated=True),
                                ("decided_at__isnull", False),
                                ("status__in", ["applied", "refused", "withdrawn", "failed"]),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_is_pending_or_decided",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("status", "pending"),
                            models.Q(("decided_by", models.F("proposed_by")), ("status", "withdrawn")),
                            models.Q(
                                models.Q(("decided_by", models.F("proposed_by")), _negated=True),
                                ("status__in", ["applied", "refused", "failed"]),
                            ),
                            _connector="OR",
                        ),
                        name="proposal_decider_is_not_its_proposer",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "pending")),
                        fields=("kind", "subject"),
                        name="one_pending_proposal_per_kind_and_subject",
                    ),
                ],
            },
        ),
        migrations.RunSQL(FORWARD, BACK),
    ]
