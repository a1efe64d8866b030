"""What a customer writes when she pays, kind by kind; each form knows the wish that it stands for."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import business_day, clock, selectors as books
from accounts.fields import AmountField, DayField, IbanField
from accounts.identifiers import check_iban
from accounts.models import BankAccount, Company
from accounts.money import format_amount
from accounts.working_days import CalendarUnknown
from payments import banks, tariffs
from payments.models.orders import OrderKind
from payments.orders import Wish

# What the clearing format carries (SWIFT's Latin set) plus accented letters, which are transliterated on the way out.
FAR_AWAY = timedelta(days=366)
OUR_OWN = _("Kjo llogari është në bankën tonë. Këtu paguhen bankat e tjera; brenda bankës paguani në degë.")
LETTERS = r"^[A-Za-z0-9ËÇëçÀ-ÖØ-öø-ÿ /\-?:().,'+&]*$"


class TextField(forms.RegexField):
    """A line that a transfer can carry: letters, figures and the usual marks."""

    default_error_messages = {  # noqa: RUF012  read by Django's metaclass
        "invalid": _("Ky tekst ka një shenjë që bankat nuk e përcjellin. Përdorni shkronja, shifra dhe . , - / ( ) +"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=LETTERS, **kwargs)


class DomesticForm(forms.Form):
    """A domestic transfer (R55). `wish()` is what the verb takes."""

    idempotency_key = forms.CharField(widget=forms.HiddenInput, min_length=16, max_length=64)
    debit_account = forms.ChoiceField(
        label=_("Paguhet nga"),
        help_text=_("Përbri llogarisë është gjendja e disponueshme."),
        error_messages={
            "required": _("Zgjidhni llogarinë nga e cila paguhet."),
            "invalid_choice": _("Kjo llogari nuk është më në listë. Zgjidhni një tjetër."),
        },
    )
    beneficiary_name = TextField(
        label=_("Emri i përfituesit"),
        help_text=_("Siç është i regjistruar në bankën e tij."),
        max_length=70,
        error_messages={"required": _("Shkruani emrin e përfituesit, siç është në faturë.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    beneficiary_iban = IbanField(
        label=_("IBAN i përfituesit"), help_text=_("28 shenja, fillon me AL. Hapësirat nuk prishin punë.")
    )
    amount = AmountField(label=_("Shuma"), help_text=_("Presja ndan qindarkat, pika ndan mijëshet: 1.234.567,89"))
    description = TextField(
        label=_("Përshkrimi"),
        help_text=_("E sheh përfituesi. Deri në 140 shenja."),
        max_length=140,
        error_messages={"required": _("Shkruani për çfarë paguani, për shembull numrin e faturës.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    execute_on = DayField(
        label=_("Dita e kryerjes"),
        required=False,
        help_text=_("Lëreni bosh për ditën më të afërt. Shembull: 4.12.2026"),
    )

    def __init__(
        self, data: Any = None, *, company: Company, at: datetime, typed: Mapping[str, str] | None = None
    ) -> None:
        """`typed` is what its owner had written when her session ended; a form that comes anew has a key of its own."""
        super().__init__(data, initial={**(typed or {}), "idempotency_key": new_submit_key()})
        self.at = at
        self.tariffs = tariffs.in_force(kind=OrderKind.DOMESTIC, on=clock.tirana_day(at))
        self.debit_accounts = [
            account
            for account in books.current_accounts(company)
            if account.status == BankAccount.Status.OPEN and account.currency in self.tariffs
        ]
        choices = self.fields["debit_account"]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(str(account.uuid), _account_label(account)) for account in self.debit_accounts]

    @property
    def currencies(self) -> list[str]:
        """Those of the accounts that can be debited."""
        return sorted({account.currency for account in self.debit_accounts})

    @property
    def only_currency(self) -> str:
        """The currency beside the amount; empty when it depends on the account."""
        return self.currencies[0] if len(self.currencies) == 1 else ""

    def clean_beneficiary_iban(self) -> str:
        iban: str = self.cleaned_data["beneficiary_iban"]
        if banks.is_ours(check_iban(iban)):
            raise ValidationError(OUR_OWN)
        return iban

    def clean_execute_on(self) -> date | None:
        day: date | None = self.cleaned_data["execute_on"]
        if day is None:
            return None
        today = clock.tirana_day(self.at)
        if day < today:
            raise ValidationError(_("Kjo ditë ka kaluar. Lëreni bosh ose shkruani një ditë nga sot e tutje."))
        if day - today > FAR_AWAY:
            raise ValidationError(_("Kjo ditë është tepër larg. Shkruani një ditë brenda një viti."))
        try:
            business_day.calendar().on_or_after(day)
        except CalendarUnknown as unknown:
            raise ValidationError(str(unknown.sentence)) from unknown
        return day

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        iban, account = cleaned.get("beneficiary_iban"), cleaned.get("debit_account")
        if iban and any(str(own.uuid) == account and own.iban == iban for own in self.debit_accounts):
            self.add_error("beneficiary_iban", _("Ky është IBAN-i i llogarisë suaj. Shkruani atë të përfituesit."))
        return cleaned

    def wish(self) -> Wish:
        """Only after `is_valid()`."""
        cleaned = self.cleaned_data
        return Wish(
            kind=OrderKind.DOMESTIC,
            debit_account=UUID(cleaned["debit_account"]),
            beneficiary_name=" ".join(cleaned["beneficiary_name"].split()),
            beneficiary_iban=cleaned["beneficiary_iban"],
            amount_minor=cleaned["amount"],
            description=" ".join(cleaned["description"].split()),
            requested_on=cleaned["execute_on"],
        )


def new_submit_key() -> str:
    """A key that the server gives a form, so that a second click is the same order."""
    return secrets.token_urlsafe(24)


def _account_label(account: BankAccount) -> str:
    tail = (account.iban or "")[-4:]
    return f"{account.currency} …{tail} · {format_amount(account.available_minor)}"
