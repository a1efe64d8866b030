"""Who is coming in, and who is in."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django_otp.models import Device

from accounts.models import Mandate, User
from auth_flow import networks
from auth_flow.models.browsers import KnownBrowser
from auth_flow.models.calls import ResetPermit


class LoginAttempt(models.Model):
    """One way in (R21): which steps have passed, and, once all have, the record of the signed-in session.

    `user` is empty for a pair that names nobody; such a row goes through the same steps and never passes the second.
    `key_hash` is of the cookie that carries the attempt; it changes at every step. `subscriber` follows from `network`
    (networks.py); `permit` stood for the card. All moments are the machine's.
    """

    class Ended(models.TextChoices):
        SIGNED_OUT = "signed_out", _("Doli vetë")
        IDLE = "idle", _("Pa veprim")
        ABSOLUTE = "absolute", _("Mbaroi koha e hyrjes")
        REPLACED = "replaced", _("Hyri nga një vend tjetër")
        CHANGED = "changed", _("Fjalëkalimi ose celulari u ndryshua")
        NO_MANDATE = "no_mandate", _("Mandati nuk vlen më")
        BLOCKED = "blocked", _("Hyrja u bllokua")
        REPORTED = "reported", _("“Nuk isha unë”")

    class Kind(models.TextChoices):
        SIGN_IN = "sign_in", _("Hyrje")
        REGISTRATION = "registration", _("Regjistrim")
        RECOVERY = "recovery", _("Fjalëkalim i harruar")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(_("lloji"), max_length=12, choices=Kind, default=Kind.SIGN_IN)
    user = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, verbose_name=_("përdoruesi"), related_name="sign_ins"
    )
    mandate = models.ForeignKey(Mandate, on_delete=models.PROTECT, null=True, verbose_name=_("mandati"))
    identity = models.CharField(max_length=64)
    key_hash = models.CharField(max_length=64, unique=True)
    password_version = models.CharField(max_length=16, blank=True)
    network = models.CharField(_("adresa e rrjetit"), max_length=45)
    subscriber = models.CharField(max_length=50, blank=True, db_default="", editable=False)
    browser = models.CharField(_("shfletuesi"), max_length=200, blank=True)
    known_browser = models.ForeignKey(KnownBrowser, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    started_at = models.DateTimeField(_("filloi"))
    identified_at = models.DateTimeField(null=True)
    proof_at = models.DateTimeField(_("karta"), null=True)
    permit = models.ForeignKey(
        ResetPermit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    password_at = models.DateTimeField(_("fjalëkalimi"), null=True)
    fnp_at = models.DateTimeField("FNP", null=True)
    signed_in_at = models.DateTimeField(_("hyri"), null=True)
    last_seen_at = models.DateTimeField(_("u pa së fundi"))
    failed_at = models.DateTimeField(_("prova e fundit e gabuar"), null=True)
    expires_at = models.DateTimeField(_("skadon"))
    ended_at = models.DateTimeField(_("mbaroi"), null=True)
    end_reason = models.CharField(_("pse mbaroi"), max_length=12, choices=Ended, blank=True)

    class Meta:
        verbose_name = _("hyrje")
        verbose_name_plural = _("hyrje")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="nobody_is_signed_in_before_step_three",
                condition=Q(signed_in_at__isnull=True)
                | Q(user__isnull=False, mandate__isnull=False, password_at__isnull=False, fnp_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                name="live_sessions",
                fields=["user"],
                condition=Q(signed_in_at__isnull=False, ended_at__isnull=True),
            ),
            models.Index(name="sign_ins_of_user", fields=["user", "signed_in_at"]),
            models.Index(name="sign_ins_of_subscriber", fields=["subscriber", "started_at"]),
            models.Index(name="sign_ins_of_identity", fields=["identity"], condition=Q(user__isnull=False)),
            models.Index(name="sign_ins_of_nobody", fields=["started_at"], condition=Q(user__isnull=True)),
        ]

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.subscriber = networks.subscriber_of(self.network)
        super().save(*args, **kwargs)

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
