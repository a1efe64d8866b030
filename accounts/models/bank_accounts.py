"""Bank accounts: a customer's current account, or one of the house's own (clearing, fees, settlement)."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models.parties import Company


class BankAccount(models.Model):
    """One account in one currency; all `*_minor` are whole minor units of `currency`.

    `balance_minor`, `held_minor` and the `last_*` follow the entries and holds of the account (migration 0016): an
    UPDATE of theirs is refused, whoever sends it. available = balance + overdraft - held; no act of a customer takes
    it below zero, a fact of the bank's core may.
    """

    class Kind(models.TextChoices):
        CURRENT = "current", _("Llogari rrjedhëse")
        HOUSE = "house", _("Llogari e bankës")

    class Status(models.TextChoices):
        OPEN = "open", _("E hapur")
        FROZEN = "frozen", _("E ngrirë")
        CLOSED = "closed", _("E mbyllur")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    kind = models.CharField(_("lloji"), max_length=10, choices=Kind)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="bank_accounts")
    house_code = models.CharField(_("kodi i bankës"), max_length=40, null=True, blank=True, unique=True)
    iban = models.CharField("IBAN", max_length=34, null=True, blank=True, unique=True)
    name = models.CharField(_("emri"), max_length=80)
    currency = models.CharField(_("monedha"), max_length=3)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.OPEN)
    overdraft_minor = models.BigIntegerField(_("mbitërheqja e rënë dakord"), default=0)
    balance_minor = models.BigIntegerField(_("gjendja e regjistruar"), default=0, editable=False)
    held_minor = models.BigIntegerField(_("shuma e rezervuar"), default=0, editable=False)
    last_sequence = models.BigIntegerField(default=0, editable=False)
    last_booked_at = models.DateTimeField(null=True, editable=False)
    last_booked_on = models.DateField(null=True, editable=False)
    opened_on = models.DateField(_("hapur më"))

    class Meta:
        verbose_name = _("llogari")
        verbose_name_plural = _("llogari")
        constraints: ClassVar = [
            models.CheckConstraint(name="held_is_never_negative", condition=Q(held_minor__gte=0)),
            models.CheckConstraint(name="overdraft_is_never_negative", condition=Q(overdraft_minor__gte=0)),
        ]

    @property
    def available_minor(self) -> int:
        """What may be spent now: booked + agreed overdraft - holds."""
        return self.balance_minor + self.overdraft_minor - self.held_minor

    def __str__(self) -> str:
        return f"{self.iban or self.house_code} {self.currency}"
