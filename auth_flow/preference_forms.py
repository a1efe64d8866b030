"""The forms of Personalizime: shape only."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.fields import DayField
from auth_flow import stamps
from auth_flow.forms import CodeField

WORD_MIN, WORD_MAX = 2, 30


class StampForm(forms.Form):
    """A picture of ours and a word of hers; a word that repeats what others know is no stamp."""

    picture = forms.ChoiceField(
        label=_("Figura"),
        choices=lambda: list(stamps.PICTURES.items()),
        error_messages={
            "required": _("Zgjidhni një figurë."),
            "invalid_choice": _("Zgjidhni një nga figurat e faqes."),
        },
    )
    word = forms.CharField(
        label=_("Fjala"),
        help_text=_("2 deri në 30 shenja. Mos shkruani fjalëkalimin ose një fjalë që e dinë të tjerët."),
        min_length=WORD_MIN,
        max_length=WORD_MAX,
        error_messages={
            "required": _("Shkruani një fjalë që e njihni vetëm ju."),
            "min_length": _("Fjala ka të paktën %(limit_value)d shenja."),
            "max_length": _("Fjala ka më së shumti %(limit_value)d shenja."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_word(self) -> str:
        word = " ".join(str(self.cleaned_data["word"]).split())
        if not all(sign.isalnum() or sign in " -’'" for sign in word):
            raise ValidationError(_("Përdorni vetëm shkronja, shifra, hapësirë dhe vizë."))
        return word


class LookDaysForm(forms.Form):
    """Of which days the looks are wanted, read from the address; a day that is left out leaves that end open."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["from"] = DayField(label=_("Nga data"), required=False)
        self.fields["to"] = DayField(label=_("Deri më"), required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, last = cleaned.get("from"), cleaned.get("to")
        if first and last and last < first:
            self.add_error("to", _("Dita e fundit është para së parës. Ndërroni vendet e tyre."))
        return cleaned


class NoticeChoiceForm(forms.Form):
    """Which notices come by e-mail too; the names are those of the columns of Preferences."""

    email_notices = forms.BooleanField(label=_("Siguria, pagesat dhe të tjerat"), required=False)
    email_money_came = forms.BooleanField(label=_("Arkëtimet"), required=False)
    email_low_balance = forms.BooleanField(label=_("Gjendja e ulët"), required=False)
    email_statements = forms.BooleanField(label=_("Pasqyrat që bëhen gati"), required=False)


class AppCodeForm(forms.Form):
    """The code that an authenticator shows."""

    code = CodeField(label=_("Kodi i aplikacionit, 6 shifra"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].error_messages["required"] = _("Shkruani kodin që tregon aplikacioni: 6 shifra.")
