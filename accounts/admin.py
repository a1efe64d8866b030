"""The staff's desk for the books. Staff keep the calendar; everything else here is only looked at.

Whatever widens somebody's power (mandates, phones) changes at a branch, through a verb that leaves its trace; the
ledger and the audit trail are changed by nobody, not even by a superuser.
"""

from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.business_day import calendar_ends_on
from accounts.identifiers import group_iban, mask_phone
from accounts.models import (
    AuditEvent,
    BankAccount,
    BankDay,
    BankHoliday,
    CalendarYear,
    Company,
    Entry,
    Hold,
    Mandate,
    Person,
    Posting,
    User,
)
from accounts.money import format_money, format_signed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    HolidayBase = admin.ModelAdmin[BankHoliday]
    YearBase = admin.ModelAdmin[CalendarYear]
    YearFormBase = forms.ModelForm[CalendarYear]
    EntryInlineBase = admin.TabularInline[Entry, Posting]
    MandateInlineBase = admin.TabularInline[Mandate, Company]
else:
    HolidayBase = YearBase = admin.ModelAdmin
    YearFormBase = forms.ModelForm
    EntryInlineBase = MandateInlineBase = admin.TabularInline

CHANGES_AT_A_BRANCH = _(
    "Këtu vetëm shihet. Të drejtat, celulari dhe emrat ndryshohen në degë, me kërkesë të nënshkruar."
)
NEVER_CHANGES = _("Këtu vetëm shihet. Në libra vetëm shtohet; një gabim ndreqet me një regjistrim të ri.")


class LookedAtOnly:
    """No adding, changing or deleting, for anybody; who may look is decided by Django's view permission."""

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return False


