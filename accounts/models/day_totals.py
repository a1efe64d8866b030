"""The checkpoints of the books: what each account and the whole bank turned over on a closed day.

Written only by the functions of the migration `day_totals_at_the_close`, while the day closes; `accounts.day_totals` is
their one caller. Why by the close and not by the posting: docs/decisions/0007-day-totals-at-the-close.md.
"""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.bank_accounts import BankAccount


class DayTotal(models.Model):
    """One account on one day that had entries: opening + credit - debit = closing, in minor units of the account.

    Both sides are counted positive. What an account held at the end of any closed day is the `closing_minor` of its
    last row at or before that day; `last_sequence` is the number of its last entry until then.
    """

    # Without a foreign key in the database: the entries that a row adds up hold the account already, and a second
    # check would lock the rows of accounts, which postings need, from the close.
    account = models.ForeignKey(
        BankAccount, on_delete=models.PROTECT, db_constraint=False, db_index=False, related_name="day_totals"
    )
    day = models.DateField(_("dita"), db_index=True)
    entries = models.BigIntegerField(_("veprime"))
    debit_minor = models.BigIntegerField(_("debi"))
    credit_minor = models.BigIntegerField(_("kredi"))
    opening_minor = models.BigIntegerField(_("gjendja në hapje"))
    closing_minor = models.BigIntegerField(_("gjendja në mbyllje"))
    last_sequence = models.BigIntegerField()

    class Meta:
        verbose_name = _("total ditor i llogarisë")
        verbose_name_plural = _("totale ditore të llogarive")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_day_total_per_account_and_day", fields=["account", "day"]),
            models.CheckConstraint(name="day_total_counts_something", condition=Q(entries__gt=0)),
            models.CheckConstraint(
                name="day_total_sides_are_never_negative", condition=Q(debit_minor__gte=0, credit_minor__gte=0)
            ),
            models.CheckConstraint(
                name="day_total_adds_up",
                condition=Q(closing_minor=F("opening_minor") + F("credit_minor") - F("debit_minor")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id} {self.day}"


class BankDayTotal(models.Model):
    """The whole bank's line of one day in one currency. Every posting balances, so both sides are the same amount."""

    day = models.DateField(_("dita"))
    currency = models.CharField(_("monedha"), max_length=3)
    entries = models.BigIntegerField(_("veprime"))
    debit_minor = models.BigIntegerField(_("debi"))
    credit_minor = models.BigIntegerField(_("kredi"))

    class Meta:
        verbose_name = _("total ditor i bankës")
        verbose_name_plural = _("totale ditore të bankës")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_bank_day_total_per_day_and_currency", fields=["day", "currency"]),
            models.CheckConstraint(name="bank_day_total_balances", condition=Q(debit_minor=F("credit_minor"))),
        ]

    def __str__(self) -> str:
        return f"{self.day} {self.currency}"
