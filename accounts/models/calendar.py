"""The bank's days: which are free, which are open in the books, and where the bank's clock stands."""

from datetime import timedelta
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class BankHoliday(models.Model):
    """A weekday or weekend day on which banks in Albania are closed; seeded from a library, kept by staff.

    `is_confirmed` is false where the date is an estimate (Bajram is announced, not computed).
    """

    day = models.DateField(_("dita"), unique=True)
    name = models.CharField(_("festa"), max_length=120)
    is_moved = models.BooleanField(_("pushim i shtyrë"), default=False)
    is_confirmed = models.BooleanField(_("e konfirmuar"), default=True)
    source = models.CharField(_("burimi"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("festë")
        verbose_name_plural = _("festa")
        ordering: ClassVar = ["day"]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"


class CalendarYear(models.Model):
    """A year whose feasts all stand in the table: a day of any later year is unknown, nothing is promised for it."""

    year = models.PositiveSmallIntegerField(_("viti"), primary_key=True)
    source = models.CharField(_("burimi"), max_length=120, blank=True)

    class Meta:
        verbose_name = _("vit i kalendarit")
        verbose_name_plural = _("vite të kalendarit")

    def __str__(self) -> str:
        return str(self.year)


class BankDay(models.Model):
    """One accounting day of the bank (R58-R60): open, then closing, then closed; never back."""

    class Status(models.TextChoices):
        OPEN = "open", _("Hapur")
        CLOSING = "closing", _("Në mbyllje")
        CLOSED = "closed", _("Mbyllur")

    day = models.DateField(primary_key=True)
    status = models.CharField(max_length=10, choices=Status, default=Status.OPEN)
    closing_at = models.DateTimeField(null=True)
    closed_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ditë e bankës")
        verbose_name_plural = _("ditë të bankës")
        permissions: ClassVar = [("close_bankday", "Mund të fillojë mbylljen e ditës")]

    def __str__(self) -> str:
        return f"{self.day} {self.status}"


class BankClock(models.Model):
    """The one row that moves the bank's clock in the demo and the tests; it does not exist in production."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    offset = models.DurationField(default=timedelta(0))

    class Meta:
        constraints: ClassVar = [models.CheckConstraint(name="the_bank_has_one_clock", condition=models.Q(id=1))]

    def __str__(self) -> str:
        return str(self.offset)


def stored_offset() -> timedelta:
    """The offset row, zero if there is none; named by `settings.BANK_CLOCK_OFFSET` in the demo."""
    return BankClock.objects.filter(id=1).values_list("offset", flat=True).first() or timedelta(0)