class Shown(LookedAtOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # one desk for models of every kind
    """A table that staff look at: every field named in `fields`, under a sentence that says why it stays as it is."""

    note: "StrOrPromise" = NEVER_CHANGES
    actions = None
    show_full_result_count = False

    def get_fieldsets(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [(None, {"fields": self.get_fields(request, obj), "description": self.note})]


# --- Who banks here --------------------------------------------------------------------------------------------------


class MandateInline(LookedAtOnly, MandateInlineBase):
    model = Mandate
    fields = ("user", "may_prepare", "may_sign", "valid_from", "valid_until")
    extra = 0


@admin.register(Company)
class CompanyDesk(Shown):
    note = CHANGES_AT_A_BRANCH
    list_display = ("name", "nipt", "status")
    list_filter = ("status",)
    search_fields = ("name", "nipt")
    fields = ("name", "nipt", "status", "created_at")
    inlines = (MandateInline,)


@admin.register(Person)
class PersonDesk(Shown):
    note = CHANGES_AT_A_BRANCH
    list_display = ("customer_number", "first_name", "last_name")
    search_fields = ("customer_number", "first_name", "last_name")
    fields = ("customer_number", "first_name", "last_name", "masked_phone", "email")

    @admin.display(description=_("celulari"))
    def masked_phone(self, person: Person) -> str:
        """Enough to compare on the phone; whoever may see it all sees it at a branch."""
        return mask_phone(person.phone) if person.phone else ""


@admin.register(User)
class UserDesk(Shown):
    """Without the password, its hash or a way to set it: only its owner makes one."""

    note = CHANGES_AT_A_BRANCH
    list_display = ("username", "full_name", "kind", "is_active")
    list_filter = ("kind", "is_active")
    list_select_related = ("person",)
    search_fields = ("username", "person__first_name", "person__last_name")
    fields = ("username", "kind", "person", "is_active", "last_login", "password_changed_at")


@admin.register(Mandate)
class MandateDesk(Shown):
    note = CHANGES_AT_A_BRANCH
    list_display = ("user", "company", "may_prepare", "may_sign", "valid_from", "valid_until")
    list_filter = ("may_prepare", "may_sign")
    list_select_related = ("user__person", "company")
    search_fields = ("user__username", "company__name", "company__nipt")
    fields = ("user", "company", "may_prepare", "may_sign", "valid_from", "valid_until")


# --- The calendar ----------------------------------------------------------------------------------------------------


@admin.register(BankHoliday)
class BankHolidayDesk(HolidayBase):
    """Feasts to come are kept here; one that has come is history, for days were promised by it."""

    actions = None
    list_display = ("day", "name", "is_moved", "is_confirmed", "source")
    list_filter = ("is_confirmed", "is_moved")
    search_fields = ("name",)
    date_hierarchy = "day"

    def has_change_permission(self, request: HttpRequest, obj: BankHoliday | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _has_come(obj)

    def has_delete_permission(self, request: HttpRequest, obj: BankHoliday | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _has_come(obj)

    def save_model(self, request: HttpRequest, obj: BankHoliday, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record("bank.holiday.changed" if change else "bank.holiday.added", request, _subject(obj), _facts(obj))

    def delete_model(self, request: HttpRequest, obj: BankHoliday) -> None:
        _record("bank.holiday.removed", request, _subject(obj), _facts(obj))
        super().delete_model(request, obj)


def _has_come(holiday: BankHoliday | None) -> bool:
    return holiday is not None and holiday.day <= clock.tirana_day(clock.now())


def _subject(holiday: BankHoliday) -> str:
    return f"holiday:{holiday.day}"


def _facts(holiday: BankHoliday) -> dict[str, Any]:
    return {"day": holiday.day, "name": holiday.name, "moved": holiday.is_moved, "confirmed": holiday.is_confirmed}


def _record(event: str, request: HttpRequest, subject: str, facts: dict[str, Any]) -> None:
    """In the transaction that the admin opens around every change."""
    assert isinstance(request.user, User), "the staff site lets nobody else in"
    audit.record(event, actor=audit.actor_of(request.user), at=clock.now(), subject=subject, details=facts)


class YearForm(YearFormBase):
    """A year is complete when its feasts are in the table, and years follow one another."""

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        expected = calendar_ends_on().year + 1
        if year != expected:
            raise ValidationError(_("Viti që pritet është %(year)s. Shkruani këtë vit."), params={"year": expected})
        if not BankHoliday.objects.filter(day__year=year).exists():
            raise ValidationError(_("Për këtë vit nuk ka ende festa. Shtoni më parë të gjitha festat e tij."))
        return year


@admin.register(CalendarYear)
class CalendarYearDesk(LookedAtOnly, YearBase):
    """Staff say that a year's feasts are complete; from then on days of that year can be promised."""

    form = YearForm
    actions = None
    list_display = ("year", "source")
    ordering = ("-year",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return YearBase.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: CalendarYear, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record("bank.calendar_year.added", request, f"year:{obj.year}", {"year": obj.year, "source": obj.source})


@admin.register(BankDay)
class BankDayDesk(Shown):
    list_display = ("day", "status", "closing_at", "closed_at")
    list_filter = ("status",)
    ordering = ("-day",)
    fields = ("day", "status", "closing_at", "closed_at")


# --- The books -------------------------------------------------------------------------------------------------------


@admin.register(BankAccount)
class BankAccountDesk(Shown):
    list_display = ("grouped_iban", "name", "company", "status", "balance", "available")
    list_filter = ("kind", "currency", "status")
    list_select_related = ("company",)
    search_fields = ("iban", "house_code", "company__name", "company__nipt")
    fields = ("grouped_iban", "kind", "company", "house_code", "name", "currency", "status", "opened_on")
    figures: ClassVar = ("balance", "held", "overdraft", "available")

    def get_fields(self, request: HttpRequest, obj: Model | None = None) -> Any:
        return [*self.fields, *self.figures]

    @admin.display(description="IBAN", ordering="iban")
    def grouped_iban(self, account: BankAccount) -> str:
        return group_iban(account.iban) if account.iban else account.house_code or ""

    @admin.display(description=_("Gjendja e regjistruar"))
    def balance(self, account: BankAccount) -> str:
        return format_money(account.balance_minor, account.currency)

    @admin.display(description=_("E rezervuar"))
    def held(self, account: BankAccount) -> str:
        return format_money(account.held_minor, account.currency)

    @admin.display(description=_("Mbitërheqja"))
    def overdraft(self, account: BankAccount) -> str:
        return format_money(account.overdraft_minor, account.currency)

    @admin.display(description=_("E disponueshme"))
    def available(self, account: BankAccount) -> str:
        return format_money(account.available_minor, account.currency)


class EntryInline(LookedAtOnly, EntryInlineBase):
    model = Entry
    fields = readonly_fields = ("account", "sequence", "part", "amount", "balance_after")
    extra = 0

    @admin.display(description=_("Shuma"))
    def amount(self, entry: Entry) -> str:
        return f"{format_signed(entry.amount_minor)} {entry.currency}"

    @admin.display(description=_("Gjendja"))
    def balance_after(self, entry: Entry) -> str:
        return format_money(entry.balance_after_minor, entry.currency)


@admin.register(Posting)
class PostingDesk(Shown):
    list_display = ("key", "kind", "channel", "booked_on", "value_on", "remittance_information")
    list_filter = ("kind", "channel")
    search_fields = ("key", "end_to_end_id", "source")
    ordering = ("-id",)
    fields = (
        ("key", "kind", "channel"),
        ("booked_at", "booked_on", "value_on"),
        ("debtor_name", "debtor_iban"),
        ("creditor_name", "creditor_iban"),
        "remittance_information",
        ("end_to_end_id", "source", "reverses"),
    )
    inlines = (EntryInline,)


@admin.register(Entry)
class EntryDesk(Shown):
    list_display = ("account", "sequence", "part", "amount", "booked_on", "value_on")
    list_filter = ("part", "currency")
    list_select_related = ("account",)
    search_fields = ("account__iban", "posting__key")
    ordering = ("-id",)
    fields = ("posting", "account", "sequence", "part", "amount", "balance_after", "booked_at", "booked_on", "value_on")

    @admin.display(description=_("Shuma"))
    def amount(self, entry: Entry) -> str:
        return f"{format_signed(entry.amount_minor)} {entry.currency}"

    @admin.display(description=_("Gjendja"))
    def balance_after(self, entry: Entry) -> str:
        return format_money(entry.balance_after_minor, entry.currency)


@admin.register(Hold)
class HoldDesk(Shown):
    list_display = ("key", "account", "amount", "status", "placed_at", "expected_on")
    list_filter = ("status", "kind", "channel")
    list_select_related = ("account",)
    search_fields = ("key", "account__iban", "source")
    ordering = ("-placed_at",)
    fields = (
        ("key", "status", "kind", "channel"),
        ("account", "amount"),
        ("placed_at", "expected_on", "ended_at"),
        ("creditor_name", "creditor_iban"),
        "remittance_information",
        ("end_to_end_id", "source", "posting"),
    )

    @admin.display(description=_("Shuma"))
    def amount(self, hold: Hold) -> str:
        return format_money(hold.amount_minor, hold.currency)


@admin.register(AuditEvent)
class AuditEventDesk(Shown):
    list_display = ("at", "event", "outcome", "actor", "actor_role", "company", "subject")
    list_filter = ("outcome", "actor_role")
    search_fields = ("event", "actor", "subject", "company")
    ordering = ("-id",)
    fields = (
        ("chain", "sequence", "at"),
        ("event", "outcome", "reason"),
        ("actor", "actor_role", "company", "subject"),
        ("exact_record", "hash_in_hex"),
    )

    @admin.display(description=_("Regjistrimi i saktë"))
    def exact_record(self, event: AuditEvent) -> str:
        return bytes(event.record).decode()

    @admin.display(description=_("Gjurma digjitale (SHA-256)"))
    def hash_in_hex(self, event: AuditEvent) -> str:
        return bytes(event.hash).hex()
