"""What one of staff proposed and another decides: the rows behind `accounts.four_eyes`."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Proposal(models.Model):
    """One act that takes two people. `old` is what the proposer saw, `new` what she wants; both are flat JSON objects.

    `subject` names the row it is about, as the trail does (`person:12`); `company` is its company's id as text, so that
    nothing cascades into it. `personal` lists the keys whose values are masked in `old` and `new` once it is decided:
    a full phone stands here only as long as somebody has to compare it with a document. Everything else stays as it
    was proposed, for ever.
    """

    class Status(models.TextChoices):
        PENDING = "pending", _("Pret një koleg")
        APPLIED = "applied", _("U miratua")
        REFUSED = "refused", _("U refuzua")
        WITHDRAWN = "withdrawn", _("U tërhoq")
        FAILED = "failed", _("Nuk vlen më")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("lloji"), max_length=60)
    subject = models.CharField(_("objekti"), max_length=120)
    company = models.CharField(_("kompania"), max_length=20, null=True, blank=True)
    old = models.JSONField(_("para"))
    new = models.JSONField(_("pas"))
    personal = models.JSONField(_("fusha personale"), default=list)
    reason = models.CharField(_("arsyeja"), max_length=200)
    proposed_by = models.CharField(_("propozoi"), max_length=80)
    proposed_at = models.DateTimeField(_("propozuar më"))
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.PENDING)
    decided_by = models.CharField(_("e vendosi"), max_length=80, blank=True)
    decided_at = models.DateTimeField(_("vendosur më"), null=True, blank=True)
    note = models.CharField(_("shënimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("propozim")
        verbose_name_plural = _("propozime")
        permissions: ClassVar = [
            ("reverse_posting", "Can ask for a reversal, and approve a colleague's"),
            ("change_phone", "Can ask for a new phone of a customer, and approve a colleague's"),
            ("issue_card", "Can enter a card, and approve a colleague's"),
            ("activate_mandate", "Can enter activation documents, and approve a colleague's"),
            ("widen_mandate", "Can grant, widen or end a mandate, and approve a colleague's"),
            ("enrol_customer", "Can enrol companies and users, note agreements and open accounts"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="proposal_is_pending_or_decided",
                condition=Q(status="pending", decided_by="", decided_at__isnull=True)
                | Q(
                    ~Q(decided_by=""),
                    status__in=["applied", "refused", "withdrawn", "failed"],
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="proposal_decider_is_not_its_proposer",
                condition=Q(status="pending")
                | Q(status="withdrawn", decided_by=F("proposed_by"))
                | Q(~Q(decided_by=F("proposed_by")), status__in=["applied", "refused", "failed"]),
            ),
            models.UniqueConstraint(
                name="one_pending_proposal_per_kind_and_subject",
                fields=["kind", "subject"],
                condition=Q(status="pending"),
            ),
        ]
        indexes: ClassVar = [models.Index(name="proposals_by_moment", fields=["-proposed_at"])]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject}"
