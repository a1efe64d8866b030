"""The books on the staff's desk: accounts, postings, entries and holds, looked at by staff and changed by nobody."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django.contrib import admin
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, corrections
from accounts.desk import LookedAtOnly, Shown
from accounts.desk_acts import Act, Acting
from accounts.desk_forms import ReasonForm
from accounts.identifiers import group_iban
from accounts.models import BankAccount, Entry, Hold, Posting, Proposal
from accounts.money import format_money, format_signed

if TYPE_CHECKING:
    EntryInlineBase = admin.TabularInline[Entry, Posting]
else:
    EntryInlineBase = admin.TabularInline


@admin.register(BankAccount)
class BankAccountDesk(Shown):
    of_company = ("company",)
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


def _ask_for_reversal(posting: Posting, typed: dict[str, Any], actor: audit.Actor, at: datetime) -> Proposal:
    return corrections.propose_reversal(posting=posting, reason=typed["reason"], actor=actor, at=at)


REVERSAL = Act(
    name="reverse",
    title=_("Kërko kthimin"),
    intro=_("Kthimi regjistron të njëjtat shuma në anën tjetër, sot. E miraton një koleg; klienti e sheh te pasqyra."),
    button=_("Kërko kthimin"),
    permission="accounts.reverse_posting",
    form=ReasonForm,
    do=_ask_for_reversal,
    is_offered=corrections.can_be_reversed,
)


@admin.register(Posting)
class PostingDesk(Acting, Shown):
    of_company = ("entries__account__company",)
    acts = (REVERSAL,)
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
    of_company = ("account__company",)
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
    of_company = ("account__company",)
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
