"""Orders and signatures on the staff's desk: read, never touched."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.money import format_money
from payments.models import PaymentOrder, Signature

ONLY_ITS_PEOPLE_ACT = _("Këtu vetëm shihet: urdhrat i përgatisin dhe i nënshkruajnë vetëm njerëzit e kompanisë.")


@admin.register(PaymentOrder)
class PaymentOrderDesk(Shown):
    of_company = ("company",)
    note = ONLY_ITS_PEOPLE_ACT
    list_display = ("number", "company_name", "status", "beneficiary_name", "amount", "execute_on")
    list_filter = ("status", "kind", "currency")
    search_fields = ("number", "company__nipt", "beneficiary_iban")
    list_select_related = ("company",)
    ordering = ("-created_at",)
    exclude = ("amount_minor", "fee_minor")
    readonly_fields = ("amount", "fee")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What it is and how much first; money as people write it."""
        first = ["number", "company", "status", *self.readonly_fields]
        return [*first, *(name for name in super().get_fields(request, obj) if name not in first)]

    @admin.display(description=_("kompania"), ordering="company__name")
    def company_name(self, order: PaymentOrder) -> str:
        return order.company.name

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, order: PaymentOrder) -> str:
        return format_money(order.amount_minor, order.currency)

    @admin.display(description=_("komisioni"), ordering="fee_minor")
    def fee(self, order: PaymentOrder) -> str:
        return format_money(order.fee_minor, order.currency)


@admin.register(Signature)
class SignatureDesk(Shown):
    of_company = ("order__company",)
    note = ONLY_ITS_PEOPLE_ACT
    list_display = ("order", "user", "signed_at")
    list_select_related = ("order", "user__person")
    fields = ("order", "user", "challenge", "signed_at")
