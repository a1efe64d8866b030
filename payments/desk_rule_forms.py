"""The forms of the acts on what the bank rules for all payments: cut-offs, tariffs and sessions to come, and banks."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk_forms import ReasonField
from accounts.fields import AmountField
from payments.bank_changes import BankFacts
from payments.desk_limit_forms import CURRENCIES, FromDayField
from payments.models.orders import Rail
from payments.models.rules import BIC, BIC_WANTED
from payments.rule_changes import KINDS, PPM_IN_PERCENT, Band
from payments.session_changes import Session

BANDS_MAX = 6
SESSIONS_MAX = 8


class HourField(forms.TimeField):
    """A time of the day in Tirana."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(input_formats=["%H:%M"], widget=forms.TimeInput(format="%H:%M"), **kwargs)


class CutOffForm(forms.Form):
    kind = forms.ChoiceField(label=_("Lloji"), choices=list(KINDS.items()))
    at_time = HourField(label=_("Ora"), help_text=_("Ora e Tiranës, p.sh. 14:00."))
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

    def clean(self) -> dict[str, Any]:
        """A fee that belongs to no band would be lost without a word."""
        typed: dict[str, Any] = super().clean() or {}
        for number in range(1, BANDS_MAX + 1):
            if typed.get(f"fixed_{number}") and not self.data.get(f"up_to_{number}"):
                self.add_error(f"up_to_{number}", _("Ky brez ka komision, por jo fund. Shkruani deri në sa vlen."))
        return typed

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


class SessionsForm(forms.Form):
    """The whole set of a rail: moments at which a file leaves, or from when until when it is open."""

    rail = forms.ChoiceField(label=_("Rruga"), choices=[one for one in Rail.choices if one[0] != Rail.BOOK])
    valid_from = FromDayField(help_text=_("Më së shpejti nga nesër."))
    source = forms.CharField(label=_("Burimi"), max_length=200, help_text=_("Vendimi ose rregullorja."))
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number in range(1, SESSIONS_MAX + 1):
            session = {"number": number}
            self.fields[f"at_{number}"] = HourField(
                label=_("Seanca %(number)s: ora") % session,
                required=number == 1,
                help_text=_("Ora e Tiranës, p.sh. 14:00.") if number == 1 else _("Bosh: pa këtë seancë."),
            )
            self.fields[f"until_{number}"] = HourField(
                label=_("Seanca %(number)s: deri në orën") % session,
                required=False,
                help_text=_("Bosh: skedari del në atë orë."),
            )
        moments = [f"{name}_{number}" for number in range(1, SESSIONS_MAX + 1) for name in ("at", "until")]
        self.order_fields(["rail", "valid_from", *moments])

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        for number in range(1, SESSIONS_MAX + 1):
            if typed.get(f"until_{number}") and not self.data.get(f"at_{number}"):
                self.add_error(f"at_{number}", _("Kjo seancë ka fund, por jo fillim. Shkruani orën kur fillon."))
        return typed

    @staticmethod
    def sessions(typed: dict[str, Any]) -> Iterator[Session]:
        for number in range(1, SESSIONS_MAX + 1):
            if typed[f"at_{number}"]:
                yield Session(typed[f"at_{number}"], typed[f"until_{number}"])

    @staticmethod
    def typed_of(sessions: list[Session]) -> dict[str, Any]:
        """What the form shows of a set."""
        known: dict[str, Any] = {}
        for number, one in enumerate(sessions, start=1):
            known |= {f"at_{number}": one.at_time, f"until_{number}": one.until_time}
        return known


class BankForm(forms.Form):
    """What a bank is called, and where its messages go."""

    name = forms.CharField(label=_("Banka"), max_length=80, help_text=_("Si e lexon klienti te një IBAN."))
    bic = forms.RegexField(BIC, label="BIC", required=False, error_messages={"invalid": BIC_WANTED})
    source = forms.CharField(label=_("Burimi"), max_length=200, help_text=_("Vendimi ose rregullorja."))
    reason = ReasonField()

    @staticmethod
    def facts(typed: dict[str, Any]) -> BankFacts:
        return BankFacts(typed["name"], typed["bic"], typed["source"])


class NewBankForm(BankForm):
    code = forms.RegexField(
        r"^[0-9]{3}$",
        label=_("Kodi"),
        help_text=_("Tri shifrat pas AL dhe shifrave të kontrollit në IBAN."),
        error_messages={"invalid": _("Kodi i një banke ka tri shifra, p.sh. 212.")},
    )
    field_order = ("code",)
