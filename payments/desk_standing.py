"""Standing orders on the staff's desk: read, never touched."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.desk import Shown
from accounts.money import format_money
from payments.desk_orders import ONLY_ITS_PEOPLE_ACT
from payments.models import StandingOrder


@admin.register(StandingOrder)
class StandingOrderDesk(Shown):
    of_company = ("company",)
    note = ONLY_ITS_PEOPLE_ACT
    list_display = ("number", "company_name", "status", "beneficiary_name", "amount", "rhythm", "first_on", "look_on")
    list_filter = ("status", "rhythm", "kind", "currency")
    search_fields = ("number", "company__nipt", "beneficiary_iban")
    list_select_related = ("company",)
    ordering = ("-created_at",)
    exclude = ("amount_minor", "cap_minor")
    readonly_fields = ("amount", "cap")

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        """What it is and how much first; money as people write it."""
        first = ["number", "company", "status", *self.readonly_fields]
        return [*first, *(name for name in super().get_fields(request, obj) if name not in first)]

    @admin.display(description=_("kompania"), ordering="company__name")
    def company_name(self, series: StandingOrder) -> str:
        return series.company.name

    @admin.display(description=_("shuma"), ordering="amount_minor")
    def amount(self, series: StandingOrder) -> str:
        return format_money(series.amount_minor, series.currency)

    @admin.display(description=_("tavani"), ordering="cap_minor")
    def cap(self, series: StandingOrder) -> str:
        return "" if series.cap_minor is None else format_money(series.cap_minor, series.currency)
