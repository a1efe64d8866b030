"""The staff's view of payments: rules are kept here, orders are read here."""

from typing import Any, ClassVar

from django.contrib import admin
from django.http import HttpRequest

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
    list_display: ClassVar = ["number", "company", "status", "beneficiary_name", "amount_minor", "currency", "execute_on"]
    list_filter: ClassVar = ["status", "kind", "currency"]
    search_fields: ClassVar = ["number", "company__nipt", "beneficiary_iban"]
    list_select_related: ClassVar = ["company"]


@admin.register(Signature)
class SignatureAdmin(ReadOnly):
    list_display: ClassVar = ["order", "user", "signed_at"]
    exclude: ClassVar = ["body"]


@admin.register(ApprovalRule)
class ApprovalRuleAdmin(ReadOnly):
    """Read-only until a second person can confirm a change."""

    list_display: ClassVar = ["company", "other_signers", "valid_from"]


@admin.register(CutOff)
class CutOffAdmin(admin.ModelAdmin[CutOff]):
    list_display: ClassVar = ["kind", "at_time", "valid_from", "source"]


@admin.register(Tariff)
class TariffAdmin(admin.ModelAdmin[Tariff]):
    list_display: ClassVar = ["kind", "currency", "up_to_minor", "fixed_minor", "rate_ppm", "valid_from", "source"]


@admin.register(ParticipantBank)
class ParticipantBankAdmin(admin.ModelAdmin[ParticipantBank]):
    list_display: ClassVar = ["code", "name", "bic", "source"]
