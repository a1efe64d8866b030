"""The forms of the acts on schemes of the budget and their fields, with the trial of a picture."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.desk_forms import ReasonField
from accounts.fields import IbanField
from payments import pictures
from payments.forms.lines import TextField
from payments.models import BudgetScheme
from payments.scheme_changes import FieldFacts, SchemeFacts

PICTURE_HELP = _(
    "# është një shifër, @ një shkronjë, * shifër ose shkronjë; çdo shenjë tjetër është vetja. P.sh. UC-#### pranon "
    "UC-2026. Bosh pranon çdo tekst."
)


class SchemeForm(forms.Form):
    """Whom a payment for the budget goes to."""

    group = forms.ChoiceField(label=_("Grupi"), choices=BudgetScheme.Group.choices)
    name = forms.CharField(label=_("Emri"), max_length=80, help_text=_("Si e lexon klienti në listë."))
    beneficiary_name = TextField(label=_("Përfituesi"), max_length=70)
    beneficiary_iban = IbanField(label=_("IBAN i përfituesit"))
    reason = ReasonField()

    @staticmethod
    def facts(typed: dict[str, Any]) -> dict[str, Any]:
        return {name: typed[name] for name in ("group", "name", "beneficiary_name", "beneficiary_iban")}


class NewSchemeForm(SchemeForm):
    code = forms.SlugField(
        label=_("Kodi"),
        max_length=20,
        help_text=_("Shkruhet me çdo urdhër dhe nuk ndryshon më, p.sh. bashkia-elbasan."),
    )
    field_order = ("code",)

    @staticmethod
    def scheme(typed: dict[str, Any]) -> SchemeFacts:
        return SchemeFacts(**SchemeForm.facts(typed))


class PictureField(forms.CharField):
    """A picture as it is kept: in capitals and without blanks, as what customers write is."""

    def __init__(self) -> None:
        super().__init__(label=_("Shablloni"), max_length=35, required=False, help_text=PICTURE_HELP)

    def clean(self, value: Any) -> str:
        typed = str(super().clean(value) or "")
        return pictures.normal(typed, typed)


class FieldForm(forms.Form):
    """One field of a scheme, with the picture that a customer's value has to fit, and an example that does."""

    label = forms.CharField(label=_("Emri i fushës"), max_length=60)
    picture = PictureField()
    example = forms.CharField(
        label=_("Shembull"),
        max_length=35,
        required=False,
        help_text=_("E sheh klienti; duhet t’i përshtatet shabllonit."),
    )
    help_text = forms.CharField(label=_("Ndihma"), max_length=140, required=False)
    is_required = forms.BooleanField(label=_("E detyrueshme"), required=False, initial=True)
    position = forms.IntegerField(label=_("Radha"), min_value=0, max_value=99, initial=0)
    reason = ReasonField()

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("example") and "picture" in typed:
            typed["example"] = pictures.normal(typed["picture"], typed["example"])
            _require_fit(self, "example", typed["picture"], typed["example"])
        return typed

    @staticmethod
    def facts(typed: dict[str, Any]) -> FieldFacts:
        names = ("label", "picture", "example", "help_text", "is_required", "position")
        return FieldFacts(**{name: typed[name] for name in names})


class NewFieldForm(FieldForm):
    code = forms.RegexField(
        r"^[a-z][a-z0-9_-]*$",
        label=_("Kodi"),
        max_length=20,
        help_text=_("Shkronja të vogla, si institution. Nuk ndryshon më."),
        error_messages={"invalid": _("Kodi fillon me një shkronjë të vogël dhe ka shkronja, shifra, - dhe _.")},
    )
    field_order = ("code",)


class TrialForm(forms.Form):
    """A picture and a value, to see whether they fit; nothing is kept."""

    picture = PictureField()
    value = forms.CharField(label=_("Vlera"), max_length=60, help_text=_("Si do ta shkruante klienti."))

    def clean(self) -> dict[str, Any]:
        typed: dict[str, Any] = super().clean() or {}
        if typed.get("value"):
            value = pictures.normal(typed["picture"], typed["value"])
            _require_fit(self, "value", typed["picture"], value)
        return typed


def _require_fit(form: forms.Form, name: str, picture: str, value: str) -> None:
    """Say which sign does not fit, and what was expected there."""
    if pictures.fits(picture, value):
        return
    wanted = {"#": _("një shifër"), "@": _("një shkronjë"), "*": _("një shifër ose një shkronjë")}
    if len(picture) != len(value):
        facts: dict[str, Any] = {"value": value, "picture": len(picture), "count": len(value)}
        form.add_error(name, _("“%(value)s” ka %(count)s shenja, shablloni %(picture)s.") % facts)
        return
    place = next(at for at, pair in enumerate(zip(picture, value, strict=True)) if not pictures.fits(*pair))
    facts = {"value": value, "place": place + 1, "sign": value[place], "wanted": wanted.get(picture[place])}
    facts["wanted"] = facts["wanted"] or f"“{picture[place]}”"
    form.add_error(name, _("“%(value)s”: shenja %(place)s është “%(sign)s”, shablloni kërkon %(wanted)s.") % facts)
