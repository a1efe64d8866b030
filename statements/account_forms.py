"""How she wants to meet an account: shape only."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from statements.models.preferences import NICKNAME_MAX_LENGTH


class ArrangeForm(forms.Form):
    """A name of her own, and where the account stands among the others."""

    nickname = forms.CharField(
        label=_("Emri që i vini ju"),
        help_text=_("Deri në 40 shenja, p.sh. Pagat. E shihni vetëm ju; në pasqyra dhe pagesa mbetet emri i bankës."),
        max_length=NICKNAME_MAX_LENGTH,
        required=False,
        error_messages={"max_length": _("Emri ka më së shumti %(limit_value)d shenja. Shkurtojeni.")},
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    is_favourite = forms.BooleanField(
        label=_("E preferuar"), help_text=_("Del para llogarive të tjera."), required=False
    )
    is_hidden = forms.BooleanField(
        label=_("E fshehur"),
        help_text=_("Del e palosur në fund të listës. Pagesat dhe miratimet e saj mbeten siç janë."),
        required=False,
    )

    def clean_nickname(self) -> str:
        """One plain line: signs that show nothing, or turn the direction of what follows, could make it another's."""
        nickname = " ".join(str(self.cleaned_data["nickname"]).split())
        if not nickname.isprintable():
            raise ValidationError(_("Përdorni vetëm shkronja, shifra dhe shenja të zakonshme."))
        return nickname
