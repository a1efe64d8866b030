"""What a customer writes about a payee."""

from django import forms
from django.utils.translation import gettext_lazy as _

from payments.forms.ibans import PayeeIbanField
from payments.forms.lines import NameField, TextField

NAME_LENGTH = 60  # of a template


class BeneficiaryForm(forms.Form):
    """One payee of the book."""

    name = NameField(
        label=_("Emri i përfituesit"),
        help_text=_("Siç është i regjistruar në bankën e tij."),
        max_length=70,
        error_messages={"required": _("Shkruani emrin e përfituesit, siç është në faturë.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    iban = PayeeIbanField(label="IBAN", help_text=_("28 shenja, fillon me AL. Hapësirat nuk prishin punë."))
    nickname = TextField(
        label=_("Si e quani ju"),
        required=False,
        help_text=_("E shihni vetëm ju dhe kolegët, për shembull “Qiraja e zyrës”."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def facts(self) -> dict[str, str]:
        """What the verbs take; only after `is_valid()`."""
        cleaned = self.cleaned_data
        return {
            "name": " ".join(cleaned["name"].split()),
            "iban": cleaned["iban"],
            "nickname": " ".join(cleaned["nickname"].split()),
        }


class TemplateForm(forms.Form):
    """Under which name an order is kept as a template."""

    name = TextField(
        label=_("Emri i modelit"),
        help_text=_("Për shembull “Qiraja e muajit”."),
        max_length=NAME_LENGTH,
        error_messages={"required": _("Shkruani një emër, që ta gjeni te modelet.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    with_amount = forms.BooleanField(label=_("Ruaje edhe shumën"), required=False, initial=True)
