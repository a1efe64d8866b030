"""The bank's rules for payments, effective-dated and kept by staff: cut-offs, fees, signers, banks."""

from typing import ClassVar, Final

from django.core.validators import RegexValidator
from django.db import models
from django.db.models.functions import Left
from django.utils.translation import gettext_lazy as _

from accounts.models import Company

# As the schemas of ISO 20022 have it: a file with any other is none.
BIC: Final = r"^[A-Z0-9]{4}[A-Z]{2}[A-Z0-9]{2}([A-Z0-9]{3})?$"
BIC_WANTED: Final = _("BIC-u ka 8 ose 11 shkronja të mëdha e shifra, pa hapësira, p.sh. NCBAALTX.")


class CutOff(models.Model):
    """Until when a kind of payment is executed the same day (R56), in Tirana time; the latest row in force rules."""

    kind = models.CharField(_("lloji"), max_length=12)
    at_time = models.TimeField(_("ora"))
    valid_from = models.DateField(_("vlen nga"))
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("afat i ditës")
        verbose_name_plural = _("afate të ditës")
        permissions: ClassVar = [("keep_rules", "Can ask for cut-offs and tariffs to come, and approve a colleague's")]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_cut_off_per_kind_and_day", fields=["kind", "valid_from"])
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at_time:%H:%M} {self.valid_from}"


class Tariff(models.Model):
    """The fee of a kind of payment in one band of amounts: `fixed_minor` plus `rate_ppm` millionths of the amount,
    kept within `min_minor` and `max_minor`. The band includes `up_to_minor`; null has no end."""

    kind = models.CharField(_("lloji"), max_length=12)
    currency = models.CharField(_("monedha"), max_length=3)
    up_to_minor = models.BigIntegerField(_("deri në"), null=True, blank=True)
    fixed_minor = models.BigIntegerField(_("shuma fikse"), default=0)
    rate_ppm = models.PositiveIntegerField(_("të milionta"), default=0)
    min_minor = models.BigIntegerField(_("të paktën"), default=0)
    max_minor = models.BigIntegerField(_("më së shumti"), null=True, blank=True)
    valid_from = models.DateField(_("vlen nga"))
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("tarifë")
        verbose_name_plural = _("tarifa")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_tariff_per_band_and_day",
                fields=["kind", "currency", "valid_from", "up_to_minor"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="tariff_charges_no_less_than_nothing",
                condition=models.Q(fixed_minor__gte=0, min_minor__gte=0)
                & (models.Q(max_minor__isnull=True) | models.Q(max_minor__gte=models.F("min_minor"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.currency} ≤ {self.up_to_minor}"


class ApprovalRule(models.Model):
    """How many people other than the preparer sign this company's orders: 0 (she signs alone), 1 or 2.

    Orders keep a snapshot, so that a new rule never touches one in flight.
    """

    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="approval_rules")
    other_signers = models.PositiveSmallIntegerField(_("nënshkrues të tjerë"))
    valid_from = models.DateField(_("vlen nga"))

    class Meta:
        verbose_name = _("rregull nënshkrimi")
        verbose_name_plural = _("rregulla nënshkrimi")
        permissions: ClassVar = [("set_signers", "Can set how many sign, and approve a colleague's lower number")]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_approval_rule_per_day", fields=["company", "valid_from"]),
            models.CheckConstraint(
                name="at_most_two_other_signers", condition=models.Q(other_signers__gte=0, other_signers__lte=2)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.other_signers}"


class ParticipantBank(models.Model):
    """A bank by the three figures of an Albanian IBAN; kept by staff, since no public register is complete.

    What comes in is known by its sender, so that a BIC (its eight letters of the bank) stands for one code alone. The
    old code of a bank that was taken over goes without; money for it is sent by the code.
    """

    code = models.CharField(_("kodi"), max_length=3, primary_key=True)
    name = models.CharField(_("banka"), max_length=80)
    bic = models.CharField(
        "BIC",
        max_length=11,
        blank=True,
        validators=[RegexValidator(BIC, BIC_WANTED)],
    )
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bankë pjesëmarrëse")
        verbose_name_plural = _("banka pjesëmarrëse")
        constraints: ClassVar = [
            models.CheckConstraint(name="bic_is_one", condition=models.Q(bic="") | models.Q(bic__regex=BIC)),
            models.UniqueConstraint(Left("bic", 8), name="a_bic_names_one_bank", condition=~models.Q(bic="")),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.name}"
