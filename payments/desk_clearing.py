"""Clearing on the staff's desk: files both ways, payments under way, what came in, differences, and the day's sums."""

from datetime import datetime
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils.translation import gettext, gettext_lazy as _

from accounts import audit, clock
from accounts.desk import Shown, named
from accounts.desk_acts import Act, Acting
from accounts.identifiers import group_iban
from accounts.money import format_money, format_signed
from payments import reconciliation, sent_files
from payments.iso20022 import reasons
from payments.models import (
    ArrivedFile,
    ClearingItem,
    Difference,
    IncomingCredit,
    PaymentReturn,
    SentFile,
    Settlement,
)
from payments.models.orders import OrderStatus

KEPT_AS_SENT = _("Këtu vetëm shihet: kështu doli dhe kështu u kthye përgjigjja.")


class NothingAskedForm(forms.Form):
    """A button alone."""


def _write_again(file: SentFile, _typed: dict[str, Any], actor: audit.Actor, at: datetime) -> SentFile:
    sent_files.write_again(file_id=file.pk, actor=actor, at=at)
    return file


@admin.register(SentFile)
class SentFileDesk(Acting, Shown):
    """The list of what left, and above it the page of the day's sums."""

    note = KEPT_AS_SENT
    change_list_template = "admin/payments/sentfile/change_list.html"
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            name="write_again",
            title=_("Nxirre përsëri"),
            intro=_("Skedari del sërish në dosje, me të njëjtin emër dhe të njëjtat bajte, brenda pak sekondash."),
            button=_("Nxirr"),
            permission="payments.change_sentfile",
            form=NothingAskedForm,
            do=_write_again,
            said=_("Skedari del në dosje brenda pak sekondash."),
        ),
    )
    list_display = ("name", "rail", "day", "sequence", "count", "total", "made_at", "written_at")
    list_filter = ("rail", "message", "day")
    search_fields = ("name", "message_id", "digest")
    ordering = ("-pk",)
    fields = (
        ("name", "message", "message_id"),
        ("rail", "day", "sequence", "session_at"),
        ("count", "total"),
        ("digest",),
        ("made_at", "written_at", "answers"),
    )
    readonly_fields = ("total",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).defer("content")

    def get_urls(self) -> list[URLPattern]:
        page = path("reconciliation/", self.admin_site.admin_view(self.reconciliation), name="clearing")
        return [page, *super().get_urls()]

    def reconciliation(self, request: HttpRequest) -> HttpResponse:
        """What left, what came back, what is open, and whether the books say the same."""
        if not self.has_view_permission(request):
            raise PermissionDenied
        context = {
            **self.admin_site.each_context(request),
            "title": _("Pajtimi i klerimit"),
            "opts": self.opts,
            "report": reconciliation.reconcile(at=clock.now()),
        }
        return TemplateResponse(request, "admin/payments/sentfile/reconciliation.html", context)

    @admin.display(description=_("shuma"), ordering="sum_minor")
    def total(self, file: SentFile) -> str:
        return format_money(file.sum_minor, file.currency)


@admin.register(ArrivedFile)
class ArrivedFileDesk(Shown):
    note = KEPT_AS_SENT
    list_display = ("name", "message", "status", "count", "applied", "arrived_at", "reason")
    list_filter = ("status", "message")
    search_fields = ("name", "message_id", "digest")
    ordering = ("-pk",)
    fields = (
        ("name", "message", "message_id"),
        ("status", "reason"),
        ("count", "applied"),
        ("digest",),
        ("arrived_at", "finished_at"),
    )


@admin.register(ClearingItem)
class ClearingItemDesk(Shown):
    of_company = ("order__company",)
    note = KEPT_AS_SENT
    list_display = ("order", "rail", "amount", "status", "executed_at", "file", "answered_at", "reason_code", "is_home")
    list_filter = ("status", "rail", "currency")
    list_select_related = ("order", "file")
    search_fields = ("transaction_id", "order__number")
    ordering = ("-pk",)
    fields = (
        ("order", "rail", "amount"),
        ("status", "executed_at"),
        ("file", "place", "transaction_id"),
        ("answer", "answered_at", "why", "is_home"),
    )
    readonly_fields = ("amount", "why", "is_home")

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, item: ClearingItem) -> str:
        return format_money(item.amount_minor, item.currency)

    @admin.display(description=_("arsyeja"))
    def why(self, item: ClearingItem) -> str:
        return f"{item.reason_code}: {gettext(reasons.sentence(item.reason_code))}" if item.reason_code else ""

    @admin.display(description=_("u kthye te klienti"), boolean=True)
    def is_home(self, item: ClearingItem) -> bool | None:
        """None where there is nothing to bring home."""
        is_home = item.order.status == OrderStatus.RETURNED
        return is_home if is_home or item.status == ClearingItem.Status.REJECTED else None


