"""What makes a client eligible for the portal (R15-R18): the signed agreement, a card, the documents of activation."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models.parties import Company, Mandate, Person


class Agreement(models.Model):
    """The KSHBB, the bank's business banking agreement: which version a company signed, when, where and by whom."""

    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, related_name="agreements", verbose_name=_("kompania")
    )
    version = models.CharField(_("versioni"), max_length=20)
    signed_on = models.DateField(_("nënshkruar më"))
    branch = models.CharField(_("dega"), max_length=80)
    signatory = models.CharField(_("nënshkruesi"), max_length=140)
    valid_until = models.DateField(_("vlen deri më"), null=True, blank=True)

    class Meta:
        verbose_name = _("marrëveshje")
        verbose_name_plural = _("marrëveshje")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_agreement_per_company_and_version", fields=["company", "version"])
        ]

    def __str__(self) -> str:
        return f"{self.company} {self.version}"


class Card(models.Model):
    """A debit or credit card of a person or of a company (R16), known by a keyed hash of its last digits and expiry.

    Neither the number nor a PIN is ever kept; `last4` is what people recognise their card by.
    """

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktive")
        ENDED = "ended", _("E mbyllur")

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="cards", verbose_name=_("personi")
    )
    company = models.ForeignKey(
        Company, on_delete=models.PROTECT, null=True, blank=True, related_name="cards", verbose_name=_("kompania")
    )
    proof = models.CharField(max_length=64, editable=False)
    last4 = models.CharField(_("4 shifrat e fundit"), max_length=4)
    expires_on = models.DateField(_("skadon më"))
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.ACTIVE)

    class Meta:
        verbose_name = _("kartë")
        verbose_name_plural = _("karta")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="card_belongs_to_a_person_or_a_company",
                condition=Q(person__isnull=False, company__isnull=True) | Q(person__isnull=True, company__isnull=False),
            ),
            models.UniqueConstraint(
                name="an_active_card_is_known_once", fields=["proof"], condition=Q(status="active")
            ),
        ]

    def __str__(self) -> str:
        return f"•••• {self.last4}"


class Activation(models.Model):
    """The documents that activate the portal for one mandate (R18): entered by one of staff, confirmed by another."""

    mandate = models.OneToOneField(
        Mandate, on_delete=models.PROTECT, related_name="activation", verbose_name=_("mandati")
    )
    documents_on = models.DateField(_("dokumentet më"))
    entered_by = models.CharField(_("regjistroi"), max_length=80)
    confirmed_by = models.CharField(_("konfirmoi"), max_length=80)

    class Meta:
        verbose_name = _("aktivizim")
        verbose_name_plural = _("aktivizime")
        constraints: ClassVar = [
            models.CheckConstraint(name="activation_takes_two_people", condition=~Q(entered_by=F("confirmed_by")))
        ]

    def __str__(self) -> str:
        return str(self.mandate)
