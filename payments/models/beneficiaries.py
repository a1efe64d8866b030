"""Whom a company pays: its payee book, and what the bank was asked about names."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User
from payments.payee_names import Likeness


class Beneficiary(models.Model):
    """One payee in a company's book. Never deleted, only removed.

    `name_key` is the name as it is compared (`payee_names.key`). `iban_since` is the moment from which this IBAN is
    counted as known; changing it keeps the one before in `previous_iban`.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="beneficiaries")
    name = models.CharField(_("emri"), max_length=70)
    name_key = models.CharField(max_length=140)
    iban = models.CharField("IBAN", max_length=34)
    nickname = models.CharField(_("emri i shkurtër"), max_length=40, blank=True)
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("krijuar"))
    iban_since = models.DateTimeField()
    previous_iban = models.CharField(max_length=34, blank=True)
    removed_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    removed_at = models.DateTimeField(_("hequr"), null=True)

    class Meta:
        verbose_name = _("përfitues")
        verbose_name_plural = _("përfitues")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_beneficiary_per_iban", fields=["company", "iban"], condition=models.Q(removed_at=None)
            ),
            models.CheckConstraint(
                name="beneficiary_has_a_compact_iban",
                condition=models.Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"),
            ),
            models.CheckConstraint(
                name="removed_beneficiary_has_its_remover",
                condition=models.Q(removed_at=None, removed_by=None)
                | models.Q(removed_at__isnull=False, removed_by__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="beneficiaries_of_a_name", fields=["company", "name_key"]),
        ]

    def __str__(self) -> str:
        return self.nickname or self.name


class NameCheck(models.Model):
    """One question whether a name fits the owner of an account of this bank, and its answer; never changed.

    Forgotten after NAME_CHECKS_KEPT_DAYS (`name_checks.forget`).
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+")
    iban = models.CharField(max_length=34)
    name_key = models.CharField(max_length=140)
    answer = models.CharField(max_length=10, choices=[(one.value, one.value) for one in Likeness])
    checked_at = models.DateTimeField()

    class Meta:
        indexes: ClassVar = [
            models.Index(name="name_checks_of_a_user", fields=["user", "checked_at"]),
            models.Index(name="name_checks_of_a_payee", fields=["company", "iban", "name_key"]),
            models.Index(name="name_checks_by_age", fields=["checked_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.iban} {self.answer}"
