"""Blocks that people place, and the cases that agents see."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from auth_flow.models.challenges import FnpChallenge


class AccessBlock(models.Model):
    """A block that a person placed: an agent, the user herself (a freeze), or the bank's rule that only an agent lifts.

    Told only after the right password; while it stands there is no code, no signature and no session. Automatic
    blocks of a few minutes are rows of FailureCounter.
    """

    class Kind(models.TextChoices):
        AGENT = "agent", _("Bllokuar nga Contact Center")
        FREEZE = "freeze", _("Ngrirë nga përdoruesi")
        CENTRE = "centre", _("Deri te Contact Center")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="access_blocks", verbose_name=_("përdoruesi"))
    kind = models.CharField(_("lloji"), max_length=10, choices=Kind)
    reference = models.CharField(_("referenca"), max_length=8, unique=True)
    reason = models.CharField(_("arsyeja"), max_length=200)
    placed_by = models.CharField(_("vendosi"), max_length=80)
    placed_at = models.DateTimeField(_("vendosur"))
    lifted_by = models.CharField(_("hoqi"), max_length=80, blank=True)
    lifted_at = models.DateTimeField(_("hequr"), null=True)
    lift_reason = models.CharField(_("pse u hoq"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bllokim i hyrjes")
        verbose_name_plural = _("bllokime të hyrjes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_standing_block_per_user_and_kind",
                fields=["user", "kind"],
                condition=Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_block_is_lifted_by_somebody_for_a_reason",
                condition=Q(lifted_at__isnull=True, lifted_by="", lift_reason="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(lift_reason="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class SecurityCase(models.Model):
    """Something that an agent must look at (R45): an unexpected code, a frozen access, a dead end and its reference."""

    class Kind(models.TextChoices):
        UNEXPECTED_CODE = "unexpected_code", _("FNP e papritur")
        LOST_PHONE = "lost_phone", _("Celular i humbur")
        DEAD_END = "dead_end", _("Nuk vazhdon vetë")

    class Status(models.TextChoices):
        OPEN = "open", _("Hapur")
        CLOSED = "closed", _("Mbyllur")

    reference = models.CharField(_("referenca"), max_length=8, unique=True)
    kind = models.CharField(_("lloji"), max_length=20, choices=Kind)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.OPEN)
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, verbose_name=_("përdoruesi"))
    challenge = models.ForeignKey(FnpChallenge, on_delete=models.PROTECT, null=True, blank=True)
    why = models.CharField(_("pse"), max_length=60, blank=True)
    network = models.CharField(_("adresa e rrjetit"), max_length=45, blank=True)
    opened_at = models.DateTimeField(_("hapur"))
    closed_at = models.DateTimeField(_("mbyllur"), null=True)
    closed_by = models.CharField(_("mbylli"), max_length=80, blank=True)
    outcome = models.CharField(_("përfundimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rast sigurie")
        verbose_name_plural = _("raste sigurie")
        indexes: ClassVar = [models.Index(name="open_cases", fields=["opened_at"], condition=Q(status="open"))]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"
