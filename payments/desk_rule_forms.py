"""The forms of the acts on cut-offs and tariffs to come."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk_forms import ReasonField
from accounts.fields import AmountField
from payments.desk_limit_forms import CURRENCIES, FromDayField
from payments.rule_changes import KINDS, PPM_IN_PERCENT, Band

BANDS_MAX = 6


class CutOffForm(forms.Form):
    kind = forms.ChoiceField(label=_("Lloji"), choices=list(KINDS.items()))
    at_time = forms.TimeField(
        label=_("Ora"),
        input_formats=["%H:%M"],
        widget=forms.TimeInput(format="%H:%M"),
        help_text=_("Ora e Tiranës, p.sh. 14:00."),
    )
    valid_from = FromDayField(help_text=_("Më së shpejti nga nesër."))
    source = forms.CharField(label=_("Burimi"), max_length=200, help_text=_("Vendimi ose rregullorja."))
    reason = ReasonField()


class TariffForm(forms.Form):
    """A whole table: bands with a fixed fee, and what holds above them."""

    kind = forms.ChoiceField(label=_("Lloji"), choices=list(KINDS.items()))
    currency = forms.ChoiceField(label=_("Monedha"), choices=CURRENCIES)
    valid_from = FromDayField(help_text=_("Më së shpejti nga nesër."))
    fixed_last = AmountField(
        label=_("Mbi të gjithë brezat: komisioni"), required=False, help_text=_("Bosh: pa komision.")
    )
    percent = forms.DecimalField(
        label=_("Mbi të gjithë brezat: %"), required=False, min_value=0, max_value=100, max_digits=7, decimal_places=4
    )
    min_last = AmountField(label=_("Mbi të gjithë brezat: të paktën"), required=False)
    max_last = AmountField(label=_("Mbi të gjithë brezat: më së shumti"), required=False)
    source = forms.CharField(label=_("Burimi"), max_length=200, help_text=_("Vendimi ose rregullorja."))
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, BANDS_MAX + 1):
            band = {"number": number}
            self.fields[f"up_to_{number}"] = AmountField(
                label=_("Brezi %(number)s: deri në") % band, required=False, help_text=_("Bosh: pa këtë brez.")
            )
            self.fields[f"fixed_{number}"] = AmountField(label=_("Brezi %(number)s: komisioni") % band, required=False)
        bands = [f"{name}_{number}" for number in range(1, BANDS_MAX + 1) for name in ("up_to", "fixed")]
        self.order_fields(["kind", "currency", "valid_from", *bands])

    @staticmethod
    def bands(typed: dict[str, Any]) -> Iterator[Band]:
        for number in range(1, BANDS_MAX + 1):
            if typed[f"up_to_{number}"]:
                yield Band(typed[f"up_to_{number}"], typed[f"fixed_{number}"] or 0)
        rate = int((typed["percent"] or Decimal()) * PPM_IN_PERCENT)
        yield Band(None, typed["fixed_last"] or 0, rate, typed["min_last"] or 0, typed["max_last"])

    @staticmethod
    def typed_of(kind: str, currency: str, valid_from: date, bands: list[Band]) -> dict[str, Any]:
        """What the form shows of a table."""
        last = bands[-1]
        known: dict[str, Any] = {"kind": kind, "currency": currency, "valid_from": valid_from}
        known |= {"fixed_last": last.fixed_minor or None, "min_last": last.min_minor or None}
        known |= {
            "max_last": last.max_minor,
            "percent": Decimal(last.rate_ppm) / PPM_IN_PERCENT if last.rate_ppm else None,
        }
        for number, band in enumerate(bands[:-1], start=1):
            known |= {f"up_to_{number}": band.up_to_minor, f"fixed_{number}": band.fixed_minor or None}
        return known
