"""What a customer writes for a payment that comes again: a transfer without a day, its rhythm, and how it ends."""

from datetime import date
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import business_day, clock, selectors as books
from accounts.fields import AmountField, DayField
from accounts.money import format_amount
from accounts.working_days import CalendarUnknown
from payments import rhythm
from payments.forms.signing import ReasonForm
from payments.forms.transfers import FAR_AWAY, InternalForm, OwnForm, PayeeForm, TransferForm
from payments.models import StandingOrder
from payments.models.orders import OrderKind
from payments.models.standing import Rhythm
from payments.series import Series
from payments.wishes import Wish

NEXT, PREVIOUS = "next", "previous"


class StandingForm(TransferForm):
    """The parts of every kind; `series()` is what the verb takes."""

    execute_on = None  # type: ignore[assignment]  # Django's way to leave out a field
    prefers_previous = None  # type: ignore[assignment]

    rhythm = forms.ChoiceField(label=_("Sa shpesh"), choices=Rhythm, initial=Rhythm.MONTHLY)
    first_on = DayField(
        label=_("Dita e parë"),
        help_text=_(
            "Nga nesër e tutje. Ajo cakton edhe ditën e javës ose të muajit: 31.1.2027 është dita e fundit e çdo muaji."
        ),
        error_messages={"required": _("Shkruani ditën e pagesës së parë, për shembull 4.12.2026.")},
    )
    day_off = forms.ChoiceField(
        label=_("Kur dita bie në pushim"),
        choices=((NEXT, _("ditën e parë të punës pas saj")), (PREVIOUS, _("ditën e fundit të punës para saj"))),
        initial=NEXT,
    )
    last_on = DayField(
        label=_("Dita e fundit"), required=False, help_text=_("Lëreni bosh nëse nuk ka afat. Shembull: 31.12.2027")
    )
    times = forms.IntegerField(
        label=_("Ose sa herë gjithsej"),
        required=False,
        min_value=2,
        max_value=999,
        help_text=_("Numërohen edhe ditët që anashkaloni dhe pagesat që nuk kryhen."),
        error_messages={
            "invalid": _("Shkruani një numër të plotë, për shembull 12."),
            "min_value": _("Për një pagesë të vetme bëni një urdhër të zakonshëm. Këtu shkruani 2 ose më shumë."),
            "max_value": _("Shkruani deri në 999 herë, ose lëreni bosh."),
        },
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "class": "short"}),
    )
    cap = AmountField(
        label=_("Tavani për të gjitha bashkë"),
        required=False,
        help_text=_("Kur kjo shumë arrihet, urdhri përfundon. Lëreni bosh nëse nuk ka tavan."),
    )

    def clean_first_on(self) -> date:
        day: date = self.cleaned_data["first_on"]
        today = clock.tirana_day(self.at)
        if day <= today:
            raise ValidationError(_("Pagesa e parë kryhet nga nesër e tutje. Shkruani një ditë pas së sotmes."))
        if day - today > FAR_AWAY:
            raise ValidationError(_("Kjo ditë është tepër larg. Shkruani një ditë brenda një viti."))
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first_on, last_on, amount, cap = (cleaned.get(name) for name in ("first_on", "last_on", "amount", "cap"))
        if last_on and cleaned.get("times"):
            self.add_error("times", _("Zgjidhni njërën: ose ditën e fundit, ose sa herë."))
        if first_on and last_on and last_on < first_on:
            self.add_error("last_on", _("Kjo ditë është para ditës së parë. Shkruani një ditë pas saj."))
        if amount and cap and cap < amount:
            message = _(
                "Tavani është më i vogël se një pagesë e vetme (%(amount)s). Shkruani më shumë, ose lëreni bosh."
            )
            self.add_error("cap", ValidationError(message, params={"amount": format_amount(amount)}))
        if first_on and cleaned.get("rhythm"):
            self._require_first_payment(first_on, cleaned)
        return cleaned

    def _require_first_payment(self, first_on: date, cleaned: dict[str, Any]) -> None:
        days = rhythm.days(
            rhythm=cleaned["rhythm"],
            first_on=first_on,
            calendar=business_day.calendar(),
            prefers_previous=cleaned.get("day_off") == PREVIOUS,
        )
        try:
            if next(days).due_on <= clock.tirana_day(self.at):
                self.add_error(
                    "first_on", _("Kjo ditë është pushim dhe dita e punës para saj ka ardhur. Shkruani një tjetër.")
                )
        except CalendarUnknown as unknown:
            self.add_error("first_on", str(unknown.sentence))

    def wish(self) -> Wish:
        """One payment of the series, without a day."""
        cleaned = self.cleaned_data
        return Wish(
            kind=self.kind,
            debit_account=UUID(cleaned["debit_account"]),
            amount_minor=cleaned["amount"],
            description=" ".join(cleaned["description"].split()),
            prefers_previous=cleaned["day_off"] == PREVIOUS,
            **self.payee(),
        )

    def series(self) -> Series:
        """Only after `is_valid()`."""
        cleaned = self.cleaned_data
        return Series(
            wish=self.wish(),
            rhythm=Rhythm(cleaned["rhythm"]),
            first_on=cleaned["first_on"],
            last_on=cleaned["last_on"],
            times=cleaned["times"],
            cap_minor=cleaned["cap"],
        )


class StandingDomesticForm(StandingForm, PayeeForm):
    kind = OrderKind.DOMESTIC


class StandingInternalForm(StandingForm, InternalForm):
    kind = OrderKind.INTERNAL


class StandingOwnForm(StandingForm, OwnForm):
    kind = OrderKind.OWN


FORMS: dict[str, type[StandingForm]] = {
    str(form.kind): form for form in (StandingDomesticForm, StandingInternalForm, StandingOwnForm)
}


def typed_again(series: StandingOrder, *, on: date) -> dict[str, str]:
    """The fields of a new form, filled with what another series says; its first day is another one, its last one the
    same while that is still to come."""
    fields = {
        "debit_account": str(series.debit_account.uuid),
        "beneficiary_name": series.beneficiary_name,
        "beneficiary_iban": series.beneficiary_iban,
        "amount": format_amount(series.amount_minor),
        "description": series.description,
        "rhythm": series.rhythm,
        "day_off": PREVIOUS if series.prefers_previous else NEXT,
        "last_on": f"{series.last_on:%d.%m.%Y}" if series.last_on and series.last_on > on else "",
        "times": str(series.times or ""),
        "cap": format_amount(series.cap_minor) if series.cap_minor else "",
    }
    if series.kind == OrderKind.OWN:
        credit = books.payee_account(series.beneficiary_iban, currency=series.currency, owner=series.company)
        fields["credit_account"] = str(credit.uuid) if credit else ""
    return fields


class StopForm(ReasonForm):
    """Why a series is stopped, and whether what it has made is cancelled with it."""

    with_orders = forms.BooleanField(required=False)


class SkipForm(forms.Form):
    """One day of the plan."""

    day = DayField()
