"""What the bank tells a user: a row written with the act, shown in the portal and sent by other channels later."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models.parties import Company, User


class Notice(models.Model):
    """One thing to tell one user. `kind` names the sentence, `facts` (JSON, no secrets) fills it."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="notices")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, null=True, blank=True)
    kind = models.CharField(max_length=60)
    facts = models.JSONField(default=dict)
    created_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("njoftim")
        verbose_name_plural = _("njoftime")
        indexes: ClassVar = [
            models.Index(name="unseen_notices", fields=["user"], condition=models.Q(seen_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.kind
