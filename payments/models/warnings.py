"""What an order's preparer was warned of before it went on."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from payments.models.orders import PaymentOrder


class OrderWarning(models.Model):
    """One warning that the preparer has read and answered for; without it the order stays a draft. Never changed.

    `key` is what was warned of, so that another warning of the same kind is another one; `facts` are what she saw.
    """

    class Kind(models.TextChoices):
        CHANGED_IBAN = "changed_iban", _("IBAN i ri i një përfituesi të njohur")
        DUPLICATE = "duplicate", _("Pagesë e ngjashme")
        NAME_DIFFERS = "name_differs", _("Emri nuk përputhet")

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="warnings")
    version = models.PositiveIntegerField()
    kind = models.CharField(_("lloji"), max_length=12, choices=Kind)
    key = models.CharField(max_length=100)
    facts = models.JSONField()
    acknowledged_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    acknowledged_at = models.DateTimeField()

    class Meta:
        verbose_name = _("paralajmërim")
        verbose_name_plural = _("paralajmërime")
        constraints: ClassVar = [models.UniqueConstraint(name="one_warning_per_key", fields=["order", "key"])]

    def __str__(self) -> str:
        return f"{self.order} {self.key}"
