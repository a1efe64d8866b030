"""Who failed how often: counted before it is judged."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _


class FailureCounter(models.Model):
    """Failures in a row of one identity in one lane, counted before they are judged (security: no race, no guess free).

    `identity` is a keyed hash, of a user or of a pair that names nobody: the table cannot tell which.
    """

    class Lane(models.TextChoices):
        KNOWN = "known", _("Shfletues i njohur")
        OTHERS = "others", _("Të tjerët")

    identity = models.CharField(max_length=64)
    lane = models.CharField(_("korsia"), max_length=10, choices=Lane)
    failures = models.PositiveIntegerField(_("gabime radhazi"), default=0)
    level = models.PositiveSmallIntegerField(_("shkalla"), default=0)
    blocked_until = models.DateTimeField(_("bllokuar deri"), null=True)
    reference = models.CharField(_("referenca"), max_length=8, blank=True)
    last_failure_at = models.DateTimeField(_("gabimi i fundit"))

    class Meta:
        verbose_name = _("numërues gabimesh")
        verbose_name_plural = _("numërues gabimesh")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_counter_per_identity_and_lane", fields=["identity", "lane"])
        ]

    def __str__(self) -> str:
        return f"{self.identity[:12]} {self.lane}: {self.failures}"


class NetworkCounter(models.Model):
    """Failed sign-ins from one network since `window_at`, over all identities: it slows, it never blocks anybody."""

    network = models.CharField(_("rrjeti"), max_length=50, primary_key=True)
    window_at = models.DateTimeField()
    failures = models.PositiveIntegerField(_("gabime"))

    class Meta:
        verbose_name = _("numërues rrjeti")
        verbose_name_plural = _("numërues rrjetesh")

    def __str__(self) -> str:
        return f"{self.network}: {self.failures}"
