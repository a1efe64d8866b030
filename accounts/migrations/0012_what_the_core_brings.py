"""What the core system brings, and the laws of the reconciliation list.

Law: what came is kept as it came; what is matched or settled stays so. The runtime role adds rows and moves the few
columns that move; it deletes none.
"""

import django.db.models.deletion
from django.db import migrations, models

LAWS = """
CREATE FUNCTION what_the_core_brought_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM refuse('what_the_core_brought_is_kept');
  RETURN NULL;
END $$;
CREATE TRIGGER core_files_are_kept BEFORE DELETE ON accounts_corefile
  FOR EACH ROW EXECUTE FUNCTION what_the_core_brought_is_kept();
CREATE TRIGGER refused_records_are_kept BEFORE DELETE ON accounts_refusedrecord
  FOR EACH ROW EXECUTE FUNCTION what_the_core_brought_is_kept();
CREATE TRIGGER reconciliation_items_are_kept BEFORE DELETE ON accounts_reconciliationitem
  FOR EACH ROW EXECUTE FUNCTION what_the_core_brought_is_kept();

CREATE FUNCTION an_item_is_reconciled_for_good() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF OLD.status = 'matched' OR OLD.settled_at IS NOT NULL
     OR (OLD.file_id, OLD.line, OLD.account_id, OLD.reference, OLD.end_to_end_id, OLD.amount_minor, OLD.value_on,
         OLD.is_reversal, OLD.brought_at)
        IS DISTINCT FROM
        (NEW.file_id, NEW.line, NEW.account_id, NEW.reference, NEW.end_to_end_id, NEW.amount_minor, NEW.value_on,
         NEW.is_reversal, NEW.brought_at) THEN
    PERFORM refuse('an_item_is_reconciled_for_good', OLD.id::text);
  END IF;
  RETURN NEW;
END $$;
CREATE TRIGGER an_item_is_reconciled_for_good BEFORE UPDATE ON accounts_reconciliationitem
  FOR EACH ROW EXECUTE FUNCTION an_item_is_reconciled_for_good();

REVOKE UPDATE, DELETE ON accounts_corefile, accounts_refusedrecord, accounts_reconciliationitem FROM portal_runtime;
GRANT UPDATE (finished_at, counts) ON accounts_corefile TO portal_runtime;
GRANT UPDATE (mended_at) ON accounts_refusedrecord TO portal_runtime;
GRANT UPDATE (status, why, posting_id, part, settled_at, settled_by, note)
  ON accounts_reconciliationitem TO portal_runtime;
"""

