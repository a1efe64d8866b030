"""The forms of the contact centre's desk: shape only, and never without a reason."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import CustomerNumberField, NiptField
from auth_flow.desk import PHONE_END_MIN
from auth_flow.forms import ReportForm

REASON_MIN = 5


class ReasonField(forms.CharField):
    """Why: a few words that stand in the trail for ever."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Arsyeja"),
            min_length=REASON_MIN,
            max_length=200,
            error_messages={
                "required": _("Shkruani arsyen: mbetet në gjurmë."),
                "min_length": _("Shkruajeni arsyen me disa fjalë."),
            },
            **kwargs,
        )


class FindForm(forms.Form):
    """Exactly one of the three, and why."""

    customer_number = CustomerNumberField(label=_("Numri i klientit"), required=False)
    nipt = NiptField(label="NIPT", required=False)
    phone_end = forms.RegexField(
        rf"^\d{{{PHONE_END_MIN},9}}$",
        label=_("Shifrat e fundit të celularit"),
        required=False,
        error_messages={"invalid": _("Të paktën 4 shifrat e fundit, vetëm shifra.")},
    )
    reason = ReasonField()

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        given = [name for name in ("customer_number", "nipt", "phone_end") if cleaned.get(name)]
        if not self.errors and len(given) != 1:
            raise ValidationError(_("Plotësoni vetëm njërën: numrin e klientit, NIPT-in ose celularin."))
        return cleaned

    @property
    def how(self) -> str:
        """What was looked for, for the trail: the name of the field, never what stood in it."""
        return next(name for name in ("customer_number", "nipt", "phone_end") if self.cleaned_data.get(name))


class DeadEndForm(ReportForm):
    """A dead end by its reference, and what came of it."""

    reason = ReasonField()


class ActForm(forms.Form):
    """One act on one customer. `row` is the block or the case that it is about."""

    ACTS = ("unblock", "block", "lift_freeze", "remove_app", "end_sessions", "close_case")

    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    row = forms.IntegerField(required=False)
    caller_is_verified = forms.BooleanField(required=False)
    reason = ReasonField()
