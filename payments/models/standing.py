"""Standing orders: one signature for a payment that comes again and again, and the days that its owner left out."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Company, User
from payments.models.orders import OrderKind


class Rhythm(models.TextChoices):
    DAILY = "daily", _("Çdo ditë pune")
    WEEKLY = "weekly", _("Çdo javë")
    MONTHLY = "monthly", _("Çdo muaj")
    QUARTERLY = "quarterly", _("Çdo tre muaj")
    HALF_YEARLY = "half_yearly", _("Çdo gjashtë muaj")
    YEARLY = "yearly", _("Çdo vit")


class StandingStatus(models.TextChoices):
    """A one-way street, kept by a law in the database (`standing_order_goes_one_way`)."""

    DRAFT = "draft", _("Draft")
    AWAITING = "awaiting", _("Në pritje të nënshkrimit")
    RUNNING = "running", _("Aktiv")
    REJECTED = "rejected", _("I refuzuar")
    CANCELLED = "cancelled", _("I anuluar")
    EXPIRED = "expired", _("I skaduar")
    STOPPED = "stopped", _("I ndalur")
    FINISHED = "finished", _("I përfunduar")


class StandingOrder(models.Model):
    """One series. After the draft all that was signed is frozen by the database; who wants another makes it anew.

    The first day gives the day of week or month (`payments.rhythm`). It ends with `last_on` or after so many `times`,
    or never; `times` counts the days of the rhythm, those left out and those that failed too. `cap_minor` is the most
    that may leave in all. `prefers_previous` moves a day off to the working day before it. `look_on` is the day on
    which the clock looks at it again; only a running series has one. `other_signers` and `submit_key` as of an order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("numri"), max_length=20, unique=True)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="standing_orders")
    kind = models.CharField(_("lloji"), max_length=12, choices=OrderKind)
    status = models.CharField(_("gjendja"), max_length=10, choices=StandingStatus, default=StandingStatus.DRAFT)
    submit_key = models.CharField(max_length=64, unique=True)
    version = models.PositiveIntegerField(default=1)

    debit_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="standing_orders")
    currency = models.CharField(_("monedha"), max_length=3)
    amount_minor = models.BigIntegerField(_("shuma"))
    beneficiary_name = models.CharField(_("përfituesi"), max_length=70)
    beneficiary_iban = models.CharField(_("IBAN i përfituesit"), max_length=34)
    description = models.CharField(_("përshkrimi"), max_length=140)
    rhythm = models.CharField(_("ritmi"), max_length=12, choices=Rhythm)
    first_on = models.DateField(_("dita e parë"))
    last_on = models.DateField(_("dita e fundit"), null=True, blank=True)
    times = models.PositiveSmallIntegerField(_("sa herë"), null=True, blank=True)
    cap_minor = models.BigIntegerField(_("tavani"), null=True, blank=True)
    prefers_previous = models.BooleanField(default=False)

    other_signers = models.PositiveSmallIntegerField(null=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    started_at = models.DateTimeField(_("nisi më"), null=True)
    look_on = models.DateField(_("shihet më"), null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    end_reason = models.CharField(max_length=200, blank=True)

    class Meta:
        verbose_name = _("urdhër i përhershëm")
        verbose_name_plural = _("urdhra të përhershëm")
        constraints: ClassVar = [
            models.CheckConstraint(name="standing_amount_is_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="standing_order_is_of_a_kind_that_recurs",
                condition=models.Q(kind__in=["own", "internal", "domestic"]),
            ),
            models.CheckConstraint(
                name="standing_order_ends_in_one_way",
                condition=models.Q(last_on__isnull=True) | models.Q(times__isnull=True),
            ),
            models.CheckConstraint(
                name="standing_order_ends_after_it_begins",
                condition=(models.Q(last_on__isnull=True) | models.Q(last_on__gte=models.F("first_on")))
                & (models.Q(times__isnull=True) | models.Q(times__gt=0)),
            ),
            models.CheckConstraint(
                name="standing_cap_allows_one_payment",
                condition=models.Q(cap_minor__isnull=True) | models.Q(cap_minor__gte=models.F("amount_minor")),
            ),
            models.CheckConstraint(
                name="running_standing_order_has_its_next_look",
                condition=models.Q(status="running", look_on__isnull=False, started_at__isnull=False)
                | (~models.Q(status="running") & models.Q(look_on__isnull=True)),
            ),
            models.CheckConstraint(
                name="submitted_standing_order_knows_its_signers",
                condition=models.Q(status__in=["draft", "cancelled", "expired"])
                | models.Q(other_signers__isnull=False, other_signers__lte=2),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="standing_orders_of_a_company", fields=["company", "-created_at"]),
            models.Index(name="standing_orders_to_look_at", fields=["look_on"], condition=models.Q(status="running")),
        ]

    @property
    def signatures_wanted(self) -> int:
        """How many people must sign; somebody always does."""
        return max(1, self.other_signers or 0)

    def __str__(self) -> str:
        return self.number


class StandingSignature(models.Model):
    """One person's approval of exactly the series whose hash the spent challenge carries; it covers every payment."""

    standing = models.ForeignKey(StandingOrder, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    challenge = models.UUIDField(unique=True)
    body = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("nënshkrim i urdhrit të përhershëm")
        verbose_name_plural = _("nënshkrime të urdhrave të përhershëm")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_standing_signature_per_person", fields=["standing", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.standing} {self.user}"


class SkippedDay(models.Model):
    """One day of the rhythm that makes no order, unless it was taken back before it came; nothing else changes."""

    standing = models.ForeignKey(StandingOrder, on_delete=models.PROTECT, related_name="skipped_days")
    nominal_on = models.DateField(_("dita"))
    skipped_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    skipped_at = models.DateTimeField()
    taken_back_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("ditë e anashkaluar")
        verbose_name_plural = _("ditë të anashkaluara")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="a_day_is_skipped_once",
                fields=["standing", "nominal_on"],
                condition=models.Q(taken_back_at=None),
            ),
            models.CheckConstraint(
                name="a_day_is_taken_back_by_somebody",
                condition=models.Q(taken_back_at=None, taken_back_by=None)
                | models.Q(taken_back_at__isnull=False, taken_back_by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.standing} {self.nominal_on}"
