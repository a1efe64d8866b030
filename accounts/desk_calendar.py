"""The calendar, the part of the books that staff keep by hand: feasts, and the years that are complete."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Model
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.business_day import calendar_ends_on
from accounts.desk import LookedAtOnly, record
from accounts.models import BankHoliday, CalendarYear

if TYPE_CHECKING:
    HolidayBase = admin.ModelAdmin[BankHoliday]
    YearBase = admin.ModelAdmin[CalendarYear]
    YearFormBase = forms.ModelForm[CalendarYear]
else:
    HolidayBase = YearBase = admin.ModelAdmin
    YearFormBase = forms.ModelForm


@admin.register(BankHoliday)
class BankHolidayDesk(HolidayBase):
    """Feasts to come are kept here; one that has come is history, for days were promised by it."""

    actions = None
    list_display = ("day", "name", "is_moved", "is_confirmed", "source")
    list_filter = ("is_confirmed", "is_moved")
    search_fields = ("name",)
    date_hierarchy = "day"

    def has_change_permission(self, request: HttpRequest, obj: BankHoliday | None = None) -> bool:
        return super().has_change_permission(request, obj) and not _has_come(obj)

    def has_delete_permission(self, request: HttpRequest, obj: BankHoliday | None = None) -> bool:
        return super().has_delete_permission(request, obj) and not _has_come(obj)

    def save_model(self, request: HttpRequest, obj: BankHoliday, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("bank.holiday.changed" if change else "bank.holiday.added", request, _subject(obj), _facts(obj))

    def delete_model(self, request: HttpRequest, obj: BankHoliday) -> None:
        record("bank.holiday.removed", request, _subject(obj), _facts(obj))
        super().delete_model(request, obj)


def _has_come(holiday: BankHoliday | None) -> bool:
    return holiday is not None and holiday.day <= clock.tirana_day(clock.now())


def _subject(holiday: BankHoliday) -> str:
    return f"holiday:{holiday.day}"


def _facts(holiday: BankHoliday) -> dict[str, Any]:
    return {"day": holiday.day, "name": holiday.name, "moved": holiday.is_moved, "confirmed": holiday.is_confirmed}


class YearForm(YearFormBase):
    """A year is complete when its feasts are in the table, and years follow one another."""

    def clean_year(self) -> int:
        year: int = self.cleaned_data["year"]
        expected = calendar_ends_on().year + 1
        if year != expected:
            raise ValidationError(_("Viti që pritet është %(year)s. Shkruani këtë vit."), params={"year": expected})
        if not BankHoliday.objects.filter(day__year=year).exists():
            raise ValidationError(_("Për këtë vit nuk ka ende festa. Shtoni më parë të gjitha festat e tij."))
        return year


@admin.register(CalendarYear)
class CalendarYearDesk(LookedAtOnly, YearBase):
    """Staff say that a year's feasts are complete; from then on days of that year can be promised."""

    form = YearForm
    actions = None
    list_display = ("year", "source")
    ordering = ("-year",)

    def has_add_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        return YearBase.has_add_permission(self, request)

    def save_model(self, request: HttpRequest, obj: CalendarYear, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        record("bank.calendar_year.added", request, f"year:{obj.year}", {"year": obj.year, "source": obj.source})
