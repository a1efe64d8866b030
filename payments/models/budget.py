"""What is paid to the state: schemes for taxes, customs and municipalities, with the fields that each asks."""

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _


class BudgetScheme(models.Model):
    """One kind of payment for the budget: whom it goes to, and which fields say what it is for; kept by staff.

    `code` is written with each order and never changes; a scheme that is not active takes no new orders.
    """

    class Group(models.TextChoices):
        TAX = "tax", _("Tatime")
        CUSTOMS = "customs", _("Dogana")
        MUNICIPALITY = "municipality", _("Bashki")

    code = models.SlugField(_("kodi"), max_length=20, primary_key=True)
    group = models.CharField(_("grupi"), max_length=12, choices=Group)
    name = models.CharField(_("emri"), max_length=80)
    beneficiary_name = models.CharField(_("përfituesi"), max_length=70)
    beneficiary_iban = models.CharField(_("IBAN i përfituesit"), max_length=34)
    currency = models.CharField(_("monedha"), max_length=3, default="ALL")
    is_active = models.BooleanField(_("në përdorim"), default=True)
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("skemë buxhetore")
        verbose_name_plural = _("skema buxhetore")
        permissions: ClassVar = [("keep_schemes", "Can keep budget schemes, and approve a colleague's change")]
        ordering: ClassVar = ["group", "name"]

    def __str__(self) -> str:
        return self.name


class BudgetField(models.Model):
    """One field of a scheme. `picture` says what may be written: # a figure, @ a letter, * either, all else itself;
    empty takes any line. The value goes into the remittance information in the order of `position`."""

    scheme = models.ForeignKey(BudgetScheme, on_delete=models.PROTECT, related_name="fields")
    code = models.SlugField(_("kodi"), max_length=20, validators=[RegexValidator(r"^[a-z][a-z0-9_-]*$")])
    label = models.CharField(_("emri i fushës"), max_length=60)
    picture = models.CharField(_("shablloni"), max_length=35, blank=True)
    example = models.CharField(_("shembull"), max_length=35, blank=True)
    help_text = models.CharField(_("ndihma"), max_length=140, blank=True)
    is_required = models.BooleanField(_("e detyrueshme"), default=True)
    position = models.PositiveSmallIntegerField(_("radha"), default=0)

    class Meta:
        verbose_name = _("fushë")
        verbose_name_plural = _("fusha")
        ordering: ClassVar = ["position", "id"]
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_budget_field_per_code", fields=["scheme", "code"]),
        ]

    def __str__(self) -> str:
        return self.label
