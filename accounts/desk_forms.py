"""The forms of the acts on the staff's desk: shape only. Whatever a colleague has to confirm carries its reason."""

from typing import Any

from django import forms
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.card_fields import CardDigitsField, CardExpiryField
from accounts.enrolment import NotAPhone
from accounts.fields import CustomerNumberField, DayField, IbanField, NiptField
from accounts.identifiers import PhoneProblem, normalise_phone
from accounts.mandate_terms import Terms

REASON_MIN = 5


class ReasonField(forms.CharField):
    """Why: a few words for the colleague who confirms, and for the trail."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Arsyeja"),
            min_length=REASON_MIN,
            max_length=200,
            help_text=_("E lexon kolegu që miraton dhe mbetet në gjurmë. Klienti nuk e sheh."),
            error_messages={
                "required": _("Shkruani arsyen: mbetet në gjurmë."),
                "min_length": _("Shkruajeni arsyen me disa fjalë."),
            },
            **kwargs,
        )


class PastDayField(DayField):
    """The day of a document: today or before."""

    default_error_messages = {"future": _("Kjo ditë nuk ka ardhur ende. Shkruani ditën që është në dokument.")}  # noqa: RUF012

    def clean(self, value: Any) -> Any:
        day = super().clean(value)
        if day and day > clock.tirana_day(clock.now()):
            raise forms.ValidationError(self.error_messages["future"], code="future")
        return day


class PhoneField(forms.CharField):
    """A mobile number; cleans to E.164."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=30, **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            return normalise_phone(super().clean(value))
        except PhoneProblem as problem:
            raise forms.ValidationError(NotAPhone.sentence, code="phone") from problem

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return super().widget_attrs(widget) | {"inputmode": "tel", "autocomplete": "off"}


class ReasonForm(forms.Form):
    """An act that asks nothing but why."""

    reason = ReasonField()


class CompanyForm(forms.Form):
    name = forms.CharField(label=_("Emri"), max_length=140, help_text=_("Si shkruhet në ekstraktin e QKB-së."))
    nipt = NiptField(label="NIPT")


class AccountForm(forms.Form):
    iban = IbanField(label="IBAN", help_text=_("E jep sistemi qendror i bankës."))
    currency = forms.ChoiceField(label=_("Monedha"), choices=[(code, code) for code in ("ALL", "EUR", "USD")])
    name = forms.CharField(label=_("Emri"), max_length=80, initial="Llogaria rrjedhëse")


class AgreementForm(forms.Form):
    """The KSHBB as it was signed (R17)."""

    version = forms.CharField(label=_("Versioni"), max_length=20, help_text=_("Si shkruhet në fund të faqes së parë."))
    signed_on = PastDayField(label=_("Nënshkruar më"))
    branch = forms.CharField(label=_("Dega"), max_length=80)
    signatory = forms.CharField(
        label=_("Nënshkruesi"), max_length=140, help_text=_("Kush nënshkroi për kompaninë, me emër dhe mbiemër.")
    )
    valid_until = DayField(label=_("Vlen deri më"), required=False, help_text=_("Lëreni bosh nëse është pa afat."))


class UserForm(forms.Form):
    """A client of the bank who gets a user; she makes her password herself."""

    customer_number = CustomerNumberField(label=_("Numri i klientit"), help_text=_("I sistemit qendror të bankës."))
    first_name = forms.CharField(label=_("Emri"), max_length=70)
    last_name = forms.CharField(label=_("Mbiemri"), max_length=70)
    phone = PhoneField(label=_("Celulari për FNP-të"), help_text=_("P.sh. +355 67 200 0018."))
    email = forms.EmailField(label=_("E-mail"), required=False)


class CardForm(forms.Form):
    """What is kept of a card comes from its last digits and its month; no whole number, no PIN."""

    digits = CardDigitsField(label=_("Shifrat e fundit të kartës"))
    expires_on = CardExpiryField(label=_("Karta vlen deri më"), help_text=_("Muaji dhe viti në kartë: MM/VV."))
    reason = ReasonField()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["digits"].help_text = _("Vetëm %(asked)s të fundit. Numri i plotë nuk shkruhet dhe nuk ruhet.") % {
            "asked": settings.CARD_DIGITS_ASKED
        }


class PhoneForm(forms.Form):
    phone = PhoneField(label=_("Celulari i ri"), help_text=_("Si në kërkesën e nënshkruar, p.sh. +355 67 200 0018."))
    reason = ReasonField()


class ActivationForm(forms.Form):
    documents_on = PastDayField(label=_("Dokumentet më"), help_text=_("Dita kur dokumentet u pranuan në degë."))
    reason = ReasonField()


class TermsForm(forms.Form):
    """What a mandate allows and until when."""

    may_prepare = forms.BooleanField(label=_("Përgatit pagesa"), required=False)
    may_sign = forms.BooleanField(label=_("Nënshkruan pagesa"), required=False)
    valid_until = DayField(
        label=_("Vlen deri më"), required=False, help_text=_("Dita e fundit. Lëreni bosh nëse është pa afat.")
    )
    reason = ReasonField()

    @staticmethod
    def terms(typed: dict[str, Any]) -> Terms:
        return Terms(typed["may_prepare"], typed["may_sign"], typed["valid_until"])


class MandateForm(TermsForm):
    """A new mandate: for whom, and what it allows."""

    customer_number = CustomerNumberField(label=_("Numri i klientit"))
    field_order = ("customer_number", "may_prepare", "may_sign", "valid_until", "reason")
