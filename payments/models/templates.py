"""Payments that a company makes again and again."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Company, User
from payments.models.orders import OrderKind


class PaymentTemplate(models.Model):
    """What a form is filled with; it pays nothing by itself. Never deleted, only removed.

    The columns are those of an order; `amount_minor` is null where the amount is another each time.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_templates")
    name = models.CharField(_("emri"), max_length=60)
    kind = models.CharField(_("lloji"), max_length=12, choices=OrderKind)
    debit_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+")
    beneficiary_name = models.CharField(_("përfituesi"), max_length=70)
    beneficiary_iban = models.CharField(_("IBAN i përfituesit"), max_length=34)
    amount_minor = models.BigIntegerField(_("shuma"), null=True)
    description = models.CharField(_("përshkrimi"), max_length=140, blank=True)
    is_urgent = models.BooleanField(default=False)
    budget_scheme = models.CharField(max_length=20, blank=True)
    budget_fields = models.JSONField(default=dict, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("krijuar"))
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("hequr"), null=True)

    class Meta:
        verbose_name = _("model pagese")
        verbose_name_plural = _("modele pagese")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_template_per_name", fields=["company", "name"], condition=models.Q(removed_at=None)
            ),
            models.CheckConstraint(
                name="template_amount_is_positive",
                condition=models.Q(amount_minor=None) | models.Q(amount_minor__gt=0),
            ),
            models.CheckConstraint(
                name="removed_template_has_its_remover",
                condition=models.Q(removed_at=None, removed_by=None)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return self.name
