"""The forms of the way in: shape only, never a word about who exists."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import CustomerNumberField, NiptField

PASSWORD_MAX_LENGTH = 128  # bounds the cost of hashing; a new password is no longer either


class IdentifyForm(forms.Form):
    customer_number = CustomerNumberField(
        label=_("Numri i klientit"), help_text=_("9 shifra, nga kontrata juaj me bankën.")
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