BACK = """
DROP TRIGGER an_item_is_reconciled_for_good ON accounts_reconciliationitem;
DROP TRIGGER reconciliation_items_are_kept ON accounts_reconciliationitem;
DROP TRIGGER refused_records_are_kept ON accounts_refusedrecord;
DROP TRIGGER core_files_are_kept ON accounts_corefile;
DROP FUNCTION an_item_is_reconciled_for_good, what_the_core_brought_is_kept;
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0011_the_low_limit_has_its_start"),
    ]

    operations = [
        migrations.CreateModel(
            name="CoreFile",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("digest", models.CharField(max_length=64, unique=True, verbose_name="gjurma digjitale (SHA-256)")),
                ("name", models.CharField(max_length=120, verbose_name="skedari")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("companies", "Kompani"),
                            ("people", "Persona"),
                            ("agreements", "Marrëveshje"),
                            ("mandates", "Mandate"),
                            ("accounts", "Llogari"),
                            ("cards", "Karta"),
                            ("camt.053", "Pasqyrë (camt.053)"),
                            ("camt.054", "Njoftim (camt.054)"),
                        ],
                        max_length=12,
                        verbose_name="lloji",
                    ),
                ),
                ("started_at", models.DateTimeField(verbose_name="filloi")),
                ("finished_at", models.DateTimeField(null=True, verbose_name="mbaroi")),
                ("counts", models.JSONField(default=dict, verbose_name="sa veprime")),
            ],
            options={
                "verbose_name": "skedar i sistemit qendror",
                "verbose_name_plural": "skedarë të sistemit qendror",
            },
        ),
        migrations.CreateModel(
            name="ReconciliationItem",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveBigIntegerField(verbose_name="rreshti")),
                ("reference", models.CharField(max_length=35, verbose_name="referenca e sistemit qendror")),
                ("end_to_end_id", models.CharField(blank=True, max_length=35, verbose_name="referenca e pagesës")),
                ("amount_minor", models.BigIntegerField(verbose_name="shuma")),
                ("value_on", models.DateField(verbose_name="data e valutës")),
                ("is_reversal", models.BooleanField(default=False, verbose_name="kthim")),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("matched", "Përputhet"),
                            ("contradicting", "Nuk pajtohet"),
                            ("unmatched", "E panjohur"),
                        ],
                        max_length=14,
                        verbose_name="gjendja",
                    ),
                ),
                (
                    "why",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("amount", "Shuma është tjetër"),
                            ("account", "Llogaria është tjetër"),
                            ("direction", "Drejtimi është i kundërt"),
                            ("ticked_already", "Ishte përputhur me një veprim tjetër"),
                            ("reference_taken", "Referenca është marrë me shumë tjetër"),
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
                (
                    "part",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("principal", "Shuma"),
                            ("fee", "Komisioni"),
                            ("total", "Shuma me komisionin"),
                            ("reversal", "Kthimi"),
                        ],
                        max_length=10,
                        verbose_name="pjesa",
                    ),
                ),
                ("brought_at", models.DateTimeField(verbose_name="erdhi më")),
                ("settled_at", models.DateTimeField(null=True, verbose_name="u zgjidh më")),
                ("settled_by", models.CharField(blank=True, max_length=80, verbose_name="e zgjidhi")),
                ("note", models.CharField(blank=True, max_length=200, verbose_name="shënimi")),
                (
                    "account",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.bankaccount",
                        verbose_name="llogaria",
                    ),
                ),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="items",
                        to="accounts.corefile",
                        verbose_name="skedari",
                    ),
                ),
                (
                    "posting",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="accounts.posting",
                        verbose_name="regjistrimi",
                    ),
                ),
            ],
            options={
                "verbose_name": "veprim për t’u rakorduar",
                "verbose_name_plural": "veprime për t’u rakorduar",
                "indexes": [
                    models.Index(
                        condition=models.Q(
                            ("settled_at__isnull", True), ("status__in", ["contradicting", "unmatched"])
                        ),
                        fields=["brought_at"],
                        name="items_waiting_for_staff",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("account", "reference", "end_to_end_id", "part"),
                        name="an_entry_of_the_core_is_reconciled_once",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("status", "matched")),
                        fields=("posting", "account", "part"),
                        name="a_part_of_a_posting_is_ticked_off_once",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(
                                ("posting__isnull", False),
                                ("status", "matched"),
                                ("why", ""),
                                models.Q(("part", ""), _negated=True),
                            ),
                            models.Q(
                                ("part", ""),
                                ("status__in", ["contradicting", "unmatched"]),
                                models.Q(("why", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_matches_names_its_posting_and_nothing_else_is_ticked",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("note", ""), ("settled_at__isnull", True), ("settled_by", "")),
                            models.Q(
                                ("settled_at__isnull", False),
                                ("status__in", ["contradicting", "unmatched"]),
                                models.Q(("settled_by", ""), _negated=True),
                                models.Q(("note", ""), _negated=True),
                            ),
                            _connector="OR",
                        ),
                        name="what_is_settled_has_its_note",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="RefusedRecord",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("line", models.PositiveBigIntegerField(verbose_name="rreshti")),
                ("field", models.CharField(max_length=60, verbose_name="fusha")),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("missing", "Mungon."),
                            ("columns", "Rreshti nuk ka aq fusha sa titulli."),
                            ("unreadable", "Nuk lexohet: jo UTF-8, thonjëza pa mbyllje ose shenja të palejuara."),
                            ("too_long", "Është më e gjatë se sa mbahet."),
                            ("format", "Nuk ka formën e kërkuar."),
                            ("schema", "Nuk i përgjigjet skemës ISO 20022."),
                            ("card_number", "Është numër i plotë karte. Në skedar vijnë vetëm shifrat e fundit."),
                            ("nipt", "Nuk është NIPT kompanie."),
                            ("iban", "IBAN nuk del i saktë nga shifrat e kontrollit."),
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
                            ("reference_taken", "Kjo referencë është marrë tashmë me shumë tjetër."),
                            ("law", "Librat nuk e pranojnë."),
                        ],
                        max_length=20,
                        verbose_name="arsyeja",
                    ),
                ),
                ("refused_at", models.DateTimeField(verbose_name="koha")),
                ("mended_at", models.DateTimeField(null=True, verbose_name="u mor më")),
                (
                    "file",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="refused",
                        to="accounts.corefile",
                        verbose_name="skedari",
                    ),
                ),
            ],
            options={
                "verbose_name": "rekord i papranuar",
                "verbose_name_plural": "rekorde të papranuara",
                "constraints": [
                    models.UniqueConstraint(
                        fields=("file", "line", "field", "reason"), name="a_record_is_refused_once_a_reason"
                    )
                ],
            },
        ),
        migrations.RunSQL(LAWS, BACK),
    ]
