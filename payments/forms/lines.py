"""Fields for what a transfer carries: a line of text, the code of an e-invoice."""

from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

# What the clearing format carries (SWIFT's Latin set) plus accented letters, which are transliterated on the way out.
LETTERS = r"^[A-Za-z0-9ËÇëçÀ-ÖØ-öø-ÿ /\-?:().,'+&]*$"


class TextField(forms.RegexField):
    """A line that a transfer can carry: letters, figures and the usual marks."""

    default_error_messages = {  # noqa: RUF012  read by Django's metaclass
        "invalid": _("Ky tekst ka një shenjë që bankat nuk e përcjellin. Përdorni shkronja, shifra dhe . , - / ( ) +"),
    }

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(regex=LETTERS, **kwargs)


class NameField(TextField):
    """The name of a payee: a line with a letter or a figure in it."""

    def validate(self, value: str) -> None:
        super().validate(value)
        if value and not any(sign.isalnum() for sign in value):
            raise ValidationError(_("Emri ka vetëm shenja. Shkruani emrin e përfituesit, siç është në faturë."))


class InvoiceCodeField(forms.CharField):
    """The NIVF or EIC of an e-invoice (law 87/2019): 32 hexadecimal figures in five groups; cleans to lower case."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}), **kwargs)

    def clean(self, value: Any) -> str:
        text = "".join(str(super().clean(value)).split()).lower()
        if not text:
            return ""
        try:
            return str(UUID(text))
        except ValueError:
            raise ValidationError(
                _("Ky kod ka 32 shenja në pesë grupe: 3f2b8c1e-77aa-4d09-9b61-0c5d2e8f4a17. Kopjojeni nga fatura.")
            ) from None
