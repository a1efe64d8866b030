"""What every desk of the staff site keeps, whichever room it comes from: Albanian labels, and nothing is erased.

Models name in Albanian what customers read; the rest of their columns is named here, for the staff alone.
"""

from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING, Any, TypeAlias

from django.contrib import admin
from django.contrib.admin.options import BaseModelAdmin, InlineModelAdmin
from django.db.models import BooleanField, Field, Model
from django.db.models.options import Options
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    Desk: TypeAlias = BaseModelAdmin[Any]
    AnyField: TypeAlias = Field[Any, Any]
    Columns: TypeAlias = Options[Any]
else:
    Desk = object
    AnyField = Field
    Columns = Options

# What is to come may be taken back; each desk sees to it that what has come may not.
MAY_BE_REMOVED = frozenset({"accounts.BankHoliday"})

LABELS: "dict[str, StrOrPromise]" = {
    "account": _("llogaria"),
    "amount_minor": _("shuma"),
    "announced_level": _("shkalla e njoftuar"),
    "answer": _("përgjigjja"),
    "answers": _("i përgjigjet"),
    "arrived_at": _("mbërriti më"),
    "attempt": _("hyrja"),
    "attempts": _("prova"),
    "attempts_max": _("prova gjithsej"),
    "balance_after_minor": _("gjendja pas veprimit"),
    "body": _("teksti i nënshkruar"),
    "booked_at": _("regjistruar më"),
    "booked_on": _("dita e regjistrimit"),
    "budget_fields": _("fushat e skemës"),
    "budget_scheme": _("skema buxhetore"),
    "chain": _("zinxhiri"),
    "challenge": _("kërkesa për FNP"),
    "channel": _("kanali"),
    "closed_at": _("u mbyll"),
    "closing_at": _("filloi mbyllja"),
    "company": _("kompania"),
    "confirmed": _("i konfirmuar"),
    "created_at": _("krijuar"),
    "creditor_iban": _("IBAN i përfituesit"),
    "creditor_name": _("përfituesi"),
    "currency": _("monedha"),
    "cut_off": _("afati i ditës"),
    "day": _("dita"),
    "debit_account": _("llogaria që paguan"),
    "debtor_iban": _("IBAN i paguesit"),
    "debtor_name": _("paguesi"),
    "due_on": _("dita e punës"),
    "end_reason": _("pse mbaroi"),
    "end_to_end_id": _("referenca e pagesës"),
    "ended_at": _("mbaroi"),
    "ended_by": _("e mbylli"),
    "error_code": _("kodi i gabimit"),
    "execute_on": _("kryhet më"),
    "expected_on": _("pritet më"),
    "expires_at": _("skadon"),
    "facts": _("të dhënat"),
    "file": _("skedari"),
    "first_failure_at": _("dështimi i parë"),
    "gateway": _("dërguesi"),
    "gateway_failures": _("dështime të dërguesit"),
    "hash": _("gjurma digjitale"),
    "hold_id": _("rezervimi"),
    "id": _("identifikuesi"),
    "identified_at": _("u identifikua"),
    "identity": _("identiteti"),
    "judged_at": _("u gjykua"),
    "key": _("çelësi"),
    "kind": _("lloji"),
    "known_browser": _("shfletuesi i njohur"),
    "last_booked_at": _("regjistrimi i fundit"),
    "last_sequence": _("numri i fundit rendor"),
    "lease_until": _("në dorë deri"),
    "message": _("mesazhi"),
    "message_id": _("numri i mesazhit"),
    "name": _("emri"),
    "not_before": _("jo para"),
    "order": _("urdhri"),
    "other_signers": _("nënshkrues të tjerë"),
    "part": _("pjesa"),
    "payee_key": _("emri për krahasim"),
    "perhaps_taken_by": _("ndoshta e mori"),
    "person": _("personi"),
    "place": _("vendi"),
    "placed_at": _("rezervuar më"),
    "posting": _("regjistrimi"),
    "prefers_previous": _("ditën e punës më parë"),
    "prepared_by": _("përgatiti"),
    "probe_at": _("prova tjetër"),
    "provider_id": _("numri te dërguesi"),
    "reasons": _("arsyet"),
    "received_at": _("mbërriti"),
    "record": _("regjistrimi i saktë"),
    "released_at": _("pranuar më"),
    "remittance_information": _("përshkrimi"),
    "return_posting": _("regjistrimi i kthimit"),
    "returned_at": _("u kthye"),
    "reverses": _("kthen"),
    "scheme": _("skema"),
    "seen_at": _("u pa"),
    "sequence": _("numri rendor"),
    "signed_at": _("nënshkruar më"),
    "sms_sentence": _("fjalia e SMS-së"),
    "source": _("burimi"),
    "standing": _("urdhri i përhershëm"),
    "state": _("gjendja e njoftuar"),
    "status": _("gjendja"),
    "submit_key": _("çelësi i dërgimit"),
    "submitted_at": _("dërguar më"),
    "subscriber": _("rrjeti i pajtimtarit"),
    "through": _("si u ndryshua"),
    "transaction_id": _("numri i veprimit"),
    "user": _("përdoruesi"),
    "uuid": _("identifikuesi publik"),
    "value_on": _("data e valutës"),
    "version": _("versioni"),
    "void_reason": _("pse u anulua"),
}


