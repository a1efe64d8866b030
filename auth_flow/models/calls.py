"""Calls of the contact centre: who looked for whom, who talked with whom, how the caller was checked, what was done."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import User


class CustomerLook(models.Model):
    """One look of one member of staff at one customer, or at nobody (nobody was found), and why. Only added to."""

    class By(models.TextChoices):
        CUSTOMER_NUMBER = "customer_number", _("Numri i klientit")
        NIPT = "nipt", "NIPT"
        PHONE_END = "phone_end", _("Celulari")

    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("stafi"))
    user = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name=_("klienti"))
    by = models.CharField(_("si u kërkua"), max_length=20, choices=By)
    reason = models.CharField(_("arsyeja"), max_length=200)
    at = models.DateTimeField(_("kur"))

    class Meta:
        verbose_name = _("shikim i një klienti")
        verbose_name_plural = _("shikime të klientëve")
        indexes: ClassVar = [
            models.Index(name="looks_of_agent", fields=["agent", "at"]),
            models.Index(name="looks_at_user", fields=["user", "at"]),
        ]

    def __str__(self) -> str:
        return f"{self.agent_id} {self.at:%Y-%m-%d %H:%M:%S}"


class Call(models.Model):
    """A talk of one agent with one customer; whatever the agent does for her belongs to it.

    `began_by_customer`: the customer called the bank's own number; only such a caller can be checked (`checked_at`).
    It is over when it is ended, and at `expires_at` in any case. All moments are the machine's.
    """

    class Channel(models.TextChoices):
        PHONE = "phone", _("Telefon")
        WHATSAPP = "whatsapp", "WhatsApp"
        EMAIL = "email", "E-mail"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls_taken", verbose_name=_("agjenti"))
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="calls", verbose_name=_("klienti"))
    channel = models.CharField(_("kanali"), max_length=10, choices=Channel, default=Channel.PHONE)
    began_by_customer = models.BooleanField(_("e nisi klienti"))
    reason = models.CharField(_("arsyeja"), max_length=200)
    opened_at = models.DateTimeField(_("nisi"))
    expires_at = models.DateTimeField(_("mbyllet vetë"))
    checked_at = models.DateTimeField(_("telefonuesi u verifikua"), null=True)
    ended_at = models.DateTimeField(_("mbaroi"), null=True)

    class Meta:
        verbose_name = _("telefonatë")
        verbose_name_plural = _("telefonata")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="an_agent_has_one_open_call", fields=["agent"], condition=Q(ended_at__isnull=True)
            ),
            models.CheckConstraint(name="nobody_calls_herself", condition=~Q(agent=F("user"))),
            models.CheckConstraint(
                name="only_who_called_by_phone_is_checked",
                condition=Q(checked_at__isnull=True) | Q(began_by_customer=True, channel="phone"),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="calls_of_user", fields=["user", "opened_at"]),
            models.Index(name="calls_by_time", fields=["opened_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_channel_display()} {self.opened_at:%Y-%m-%d %H:%M}"


class CallDigits(models.Model):
    """Four digits sent to the registered phone, to be read out in one call. No page of the portal takes them.

    They are derived from this row and a key and stand nowhere (auth_flow/call_codes.py). `phone` is E.164 as it was
    when they were made, `used_at` when the caller said them.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    nonce = models.BinaryField(max_length=16)
    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="digits")
    phone = models.CharField(max_length=16)
    key_id = models.CharField(max_length=16)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    attempts_max = models.PositiveSmallIntegerField()
    sends = models.PositiveSmallIntegerField(default=1)
    used_at = models.DateTimeField(null=True)

    class Meta:
        constraints: ClassVar = [
            models.CheckConstraint(
                name="digits_are_tried_no_more_than_allowed", condition=Q(attempts__lte=F("attempts_max"))
            )
        ]
        indexes: ClassVar = [
            models.Index(name="digits_of_call", fields=["call", "created_at"]),
            models.Index(name="digits_by_time", fields=["created_at"]),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.created_at:%H:%M:%S}"


class CallAct(models.Model):
    """One thing that an agent did for a customer in a call, and why. Only added to."""

    class What(models.TextChoices):
        UNBLOCK = "unblock", _("Zhbllokoi hyrjen")
        THAW = "thaw", _("Propozoi heqjen e ngrirjes")
        RESET = "reset", _("Lejoi një fjalëkalim të ri")
        REMOVE_APP = "remove_app", _("Hoqi aplikacionin e kodeve")
        FREEZE = "freeze", _("Ngriu hyrjen")
        END_SESSIONS = "end_sessions", _("Mbylli hyrjet e hapura")
        RESEND = "resend", _("Dërgoi përsëri FNP-në")

    # What opens a way in; the laws of the database name the same.
    OPENS = frozenset({What.UNBLOCK, What.THAW, What.RESET, What.REMOVE_APP})

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="acts", verbose_name=_("telefonata"))
    what = models.CharField(_("çfarë"), max_length=20, choices=What)
    reason = models.CharField(_("arsyeja"), max_length=200)
    at = models.DateTimeField(_("kur"))

    class Meta:
        verbose_name = _("veprim në telefonatë")
        verbose_name_plural = _("veprime në telefonata")
        indexes: ClassVar = [models.Index(name="call_acts_by_time", fields=["what", "at"])]

    def __str__(self) -> str:
        return self.get_what_display()


class ResetPermit(models.Model):
    """For a customer without a card at hand: in her next forgotten password it stands for the card, never for the FNP.

    Given in a call whose caller was checked; holds until `expires_at`, for one new password (`used_at`).
    """

    call = models.ForeignKey(Call, on_delete=models.PROTECT, related_name="permits")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="reset_permits")
    given_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    class Meta:
        indexes: ClassVar = [models.Index(name="permits_of_user", fields=["user", "expires_at"])]

    def __str__(self) -> str:
        return f"{self.user_id} {self.given_at:%Y-%m-%d %H:%M}"


class DeskAlarm(models.Model):
    """One member of staff does too much of one thing; somebody should ask why. Only added to."""

    class Kind(models.TextChoices):
        LOOKS = "looks", _("Shumë klientë të kërkuar në një orë")
        UNBLOCKS = "unblocks", _("Shumë zhbllokime dhe leje në një orë")
        DIGITS = "digits", _("Shumë shifra të gabuara në një ditë")

    agent = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name=_("stafi"))
    kind = models.CharField(_("pse"), max_length=10, choices=Kind)
    count = models.PositiveIntegerField(_("sa herë"))
    at = models.DateTimeField(_("kur"))

    class Meta:
        verbose_name = _("alarm i tavolinës")
        verbose_name_plural = _("alarme të tavolinës")
        indexes: ClassVar = [
            models.Index(name="alarms_of_agent", fields=["agent", "kind", "at"]),
            models.Index(name="desk_alarms_by_time", fields=["at"]),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.at:%Y-%m-%d %H:%M}"
