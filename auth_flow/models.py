"""The rows of the front door: who is coming in, with which code, by which SMS, and who failed how often."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.models import Mandate, User


class LoginAttempt(models.Model):
    """One way in (R21): which steps have passed, and, once all have, the record of the signed-in session.

    `user` is empty for a pair that names nobody; such a row goes through the same steps and never passes the second.
    `key_hash` is of the cookie that carries the attempt; it changes at every step. All moments are the machine's.
    """

    class Ended(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Doli vetë")
        IDLE = "idle", _("Pa veprim")
        ABSOLUTE = "absolute", _("Kaloi koha më e gjatë")
        REPLACED = "replaced", _("Hyri nga një vend tjetër")
        CHANGED = "changed", _("Fjalëkalimi ose celulari u ndryshua")
        NO_MANDATE = "no_mandate", _("Mandati nuk vlen më")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, verbose_name=_("përdoruesi"), related_name="sign_ins"
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, verbose_name=_("mandati"))
    identity = models.CharField(max_length=64)
    key_hash = models.CharField(max_length=64, unique=True)
    password_version = models.CharField(max_length=16, blank=True)
    network = models.CharField(_("adresa e rrjetit"), max_length=45)
    browser = models.CharField(_("shfletuesi"), max_length=200, blank=True)
    started_at = models.DateTimeField(_("filloi"))
    identified_at = models.DateTimeField(null=True)
    password_at = models.DateTimeField(_("fjalëkalimi"), null=True)
    fnp_at = models.DateTimeField("FNP", null=True)
    signed_in_at = models.DateTimeField(_("hyri"), null=True)
    last_seen_at = models.DateTimeField(_("u pa së fundi"))
    expires_at = models.DateTimeField(_("skadon"))
    ended_at = models.DateTimeField(_("mbaroi"), null=True)
    end_reason = models.CharField(_("pse mbaroi"), max_length=12, choices=Ended, blank=True)

    class Meta:
        verbose_name = _("hyrje")
        verbose_name_plural = _("hyrje")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_live_session_per_user",
                fields=["user"],
                condition=Q(signed_in_at__isnull=False, ended_at__isnull=True),
            ),
            models.CheckConstraint(
                name="nobody_is_signed_in_before_step_three",
                condition=Q(signed_in_at__isnull=True)
                | Q(user__isnull=False, mandate__isnull=False, password_at__isnull=False, fnp_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [models.Index(name="sign_ins_of_user", fields=["user", "signed_in_at"])]

    def __str__(self) -> str:
        return f"{self.started_at:%Y-%m-%d %H:%M} {self.network}"


class FnpDevice(Device):  # type: ignore[misc]  # django-otp has no types
    """What django-otp needs to call a customer's session verified. It verifies nothing: fnp.py does, by challenge."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")

    class Meta:
        verbose_name = _("celular për FNP")
        verbose_name_plural = _("celularë për FNP")
        constraints: ClassVar = [models.UniqueConstraint(name="one_fnp_device_per_user", fields=["user"])]

    def verify_token(self, token: str) -> bool:
        """Never: a code belongs to one challenge, not to a device."""
        return False


class FnpChallenge(models.Model):
    """One request for one code (R25): one purpose, one body, one attempt, one use.

    The code itself is derived from this row and a key, and stored nowhere (auth_flow/codes.py). `judged_at` says that
    the right code came in; `consumed_at`, that what it allows was done. `subject` is what is confirmed, in the words
    of the room that asked, e.g. `order:<uuid>`; `phone` is E.164 as it was at the issue.
    """

    class Purpose(models.TextChoices):
        SIGN_IN = "sign_in", _("Hyrje")
        PAYMENT = "payment", _("Pagesë")

    class Voided(models.TextChoices):
        REPLACED = "replaced", _("U kërkua një tjetër")
        CHANGED = "changed", _("U ndryshua kompania")

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
        indexes: ClassVar = [models.Index(name="challenges_of_user", fields=["user", "created_at"])]

    def __str__(self) -> str:
        return f"{self.purpose} {self.reference}"


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
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.created_at:%Y-%m-%d %H:%M:%S}"


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
