"""What the bank tells the tax authority of each day: payments of e-invoices (law 87/2019, art. 37)."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class FiscalReport(models.Model):
    """The report of one closed day, kept byte for byte. `written_at` says that its copy lies in the folder."""

    day = models.DateField(_("dita"), primary_key=True)
    name = models.CharField(_("skedari"), max_length=40, unique=True)
    count = models.PositiveIntegerField(_("rreshta"))
    digest = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField(_("u bë më"))
    written_at = models.DateTimeField(_("në dosje më"), null=True)

    class Meta:
        verbose_name = _("raport fiskal")
        verbose_name_plural = _("raporte fiskale")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_fiscal_report_knows_its_digest", condition=models.Q(digest__regex=r"^[0-9a-f]{64}$")
            ),
        ]

    def __str__(self) -> str:
        return self.name
