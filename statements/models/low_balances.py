"""Below which balance a user wants to be told of an account. The books do not know of it."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, User


class LowBalance(models.Model):
    """One threshold of one user for one account, in minor units of its currency; she is told once a fall.

    `is_below` says on which side of the threshold the available balance was when it was last looked at; `told_at` is
    when she was told last.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="low_balances")
    threshold_minor = models.BigIntegerField(_("kufiri"))
    is_below = models.BooleanField(_("nën kufi"))
    told_at = models.DateTimeField(_("njoftuar më"), null=True)

    class Meta:
        verbose_name = _("njoftim për gjendje të ulët")
        verbose_name_plural = _("njoftime për gjendje të ulët")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_low_balance_per_user_and_account", fields=["user", "account"]),
            models.CheckConstraint(
                name="a_low_balance_is_more_than_nothing", condition=models.Q(threshold_minor__gt=0)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}/{self.account_id}"
