"""What a customer writes when she pays, kind by kind; each form knows the wish that it stands for."""

import secrets
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts import business_day, clock, selectors as books
from accounts.fields import AmountField, DayField
from accounts.identifiers import check_iban
from accounts.models import BankAccount, Company
from accounts.money import format_amount
from accounts.working_days import CalendarUnknown
from payments import banks, rails, tariffs
from payments.forms.ibans import PayeeIbanField
from payments.forms.lines import InvoiceCodeField, NameField, TextField
from payments.models import PaymentOrder
from payments.models.orders import OrderKind
from payments.wishes import PayeeIsElsewhere, PayeeIsHere, Wish

FAR_AWAY = timedelta(days=366)


class TransferForm(forms.Form):
    """What every kind asks: from which account, how much, for what, when. `wish()` is what the verb takes."""

    kind: ClassVar[OrderKind]
    is_over_limit = False

    idempotency_key = forms.CharField(widget=forms.HiddenInput, min_length=16, max_length=64)
    debit_account = forms.ChoiceField(
        label=_("Paguhet nga"),
        help_text=_("Përbri llogarisë është gjendja e disponueshme."),
        error_messages={
            "required": _("Zgjidhni llogarinë nga e cila paguhet."),
            "invalid_choice": _("Kjo llogari nuk është më në listë. Zgjidhni një tjetër."),
        },
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
    prefers_previous = forms.BooleanField(
        label=_("Nëse ajo ditë është pushim, kryejeni ditën e punës para saj"), required=False
    )

    def __init__(
        self,
        data: Any = None,
        *,
        company: Company,
        at: datetime,
        typed: Mapping[str, str] | None = None,
        draft: PaymentOrder | None = None,
    ) -> None:
        """`typed` is what its owner had written when her session ended. A form that comes anew has a key of its own;
        one that edits a `draft` of hers has the draft's."""
        key = draft.submit_key if draft else new_submit_key()
        super().__init__(data, initial={**(typed or {}), "idempotency_key": key})
        self.draft = draft
        self.at, self.company = at, company
        self.tariffs = tariffs.in_force(kind=self.kind, on=clock.tirana_day(at))
        self.debit_accounts = [
            account
            for account in books.current_accounts(company)
            if account.status == BankAccount.Status.OPEN and account.currency in self.tariffs
        ]
        self._choose("debit_account", self.debit_accounts)

    def _choose(self, name: str, accounts: list[BankAccount]) -> None:
        choices = self.fields[name]
        assert isinstance(choices, forms.ChoiceField)
        choices.choices = [(str(account.uuid), _account_label(account)) for account in accounts]

    @property
    def currencies(self) -> list[str]:
        """Those of the accounts that can be debited."""
        return sorted({account.currency for account in self.debit_accounts})

    @property
    def only_currency(self) -> str:
        """The currency beside the amount; empty when it depends on the account."""
        return self.currencies[0] if len(self.currencies) == 1 else ""

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

    def wish(self) -> Wish:
        """Only after `is_valid()`."""
        cleaned = self.cleaned_data
        return Wish(
            kind=self.kind,
            debit_account=UUID(cleaned["debit_account"]),
            amount_minor=cleaned["amount"],
            description=" ".join(cleaned["description"].split()),
            requested_on=cleaned["execute_on"],
            prefers_previous=cleaned["prefers_previous"] and cleaned["execute_on"] is not None,
            **self.payee(),
        )

    def payee(self) -> dict[str, Any]:
        """The parts of the wish that this kind alone asks."""
        raise NotImplementedError


class OwnForm(TransferForm):
    """Between the company's own accounts of one currency; no payee to write."""

    kind = OrderKind.OWN
    credit_account = forms.ChoiceField(
        label=_("Kalon te"),
        error_messages={
            "required": _("Zgjidhni llogarinë që i merr paratë."),
            "invalid_choice": _("Kjo llogari nuk është më në listë. Zgjidhni një tjetër."),
        },
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.credit_accounts = list(books.current_accounts(self.company))
        self._choose("credit_account", self.credit_accounts)
        if pair := self._a_pair():
            for name, account in zip(("debit_account", "credit_account"), pair, strict=True):
                self.initial.setdefault(name, str(account.uuid))
        self.fields["description"].required = False
        self.fields["description"].help_text = _("E shihni në veprimet e të dy llogarive.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        debit, credit = (self._account(cleaned.get(name, "")) for name in ("debit_account", "credit_account"))
        if debit and credit and debit == credit:
            self.add_error("credit_account", _("Zgjidhni një llogari tjetër nga ajo që paguan."))
        elif debit and credit and debit.currency != credit.currency:
            message = _("Kjo llogari është në %(other)s, e para në %(one)s. Zgjidhni dy llogari në një monedhë.")
            facts = {"other": credit.currency, "one": debit.currency}
            self.add_error("credit_account", ValidationError(message, params=facts))
        return cleaned

    def payee(self) -> dict[str, Any]:
        account = self._account(self.cleaned_data["credit_account"])
        assert account is not None, "the choices are these accounts"
        return {"beneficiary_name": self.company.name[:70], "beneficiary_iban": account.iban or ""}

    @property
    def has_no_pair(self) -> bool:
        """Whether the company has no two accounts in one currency."""
        return self._a_pair() is None

    def _a_pair(self) -> tuple[BankAccount, BankAccount] | None:
        """The first account that has a partner in its currency, and that partner."""
        pairs = (
            (debit, credit)
            for debit in self.debit_accounts
            for credit in self.credit_accounts
            if credit != debit and credit.currency == debit.currency
        )
        return next(pairs, None)

    def _account(self, chosen: str) -> BankAccount | None:
        return next((account for account in self.credit_accounts if str(account.uuid) == chosen), None)


class PayeeForm(TransferForm):
    """A payee by name and IBAN."""

    field_order = ("debit_account", "beneficiary_name", "beneficiary_iban", "keep_payee")  # as on the page
    beneficiary_name = NameField(
        label=_("Emri i përfituesit"),
        help_text=_("Siç është i regjistruar në bankën e tij."),
        max_length=70,
        error_messages={"required": _("Shkruani emrin e përfituesit, siç është në faturë.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    beneficiary_iban = PayeeIbanField(
        label=_("IBAN i përfituesit"), help_text=_("28 shenja, fillon me AL. Hapësirat nuk prishin punë.")
    )
    keep_payee = forms.BooleanField(label=_("Ruaje te përfituesit"), required=False)

    def clean_beneficiary_iban(self) -> str:
        iban: str = self.cleaned_data["beneficiary_iban"]
        is_here = banks.is_ours(check_iban(iban))
        if is_here != rails.executes_at_once(self.kind):
            raise ValidationError(str((PayeeIsHere if is_here else PayeeIsElsewhere).sentence))
        return iban

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        iban, account = cleaned.get("beneficiary_iban"), cleaned.get("debit_account")
        if iban and any(str(own.uuid) == account and own.iban == iban for own in self.debit_accounts):
            self.add_error("beneficiary_iban", _("Ky është IBAN-i i llogarisë suaj. Shkruani atë të përfituesit."))
        return cleaned

    def payee(self) -> dict[str, Any]:
        name = " ".join(self.cleaned_data["beneficiary_name"].split())
        return {
            "beneficiary_name": name,
            "beneficiary_iban": self.cleaned_data["beneficiary_iban"],
            "keeps_payee": self.cleaned_data["keep_payee"],
        }


class InternalForm(PayeeForm):
    """To another client of this bank: at once, at any hour."""

    kind = OrderKind.INTERNAL


class DomesticForm(PayeeForm):
    """A domestic transfer (R55)."""

    kind = OrderKind.DOMESTIC
    invoice_code = InvoiceCodeField(
        label=_("NIVF ose EIC i faturës elektronike"),
        required=False,
        help_text=_("Në faturë, pranë kodit QR. Me të pagesa i raportohet tatimeve si e paguar."),
    )
    is_urgent = forms.BooleanField(
        label=_("Urgjente"), required=False, help_text=_("Shkon më vete, pa pritur seancën e klerimit.")
    )

    def payee(self) -> dict[str, Any]:
        cleaned = self.cleaned_data
        return super().payee() | {"is_urgent": cleaned["is_urgent"], "invoice_code": cleaned["invoice_code"]}


def new_submit_key() -> str:
    """A key that the server gives a form, so that a second click is the same order."""
    return secrets.token_urlsafe(24)


def _account_label(account: BankAccount) -> str:
    tail = (account.iban or "")[-4:]
    return f"{account.currency} …{tail} · {format_amount(account.available_minor)} · {account.name}"
