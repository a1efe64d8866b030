"""Orders and signatures on the staff's desk: read, never touched."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.money import format_money
from payments.models import PaymentOrder, Signature

ONLY_ITS_PEOPLE_ACT = _("Këtu vetëm shihet: urdhrat i përgatisin dhe i nënshkruajnë vetëm njerëzit e kompanisë.")


@admin.register(PaymentOrder)
class PaymentOrderDesk(Shown):
    note = ONLY_ITS_PEOPLE_ACT
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
class SignatureDesk(Shown):
    note = ONLY_ITS_PEOPLE_ACT
    list_display = ("order", "user", "signed_at")
    list_select_related = ("order", "user__person")
    fields = ("order", "user", "challenge", "signed_at")
