"""What the core system brought, on the staff's desk: its files, what was not taken, and the reconciliation list."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import Case, When
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.core_feed import booking, reconciliation
from accounts.core_feed.records import Outcome
from accounts.desk import Shown, named
from accounts.desk_acts import Act, Acting
from accounts.desk_forms import ReasonField
from accounts.identifiers import group_iban
from accounts.models import CoreFile, Proposal, ReconciliationItem, RefusedRecord
from accounts.money import format_signed

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

CAME_FROM_THE_CORE = _(
    "Këtu vetëm shihet: kështu erdhi nga sistemi qendror. Atje ndreqet, dhe vjen sërish me një skedar."
)


# What became of the records of a file, as its line counts them.
WORDS: dict[str, "StrOrPromise"] = {
    Outcome.ADDED: _("të shtuara"),
    Outcome.CHANGED: _("të ndryshuara"),
    Outcome.BOOKED: _("të regjistruara"),
    Outcome.MATCHED: _("të përputhura"),
    Outcome.CONTRADICTING: _("që nuk përputhen"),
    Outcome.UNMATCHED: _("të panjohura"),
    Outcome.UNCHANGED: _("pa ndryshim"),
    Outcome.SKIPPED: _("të paregjistruara ende nga sistemi qendror"),
    Outcome.BAD: _("të papranuara"),
}


@admin.register(CoreFile)
class CoreFileDesk(Shown):
    note = CAME_FROM_THE_CORE
    list_display = ("name", "kind", "started_at", "finished_at", "how_many")
    list_filter = ("kind",)
    search_fields = ("name", "digest")
    ordering = ("-started_at",)
    fields = ("name", "kind", "digest", "made_at", "started_at", "finished_at", "how_many")
    readonly_fields = ("how_many",)

    @admin.display(description=_("Rekorde"))
    def how_many(self, file: CoreFile) -> str:
        """2 të shtuara, 1 e papranuar; what came to no end is left out."""
        return ", ".join(f"{count} {WORDS[name]}" for name, count in sorted(file.counts.items()) if count)


@admin.register(RefusedRecord)
class RefusedRecordDesk(Shown):
    note = CAME_FROM_THE_CORE
    list_display = ("file", "line", "field", "reason", "refused_at", "mended_at")
    list_filter = ("reason", ("mended_at", admin.EmptyFieldListFilter))
    list_select_related = ("file",)
    search_fields = ("file__name",)
    ordering = ("-id",)
    fields = ("file", "line", "field", "reason", "refused_at", "mended_at")


class NoteForm(forms.Form):
    note = forms.CharField(
        label=_("Shënimi"),
        min_length=reconciliation.NOTE_MIN,
        max_length=reconciliation.NOTE_MAX,
        help_text=_("Çfarë gjetët dhe ku u ndreq. Mbetet në gjurmë."),
        error_messages={
            "required": _("Shkruani çfarë gjetët: mbetet në gjurmë."),
            "min_length": _("Shkruajeni shënimin me disa fjalë."),
        },
    )


class BookingForm(forms.Form):
    words = forms.CharField(
        label=_("Përshkrimi në pasqyrë"),
        max_length=booking.WORDS_MAX,
        help_text=_("Si do ta lexojë klienti te veprimet e llogarisë."),
        error_messages={"required": _("Shkruani si do ta lexojë klienti këtë veprim.")},
    )
    reason = ReasonField()


def _propose_booking(item: Any, typed: dict[str, Any], actor: audit.Actor, at: datetime) -> Proposal:
    return booking.propose_booking(item_id=item.pk, words=typed["words"], reason=typed["reason"], actor=actor, at=at)


def _settle(item: Any, typed: dict[str, Any], actor: audit.Actor, at: datetime) -> ReconciliationItem:
    return reconciliation.settle(item_id=item.pk, note=typed["note"], actor=actor, at=at)


WAITING = (ReconciliationItem.Status.CONTRADICTING, ReconciliationItem.Status.UNMATCHED)


def _is_waiting(item: ReconciliationItem) -> bool:
    return item.is_waiting


@admin.register(ReconciliationItem)
class ReconciliationDesk(Acting, Shown):
    """What waits comes first. Settling books nothing; what is the customer's all the same two of staff have booked."""

    of_company = ("account__company",)
    note = CAME_FROM_THE_CORE
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            name="settle",
            title=_("Shëno si të zgjidhur"),
            intro=_("Veprimi del nga lista me shënimin tuaj. Nuk regjistron asgjë dhe nuk hapet më."),
            button=_("Shëno"),
            permission="accounts.change_reconciliationitem",
            form=NoteForm,
            do=_settle,
            said=_("Veprimi u shënua si i zgjidhur."),
            is_offered=_is_waiting,
        ),
        Act(
            name="book",
            title=_("Regjistroje megjithatë"),
            intro=_("Shuma regjistrohet në llogarinë e klientit, me referencën e sistemit qendror, vetëm një herë."),
            button=_("Propozo"),
            permission="accounts.change_reconciliationitem",
            form=BookingForm,
            do=_propose_booking,
            is_offered=_is_waiting,
        ),
    )
    list_display = ("brought_at", "grouped_iban", "amount", "end_to_end_id", "status", "why", "settled_at")
    list_filter = ("status", "why", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("account",)
    search_fields = ("reference", "end_to_end_id", "account__iban")
    ordering = (Case(When(settled_at=None, status__in=WAITING, then=0), default=1).asc(), "-brought_at")
    fields = (
        ("status", "why", "is_reversal"),
        ("grouped_iban", "amount", "value_on"),
        ("reference", "end_to_end_id"),
        ("posting", "part"),
        ("file", "line", "brought_at"),
        ("settled_at", "settler", "note_of_settling"),
    )
    readonly_fields = ("grouped_iban", "amount", "settler", "note_of_settling")

    @admin.display(description="IBAN", ordering="account__iban")
    def grouped_iban(self, item: ReconciliationItem) -> str:
        return group_iban(item.account.iban or "")

    @admin.display(description=_("Shuma"), ordering="amount_minor")
    def amount(self, item: ReconciliationItem) -> str:
        return f"{format_signed(item.amount_minor)} {item.account.currency}"

    @admin.display(description=_("E zgjidhi"))
    def settler(self, item: ReconciliationItem) -> str:
        return named(item.settled_by) if item.settled_by else ""

    @admin.display(description=_("Shënimi"))
    def note_of_settling(self, item: ReconciliationItem) -> str:
        return item.note
