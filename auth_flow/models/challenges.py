"""One request for one code."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from auth_flow.models.sign_ins import LoginAttempt


class FnpChallenge(models.Model):
    """One request for one code (R25): one purpose, one body, one attempt, one use.

    The code itself is derived from this row and a key, and stored nowhere (auth_flow/codes.py). `judged_at` says that
    the right code came in; `consumed_at`, that what it allows was done. `subject` is what is confirmed, in the words
    of the room that asked, e.g. `order:<uuid>`; `phone` is E.164 as it was at the issue.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Hyrje")
        PAYMENT = "payment", _("Pagesë")
        REGISTRATION = "registration", _("Regjistrim")
        RECOVERY = "recovery", _("Fjalëkalim i harruar")
        SETTINGS = "settings", _("Personalizime")

    class Voided(models.TextChoices):
        REPLACED = "replaced", _("U kërkua një tjetër")
        CHANGED = "changed", _("U ndryshua kompania")
        REPORTED = "reported", _("“Nuk isha unë”")
        FROZEN = "frozen", _("Hyrja u ngri")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nonce = models.BinaryField(max_length=16)
    purpose = models.CharField(_("qëllimi"), max_length=20, choices=Purpose)
    user = models.ForeignKey(User, on_delete=models.PROTECT, verbose_name=_("përdoruesi"), related_name="+")
    attempt = models.ForeignKey(LoginAttempt, on_delete=models.PROTECT, related_name="challenges")
    subject = models.CharField(_("objekti"), max_length=120, blank=True)
    payload_hash = models.BinaryField(max_length=32)
    sms_sentence = models.CharField(max_length=200)
    phone = models.CharField(max_length=16)
    reference = models.CharField(_("referenca"), max_length=8, unique=True)
    key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField(_("krijuar"))
    expires_at = models.DateTimeField(_("skadon"))
    attempts = models.PositiveSmallIntegerField(_("prova"), default=0)
    attempts_max = models.PositiveSmallIntegerField()
    sends = models.PositiveSmallIntegerField(_("dërgime"), default=0)
    judged_at = models.DateTimeField(null=True)
    consumed_at = models.DateTimeField(_("u përdor"), null=True)
    voided_at = models.DateTimeField(_("u anulua"), null=True)
    void_reason = models.CharField(max_length=20, choices=Voided, blank=True)

    class Meta:
        verbose_name = "FNP"
        verbose_name_plural = "FNP"
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_live_challenge_per_subject",
                fields=["user", "purpose", "attempt", "subject"],
                condition=Q(consumed_at__isnull=True, voided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="fnp_is_judged_no_more_than_its_attempts", condition=Q(attempts__lte=F("attempts_max"))
            ),
            models.CheckConstraint(
                name="fnp_is_consumed_or_voided_never_both",
                condition=Q(consumed_at__isnull=True) | Q(voided_at__isnull=True),
            ),
            models.CheckConstraint(
                name="fnp_is_judged_before_it_is_consumed",
                condition=Q(consumed_at__isnull=True) | Q(judged_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="challenges_of_user", fields=["user", "created_at"]),
            models.Index(name="challenges_by_time", fields=["created_at", "phone"]),
            models.Index(
                name="codes_to_forget",
                fields=["created_at"],
                condition=~Q(purpose="payment") | Q(consumed_at__isnull=True),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reference}"
