"""The audit trail: who did what, when, and how it ended; chained by hash, insert-only."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class AuditChain(models.Model):
    """The head of one chain: `company:<id>` or `bank`. Written only by the database function `audit_append`."""

    name = models.CharField(max_length=40, primary_key=True)
    count = models.BigIntegerField(default=0)
    head = models.BinaryField(default=b"")

    def __str__(self) -> str:
        return f"{self.name} #{self.count}"


class AuditEvent(models.Model):
    """One act, done or refused. `record` holds the exact bytes that were hashed: hash = sha256(previous + record).

    Actor, company and subject are text, so that nothing cascades into the trail.
    """

    chain = models.CharField(max_length=40)
    sequence = models.BigIntegerField()
    at = models.DateTimeField(_("koha"))
    event = models.CharField(_("ngjarja"), max_length=80)
    outcome = models.CharField(_("përfundimi"), max_length=10)
    actor = models.CharField(_("kush"), max_length=80)
    actor_role = models.CharField(_("roli"), max_length=20)
    company = models.CharField(_("kompania"), max_length=20, blank=True)
    subject = models.CharField(_("objekti"), max_length=120, blank=True)
    reason = models.CharField(_("arsyeja"), max_length=200, blank=True)
    record = models.BinaryField()
    previous_hash = models.BinaryField()
    hash = models.BinaryField()

    class Meta:
        verbose_name = _("ngjarje e gjurmës")
        verbose_name_plural = _("gjurma e veprimeve")
        constraints: ClassVar = [
            models.UniqueConstraint(name="audit_sequence_is_unique_per_chain", fields=["chain", "sequence"])
        ]
        indexes: ClassVar = [
            models.Index(name="audit_by_subject", fields=["subject"]),
            models.Index(name="audit_by_company", fields=["company", "at"]),
            models.Index(
                name="looks_by_company",
                fields=["company", "sequence"],
                condition=models.Q(event="bank.customer.looked"),  # accounts.staff_looks
            ),
        ]

    def __str__(self) -> str:
        return f"{self.chain}/{self.sequence} {self.event}"
