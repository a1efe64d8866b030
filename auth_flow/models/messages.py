"""The outboxes, of SMS and of e-mails; what providers said; and how well each of them does."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from auth_flow.models.calls import CallDigits
from auth_flow.models.challenges import FnpChallenge


class SmsMessage(models.Model):
    """An SMS to send: the row is the truth, the queue only hurries. Nothing is sent after `expires_at`.

    With a challenge, or with the digits of a call, `body_template` holds a mark where the code will stand; without
    either it is the final text.
    `gateway` sent it, or has the next try. `perhaps_taken_by` was handed the message and has not refused it: no other
    gateway may send it then. `gateway_failures` are the temporary ones of the gateway whose turn it is.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("në radhë")
        SENT = "sent", _("u dërgua")
        DELIVERED = "delivered", _("u dorëzua")
        FAILED = "failed", _("dështoi")
        EXPIRED = "expired", _("nuk u dërgua në kohë")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    challenge = models.ForeignKey(FnpChallenge, on_delete=models.PROTECT, null=True, related_name="messages")
    digits = models.ForeignKey(CallDigits, on_delete=models.PROTECT, null=True, related_name="messages", db_index=False)
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
    perhaps_taken_by = models.CharField(max_length=20, blank=True)
    gateway_failures = models.PositiveSmallIntegerField(default=0)
    provider_id = models.CharField(max_length=64, blank=True)
    error_code = models.CharField(max_length=20, blank=True)
    error_words = models.CharField(_("gabimi"), max_length=120, blank=True)

    class Meta:
        verbose_name = "SMS"
        verbose_name_plural = "SMS"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_sms_has_a_code_or_digits_never_both",
                condition=Q(challenge__isnull=True) | Q(digits__isnull=True),
            )
        ]
        indexes: ClassVar = [
            models.Index(name="sms_due", fields=["not_before"], condition=Q(status="queued")),
            models.Index(name="sms_of_challenge", fields=["challenge", "created_at"]),
            models.Index(name="sms_of_digits", fields=["digits"], condition=Q(digits__isnull=False)),
            models.Index(name="sms_by_time", fields=["created_at"]),
            models.Index(name="sms_of_provider", fields=["provider_id"], condition=~Q(provider_id="")),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d %H:%M:%S}"


class SmsCallback(models.Model):
    """A signed word of the provider about one message and one state; a second such word is a replay, told apart here.

    `message` is what our own address for the call named; a word can come before our row knows its `provider_id`.
    """

    message = models.ForeignKey(SmsMessage, on_delete=models.PROTECT, null=True, related_name="callbacks")
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


class GatewayHealth(models.Model):
    """Failures in a row of one SMS gateway; the first and the last of them say whether it is disturbed now.

    `probe_at` is when one message may again try a disturbed gateway that has a deputy.
    """

    gateway = models.CharField(max_length=20, primary_key=True)
    failures = models.PositiveIntegerField(_("gabime radhazi"), default=0)
    first_failure_at = models.DateTimeField(null=True)
    last_failure_at = models.DateTimeField(_("gabimi i fundit"), null=True)
    probe_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("gjendja e portës SMS")
        verbose_name_plural = _("gjendjet e portave SMS")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_failing_gateway_has_its_moments",
                condition=Q(failures=0)
                | Q(first_failure_at__isnull=False, last_failure_at__isnull=False, probe_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.gateway}: {self.failures}"


class MailMessage(models.Model):
    """An e-mail to send: words only, neither amounts nor secrets. The row is the truth, the queue only hurries.

    A worker that takes it counts the try and puts `not_before` off; its number of the try is its right to finish.
    """

    class Status(models.TextChoices):
        QUEUED = "queued", _("në radhë")
        SENT = "sent", _("u dërgua")
        FAILED = "failed", _("dështoi")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    to = models.EmailField(_("e-mail"))
    subject = models.CharField(_("tema"), max_length=200)
    body = models.TextField(_("teksti"))
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.QUEUED)
    created_at = models.DateTimeField(_("krijuar"))
    not_before = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(_("prova"), default=0)
    sent_at = models.DateTimeField(_("u dërgua"), null=True)
    error_words = models.CharField(_("gabimi"), max_length=120, blank=True)

    class Meta:
        verbose_name = "e-mail"
        verbose_name_plural = "e-mail"
        constraints: ClassVar = [
            models.CheckConstraint(
                name="an_email_is_sent_at_a_moment", condition=Q(status="sent") ^ Q(sent_at__isnull=True)
            )
        ]
        indexes: ClassVar = [
            models.Index(name="mail_due", fields=["not_before"], condition=Q(status="queued")),
            models.Index(name="mail_by_time", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d %H:%M:%S}"
