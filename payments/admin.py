"""The staff's view of payments: rules are kept here, orders are read here."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.money import format_money
from payments.models import ApprovalRule, CutOff, ParticipantBank, PaymentOrder, Signature, Tariff


class ReadOnly(admin.ModelAdmin[Any]):
    """Nothing is added, changed or deleted here, by anybody."""

    actions = None

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(PaymentOrder)
class PaymentOrderAdmin(ReadOnly):
    list_display = ("number", "company_name", "status", "beneficiary_name", "amount", "execute_on")
    list_filter = ("status", "kind", "currency")
    search_fields = ("number", "company__nipt", "beneficiary_iban")
    list_select_related = ("company",)
    ordering = ("-created_at",)

    @admin.display(description=_("kompania"), ordering="company__name")
    def company_name(self, order: PaymentOrder) -> str:
        return order.company.name

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, order: PaymentOrder) -> str:
        return format_money(order.amount_minor, order.currency)


@admin.register(Signature)
class SignatureAdmin(ReadOnly):
    list_display = (
        "order",
        "user",
        "signed_at",
    )
    exclude = ("body",)


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnly):
    """Read-only until a second person can confirm a change."""

    list_display = (
        "company",
        "other_signers",
        "valid_from",
    )


@admin.register(CutOff)
class CutOffAdmin(admin.ModelAdmin[CutOff]):
    list_display = (
        "kind",
        "at_time",
        "valid_from",
        "source",
    )


@admin.register(Tariff)
class TariffAdmin(admin.ModelAdmin[Tariff]):
    list_display = (
        "kind",
        "currency",
        "up_to_minor",
        "fixed_minor",
        "rate_ppm",
        "valid_from",
        "source",
    )


@admin.register(ParticipantBank)
class ParticipantBankAdmin(admin.ModelAdmin[ParticipantBank]):
    list_display = (
        "code",
        "name",
        "bic",
        "source",
    )
