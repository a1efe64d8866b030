"""Standing orders on the staff's desk: read, never touched."""

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.money import format_money
from payments.desk_orders import ONLY_ITS_PEOPLE_ACT
from payments.models import StandingOrder


@admin.register(StandingOrder)
class StandingOrderDesk(Shown):
    note = ONLY_ITS_PEOPLE_ACT
    list_display = ("number", "company_name", "status", "beneficiary_name", "amount", "rhythm", "first_on", "look_on")
    list_filter = ("status", "rhythm", "kind", "currency")
    search_fields = ("number", "company__nipt", "beneficiary_iban")
    list_select_related = ("company",)
    ordering = ("-created_at",)

    @admin.display(description=_("kompania"), ordering="company__name")
    def company_name(self, series: StandingOrder) -> str:
        return series.company.name

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, series: StandingOrder) -> str:
        return format_money(series.amount_minor, series.currency)
