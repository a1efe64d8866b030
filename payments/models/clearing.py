"""What leaves for the clearing house and what comes from it: sessions, files both ways, orders under way, credits."""

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Posting
from payments.models.orders import PaymentOrder, Rail


class Message(models.TextChoices):
    """The messages of ISO 20022 that banks exchange here."""

    PACS_008 = "pacs.008", "pacs.008"
    PACS_002 = "pacs.002", "pacs.002"
    PACS_004 = "pacs.004", "pacs.004"
    CAMT_054 = "camt.054", "camt.054"


class ClearingSession(models.Model):
    """When a rail takes orders, on working days in Tirana time; the latest `valid_from` that has come rules a rail.

    Without `until_time`: a session, which takes what was executed until `at_time`. With it: the rail is open from
    `at_time` to `until_time` and takes orders at once.
    """

    rail = models.CharField(_("rruga"), max_length=10, choices=Rail)
    at_time = models.TimeField(_("ora"))
    until_time = models.TimeField(_("deri në orën"), null=True, blank=True)
    valid_from = models.DateField(_("vlen nga"))
    source = models.CharField(_("burimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("seancë klerimi")
        verbose_name_plural = _("seanca klerimi")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_session_per_rail_and_moment", fields=["rail", "valid_from", "at_time"]),
            models.CheckConstraint(
                name="session_ends_after_it_begins",
                condition=Q(until_time__isnull=True) | Q(until_time__gt=F("at_time")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rail} {self.at_time:%H:%M}"


class SentFile(models.Model):
    """One file of ours, kept byte for byte: this row is the truth, the file in the folder is its copy.

    `sequence` counts a day's files of one message and rail from 1 without gaps. `session_at` is the session that a
    pacs.008 was made for, `answers` the file that a pacs.002 answers. `sum_minor` is in minor units of `currency`.
    Only `written_at` is ever set afterwards: the moment at which the copy lay in the folder.
    """

    name = models.CharField(_("emri"), max_length=80, unique=True)
    message = models.CharField(_("mesazhi"), max_length=10, choices=Message)
    message_id = models.CharField(max_length=35, unique=True)
    rail = models.CharField(_("rruga"), max_length=10, choices=Rail)
    currency = models.CharField(_("monedha"), max_length=3)
    day = models.DateField(_("dita"))
    sequence = models.PositiveIntegerField(_("numri rendor"))
    session_at = models.DateTimeField(_("seanca"), null=True)
    answers = models.OneToOneField("ArrivedFile", on_delete=models.PROTECT, null=True, related_name="answer")
    count = models.PositiveIntegerField(_("pagesa"))
    sum_minor = models.BigIntegerField(_("shuma"))
    digest = models.CharField("SHA-256", max_length=64)
    content = models.BinaryField()
    made_at = models.DateTimeField(_("u bë"))
    written_at = models.DateTimeField(_("u nxor"), null=True)

    class Meta:
        verbose_name = _("skedar i dërguar")
        verbose_name_plural = _("skedarë të dërguar")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_file_per_sequence", fields=["message", "rail", "day", "sequence"]),
            models.CheckConstraint(name="sent_file_is_never_empty", condition=Q(count__gt=0)),
        ]
        indexes: ClassVar = [
            models.Index(name="files_to_write", fields=["id"], condition=Q(written_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.name


class ArrivedFile(models.Model):
    """One file from the clearing house, known by its bytes: the same bytes are taken once, whatever their name.

    `count` payments stood in it, `applied` of them changed something. A bad file has its `reason` for the staff, and
    does not stand in the way of the same bytes under a better name.
    """

    class Status(models.TextChoices):
        OPEN = "open", _("Në lexim")
        DONE = "done", _("I lexuar")
        BAD = "bad", _("I papranuar")

    name = models.CharField(_("emri"), max_length=120)
    digest = models.CharField("SHA-256", max_length=64)
    message = models.CharField(_("mesazhi"), max_length=10, choices=Message, blank=True)
    message_id = models.CharField(max_length=35, blank=True)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.OPEN)
    reason = models.CharField(_("arsyeja"), max_length=200, blank=True)
    count = models.PositiveIntegerField(_("pagesa"), default=0)
    applied = models.PositiveIntegerField(_("të zbatuara"), default=0)
    arrived_at = models.DateTimeField(_("mbërriti"))
    finished_at = models.DateTimeField(_("mbaroi"), null=True)

    class Meta:
        verbose_name = _("skedar i mbërritur")
        verbose_name_plural = _("skedarë të mbërritur")
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_content_is_taken_once", fields=["digest"], condition=~Q(status="bad")),
            models.UniqueConstraint(
                name="a_name_arrives_with_one_content", fields=["name"], condition=~Q(status="bad")
            ),
            models.CheckConstraint(
                name="finished_file_has_its_moment",
                condition=Q(status="open", finished_at__isnull=True)
                | (~Q(status="open") & Q(finished_at__isnull=False)),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class ClearingItem(models.Model):
    """One order under way to another bank. The database makes it when the order is executed, whoever executed it.

    It waits, leaves in one file at one place under one `transaction_id`, and is answered once. Where the money
    of its order comes back while it waits, it is withdrawn and never leaves.
    """

    class Status(models.TextChoices):
        WAITING = "waiting", _("Pret seancën")
        SENT = "sent", _("E dërguar")
        ACCEPTED = "accepted", _("E pranuar")
        REJECTED = "rejected", _("E kthyer")
        WITHDRAWN = "withdrawn", _("E tërhequr para se të dilte")

    order = models.OneToOneField(PaymentOrder, on_delete=models.PROTECT, related_name="clearing_item")
    rail = models.CharField(_("rruga"), max_length=10, choices=Rail)
    currency = models.CharField(_("monedha"), max_length=3)
    amount_minor = models.BigIntegerField(_("shuma"))
    executed_at = models.DateTimeField(_("e kryer"))
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.WAITING)
    file = models.ForeignKey(SentFile, on_delete=models.PROTECT, null=True, related_name="items", db_index=False)
    place = models.PositiveIntegerField(null=True)
    transaction_id = models.CharField(max_length=35, null=True)
    answer = models.ForeignKey(
        ArrivedFile, on_delete=models.PROTECT, null=True, related_name="answered_items", db_index=False
    )
    answered_at = models.DateTimeField(_("përgjigjja"), null=True)
    reason_code = models.CharField(_("arsyeja"), max_length=35, blank=True)

    class Meta:
        verbose_name = _("pagesë në klerim")
        verbose_name_plural = _("pagesa në klerim")
        constraints: ClassVar = [
            models.UniqueConstraint(
                name="one_item_per_place_of_a_file", fields=["file", "place"], condition=Q(file__isnull=False)
            ),
            models.UniqueConstraint(
                name="transaction_id_names_one_item",
                fields=["transaction_id"],
                condition=Q(transaction_id__isnull=False),
            ),
            models.CheckConstraint(
                name="sent_item_has_its_file",
                condition=Q(
                    status__in=["waiting", "withdrawn"],
                    file__isnull=True,
                    place__isnull=True,
                    transaction_id__isnull=True,
                )
                | (
                    ~Q(status__in=["waiting", "withdrawn"])
                    & Q(file__isnull=False, place__isnull=False, transaction_id__isnull=False)
                ),
            ),
            models.CheckConstraint(
                name="answered_item_has_its_answer",
                condition=Q(status__in=["waiting", "withdrawn", "sent"], answer__isnull=True, answered_at__isnull=True)
                | Q(status__in=["accepted", "rejected"], answer__isnull=False, answered_at__isnull=False),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="items_waiting", fields=["rail", "executed_at"], condition=Q(status="waiting")),
            models.Index(name="items_sent", fields=["file"], condition=Q(status="sent")),
            models.Index(name="items_answered", fields=["answer"], condition=Q(answer__isnull=False)),
        ]

    def __str__(self) -> str:
        return self.transaction_id or f"{self.rail} {self.order_id}"


class PaymentReturn(models.Model):
    """A payment of ours that the other bank took and gave back (pacs.004): the money went home by `posting`.

    Its item stays accepted, which it was. `return_id` is the other bank's own reference.
    """

    item = models.OneToOneField(
        ClearingItem, on_delete=models.PROTECT, related_name="payment_return", verbose_name=_("pagesa në klerim")
    )
    file = models.ForeignKey(ArrivedFile, on_delete=models.PROTECT, related_name="returns")
    return_id = models.CharField(_("referenca"), max_length=35, blank=True)
    reason_code = models.CharField(_("arsyeja"), max_length=35, blank=True)
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("mbërriti"))

    class Meta:
        verbose_name = _("pagesë e kthyer")
        verbose_name_plural = _("pagesa të kthyera")

    def __str__(self) -> str:
        return self.return_id or str(self.item_id)


class IncomingCredit(models.Model):
    """One payment from another bank for an account here, by `key`: the sending bank and its own reference; and by its
    `uetr`, where it has one, since not every file tells both.

    The same payment told by a pacs.008 and a camt.054 is one row and is booked once. What could not be booked says
    why by an ISO reason (`reason_code`).
    """

    class Status(models.TextChoices):
        BOOKED = "booked", _("I regjistruar")
        REFUSED = "refused", _("I papranuar")

    key = models.CharField(max_length=60, unique=True)
    file = models.ForeignKey(ArrivedFile, on_delete=models.PROTECT, related_name="credits")
    transaction_id = models.CharField(max_length=36)
    uetr = models.CharField("UETR", max_length=36, blank=True)
    end_to_end_id = models.CharField(max_length=35, blank=True)
    debtor_name = models.CharField(_("paguesi"), max_length=140, blank=True)
    debtor_iban = models.CharField(_("IBAN i paguesit"), max_length=34, blank=True)
    creditor_name = models.CharField(_("përfituesi"), max_length=140, blank=True)
    creditor_iban = models.CharField(_("IBAN i përfituesit"), max_length=34, blank=True)
    amount_minor = models.BigIntegerField(_("shuma"))
    currency = models.CharField(_("monedha"), max_length=3)
    remittance_information = models.CharField(_("përshkrimi"), max_length=140, blank=True)
    value_on = models.DateField(_("data e valutës"))
    status = models.CharField(_("gjendja"), max_length=10, choices=Status)
    reason_code = models.CharField(_("arsyeja"), max_length=4, blank=True)
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, null=True, related_name="+")
    taken_at = models.DateTimeField(_("mbërriti"))

    class Meta:
        verbose_name = _("pagesë hyrëse")
        verbose_name_plural = _("pagesa hyrëse")
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_uetr_names_one_payment", fields=["uetr"], condition=~Q(uetr="")),
            models.CheckConstraint(name="incoming_amount_is_positive", condition=Q(amount_minor__gt=0)),
            models.CheckConstraint(
                name="booked_credit_has_its_posting",
                condition=Q(status="booked", posting__isnull=False, reason_code="")
                | (Q(status="refused", posting__isnull=True) & ~Q(reason_code="")),
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="credits_by_day", fields=["currency", "taken_at"]),
        ]

    def __str__(self) -> str:
        return self.key


class Settlement(models.Model):
    """What the bank paid or got at the central bank for the clearing's net, as its camt.054 told: `amount_minor` is
    signed, positive for what we got. Its posting moves the clearing account's balance to the core's account."""

    reference = models.CharField(_("referenca"), max_length=60, unique=True)
    file = models.ForeignKey(ArrivedFile, on_delete=models.PROTECT, related_name="settlements")
    amount_minor = models.BigIntegerField(_("shuma"))
    currency = models.CharField(_("monedha"), max_length=3)
    value_on = models.DateField(_("data e valutës"))
    posting = models.OneToOneField(Posting, on_delete=models.PROTECT, related_name="+")
    taken_at = models.DateTimeField(_("mbërriti"))

    class Meta:
        verbose_name = _("shlyerje")
        verbose_name_plural = _("shlyerje")

    def __str__(self) -> str:
        return self.reference


class Difference(models.Model):
    """What the clearing house told and our books cannot explain; somebody of staff looks into it and settles it."""

    class What(models.TextChoices):
        UNKNOWN_ANSWER = "unknown_answer", _("Përgjigje për pagesë që nuk e kemi dërguar")
        OTHER_ANSWER = "other_answer", _("Përgjigje e dytë, ndryshe nga e para")
        NOT_RETURNED = "not_returned", _("E kthyer, por llogaria e klientit është e mbyllur")
        GIVEN_BACK = "given_back", _("E kthyer, por paratë i ishin kthyer klientit më parë")
        GROUP_WITHHELD = "group_withheld", _("Përgjigjja për gjithë skedarin nuk u zbatua: një pagesë e tij nuk njihet")
        OTHER_CONTENT = "other_content", _("E njëjta referencë me të dhëna të tjera")
        UNKNOWN_SENDER = "unknown_sender", _("Pagesë hyrëse pa bankë ose referencë të dërguesit")
        NOT_BOOKED = "not_booked", _("Para të shlyera për një llogari që nuk i merr")
        NOT_OURS = "not_ours", _("Lëvizje në një llogari që nuk e regjistron klerimi")
        WRONG_DAY = "wrong_day", _("Datë valute shumë larg ditës kur mbërriti")
        UNKNOWN_RETURN = "unknown_return", _("Kthim i një pagese që nuk e kemi dërguar")
        OTHER_SUM = "other_sum", _("Kthim me shumë tjetër nga ajo e pagesës")
        WHOLE_FILE = "whole_file", _("Kthim i një skedari të tërë, pa emrat e pagesave")

    file = models.ForeignKey(ArrivedFile, on_delete=models.PROTECT, related_name="differences")
    what = models.CharField(_("çfarë"), max_length=20, choices=What)
    reference = models.CharField(_("referenca"), max_length=80)
    noted_at = models.DateTimeField(_("u pa"))
    settled_at = models.DateTimeField(_("u sqarua"), null=True)
    settled_by = models.CharField(_("e sqaroi"), max_length=80, blank=True)
    note = models.CharField(_("shënimi"), max_length=200, blank=True)

    class Meta:
        verbose_name = _("mospërputhje")
        verbose_name_plural = _("mospërputhje")
        constraints: ClassVar = [
            models.UniqueConstraint(name="a_difference_is_noted_once", fields=["file", "what", "reference"]),
            models.CheckConstraint(
                name="settled_difference_says_who_and_what",
                condition=Q(settled_at__isnull=True, settled_by="", note="")
                | (Q(settled_at__isnull=False) & ~Q(settled_by="") & ~Q(note="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.what} {self.reference}"