@admin.register(PaymentReturn)
class PaymentReturnDesk(Shown):
    of_company = ("item__order__company",)
    note = KEPT_AS_SENT
    list_display = ("taken_at", "item", "return_id", "why", "file")
    list_select_related = ("item__order", "file")
    search_fields = ("return_id", "item__transaction_id", "item__order__number")
    ordering = ("-pk",)
    fields = (("item", "return_id"), ("why",), ("file", "posting", "taken_at"))
    readonly_fields = ("why",)

    @admin.display(description=_("arsyeja"))
    def why(self, row: PaymentReturn) -> str:
        return f"{row.reason_code}: {gettext(reasons.sentence(row.reason_code))}" if row.reason_code else ""


@admin.register(IncomingCredit)
class IncomingCreditDesk(Shown):
    of_company = ("posting__entries__account__company",)
    note = KEPT_AS_SENT
    list_display = ("taken_at", "debtor_name", "grouped_iban", "amount", "status", "reason_code", "file")
    list_filter = ("status", "currency", "reason_code")
    list_select_related = ("file",)
    search_fields = ("key", "creditor_iban", "debtor_name", "end_to_end_id")
    ordering = ("-pk",)
    fields = (
        ("status", "why"),
        ("debtor_name", "debtor_iban"),
        ("creditor_name", "grouped_iban"),
        ("amount", "value_on", "remittance_information"),
        ("key", "end_to_end_id"),
        ("file", "posting", "taken_at"),
    )
    readonly_fields = ("amount", "grouped_iban", "why")

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, credit: IncomingCredit) -> str:
        return format_money(credit.amount_minor, credit.currency)

    @admin.display(description=_("IBAN i përfituesit"), ordering="creditor_iban")
    def grouped_iban(self, credit: IncomingCredit) -> str:
        return group_iban(credit.creditor_iban)

    @admin.display(description=_("arsyeja"))
    def why(self, credit: IncomingCredit) -> str:
        if not credit.reason_code:
            return ""
        return f"{credit.reason_code}: {gettext(reasons.sentence(credit.reason_code))}"


@admin.register(Settlement)
class SettlementDesk(Shown):
    note = KEPT_AS_SENT
    list_display = ("reference", "amount", "value_on", "file")
    list_filter = ("currency", "value_on")
    list_select_related = ("file",)
    ordering = ("-pk",)
    fields = ("reference", "amount", "value_on", "file", "posting", "taken_at")
    readonly_fields = ("amount",)

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, settlement: Settlement) -> str:
        return f"{format_signed(settlement.amount_minor)} {settlement.currency}"


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


def _settle(row: Difference, typed: dict[str, Any], actor: audit.Actor, at: datetime) -> Difference:
    return reconciliation.settle(difference_id=row.pk, note=typed["note"], actor=actor, at=at)


def _is_open(row: Difference) -> bool:
    return row.settled_at is None


@admin.register(Difference)
class DifferenceDesk(Acting, Shown):
    """What is open comes first. Settling books nothing: money moves by a correction."""

    note = KEPT_AS_SENT
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            name="settle",
            title=_("Shëno si të sqaruar"),
            intro=_("Mospërputhja del nga lista me shënimin tuaj. Nuk regjistron asgjë dhe nuk hapet më."),
            button=_("Shëno"),
            permission="payments.change_difference",
            form=NoteForm,
            do=_settle,
            said=_("Mospërputhja u shënua si e sqaruar."),
            is_offered=_is_open,
        ),
    )
    list_display = ("noted_at", "what", "reference", "file", "settled_at")
    list_filter = ("what", ("settled_at", admin.EmptyFieldListFilter))
    list_select_related = ("file",)
    search_fields = ("reference", "file__name")
    ordering = ("settled_at", "-noted_at")
    fields = (("what", "reference"), ("file", "noted_at"), ("settled_at", "settler", "said"))
    readonly_fields = ("settler", "said")

    @admin.display(description=_("E sqaroi"))
    def settler(self, row: Difference) -> str:
        return named(row.settled_by) if row.settled_by else ""

    @admin.display(description=_("Shënimi"))
    def said(self, row: Difference) -> str:
        return row.note
