"""How far the close of a day has come: who began it, which run has it in hand, what is done, what is wrong."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.calendar import BankDay


class DayClose(models.Model):
    """The close of one bank day at work; the day's own row stays small, because every posting locks it.

    `run_token` names the run that has the close in hand until `run_until` (the machine's clock): whoever comes back
    with another token changes nothing. `trouble` says why the day could not be closed; empty while nothing is wrong.
    """

    bank_day = models.OneToOneField(BankDay, on_delete=models.PROTECT, primary_key=True, related_name="close")
    begun_by = models.CharField(_("e filloi"), max_length=80, blank=True)
    accounts_count = models.IntegerField(_("llogari gjithsej"), default=0)
    accounts_done = models.IntegerField(_("llogari të kryera"), default=0)
    last_account_id = models.BigIntegerField(default=0)
    totals_at = models.DateTimeField(_("totalet u shkruan"), null=True)
    run_token = models.UUIDField(null=True)
    run_until = models.DateTimeField(null=True)
    trouble = models.CharField(_("pengesa"), max_length=300, blank=True)
    trouble_at = models.DateTimeField(null=True)
    late_warned_at = models.DateTimeField(_("vonesa u njoftua"), null=True)

    class Meta:
        verbose_name = _("mbyllje dite")
        verbose_name_plural = _("mbyllje ditësh")

    def __str__(self) -> str:
        return str(self.bank_day_id)


class CloseStep(models.Model):
    """How far one hook of the close has come on one day; `after` is what it returned last, in its own words."""

    close = models.ForeignKey(DayClose, on_delete=models.PROTECT, related_name="steps")
    name = models.CharField(max_length=40)
    after = models.CharField(max_length=200, blank=True)
    done_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("hap në mbyllje")
        verbose_name_plural = _("hapa në mbyllje")
        constraints: ClassVar = [
            models.UniqueConstraint(name="each_hook_runs_once_per_day", fields=["close", "name"]),
        ]

    def __str__(self) -> str:
        return f"{self.close_id} {self.name}"
