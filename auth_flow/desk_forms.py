"""The forms of the contact centre's desk: shape only, and never without a reason."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import CustomerNumberField, NiptField
from auth_flow import caller_checks
from auth_flow.forms import ReportForm
from auth_flow.looks import PHONE_END_MIN
from auth_flow.models import Call

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
        error_messages={"invalid": _("Të paktën 6 shifrat e fundit, vetëm shifra.")},
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


class CallForm(forms.Form):
    """A call that begins: how, who rang whom, and what about."""

    channel = forms.ChoiceField(label=_("Kanali"), choices=Call.Channel.choices, initial=Call.Channel.PHONE)
    began_by_customer = forms.TypedChoiceField(
        label=_("Kush e nisi"),
        choices=[("yes", _("Klienti na telefonoi në numrin e bankës")), ("no", _("E telefonuam ne klientin"))],
        coerce=lambda choice: choice == "yes",
        widget=forms.RadioSelect,
        error_messages={"required": _("Shënoni kush e nisi telefonatën.")},
    )
    reason = ReasonField()


class CheckForm(forms.Form):
    """Which questions the caller answered rightly, and the four digits as she says them. Never shown again."""

    answers = forms.MultipleChoiceField(
        choices=[(one.name, one.ask) for one in caller_checks.QUESTIONS], required=False
    )
    digits = forms.RegexField(
        r"^\d{4}$", error_messages={"required": _("Shkruani 4 shifrat."), "invalid": _("Duhen saktësisht 4 shifra.")}
    )


class ActForm(forms.Form):
    """One act on one customer."""

    ACTS = ("unblock", "freeze", "thaw", "remove_app", "end_sessions", "reset", "resend")

    act = forms.ChoiceField(choices=[(act, act) for act in ACTS])
    reason = ReasonField()


class DecideForm(forms.Form):
    """A colleague's word on a proposal to lift a freeze; whoever refuses says why."""

    act = forms.ChoiceField(choices=[(act, act) for act in ("approve", "refuse", "withdraw")])
    reason = forms.CharField(max_length=200, required=False)
