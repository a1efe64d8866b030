"""A table of the core may say when it was made; an active card is known once; days are closed in their order.

The laws of days: the portal brings no day before the first that the books know, and begins no close of a day before one
that is closing or closed, nor past one that is not closed yet. (What the door of the ledger needs it brings itself.)
"""

from django.db import migrations, models

# Of cards that were taken twice the older one stays.
ONCE = """
UPDATE accounts_card c SET status = 'ended'
 WHERE c.status = 'active' AND EXISTS (
   SELECT 1 FROM accounts_card older WHERE older.proof = c.proof AND older.status = 'active' AND older.id < c.id);
"""

DAYS = """
CREATE FUNCTION no_day_before_the_first() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.day < (SELECT min(day) FROM accounts_bankday) AND NOT pg_has_role(
    current_user, (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'MEMBER'
  ) THEN
    PERFORM refuse('no_day_before_the_first', NEW.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER no_day_before_the_first BEFORE INSERT ON accounts_bankday
  FOR EACH ROW EXECUTE FUNCTION no_day_before_the_first();

CREATE FUNCTION days_close_in_their_order() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT 1 FROM accounts_bankday WHERE day > NEW.day AND status <> 'open')
     OR EXISTS (SELECT 1 FROM accounts_bankday WHERE day < NEW.day AND status <> 'closed') THEN
    PERFORM refuse('days_close_in_their_order', NEW.day::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER days_close_in_their_order BEFORE UPDATE ON accounts_bankday
  FOR EACH ROW WHEN (OLD.status = 'open' AND NEW.status <> 'open') EXECUTE FUNCTION days_close_in_their_order();
"""
DAYS_BACK = """
DROP TRIGGER days_close_in_their_order ON accounts_bankday;
DROP TRIGGER no_day_before_the_first ON accounts_bankday;
DROP FUNCTION days_close_in_their_order, no_day_before_the_first;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0021_no_more_comes_back_than_went"),
    ]

    operations = [
        migrations.AddField(
            model_name="corefile",
            name="made_at",
            field=models.DateTimeField(null=True, verbose_name="u bë më"),
        ),
        migrations.AlterField(
            model_name="corefile",
            name="counts",
            field=models.JSONField(default=dict, verbose_name="rekorde"),
        ),
        migrations.AlterField(
            model_name="reconciliationitem",
            name="status",
            field=models.CharField(
                choices=[("matched", "Përputhet"), ("contradicting", "Nuk përputhet"), ("unmatched", "E panjohur")],
                max_length=14,
                verbose_name="gjendja",
            ),
        ),
        migrations.AlterField(
            model_name="reconciliationitem",
            name="why",
            field=models.CharField(
                blank=True,
                choices=[
                    ("amount", "Shuma është tjetër"),
                    ("account", "Llogaria është tjetër"),
                    ("direction", "Drejtimi është i kundërt"),
                    ("ticked_already", "Ishte përputhur me një veprim tjetër"),
                    ("reference_taken", "Referenca është marrë me një shumë tjetër"),
                    ("inside", "Kthen një transfertë që nuk doli nga banka"),
                    ("reversed_already", "Ishte kthyer tashmë"),
                    ("mixed", "Bashkon urdhra tanë me veprime të tjera"),
                    ("no_such_order", "Asnjë urdhër i kryer nuk ka këtë referencë"),
                    ("no_original", "Kthen një veprim që nuk njihet"),
                ],
                max_length=20,
                verbose_name="pse",
            ),
        ),
        migrations.AlterField(
            model_name="refusedrecord",
            name="reason",
            field=models.CharField(
                choices=[
                    ("missing", "Mungon."),
                    ("columns", "Rreshti nuk ka aq fusha sa titulli."),
                    ("unreadable", "Nuk lexohet: jo UTF-8, thonjëza pa mbyllje ose shenja të palejuara."),
                    ("too_long", "Është më e gjatë se sa mbahet."),
                    ("format", "Nuk ka formën e kërkuar."),
                    ("schema", "Nuk i përgjigjet skemës ISO 20022."),
                    ("card_number", "Është numër i plotë karte. Në skedar vijnë vetëm shifrat e fundit."),
                    ("nipt", "Nuk është NIPT kompanie."),
                    ("iban", "Shifrat e kontrollit të IBAN-it nuk përputhen. Kontrollojeni IBAN-in."),
                    ("phone", "Nuk është numër celulari."),
                    ("unknown_company", "Kjo kompani nuk është në libra."),
                    ("unknown_person", "Ky person nuk është në libra."),
                    ("unknown_account", "Kjo llogari nuk është në libra."),
                    ("currency", "Monedha nuk është ajo e llogarisë, ose banka nuk e mban."),
                    ("never_changes", "Nuk ndryshon pas hapjes."),
                    ("closed", "Llogaria është e mbyllur."),
                    ("frozen", "Llogaria është e ngrirë dhe nuk debitohet."),
                    ("not_empty", "Llogaria ka ende gjendje ose shuma të rezervuara, prandaj nuk mbyllet."),
                    ("amount", "Shuma është zero, shumë e madhe ose me më shumë se dy shifra pas presjes."),
                    ("reference_taken", "Kjo referencë është marrë tashmë me një shumë tjetër."),
                    ("ended", "Mandati ka përfunduar. E rihapin vetëm dy persona në degë."),
                    ("stale", "Skedari është më i vjetër se një tjetër i këtij lloji që është marrë."),
                    ("law", "Librat nuk e pranojnë."),
                ],
                max_length=20,
                verbose_name="arsyeja",
            ),
        ),
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="card",
            constraint=models.UniqueConstraint(
                condition=models.Q(("status", "active")), fields=("proof",), name="an_active_card_is_known_once"
            ),
        ),
        migrations.RunSQL(DAYS, DAYS_BACK),
    ]
