"""The forms of the acts on limits and signers: shape, and whom the typed numbers name."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts import clock, money
from accounts.desk_forms import ReasonField
from accounts.fields import AmountField, CustomerNumberField, DayField, IbanField, NiptField
from accounts.models import BankAccount, Company, User
from payments.limit_changes import Owner, Scope, Sums

CURRENCIES = [(code, code) for code in money.CURRENCIES]
SCOPES = [(scope.value, scope.label) for scope in Scope]


class FromDayField(DayField):
    """The first day of a rule: today or later; the verbs ask again."""

    default_error_messages = {"past": _("Kjo ditë ka kaluar. Shkruani ditën e sotme ose një të ardhshme.")}  # noqa: RUF012

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(label=_("Vlen nga"), **kwargs)

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day < clock.tirana_day(clock.now()):
            raise forms.ValidationError(self.error_messages["past"], code="past")
        return day


class SumsForm(forms.Form):
    """What a limit may be; an empty sum is no limit."""

    currency = forms.ChoiceField(label=_("Monedha"), choices=CURRENCIES)
    single_minor = AmountField(label=_("Për një urdhër"), required=False, help_text=_("Bosh: pa kufi."))
    daily_minor = AmountField(label=_("Në ditë"), required=False, help_text=_("Bosh: pa kufi."))
    monthly_minor = AmountField(label=_("Në muaj"), required=False, help_text=_("Bosh: pa kufi."))
    valid_from = FromDayField()
    reason = ReasonField()

    @staticmethod
    def sums(typed: dict[str, Any]) -> Sums:
        return Sums(typed["single_minor"], typed["daily_minor"], typed["monthly_minor"])


class BankLimitForm(SumsForm):
    """The bank's own limit, for whoever has none nearer."""

    scope = forms.ChoiceField(label=_("I kujt"), choices=SCOPES)
    field_order = ("scope",)

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if "scope" in typed and "currency" in typed:
            typed["owner"] = Owner(typed["scope"], typed["currency"])
        return typed


class LimitForm(SumsForm):
    """A company's limit; of all its signers, or of one by her customer number; of one account by its IBAN."""

    scope = forms.ChoiceField(label=_("I kujt"), choices=SCOPES)
    nipt = NiptField(label="NIPT")
    customer_number = CustomerNumberField(
        label=_("Numri i klientit"),
        required=False,
        help_text=_("Vetëm për një nënshkrues. Bosh: të gjithë nënshkruesit e kompanisë."),
    )
    iban = IbanField(label="IBAN", required=False, help_text=_("Vetëm për një llogari."))
    field_order = ("scope", "nipt", "customer_number", "iban")

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        self._refuse_what_names_nobody(typed)
        if self.errors:
            return typed
        company = Company.objects.filter(nipt=typed["nipt"]).first()
        if company is None:
            self.add_error("nipt", _("Asnjë kompani e bankës nuk ka këtë NIPT. Shiheni te lista e kompanive."))
            return typed
        match typed["scope"]:
            case Scope.SIGNER:
                typed["owner"] = Owner(Scope.SIGNER, typed["currency"], company, self._user(company, typed))
            case Scope.ACCOUNT:
                account = self._account(company, typed)
                typed["owner"] = Owner(Scope.ACCOUNT, typed["currency"], account=account)
            case _scope:
                typed["owner"] = Owner(Scope.COMPANY, typed["currency"], company)
        return typed

    def _refuse_what_names_nobody(self, typed: dict[str, Any]) -> None:
        """A number that the chosen owner does not take would set a limit for more than was meant."""
        if typed.get("customer_number") and typed.get("scope") != Scope.SIGNER:
            self.add_error("customer_number", _("Numri i klientit shkruhet vetëm për “Nënshkruesi”. Fshijeni."))
        if typed.get("iban") and typed.get("scope") != Scope.ACCOUNT:
            self.add_error("iban", _("IBAN-i shkruhet vetëm për “Llogaria”. Fshijeni."))

    def _user(self, company: Company, typed: dict[str, Any]) -> User | None:
        if not typed["customer_number"]:
            return None
        person = {"person__customer_number": typed["customer_number"], "mandates__company": company}
        user = User.objects.filter(kind=User.Kind.CUSTOMER, **person).first()
        if user is None:
            self.add_error("customer_number", _("Ky klient nuk ka mandat për këtë kompani. Shihni te mandatet."))
        return user

    def _account(self, company: Company, typed: dict[str, Any]) -> BankAccount | None:
        facts = {"iban": typed["iban"] or None, "company": company, "currency": typed["currency"]}
        account = BankAccount.objects.filter(**facts).select_related("company").first() if typed["iban"] else None
        if account is None:
            self.add_error("iban", _("Kompania nuk ka llogari me këtë IBAN në këtë monedhë. Shihni te llogaritë."))
        return account


class SignersForm(forms.Form):
    nipt = NiptField(label="NIPT")
    other_signers = forms.TypedChoiceField(
        label=_("Nënshkrues të tjerë"),
        coerce=int,
        choices=[
            (0, _("0: përgatitësi nënshkruan vetë")),
            (1, _("1: nënshkruan një tjetër")),
            (2, _("2: nënshkruajnë dy të tjerë")),
        ],
    )
    valid_from = FromDayField()
    reason = ReasonField()

    def clean_nipt(self) -> str:
        nipt: str = self.cleaned_data["nipt"]
        self.company = Company.objects.filter(nipt=nipt).first()
        if self.company is None:
            raise forms.ValidationError(_("Asnjë kompani e bankës nuk ka këtë NIPT. Shiheni te lista e kompanive."))
        return nipt

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        return typed | {"company": getattr(self, "company", None)}
