"""The outbox of SMS."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auth_flow.models.challenges import FnpChallenge


class SmsMessage(models.Model):
    """An SMS to send: the row is the truth, the queue only hurries. Nothing is sent after `expires_at`.

    With a challenge, `body_template` holds a mark where the code will stand; without one, it is the final text.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("në radhë")
        SENT = "sent", _("u dërgua")
        DELIVERED = "delivered", _("u dorëzua")
        FAILED = "failed", _("dështoi")
        EXPIRED = "expired", _("nuk u dërgua në kohë")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    challenge = models.ForeignKey(FnpChallenge, on_delete=models.PROTECT, null=True, related_name="messages")
    to = models.CharField(_("celulari"), max_length=16)
    body_template = models.CharField(_("teksti"), max_length=500)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(_("krijuar"))
    not_before = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(_("prova"), default=0)
    lease_token = models.UUIDField(null=True)
    lease_until = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(_("u dërgua"), null=True)
    delivered_at = models.DateTimeField(_("u dorëzua"), null=True)
    gateway = models.CharField(max_length=20, blank=True)
    provider_id = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error_words = models.CharField(_("gabimi"), max_length=120, blank=True)

    class Meta:
        verbose_name = "SMS"
        verbose_name_plural = "SMS"
        indexes: ClassVar = [
            models.Index(name="sms_due", fields=["not_before"], condition=Q(status="queued")),
            models.Index(name="sms_of_challenge", fields=["challenge", "created_at"]),
            models.Index(name="sms_by_time", fields=["created_at"]),
            models.Index(name="sms_of_provider", fields=["provider_id"], condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d %H:%M:%S}"


class SmsCallback(models.Model):
    """A signed word of the provider about one message and one state; a second such word is a replay, told apart here."""

    provider_id = models.CharField(max_length=64)
    state = models.CharField(max_length=20)
    error_code = models.CharField(max_length=20, blank=True)
    received_at = models.DateTimeField()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_callback_per_message_and_state", fields=["provider_id", "state"])
        ]

    def __str__(self) -> str:
        return f"{self.provider_id} {self.state}"
