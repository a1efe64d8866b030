"""What a customer writes about an order that stands: its code, a reason, which version she saw."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


class SignForm(forms.Form):
    """The code of one challenge."""

    challenge_id = forms.UUIDField(widget=forms.HiddenInput)
    code = forms.CharField(
        label=_("FNP, 6 shifra"),
        max_length=7,
        error_messages={"required": _("Shkruani FNP-në nga SMS-ja: 6 shifra.")},
    )

    def clean_code(self) -> str:
        code: str = self.cleaned_data["code"].replace(" ", "")
        if not (len(code) == 6 and code.isascii() and code.isdigit()):
            raise ValidationError(_("FNP-ja ka 6 shifra. Shkruajeni si në SMS."))
        return code


class ReasonForm(forms.Form):
    """Why an order is stopped; colleagues read it."""

    reason = forms.CharField(
        max_length=140, error_messages={"required": _("Shkruani arsyen, që ta dinë edhe kolegët.")}
    )


class VersionForm(forms.Form):
    """Which version of the order the page showed."""

    version = forms.IntegerField(required=False, min_value=1)
