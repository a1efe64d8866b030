"""The form of a payment for the budget: the fields that staff gave the scheme."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from payments import budget, pictures
from payments.forms.lines import LETTERS
from payments.forms.transfers import TransferForm
from payments.models import BudgetField, BudgetScheme
from payments.models.orders import OrderKind


class SchemeField(forms.RegexField):
    """One field of a scheme, by its picture."""

    def __init__(self, field: BudgetField) -> None:
        super().__init__(
            regex=LETTERS,
            label=field.label,
            help_text=_hint(field),
            required=field.is_required,
            max_length=35,
            error_messages={
                "required": _("Plotësoni këtë fushë; e kërkon institucioni."),
                "invalid": _("Këtu shkruhen vetëm shkronja, shifra dhe . , - / ( ) +"),
            },
            widget=forms.TextInput(attrs={"autocomplete": "off"}),
        )
        self.picture, self.example = field.picture, field.example

    def clean(self, value: Any) -> str:
        text = pictures.normal(self.picture, str(super().clean(value) or ""))
        if text and not pictures.fits(self.picture, text):
            message = (
                _("Institucioni pret: %(form)s. Shembull: %(example)s")
                if self.example
                else _("Institucioni pret: %(form)s.")
            )
            raise ValidationError(message, params={"form": pictures.in_words(self.picture), "example": self.example})
        return text


def _hint(field: BudgetField) -> str:
    """What staff say of a field, and its example."""
    example = _("Shembull: %(example)s") % {"example": field.example} if field.example else ""
    return f"{field.help_text} {example}".strip()


class BudgetForm(TransferForm):
    """A payment to the state by one scheme, whose payee nobody types."""

    kind = OrderKind.BUDGET

    def __init__(self, *args: Any, scheme: BudgetScheme, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.scheme = scheme
        self.names = {f"field_{field.code}": field.code for field in scheme.fields.all()}
        for field in scheme.fields.all():
            self.fields[f"field_{field.code}"] = SchemeField(field)
        self.debit_accounts = [account for account in self.debit_accounts if account.currency == scheme.currency]
        self._choose("debit_account", self.debit_accounts)
        self.fields["description"].required = False
        self.fields["description"].help_text = _("Me fjalët tuaja, nëse doni. Kodet e mësipërme dërgohen vetë.")

    @property
    def scheme_fields(self) -> list[forms.BoundField]:
        """In the order of the scheme."""
        return [self[name] for name in self.names]

    def written(self) -> dict[str, str]:
        return {code: self.cleaned_data[name] for name, code in self.names.items() if self.cleaned_data[name]}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                budget.require_room(self.scheme, self.written())
            except budget.CodesTooLong as refusal:
                raise ValidationError(str(refusal.sentence)) from refusal
            cleaned["description"] = budget.remittance(self.scheme, self.written(), cleaned["description"])
        return cleaned

    def payee(self) -> dict[str, Any]:
        return {
            "beneficiary_name": self.scheme.beneficiary_name,
            "beneficiary_iban": self.scheme.beneficiary_iban,
            "budget_scheme": self.scheme.code,
            "budget_fields": self.written(),
        }
