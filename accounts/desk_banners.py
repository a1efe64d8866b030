"""Banners on the staff's desk: the list of those that stood and stand, the form of a new one, and ending one."""

from datetime import datetime
from typing import Any, Final

from django import forms
from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import audit, banners, clock
from accounts.desk import Shown
from accounts.desk_acts import Act, Acting
from accounts.models import Banner

PLACES: Final = "accounts.place_banner"
STAYS = _("Një njoftim nuk ndryshohet: hiqeni dhe vendosni një tjetër. Orët janë të Tiranës.")


WIDE = forms.TextInput(attrs={"class": "vLargeTextField"})


class MomentField(forms.SplitDateTimeField):
    """A day and a time of day in Tirana, each in the browser's own field."""

    def __init__(self, *, label: Any, help_text: Any = "") -> None:
        widget = forms.SplitDateTimeWidget(
            date_attrs={"type": "date"}, time_attrs={"type": "time"}, date_format="%Y-%m-%d", time_format="%H:%M"
        )
        super().__init__(
            label=label,
            help_text=help_text,
            widget=widget,
            input_date_formats=["%Y-%m-%d"],
            input_time_formats=["%H:%M", "%H:%M:%S"],
        )
        day, time = widget.widgets
        day.attrs["aria-label"], time.attrs["aria-label"] = _("dita"), _("ora")


class BannerForm(forms.Form):
    """Shape only; whether the moments make sense is asked by the verb."""

    kind = forms.ChoiceField(label=_("Lloji"), choices=Banner.Kind)
    severity = forms.TypedChoiceField(label=_("Rëndësia"), choices=Banner.Severity, coerce=int)
    audience = forms.ChoiceField(label=_("Kush e sheh"), choices=Banner.Audience)
    text_sq = forms.CharField(
        label=_("Teksti shqip"),
        max_length=240,
        widget=WIDE,
        help_text=_("Një fjali e thjeshtë, pa lidhje: çfarë nuk punon, deri kur, dhe çfarë të bëjë klienti."),
    )
    text_en = forms.CharField(
        label=_("Teksti anglisht"), max_length=240, widget=WIDE, help_text=_("E njëjta fjali, anglisht.")
    )
    starts_at = MomentField(label=_("Fillon"))
    ends_at = MomentField(label=_("Mbaron"), help_text=_("Shihet deri në këtë çast; mund ta hiqni edhe më parë."))


class EndForm(forms.Form):
    """Nothing to type."""


def _place(_row: Any, typed: dict[str, Any], actor: audit.Actor, _at: datetime) -> Banner:
    return banners.place(**typed, actor=actor, at=clock.machine())


def _end(row: Banner, _typed: dict[str, Any], actor: audit.Actor, _at: datetime) -> Banner:
    return banners.end(banner_id=row.pk, actor=actor, at=clock.machine())


def _still_counts(row: Banner) -> bool:
    return row.ended_at is None and row.ends_at > clock.machine()


@admin.register(Banner)
class BannerDesk(Acting, Shown):
    """Looked at, placed and ended; never changed, so that the trail says what people read."""

    note = STAYS
    list_display = ("text_sq", "kind", "severity", "audience", "starts_at", "ends_at", "ended_at")
    list_filter = ("kind", "severity")
    ordering = ("-starts_at",)
    fields = (
        "kind",
        "severity",
        "audience",
        "text_sq",
        "text_en",
        "starts_at",
        "ends_at",
        "placed_by",
        "placed_at",
        "ended_by",
        "ended_at",
    )
    list_acts = (
        Act(
            name="place",
            title=_("Vendos një njoftim"),
            intro=_("Shihet mbi çdo faqe të portalit, edhe mbi faqet e gabimeve. Ora është e Tiranës."),
            button=_("Vendos"),
            permission=PLACES,
            form=BannerForm,
            do=_place,
            said=_("Njoftimi u vendos. Shihet nga ora që shkruat."),
        ),
    )
    acts = (
        Act(
            name="end",
            title=_("Hiq njoftimin"),
            intro=_("Njoftimi nuk shihet më në asnjë faqe. Mbetet në listë dhe në gjurmë."),
            button=_("Hiq"),
            permission=PLACES,
            form=EndForm,
            do=_end,
            said=_("Njoftimi u hoq."),
            is_offered=_still_counts,
        ),
    )
