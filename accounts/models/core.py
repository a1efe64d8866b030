"""What the bank's core system brought: its files, what of them could not be taken, and what has to be reconciled."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.bank_accounts import BankAccount
from accounts.models.ledger import Posting


class CoreFile(models.Model):
    """One file of the feed, known by the SHA-256 of its bytes: under any name it is the same file.

    `counts` holds how many of its records came to which end, by name, of the last whole run; `finished_at` is empty
    while no run has reached the end of the file. `made_at` is when the core made it, where the file says so.
    """

    class Kind(models.TextChoices):
        COMPANIES = "companies", _("Kompani")
        PEOPLE = "people", _("Persona")
        AGREEMENTS = "agreements", _("Marrëveshje")
        MANDATES = "mandates", _("Mandate")
        ACCOUNTS = "accounts", _("Llogari")
        CARDS = "cards", _("Karta")
        STATEMENT = "camt.053", _("Pasqyrë (camt.053)")
        NOTIFICATION = "camt.054", _("Njoftim (camt.054)")

    digest = models.CharField(_("gjurma digjitale (SHA-256)"), max_length=64, unique=True)
    name = models.CharField(_("skedari"), max_length=120)
    kind = models.CharField(_("lloji"), max_length=12, choices=Kind)
    made_at = models.DateTimeField(_("u bë më"), null=True)
    started_at = models.DateTimeField(_("filloi"))
    finished_at = models.DateTimeField(_("mbaroi"), null=True)
    counts = models.JSONField(_("rekorde"), default=dict)

    class Meta:
        verbose_name = _("skedar i sistemit qendror")
        verbose_name_plural = _("skedarë të sistemit qendror")

    def __str__(self) -> str:
        return self.name


class Reason(models.TextChoices):
    """Why a record was not taken. No sentence repeats what stood in the file."""

    MISSING = "missing", _("Mungon.")
    COLUMNS = "columns", _("Rreshti nuk ka aq fusha sa titulli.")
    UNREADABLE = "unreadable", _("Nuk lexohet: jo UTF-8, thonjëza pa mbyllje ose shenja të palejuara.")
    TOO_LONG = "too_long", _("Është më e gjatë se sa mbahet.")
    FORMAT = "format", _("Nuk ka formën e kërkuar.")
    SCHEMA = "schema", _("Nuk i përgjigjet skemës ISO 20022.")
    CARD_NUMBER = "card_number", _("Është numër i plotë karte. Në skedar vijnë vetëm shifrat e fundit.")
    NIPT = "nipt", _("Nuk është NIPT kompanie.")
    IBAN = "iban", _("Shifrat e kontrollit të IBAN-it nuk përputhen. Kontrollojeni IBAN-in.")
    PHONE = "phone", _("Nuk është numër celulari.")
    UNKNOWN_COMPANY = "unknown_company", _("Kjo kompani nuk është në libra.")
    UNKNOWN_PERSON = "unknown_person", _("Ky person nuk është në libra.")
    UNKNOWN_ACCOUNT = "unknown_account", _("Kjo llogari nuk është në libra.")
    CURRENCY = "currency", _("Monedha nuk është ajo e llogarisë, ose banka nuk e mban.")
    NEVER_CHANGES = "never_changes", _("Nuk ndryshon pas hapjes.")
    CLOSED = "closed", _("Llogaria është e mbyllur.")
    FROZEN = "frozen", _("Llogaria është e ngrirë dhe nuk debitohet.")
    NOT_EMPTY = "not_empty", _("Llogaria ka ende gjendje ose shuma të rezervuara, prandaj nuk mbyllet.")
    AMOUNT = "amount", _("Shuma është zero, shumë e madhe ose me më shumë se dy shifra pas presjes.")
    REFERENCE_TAKEN = "reference_taken", _("Kjo referencë është marrë tashmë me një shumë tjetër.")
    ENDED = "ended", _("Mandati ka përfunduar. E rihapin vetëm dy persona në degë.")
    STALE = "stale", _("Skedari është më i vjetër se një tjetër i këtij lloji që është marrë.")
    LAW = "law", _("Librat nuk e pranojnë.")


class RefusedRecord(models.Model):
    """One record that could not be taken: where it stands in its file, which field, and why; never what it said.

    `mended_at` is when a later run of the same file took the record.
    """

    file = models.ForeignKey(CoreFile, on_delete=models.PROTECT, related_name="refused", verbose_name=_("skedari"))
    line = models.PositiveBigIntegerField(_("rreshti"))
    field = models.CharField(_("fusha"), max_length=60)
    reason = models.CharField(_("arsyeja"), max_length=20, choices=Reason)
    refused_at = models.DateTimeField(_("koha"))
    mended_at = models.DateTimeField(_("u mor më"), null=True)

    class Meta:
        verbose_name = _("rekord i papranuar")
        verbose_name_plural = _("rekorde të papranuara")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_record_is_refused_once_a_reason", fields=["file", "line", "field", "reason"]
            )
        ]

    def __str__(self) -> str:
        return f"{self.line} {self.field}"


class Part(models.TextChoices):
    """What of a posting an entry ticks off."""

    PRINCIPAL = "principal", _("Shuma")
    FEE = "fee", _("Komisioni")
    TOTAL = "total", _("Shuma me komisionin")
    REVERSAL = "reversal", _("Kthimi")


class Why(models.TextChoices):
    """Why an entry is ticked off against nothing."""

    AMOUNT = "amount", _("Shuma është tjetër")
    ACCOUNT = "account", _("Llogaria është tjetër")
    DIRECTION = "direction", _("Drejtimi është i kundërt")
    TICKED_ALREADY = "ticked_already", _("Ishte përputhur me një veprim tjetër")
    REFERENCE_TAKEN = "reference_taken", _("Referenca është marrë me një shumë tjetër")
    INSIDE = "inside", _("Kthen një transfertë që nuk doli nga banka")
    REVERSED_ALREADY = "reversed_already", _("Ishte kthyer tashmë")
    HAS_LEFT = "has_left", _("Kthen një pagesë që ka dalë për në klerim")
    MIXED = "mixed", _("Bashkon urdhra tanë me veprime të tjera")
    NO_SUCH_ORDER = "no_such_order", _("Asnjë urdhër i kryer nuk ka këtë referencë")
    NO_ORIGINAL = "no_original", _("Kthen një veprim që nuk njihet")


class ReconciliationItem(models.Model):
    """An entry of the core that names what started here, or takes back what is not known; it is not booked again.

    `matched` ticks off one part of a posting. `contradicting` and `unmatched` wait for staff, who settle them with a
    note; an entry that fits after all, because its posting came later, is matched by the clock (`late_postings`).
    `amount_minor` is signed, positive in favour of the account.
    """

    class Status(models.TextChoices):
        MATCHED = "matched", _("Përputhet")
        CONTRADICTING = "contradicting", _("Nuk përputhet")
        UNMATCHED = "unmatched", _("E panjohur")

    file = models.ForeignKey(CoreFile, on_delete=models.PROTECT, related_name="items", verbose_name=_("skedari"))
    line = models.PositiveBigIntegerField(_("rreshti"))
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+", verbose_name=_("llogaria"))
    reference = models.CharField(_("referenca e sistemit qendror"), max_length=35)
    end_to_end_id = models.CharField(_("referenca e pagesës"), max_length=35, blank=True)
    amount_minor = models.BigIntegerField(_("shuma"))
    value_on = models.DateField(_("data e valutës"))
    is_reversal = models.BooleanField(_("kthim"), default=False)
    status = models.CharField(_("gjendja"), max_length=14, choices=Status)
    why = models.CharField(_("pse"), max_length=20, choices=Why, blank=True)
    posting = models.ForeignKey(
        Posting, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("regjistrimi")
    )
    part = models.CharField(_("pjesa"), max_length=10, choices=Part, blank=True)
    brought_at = models.DateTimeField(_("erdhi më"))
    settled_at = models.DateTimeField(_("u zgjidh më"), null=True)
    settled_by = models.CharField(_("e zgjidhi"), max_length=80, blank=True)
    note = models.CharField(_("shënimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("veprim për t’u rakorduar")
        verbose_name_plural = _("veprime për t’u rakorduar")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_entry_of_the_core_is_reconciled_once", fields=["account", "reference", "end_to_end_id", "part"]
            ),
            models.UniqueConstraint(
                name="a_part_of_a_posting_is_ticked_off_once",
                fields=["posting", "account", "part"],
                condition=Q(status="matched"),
            ),
            models.CheckConstraint(
                name="what_matches_names_its_posting_and_nothing_else_is_ticked",
                condition=Q(status="matched", posting__isnull=False, why="") & ~Q(part="")
                | Q(status__in=["contradicting", "unmatched"], part="") & ~Q(why=""),
            ),
            models.CheckConstraint(
                name="what_is_settled_has_its_note",
                condition=Q(settled_at__isnull=True, settled_by="", note="")
                | Q(settled_at__isnull=False, status__in=["contradicting", "unmatched"])
                & ~Q(settled_by="")
                & ~Q(note=""),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="items_waiting_for_staff",
                fields=["brought_at"],
                condition=Q(status__in=["contradicting", "unmatched"], settled_at__isnull=True),
            )
        ]

    @property
    def is_waiting(self) -> bool:
        """Whether somebody of staff still has to look at it."""
        return self.status != self.Status.MATCHED and self.settled_at is None

    def __str__(self) -> str:
        return self.reference
