"""Files that came with what somebody wrote. The row is the truth about them, their bytes lie in the store."""

import uuid
from datetime import datetime
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from complaints.attachments import Accepted
from complaints.models.cases import Reply


class Attachment(models.Model):
    """One file of one entry of a thread, never changed. `name` is for people, `stored_as` its name in the store.

    `type`, `size` in bytes and `sha256` are of what is kept, as the portal judged it (complaints/attachments.py).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reply = models.ForeignKey(Reply, on_delete=models.PROTECT, related_name="attachments", verbose_name=_("shkrimi"))
    name = models.CharField(_("emri"), max_length=100)
    type = models.CharField(_("lloji"), max_length=40)
    size = models.PositiveIntegerField(_("madhësia"))
    sha256 = models.CharField("SHA-256", max_length=64)
    stored_as = models.CharField(max_length=32, unique=True)
    attached_at = models.DateTimeField(_("u bashkëngjit më"))

    class Meta:
        verbose_name = _("bashkëngjitje")
        verbose_name_plural = _("bashkëngjitje")
        indexes: ClassVar = [models.Index(name="attachments_by_day", fields=["attached_at"])]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_attachment_is_one_of_three_kinds",
                condition=Q(type__in=["application/pdf", "image/jpeg", "image/png"]),
            ),
            models.CheckConstraint(
                name="an_attachment_lies_under_a_name_of_the_store",
                condition=Q(stored_as__regex=r"^[0-9a-f]{32}$", sha256__regex=r"^[0-9a-f]{64}$", size__gt=0),
            ),
        ]

    @classmethod
    def of(cls, reply: Reply, file: Accepted, *, at: datetime) -> "Attachment":
        """The row of a file that was accepted; not saved."""
        return cls(
            reply=reply,
            name=file.name,
            type=file.type,
            size=file.size,
            sha256=file.sha256,
            stored_as=file.where,
            attached_at=at,
        )

    def __str__(self) -> str:
        return self.name
