"""Who failed how often: counted before it is judged."""

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class FailureCounter(models.Model):
    """Failures in a row of one identity in one lane, counted before they are judged (security: no race, no guess free).

    `identity` is the keyed hash of a customer number, known or not: the table cannot tell which. A run is what happened
    since the last success in this lane: its block number `announced_level` said that the next one holds until the
    contact centre lifts it, `owner_told_at` its owner heard of it. `code_failures` are those of the last block's tries
    (or of the tries since) that were codes after the right password. `refused` counts tries under the present block.
    """

    class Lane(models.TextChoices):
        SESSION = "session", _("Hyrje e hapur")
        KNOWN = "known", _("Shfletues i njohur")
        OTHERS = "others", _("Të tjerët")

    identity = models.CharField(max_length=64)
    lane = models.CharField(_("korsia"), max_length=10, choices=Lane)
    failures = models.PositiveIntegerField(_("gabime radhazi"), default=0)
    level = models.PositiveSmallIntegerField(_("shkalla"), default=0)
    blocked_until = models.DateTimeField(_("bllokuar deri"), null=True)
    reference = models.CharField(_("referenca"), max_length=8, blank=True)
    refused = models.PositiveIntegerField(_("prova gjatë bllokimit"), default=0, db_default=0)
    code_failures = models.PositiveSmallIntegerField(_("kode të gabuara"), default=0, db_default=0)
    announced_level = models.PositiveSmallIntegerField(null=True)
    owner_told_at = models.DateTimeField(_("pronari u njoftua"), null=True)
    last_failure_at = models.DateTimeField(_("gabimi i fundit"))

    class Meta:
        verbose_name = _("numërues gabimesh")
        verbose_name_plural = _("numërues gabimesh")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_counter_per_identity_and_lane", fields=["identity", "lane"])
        ]
        indexes: ClassVar = [
            models.Index(
                name="blocks_to_tell",
                fields=["blocked_until"],
                condition=Q(blocked_until__isnull=False, owner_told_at__isnull=True),
            )
        ]

    def __str__(self) -> str:
        return f"{self.identity[:12]} {self.lane}: {self.failures}"


class NetworkCounter(models.Model):
    """Failed sign-ins from one network since `window_at`, over all identities: it slows, it never blocks anybody.

    Other things that are counted by network stand beside them, with a word before the network: "report 192.0.2.1".
    """

    network = models.CharField(_("rrjeti"), max_length=50, primary_key=True)
    window_at = models.DateTimeField()
    failures = models.PositiveIntegerField(_("gabime"))

    class Meta:
        verbose_name = _("numërues rrjeti")
        verbose_name_plural = _("numërues rrjetesh")

    def __str__(self) -> str:
        return f"{self.network}: {self.failures}"
