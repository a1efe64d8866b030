"""A file of a long period that is made behind the page: for one user, and for a day."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Company, User


class Export(models.Model):
    """One file asked for. `done` of `lines` lines are written; the file itself lies in the store under `id`.

    All moments are the machine's. `failure` is a sentence in `language`, for whoever asked.
    """

    class Status(models.TextChoices):
        """waiting and running end in ready or failed; what is ready ends in expired."""

        WAITING = "waiting", _("Në radhë")
        RUNNING = "running", _("Po përgatitet")
        READY = "ready", _("Gati")
        FAILED = "failed", _("Nuk u bë")
        EXPIRED = "expired", _("U fshi")

    OPEN: ClassVar = [Status.WAITING, Status.RUNNING]

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", db_index=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", db_index=False)
    account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="+", db_index=False)
    first_on = models.DateField(_("nga"))
    last_on = models.DateField(_("deri më"))
    format = models.CharField(_("formati"), max_length=20)
    language = models.CharField(_("gjuha"), max_length=2)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.WAITING)
    lines = models.BigIntegerField(_("veprime"))
    done = models.BigIntegerField(_("të shkruara"), default=0)
    tries = models.PositiveSmallIntegerField(_("prova"), default=0)
    size = models.BigIntegerField(_("bajte"), null=True)
    sha256 = models.CharField(max_length=64, blank=True)
    failure = models.CharField(_("arsyeja"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("kërkuar më"))
    ended_at = models.DateTimeField(_("mbaruar më"), null=True)
    expires_at = models.DateTimeField(_("fshihet më"), null=True)

    class Meta:
        verbose_name = _("skedar i veprimeve")
        verbose_name_plural = _("skedarë të veprimeve")
        indexes: ClassVar = [models.Index(name="exports_of_a_user", fields=["user", "-asked_at"])]
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_export_at_a_time", fields=["user"], condition=models.Q(status__in=["waiting", "running"])
            ),
            models.CheckConstraint(
                name="a_ready_export_has_its_file_and_its_end",
                condition=~models.Q(status="ready")
                | models.Q(size__isnull=False, ended_at__isnull=False, expires_at__isnull=False) & ~models.Q(sha256=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.format} {self.first_on}-{self.last_on} {self.status}"

    @property
    def is_open(self) -> bool:
        """Whether it is still to be made."""
        return self.status in self.OPEN
