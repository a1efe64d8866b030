"""What the bank tells everybody at once: works that are planned, a fault, a notice; above every page for a while."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Banner(models.Model):
    """One sentence in both languages, from `starts_at` until `ends_at`, or until somebody of staff ended it.

    The moments are the machine's: works and faults are of real machines, and end no sooner where a demo's bank clock
    has been moved. Only its end is ever written into the row again.
    """

    class Kind(models.TextChoices):
        MAINTENANCE = "maintenance", _("Punime të planifikuara")
        INCIDENT = "incident", _("Problem teknik")
        NOTICE = "notice", _("Njoftim")

    class Severity(models.IntegerChoices):
        """The gravest stands on top."""

        INFO = 1, _("Për dijeni")
        WARNING = 2, _("Me kujdes")
        SERIOUS = 3, _("E rëndë")

    class Audience(models.TextChoices):
        EVERYBODY = "everybody", _("Për të gjithë")
        SIGNED_OUT = "signed_out", _("Para hyrjes")
        SIGNED_IN = "signed_in", _("Pas hyrjes")

    kind = models.CharField(_("lloji"), max_length=12, choices=Kind)
    severity = models.PositiveSmallIntegerField(_("rëndësia"), choices=Severity, default=Severity.INFO)
    audience = models.CharField(_("kush e sheh"), max_length=12, choices=Audience, default=Audience.EVERYBODY)
    text_sq = models.CharField(_("shqip"), max_length=240)
    text_en = models.CharField(_("anglisht"), max_length=240)
    starts_at = models.DateTimeField(_("fillon"))
    ends_at = models.DateTimeField(_("mbaron"))
    placed_by = models.CharField(_("e vuri"), max_length=80)
    placed_at = models.DateTimeField(_("u vu më"))
    ended_by = models.CharField(_("e hoqi"), max_length=80, blank=True)
    ended_at = models.DateTimeField(_("u hoq më"), null=True, blank=True)

    class Meta:
        verbose_name = _("njoftim për të gjithë")
        verbose_name_plural = _("njoftime për të gjithë")
        permissions: ClassVar = [("place_banner", "Can place and end what stands above every page")]
        constraints: ClassVar = [
            models.CheckConstraint(name="banner_ends_after_it_starts", condition=Q(ends_at__gt=F("starts_at"))),
            models.CheckConstraint(name="banner_speaks_both_languages", condition=~Q(text_sq="") & ~Q(text_en="")),
            models.CheckConstraint(
                name="banner_is_ended_by_somebody",
                condition=Q(ended_at__isnull=True, ended_by="") | Q(~Q(ended_by=""), ended_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="banners_not_yet_ended", fields=["ends_at"], condition=Q(ended_at__isnull=True))
        ]

    def __str__(self) -> str:
        return self.text_sq
