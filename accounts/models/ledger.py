"""What happened: postings and their entries, append-only, and the holds that come before some of them.

Written only by the ledger's functions in the database (migrations 0017, 0018 and 0021); `accounts.ledger` is their one
caller. An entry moves its account and a hold binds it by themselves (migration 0016).
"""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.bank_accounts import BankAccount


class Channel(models.TextChoices):
    """Where the customer or the bank started it (R50: "done online")."""

    ONLINE = "online", _("Online")
    BRANCH = "branch", _("Degë")
    CARD = "card", _("Kartë")
    INTERBANK = "interbank", _("Bankë tjetër")
    SYSTEM = "system", _("Sistemi")


class Kind(models.TextChoices):
    """What it was. `core` marks facts that the bank's core system booked."""

    DOMESTIC = "domestic", _("Transfertë brenda vendit")
    INTERNAL = "internal", _("Transfertë brenda bankës")
    OWN = "own", _("Mes llogarive tuaja")
    CORE = "core", _("Veprim i bankës")
    REVERSAL = "reversal", _("Kthim")
    RETURN = "return", _("Kthim i pagesës")
    INCOMING = "incoming", _("Pagesë hyrëse")
    BUDGET = "budget", _("Pagesë për buxhetin")


class Posting(models.Model):
    """One fact in the books: two or more entries that balance per currency.

    `key` is the business key: posting it a second time returns the first. `source` is text, e.g.
    `payments.order:<uuid>`, so that a room can find its own without a foreign key upwards. `gives_back` is the posting
    whose money comes home by this one, in part or whole; `reverses` the one that it mirrors whole.
    """

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    key = models.CharField(max_length=120)
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=12, choices=Channel)
    booked_at = models.DateTimeField()
    booked_on = models.DateField()
    value_on = models.DateField()
    debtor_name = models.CharField(max_length=140, blank=True)
    debtor_iban = models.CharField(max_length=34, blank=True)
    creditor_name = models.CharField(max_length=140, blank=True)
    creditor_iban = models.CharField(max_length=34, blank=True)
    remittance_information = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    source = models.CharField(max_length=120, blank=True)
    reverses = models.OneToOneField("self", on_delete=models.PROTECT, null=True, blank=True, related_name="reversed_by")
    gives_back = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="given_back_by",
        db_index=False,
        db_constraint=False,  # the law asks, of those few that name one: migration 0021
    )

    class Meta:
        verbose_name = _("regjistrim")
        verbose_name_plural = _("regjistrime")
        # Here and not on the fields, which would each bring a second index, for LIKE: a posting pays for every one.
        constraints: ClassVar = [
            models.UniqueConstraint(name="posting_key_names_one_posting", fields=["key"]),
            models.UniqueConstraint(
                name="posting_is_reversed_once", fields=["reverses"], condition=models.Q(reverses__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="posting_by_end_to_end_id", fields=["end_to_end_id"]),
            models.Index(
                name="posting_by_what_it_gives_back",
                fields=["gives_back"],
                condition=models.Q(gives_back__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Entry(models.Model):
    """One leg: `amount_minor` is signed, positive in favour of the account; `sequence` has no gaps per account."""

    class Part(models.TextChoices):
        PRINCIPAL = "principal", _("Shuma")
        FEE = "fee", _("Komisioni")

    posting = models.ForeignKey(Posting, on_delete=models.PROTECT, related_name="entries")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="entries", db_index=False)
    sequence = models.BigIntegerField()
    part = models.CharField(max_length=10, choices=Part, default=Part.PRINCIPAL)
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    balance_after_minor = models.BigIntegerField()
    booked_at = models.DateTimeField()
    booked_on = models.DateField()
    value_on = models.DateField()

    class Meta:
        verbose_name = _("veprim")
        verbose_name_plural = _("veprime")
        constraints: ClassVar = [
            models.UniqueConstraint(name="entry_sequence_is_unique_per_account", fields=["account", "sequence"]),
            models.CheckConstraint(name="entry_amount_is_never_zero", condition=~models.Q(amount_minor=0)),
        ]
        indexes: ClassVar = [models.Index(name="entry_by_account_and_day", fields=["account", "booked_on", "sequence"])]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.sequence}"


class Hold(models.Model):
    """Money set aside for something promised; captured, released or expired exactly once. Amounts are positive."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("E rezervuar")
        CAPTURED = "captured", _("E kryer")
        RELEASED = "released", _("E liruar")
        EXPIRED = "expired", _("E skaduar")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.CharField(max_length=120)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="holds")
    amount_minor = models.BigIntegerField()
    currency = models.CharField(max_length=3)
    status = models.CharField(max_length=10, choices=Status, default=Status.ACTIVE)
    kind = models.CharField(max_length=12, choices=Kind)
    channel = models.CharField(max_length=12, choices=Channel)
    placed_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)
    expected_on = models.DateField()
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, null=True, related_name="hold")
    creditor_name = models.CharField(max_length=140, blank=True)
    creditor_iban = models.CharField(max_length=34, blank=True)
    remittance_information = models.CharField(max_length=140, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    source = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name = _("rezervim")
        verbose_name_plural = _("rezervime")
        constraints: ClassVar = [
            models.UniqueConstraint(name="hold_key_names_one_hold", fields=["key"]),
            models.CheckConstraint(name="hold_amount_is_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="hold_ends_once_and_only_a_capture_has_a_posting",
                condition=models.Q(status="active", ended_at__isnull=True, posting__isnull=True)
                | models.Q(status="captured", ended_at__isnull=False, posting__isnull=False)
                | models.Q(status__in=["released", "expired"], ended_at__isnull=False, posting__isnull=True),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="active_holds_of_an_account", fields=["account"], condition=models.Q(status="active"))
        ]

    def __str__(self) -> str:
        return self.key
