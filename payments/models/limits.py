"""How much may leave by orders: per order, per day and per month; of one signer, one account, one company."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Company, User


class PaymentLimit(models.Model):
    """One limit in force from a day on; an empty sum is no limit. Amounts in minor units of `currency`.

    Of a signer: her own row for the company, else the company's row for all its signers, else the bank's (neither
    company nor user). Of an account and of a company: their own row, else the bank's.
    """

    class Scope(models.TextChoices):
        SIGNER = "signer", _("Nënshkruesi")
        ACCOUNT = "account", _("Llogaria")
        COMPANY = "company", _("Kompania")

    scope = models.CharField(_("i kujt"), max_length=8, choices=Scope)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    currency = models.CharField(_("monedha"), max_length=3)
    single_minor = models.BigIntegerField(_("për një urdhër"), null=True, blank=True)
    daily_minor = models.BigIntegerField(_("në ditë"), null=True, blank=True)
    monthly_minor = models.BigIntegerField(_("në muaj"), null=True, blank=True)
    valid_from = models.DateField(_("vlen nga"))
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("kufi pagese")
        verbose_name_plural = _("kufij pagese")
        permissions: ClassVar = [
            ("set_limit", "Can set a limit of a company, and approve a colleague's higher one"),
            ("set_bank_limit", "Can set a limit of the bank, and approve a colleague's higher one"),
        ]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_limit_per_owner_and_day",
                fields=["scope", "company", "user", "account", "currency", "valid_from"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="a_limit_has_one_owner",
                condition=models.Q(company__isnull=True, user__isnull=True, account__isnull=True)
                | models.Q(scope="signer", company__isnull=False, account__isnull=True)
                | models.Q(scope="account", company__isnull=True, user__isnull=True, account__isnull=False)
                | models.Q(scope="company", company__isnull=False, user__isnull=True, account__isnull=True),
            ),
            models.CheckConstraint(
                name="a_limit_is_positive",
                condition=(models.Q(single_minor__isnull=True) | models.Q(single_minor__gt=0))
                & (models.Q(daily_minor__isnull=True) | models.Q(daily_minor__gt=0))
                & (models.Q(monthly_minor__isnull=True) | models.Q(monthly_minor__gt=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.scope} {self.currency} {self.valid_from}"
