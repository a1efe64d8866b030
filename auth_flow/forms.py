"""The forms of the way in: shape only, never a word about who exists."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import CustomerNumberField, NiptField
from auth_flow.keys import REFERENCE_ALPHABET, REFERENCE_LENGTH

PASSWORD_MAX_LENGTH = 128  # bounds the cost of hashing; a new password is no longer either


class IdentifyForm(forms.Form):
    customer_number = CustomerNumberField(
        label=_("Numri i klientit"), help_text=_("9 shifra: jua dha banka kur hapët llogarinë.")
    )
    nipt = NiptField(label=_("NIPT-i i kompanisë"), help_text=_("Një shkronjë, 8 shifra dhe një shkronjë."))


class PasswordForm(forms.Form):
    password = forms.CharField(
        label=_("Fjalëkalimi"),
        strip=False,
        max_length=PASSWORD_MAX_LENGTH,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
        error_messages={
            "required": _("Shkruani fjalëkalimin."),
            "max_length": _("Fjalëkalimi ka më së shumti %(limit_value)d shenja. Shkruajeni përsëri."),
        },
    )


class CodeField(forms.CharField):
    """An FNP; cleans to its six digits. Blanks inside do not count: phones show 483 920."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "one-time-code"})
        kwargs.setdefault("label", _("FNP, 6 shifra"))
        super().__init__(
            max_length=20,
            widget=widget,
            error_messages={"required": _("Shkruani FNP-në nga SMS-ja: 6 shifra.")},
            **kwargs,
        )

    def clean(self, value: Any) -> str:
        code = re.sub(r"\s", "", str(super().clean(value)))
        if not re.fullmatch(r"[0-9]{6}", code):
            raise ValidationError(_("FNP-ja ka 6 shifra. Shkruajeni si në SMS."), code="shape")
        return code


class CodeForm(forms.Form):
    code = CodeField()


class CompanyForm(forms.Form):
    mandate = forms.UUIDField()


class FreezeForm(IdentifyForm, PasswordForm):
    """Who shuts her own access; the password proves it."""

    field_order = ("customer_number", "nipt", "password")


class ReportForm(forms.Form):
    """The reference of an SMS whose code nobody asked for; blanks and small letters do not matter."""

    reference = forms.CharField(
        label=_("Referenca e SMS-së"),
        help_text=_("8 shenja, në fund të mesazhit pas fjalës ref."),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters"}),
        error_messages={"required": _("Shkruani referencën: 8 shenja, në fund të SMS-së.")},
    )

    def clean_reference(self) -> str:
        reference = re.sub(r"[\s-]", "", self.cleaned_data["reference"]).upper()
        if not re.fullmatch(rf"[{REFERENCE_ALPHABET}]{{{REFERENCE_LENGTH}}}", reference):
            raise ValidationError(_("Referenca ka 8 shenja, pa zero dhe pa I, L, O. Shihni SMS-në."), code="shape")
        return reference
