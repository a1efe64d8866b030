"""Who banks here: companies, the people who act for them, and with which rights."""

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Company(models.Model):
    """A business client of the bank (R15). The NIPT is stored compact and in capitals."""

    class Status(models.TextChoices):
        ACTIVE = "active", _("Aktive")
        CLOSED = "closed", _("E mbyllur")

    name = models.CharField(_("emri"), max_length=140)
    nipt = models.CharField("NIPT", max_length=10, unique=True)
    status = models.CharField(_("gjendja"), max_length=10, choices=Status, default=Status.ACTIVE)
    created_at = models.DateTimeField(_("krijuar"))

    class Meta:
        verbose_name = _("kompani")
        verbose_name_plural = _("kompani")
        ordering: ClassVar = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.nipt})"


class Person(models.Model):
    """A human client. The bank gives the customer number (R20): nine digits, never changed, zeros in front kept.

    `phone` (E.164) comes from the bank's records and cannot be edited online (R48).
    """

    customer_number = models.CharField(_("numri i klientit"), max_length=9, unique=True)
    first_name = models.CharField(_("emri"), max_length=70)
    last_name = models.CharField(_("mbiemri"), max_length=70)
    phone = models.CharField(_("celulari"), max_length=16, blank=True)
    phone_changed_at = models.DateTimeField(_("celulari u ndryshua"), null=True, blank=True)
    email = models.EmailField(_("e-mail"), blank=True)

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("persona")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="customer_number_has_nine_digits", condition=Q(customer_number__regex=r"^[0-9]{9}$")
            ),
        ]

    @property
    def full_name(self) -> str:
        return f"{self.first_name} {self.last_name}"

    def __str__(self) -> str:
        return f"{self.full_name} ({self.customer_number})"


class UserManager(BaseUserManager["User"]):
    """Two ways in, and no third: `create_customer` for a person of the bank's clients, `create_staff` for the bank."""

    def create_customer(self, *, person: Person) -> "User":
        user = self.model(username=person.customer_number, person=person, kind=User.Kind.CUSTOMER)
        user.set_unusable_password()
        user.save(using=self._db)
        return user

    def create_staff(self, *, username: str, password: str, is_superuser: bool = False) -> "User":
        user = self.model(username=username, kind=User.Kind.STAFF, is_superuser=is_superuser)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, username: str, password: str, **extra: Any) -> "User":
        return self.create_staff(username=username, password=password, is_superuser=True)


class User(AbstractBaseUser, PermissionsMixin):
    """An access to the portal: of a customer (has a person) or of bank staff (has none); never both (R74)."""

    class Kind(models.TextChoices):
        CUSTOMER = "customer", _("Klient")
        STAFF = "staff", _("Staf i bankës")

    username = models.CharField(_("përdoruesi"), max_length=64, unique=True)
    kind = models.CharField(_("lloji"), max_length=10, choices=Kind)
    person = models.OneToOneField(Person, on_delete=models.PROTECT, null=True, blank=True)
    is_active = models.BooleanField(_("aktiv"), default=True)
    password_changed_at = models.DateTimeField(_("fjalëkalimi u ndryshua"), null=True, blank=True)
    # After a new password by reset or a new phone: meanwhile this user signs only up to the low limit (low_limit.py).
    low_limit_since = models.DateTimeField(_("kufi i ulët nga"), null=True, blank=True)
    low_limit_until = models.DateTimeField(_("kufi i ulët deri"), null=True, blank=True)
    # After she reported a code that she had not asked for: somebody else knows the password.
    must_change_password = models.BooleanField(_("duhet të ndryshojë fjalëkalimin"), default=False, db_default=False)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    class Meta:
        verbose_name = _("përdorues")
        verbose_name_plural = _("përdorues")
        constraints: ClassVar = [
            models.CheckConstraint(
                name="user_is_customer_or_staff_never_both",
                condition=Q(kind="customer", person__isnull=False, is_superuser=False)
                | Q(kind="staff", person__isnull=True),
            ),
            models.CheckConstraint(
                name="the_low_limit_has_a_beginning_and_an_end",
                condition=Q(low_limit_since__isnull=True, low_limit_until__isnull=True)
                | Q(
                    low_limit_since__isnull=False,
                    low_limit_until__isnull=False,
                    low_limit_since__lt=F("low_limit_until"),
                ),
            ),
        ]

    @property
    def is_staff(self) -> bool:
        """Read by Django's admin."""
        return self.kind == self.Kind.STAFF

    @property
    def full_name(self) -> str:
        return self.person.full_name if self.person else self.username

    def __str__(self) -> str:
        return self.full_name


class Mandate(models.Model):
    """The right of one user to act for one company (R67): the pair customer number + NIPT of the sign-in (D1).

    Every mandate may look; `may_prepare` and `may_sign` widen it. Signing one's own order is ruled by the order's
    snapshot, not here.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="mandates")
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="mandates")
    may_prepare = models.BooleanField(_("përgatit pagesa"), default=False)
    may_sign = models.BooleanField(_("nënshkruan"), default=False)
    valid_from = models.DateField(_("vlen nga"))
    valid_until = models.DateField(_("vlen deri më"), null=True, blank=True)

    class Meta:
        verbose_name = _("mandat")
        verbose_name_plural = _("mandate")
        constraints: ClassVar = [
            models.UniqueConstraint(name="one_mandate_per_user_and_company", fields=["user", "company"]),
        ]

    def __str__(self) -> str:
        return f"{self.user} · {self.company.name}"
