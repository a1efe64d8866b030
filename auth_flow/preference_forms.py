"""The forms of Personalizime: shape only."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

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


class NoticeChoiceForm(forms.Form):
    email_notices = forms.BooleanField(label=_("Njoftime edhe me e-mail"), required=False)


class AppCodeForm(forms.Form):
    """The code that an authenticator shows."""

    code = CodeField(label=_("Kodi i aplikacionit, 6 shifra"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["code"].error_messages["required"] = _("Shkruani kodin që tregon aplikacioni: 6 shifra.")
