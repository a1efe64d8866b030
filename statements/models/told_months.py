"""Which month of an account was told last to whoever may look into it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount


class ToldMonth(models.Model):
    """One row an account, once a statement of its was told; the first day of the newest month that was."""

    account = models.OneToOneField(BankAccount, on_delete=models.PROTECT, primary_key=True, related_name="+")
    month = models.DateField(_("muaji"))

    class Meta:
        verbose_name = _("muaj i njoftuar")
        verbose_name_plural = _("muaj të njoftuar")

    def __str__(self) -> str:
        return f"{self.account_id} {self.month}"