class Labelled(Desk):
    """Puts LABELS where a model leaves the name of a column to Django, which would make English of it."""

    def get_list_display(self, request: HttpRequest) -> Sequence[Any]:
        return [_column(self.opts, name) for name in super().get_list_display(request)]  # type: ignore[misc]

    def get_list_select_related(self, request: HttpRequest) -> bool | Sequence[str]:
        """Django looks for foreign keys among the names of columns; ours may be functions by then."""
        related = {field.name for field in self.opts.fields if field.remote_field}
        named = [name for name in super().get_list_display(request) if name in related]  # type: ignore[misc]
        return super().get_list_select_related(request) or named or False  # type: ignore[misc]

    def get_list_filter(self, request: HttpRequest) -> Sequence[Any]:
        return [_filter(self.opts, name) for name in super().get_list_filter(request)]  # type: ignore[misc]

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **options: Any) -> Any:
        return super().get_form(request, obj, change, labels=labels_of(self.opts), **options)  # type: ignore[misc]

    def get_inlines(self, request: HttpRequest, obj: Any) -> list[type[InlineModelAdmin[Any, Any]]]:
        return [_labelled_inline(inline) for inline in super().get_inlines(request, obj)]

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return self.model._meta.label in MAY_BE_REMOVED and super().has_delete_permission(request, obj)


class LabelledInline(Desk):
    def get_formset(self, request: HttpRequest, obj: Any = None, **options: Any) -> Any:
        return super().get_formset(request, obj, labels=labels_of(self.opts), **options)  # type: ignore[misc]


@cache
def on_the_desk(desk: type[admin.ModelAdmin[Any]]) -> type[admin.ModelAdmin[Any]]:
    """The desk of a room as the staff site shows it."""
    return type(desk.__name__, (Labelled, desk), {"__module__": desk.__module__, "__doc__": desk.__doc__})


@cache
def labels_of(columns: Columns) -> "dict[str, StrOrPromise]":
    """The label of every column that has none of its own."""
    return {field.name: LABELS[field.name] for field in columns.fields if _is_unnamed(field)}


def _is_unnamed(field: AnyField) -> bool:
    return field.verbose_name == field.name.replace("_", " ") and field.name in LABELS


@cache
def _labelled_inline(inline: type[InlineModelAdmin[Any, Any]]) -> type[InlineModelAdmin[Any, Any]]:
    return type(inline.__name__, (LabelledInline, inline), {"__module__": inline.__module__})


@cache
def _column(columns: Columns, name: Any) -> Any:
    """A column of the list: as named, or as a function that bears the label."""
    label = labels_of(columns).get(name)
    if label is None:
        return name
    field = columns.get_field(name)

    @admin.display(description=label, ordering=name, boolean=isinstance(field, BooleanField) or None)
    def shown(row: Model) -> Any:
        return getattr(row, f"get_{name}_display")() if getattr(field, "flatchoices", None) else getattr(row, name)

    shown.__name__ = name
    return shown


@cache
def _filter(columns: Columns, name: Any) -> Any:
    """A filter of the list: as named, or as one whose heading is the label."""
    label = labels_of(columns).get(name)
    if label is None:
        return name

    def titled(*details: Any, **options: Any) -> Any:
        made = admin.FieldListFilter.create(*details, **options)
        made.title = label
        return made

    return name, titled
