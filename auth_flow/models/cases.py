"""Blocks that people place, and the cases that agents see."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from auth_flow.models.challenges import FnpChallenge
from auth_flow.models.counters import FailureCounter


class AccessBlock(models.Model):
    """A block that only the contact centre lifts; told only after the right password.

    While an agent's block or the user's own freeze stands there is no code, no signature and no session. `CENTRE`
    follows after failures in one `lane` and closes that lane alone; a session goes on, and in the lane of sessions gets
    no code. A freeze, the user's own or an agent's, is lifted by two different members of staff, one of whom proposes
    it. Blocks of minutes or hours are rows of FailureCounter.
    """

    class Kind(models.TextChoices):
        AGENT = "agent", _("Ngrirë nga Contact Center")
        FREEZE = "freeze", _("Ngrirë nga përdoruesi")
        CENTRE = "centre", _("Deri te Contact Center")

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="access_blocks", verbose_name=_("përdoruesi"))
    kind = models.CharField(_("lloji"), max_length=10, choices=Kind)
    lane = models.CharField(_("korsia"), max_length=10, choices=FailureCounter.Lane, blank=True, db_default="")
    reference = models.CharField(_("referenca"), max_length=8, unique=True)
    reason = models.CharField(_("arsyeja"), max_length=200)
    placed_by = models.CharField(_("vendosi"), max_length=80)
    placed_at = models.DateTimeField(_("vendosur"))
    lift_proposed_by = models.CharField(_("propozoi heqjen"), max_length=80, blank=True, db_default="")
    lift_proposed_at = models.DateTimeField(_("heqja u propozua"), null=True)
    lifted_by = models.CharField(_("hoqi"), max_length=80, blank=True)
    lifted_at = models.DateTimeField(_("hequr"), null=True)
    lift_reason = models.CharField(_("pse u hoq"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("bllokim i hyrjes")
        verbose_name_plural = _("bllokime të hyrjes")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_standing_block_per_user_kind_and_lane",
                fields=["user", "kind", "lane"],
                condition=Q(lifted_at__isnull=True),
            ),
            models.CheckConstraint(
                name="a_block_is_lifted_by_somebody_for_a_reason",
                condition=Q(lifted_at__isnull=True, lifted_by="", lift_reason="")
                | (Q(lifted_at__isnull=False) & ~Q(lifted_by="") & ~Q(lift_reason="")),
            ),
            models.CheckConstraint(
                name="a_freeze_is_lifted_by_two_people",
                condition=Q(kind="centre")
                | Q(lifted_at__isnull=True)
                | (~Q(lift_proposed_by="") & ~Q(lift_proposed_by=F("lifted_by"))),
            ),
            models.CheckConstraint(
                name="only_the_rule_of_failures_has_a_lane", condition=Q(kind="centre") ^ Q(lane="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class SecurityCase(models.Model):
    """Something that an agent must look at (R45): an unexpected code, a frozen access, a dead end and its reference.

    `taken_by` has it in hand, an actor of the trail (`user:7`). A closed case stays as it was closed.
    """

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
    taken_by = models.CharField(_("e ka në dorë"), max_length=80, blank=True, db_default="")
    taken_at = models.DateTimeField(_("u mor në dorë"), null=True)
    closed_at = models.DateTimeField(_("mbyllur"), null=True)
    closed_by = models.CharField(_("mbylli"), max_length=80, blank=True)
    outcome = models.CharField(_("përfundimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("rast sigurie")
        verbose_name_plural = _("raste sigurie")
        permissions: ClassVar = [
            ("work_securitycase", "Can take cases of security, note what was found and close them")
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_case_in_hand_is_in_somebodys_hand", condition=Q(taken_by="") ^ Q(taken_at__isnull=False)
            )
        ]
        indexes: ClassVar = [
            models.Index(name="open_cases", fields=["opened_at"], condition=Q(status="open")),
            models.Index(name="closed_cases", fields=["closed_at"], condition=Q(status="closed")),
            models.Index(name="cases_of_nobody", fields=["opened_at"], condition=Q(user__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.reference}"


class CaseNote(models.Model):
    """What somebody of staff found out about a case of security; only added to. A hand-over is one too."""

    case = models.ForeignKey(SecurityCase, on_delete=models.PROTECT, related_name="notes", verbose_name=_("rasti"))
    text = models.CharField(_("shënimi"), max_length=1000)
    written_by = models.CharField(_("shkroi"), max_length=80)
    written_at = models.DateTimeField(_("shkruar"))

    class Meta:
        verbose_name = _("shënim i një rasti")
        verbose_name_plural = _("shënime të rasteve")
        constraints: ClassVar = [models.CheckConstraint(name="a_note_of_a_case_says_something", condition=~Q(text=""))]

    def __str__(self) -> str:
        return f"{self.written_by} {self.written_at:%Y-%m-%d %H:%M}"
