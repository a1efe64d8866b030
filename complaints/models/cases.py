"""Cases: what somebody complains of, suggests or asks, the thread that follows, and the links that open it."""

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.models import Company, User


class Case(models.Model):
    """One matter that somebody brought to the bank, by whichever channel (R61-R66). All moments are the bank's clock.

    `user` filed it signed in, or an agent filed it for her; with a company and no user it is the company's own letter.
    `customer_number` is what a visitor typed: nobody asks the books whether it exists. What was filed stays as it was
    filed. `answer_by` is the last day for the final answer, `ended_at` stands from the final answer or the closing
    until somebody opens the case again. `has_news` says that its user has not read the bank's last answer.
    `warned_at` and `overdue_at` are when the bank's own people were told of the deadline.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Ankesë")
        SUGGESTION = "suggestion", _("Sugjerim")
        MESSAGE = "message", _("Mesazh")

    class Channel(models.TextChoices):
        WEB = "web", _("Formulari në faqe")
        PORTAL = "portal", _("Dega Internet")
        PHONE = "phone", _("Telefon")
        EMAIL = "email", _("E-mail")
        WHATSAPP = "whatsapp", "WhatsApp"
        SOCIAL = "social", _("Rrjetet sociale")
        BRANCH = "branch", _("Degë")

    class Status(models.TextChoices):
        OPEN = "open", _("Në shqyrtim")
        ANSWERED = "answered", _("U përgjigjëm")
        FINAL = "final", _("Përgjigje përfundimtare")
        CLOSED = "closed", _("E mbyllur")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.CharField(_("numri"), max_length=20, unique=True)
    kind = models.CharField(_("lloji"), max_length=12, choices=Kind)
    channel = models.CharField(_("kanali"), max_length=10, choices=Channel)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.OPEN)
    subject = models.CharField(_("tema"), max_length=120, blank=True)
    name = models.CharField(_("emri"), max_length=140)
    email = models.EmailField(_("e-mail"), blank=True)
    phone = models.CharField(_("telefoni"), max_length=30, blank=True)
    customer_number = models.CharField(_("numri i klientit"), max_length=9, blank=True)
    user = models.ForeignKey(
        User,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="cases",
        verbose_name=_("përdoruesi"),
    )
    company = models.ForeignKey(
        Company,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        related_name="cases",
        verbose_name=_("kompania"),
    )
    language = models.CharField(_("gjuha"), max_length=5, default="sq")
    submit_key = models.CharField(max_length=64, unique=True)
    opened_at = models.DateTimeField(_("u hap më"))
    opened_by = models.CharField(_("e regjistroi"), max_length=80)
    answer_by = models.DateField(_("përgjigjja deri më"))
    assigned_to = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("e ndjek")
    )
    final_at = models.DateTimeField(_("përgjigjja përfundimtare më"), null=True, blank=True)
    ended_at = models.DateTimeField(_("mbaroi më"), null=True, blank=True)
    ended_by = models.CharField(_("e mbylli"), max_length=80, blank=True)
    has_news = models.BooleanField(_("përgjigje e palexuar"), default=False)
    warned_at = models.DateTimeField(null=True)
    overdue_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("rast")
        verbose_name_plural = _("ankesa, sugjerime dhe mesazhe")
        permissions: ClassVar = [
            ("log_case", "Can log a case for whoever calls, writes or comes to a branch"),
            ("answer_case", "Can assign, answer, close and reopen cases"),
        ]
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_case_is_answered_for_good_or_closed_when_it_ends",
                condition=Q(status__in=["open", "answered"], ended_at__isnull=True, final_at__isnull=True, ended_by="")
                | (Q(status="final", ended_at__isnull=False, final_at__isnull=False) & ~Q(ended_by=""))
                | (Q(status="closed", ended_at__isnull=False) & ~Q(ended_by="")),
            ),
            models.CheckConstraint(
                name="a_case_can_be_answered", condition=Q(user__isnull=False) | ~Q(email="") | ~Q(phone="")
            ),
            models.CheckConstraint(
                name="news_are_for_the_user_of_a_case", condition=Q(has_news=False) | Q(user__isnull=False)
            ),
        ]
        indexes: ClassVar = [
            models.Index(name="cases_by_deadline", fields=["answer_by"], condition=Q(ended_at__isnull=True)),
            models.Index(name="cases_that_ended", fields=["ended_at"], condition=Q(ended_at__isnull=False)),
            models.Index(name="cases_of_user", fields=["user", "-opened_at"]),
            models.Index(name="cases_of_company", fields=["company", "-opened_at"]),
            models.Index(name="cases_with_news", fields=["user"], condition=Q(has_news=True)),
            models.Index(name="cases_from_the_form", fields=["opened_at"], condition=Q(channel="web")),
        ]

    @property
    def has_ended(self) -> bool:
        """Whether the bank has nothing more to answer."""
        return self.ended_at is not None

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.number}"


class Reply(models.Model):
    """One entry of the thread, never changed: what the customer wrote, what the bank answered, what staff noted.

    The first entry is what was filed; an agent who logs a call writes it in the customer's place.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Klienti")
        BANK = "bank", _("Banka")
        NOTE = "note", _("Shënim i brendshëm")

    case = models.ForeignKey(
        Case, on_delete=models.PROTECT, db_index=False, related_name="replies", verbose_name=_("rasti")
    )
    kind = models.CharField(_("lloji"), max_length=10, choices=Kind)
    text = models.TextField(_("teksti"))
    is_final = models.BooleanField(_("përfundimtare"), default=False)
    written_at = models.DateTimeField(_("shkruar më"))
    written_by = models.CharField(_("shkroi"), max_length=80)

    class Meta:
        verbose_name = _("shkrim")
        verbose_name_plural = _("shkrime")
        constraints: ClassVar = [
            models.CheckConstraint(name="only_the_bank_answers_for_good", condition=Q(is_final=False) | Q(kind="bank")),
            models.CheckConstraint(name="a_reply_says_something", condition=~Q(text="")),
        ]
        indexes: ClassVar = [models.Index(name="replies_of_a_case", fields=["case", "id"])]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} {self.written_at:%Y-%m-%d %H:%M}"


class StatusLink(models.Model):
    """A link to a case for whoever cannot sign in: the e-mail carries the key, this row only its keyed hash.

    Each e-mail about a case carries a link of its own, since nobody can make an old one again.
    """

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="links")
    key_hash = models.CharField(max_length=64, unique=True)
    made_at = models.DateTimeField()

    class Meta:
        verbose_name = _("lidhje e rastit")
        verbose_name_plural = _("lidhje të rasteve")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="a_status_link_keeps_a_hash_alone", condition=Q(key_hash__regex=r"^[0-9a-f]{64}$")
            )
        ]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d %H:%M}"
