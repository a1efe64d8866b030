"""A payment order: what a company asked, what the bank promised, and who signed."""

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from accounts.models import BankAccount, Company, Posting, User


class OrderKind(models.TextChoices):
    """What a company can ask for. Exchange, SEPA and SWIFT will be further kinds of these rows; no menu names them."""

    OWN = "own", _("Transfertë mes llogarive tuaja")
    INTERNAL = "internal", _("Transfertë brenda bankës")
    DOMESTIC = "domestic", _("Transfertë brenda vendit")
    BUDGET = "budget", _("Pagesë për buxhetin")


class Rail(models.TextChoices):
    """By which way money leaves: our own books, or one of the country's payment systems (`payments.rails`)."""

    BOOK = "book", _("Brenda bankës")
    AECH = "aech", "AECH"
    AIPS = "aips", "AIPS"
    AIPS_EURO = "aips_euro", "AIPS EURO"


class OrderStatus(models.TextChoices):
    """A one-way street, kept by a law in the database (`order_status_goes_one_way`)."""

    DRAFT = "draft", _("Draft")
    AWAITING = "awaiting", _("Në pritje të nënshkrimit")
    RELEASED = "released", _("E pranuar")
    EXECUTED = "executed", _("E kryer")
    REJECTED = "rejected", _("E refuzuar")
    CANCELLED = "cancelled", _("E anuluar")
    FAILED = "failed", _("E pakryer")
    EXPIRED = "expired", _("E skaduar")
    RETURNED = "returned", _("E kthyer")
    SENT_BACK = "sent_back", _("E kthyer për ndryshim")


