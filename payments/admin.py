"""The staff's view of payments: rules are kept here, orders are read here."""

from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import User
from accounts.money import format_money
from payments import desk_clearing
from payments.models import ApprovalRule, ClearingSession, CutOff, ParticipantBank, PaymentOrder, Signature, Tariff

# Django finds this file, and this file finds the others.
__all__ = ["desk_clearing"]


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


class FutureRule(admin.ModelAdmin[Any]):
    """A rule to come is kept here; one that was ever in force is history: orders were promised and charged by it."""

    actions = None

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_change_permission(request, obj) and (obj is None or _is_to_come(obj))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return super().has_delete_permission(request, obj) and (obj is None or _is_to_come(obj))

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        _record("changed" if change else "added", request, obj)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        _record("removed", request, obj)
        super().delete_model(request, obj)


def _is_to_come(rule: Any) -> bool:
    return bool(rule.valid_from > clock.tirana_day(clock.now()))


def _record(act: str, request: HttpRequest, rule: Any) -> None:
    """In the transaction that the admin opens around every change."""
    assert isinstance(request.user, User), "the staff site lets nobody else in"
    facts = {field.name: field.value_from_object(rule) for field in rule._meta.concrete_fields}
    event = f"payments.{rule._meta.model_name}.{act}"
    audit.record(event, actor=audit.actor_of(request.user), at=clock.now(), subject=f"rule:{rule.pk}", details=facts)


class RuleForm(forms.ModelForm[Any]):
    """A new rule begins tomorrow at the earliest: what is promised and charged today was already said."""

    def clean_valid_from(self) -> Any:
        day = self.cleaned_data["valid_from"]
        if day <= clock.tirana_day(clock.now()):
            raise ValidationError(_("Një rregull i ri vlen më së shpejti nga nesër. Shkruani një ditë të ardhshme."))
        return day


@admin.register(CutOff)
class CutOffAdmin(FutureRule):
    form = RuleForm
    list_display = ("kind", "at_time", "valid_from", "source")


@admin.register(Tariff)
class TariffAdmin(FutureRule):
    form = RuleForm
    list_display = ("kind", "currency", "up_to_minor", "fixed_minor", "rate_ppm", "valid_from", "source")


@admin.register(ClearingSession)
class ClearingSessionAdmin(FutureRule):
    form = RuleForm
    list_display = ("rail", "at_time", "until_time", "valid_from", "source")
    list_filter = ("rail",)


@admin.register(ParticipantBank)
class ParticipantBankAdmin(admin.ModelAdmin[ParticipantBank]):
    list_display = ("code", "name", "bic", "source")