class PaymentOrder(models.Model):
    """One order. After the draft its payload is frozen by the database; `version` counts the edits before that.

    `beneficiary_iban` of an own or internal transfer is an account of this bank. `rail`, `is_urgent` and
    `prefers_previous` (of a requested day off: the working day before it) are part of the payload. `budget_scheme` is
    the code of the scheme whose `budget_fields` (field code to value) were asked; `invoice_code` is the NIVF or EIC of
    an e-invoice.
    `payee_key` is the beneficiary's name as names are compared (`payee_names.key`), no part of the payload.
    The clock makes the orders of a series: `standing` names it, `requested_on` is the day of its rhythm and `due_on`
    the working day on which that day pays.
    `end_reason` also says why an executed order came back, by the posting `return_posting`.
    An order that a signer sent back for a change has ended with its signatures; the draft that `replaces` it goes on.

    `other_signers` is the snapshot, taken at submission, of how many people other than the preparer must sign:
    0 = the preparer may sign alone. `submit_key` comes from the form and makes a second click the same order.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("numri"), max_length=20)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="payment_orders", db_index=False)
    kind = models.CharField(_("lloji"), max_length=12, choices=OrderKind)
    status = models.CharField(_("gjendja"), max_length=10, choices=OrderStatus, default=OrderStatus.DRAFT)
    submit_key = models.CharField(max_length=64)
    version = models.PositiveIntegerField(default=1)

    debit_account = models.ForeignKey(BankAccount, on_delete=models.PROTECT, related_name="payment_orders")
    currency = models.CharField(_("monedha"), max_length=3)
    amount_minor = models.BigIntegerField(_("shuma"))
    fee_minor = models.BigIntegerField(_("komisioni"))
    beneficiary_name = models.CharField(_("përfituesi"), max_length=70)
    beneficiary_iban = models.CharField(_("IBAN i përfituesit"), max_length=34)
    description = models.CharField(_("përshkrimi"), max_length=140)
    requested_on = models.DateField(_("dita e kërkuar"), null=True, blank=True)
    prefers_previous = models.BooleanField(default=False)
    is_urgent = models.BooleanField(_("urgjente"), default=False)
    rail = models.CharField(_("rruga"), max_length=10, choices=Rail, default=Rail.AECH)
    invoice_code = models.CharField("NIVF / EIC", max_length=36, blank=True)
    budget_scheme = models.CharField(max_length=20, blank=True)
    budget_fields = models.JSONField(default=dict, blank=True)
    payee_key = models.CharField(max_length=140, blank=True, default="", db_default="")

    other_signers = models.PositiveSmallIntegerField(null=True)
    prepared_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="prepared_orders", db_index=False)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    released_at = models.DateTimeField(null=True)
    execute_on = models.DateField(_("kryhet më"), null=True)
    hold_id = models.UUIDField(null=True)
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, null=True, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    end_reason = models.CharField(max_length=200, blank=True)
    standing = models.ForeignKey(
        "payments.StandingOrder", on_delete=models.PROTECT, null=True, related_name="orders", db_index=False
    )
    due_on = models.DateField(null=True)
    returned_at = models.DateTimeField(null=True)
    return_posting = models.ForeignKey(Posting, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("vazhdon urdhrin")
    )

    class Meta:
        verbose_name = _("urdhër pagese")
        verbose_name_plural = _("urdhra pagese")
        constraints: ClassVar = [
            models.UniqueConstraint(name="order_number_names_one_order", fields=["number"]),
            models.UniqueConstraint(name="second_click_is_the_same_order", fields=["submit_key"]),
            models.UniqueConstraint(
                name="return_brings_one_order_home",
                fields=["return_posting"],
                condition=models.Q(return_posting__isnull=False),
            ),
            models.CheckConstraint(name="order_amount_is_positive", condition=models.Q(amount_minor__gt=0)),
            models.CheckConstraint(name="order_fee_is_never_negative", condition=models.Q(fee_minor__gte=0)),
            models.CheckConstraint(
                name="executed_order_has_its_posting",
                condition=models.Q(status__in=["executed", "returned"], posting__isnull=False)
                | (~models.Q(status__in=["executed", "returned"]) & models.Q(posting__isnull=True)),
            ),
            models.CheckConstraint(
                name="released_order_has_its_day",
                condition=~models.Q(status__in=["released", "executed", "returned"])
                | models.Q(execute_on__isnull=False),
            ),
            models.CheckConstraint(
                name="returned_order_has_its_return",
                condition=models.Q(status="returned", returned_at__isnull=False, return_posting__isnull=False)
                | (~models.Q(status="returned") & models.Q(returned_at__isnull=True, return_posting__isnull=True)),
            ),
            models.CheckConstraint(
                name="submitted_order_knows_its_signers",
                condition=models.Q(status__in=["draft", "cancelled", "expired"])
                | models.Q(other_signers__isnull=False, other_signers__lte=2),
            ),
            models.CheckConstraint(
                name="order_of_a_series_names_its_days",
                condition=models.Q(standing__isnull=True, due_on__isnull=True)
                | models.Q(standing__isnull=False, due_on__isnull=False, requested_on__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_order_per_series_and_due_day",
                fields=["standing", "due_on"],
                condition=models.Q(standing__isnull=False),
            ),
            models.UniqueConstraint(
                name="one_order_per_series_and_day_of_its_rhythm",
                fields=["standing", "requested_on"],
                condition=models.Q(standing__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="orders_of_a_company", fields=["company", "-created_at"]),
            models.Index(name="orders_to_a_payee", fields=["company", "beneficiary_iban"]),
            models.Index(
                name="orders_to_a_name", fields=["company", "payee_key"], condition=models.Q(status="executed")
            ),
            models.Index(name="orders_due", fields=["execute_on"], condition=models.Q(status="released")),
            models.Index(name="orders_awaiting", fields=["company"], condition=models.Q(status="awaiting")),
            models.Index(
                name="drafts_to_forget",
                fields=["ended_at"],
                condition=models.Q(status__in=["cancelled", "expired"], submitted_at__isnull=True),
            ),
        ]

    @property
    def total_minor(self) -> int:
        """Amount and fee: what leaves the account."""
        return self.amount_minor + self.fee_minor

    @property
    def signatures_wanted(self) -> int:
        """How many people must sign; somebody always does."""
        return max(1, self.other_signers or 0)

    def __str__(self) -> str:
        return self.number


class Promise(models.Model):
    """The day that the bank promised when the last signature released the order, and why (R56, R57). Never changed.

    Without a `cut_off` the order stays in our own books.
    """

    order = models.OneToOneField(PaymentOrder, on_delete=models.PROTECT, related_name="promise")
    released_at = models.DateTimeField()
    cut_off = models.TimeField(null=True)
    execute_on = models.DateField()
    reasons = models.JSONField()

    class Meta:
        indexes: ClassVar = [models.Index(name="promises_by_day", fields=["execute_on"])]

    def __str__(self) -> str:
        return f"{self.order} {self.execute_on}"


class Signature(models.Model):
    """One person's approval of exactly the body whose hash the spent challenge carries."""

    order = models.ForeignKey(PaymentOrder, on_delete=models.PROTECT, related_name="signatures")
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    challenge = models.UUIDField(unique=True)
    body = models.BinaryField()
    signed_at = models.DateTimeField()

    class Meta:
        verbose_name = _("nënshkrim")
        verbose_name_plural = _("nënshkrime")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_signature_per_person", fields=["order", "user"]),
        ]

    def __str__(self) -> str:
        return f"{self.order} {self.user}"
