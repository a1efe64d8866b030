"""Forms that prove who one is by a card, and forms for a new password: shape only, never a word about who exists."""

from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.card_fields import CardDigitsField, CardExpiryField
from auth_flow.claims import Claim
from auth_flow.forms import PASSWORD_MAX_LENGTH, IdentifyForm


class ProofForm(IdentifyForm):
    """Who, and the card. The names of the fields are fixed (bookmarks and the contact centre's scripts know them)."""

    card_number = CardDigitsField(label=_("Shifrat e fundit të kartës"))
    card_expiry = CardExpiryField(label=_("Karta vlen deri më"), help_text=_("Muaji dhe viti në kartë: MM/VV."))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["card_number"].help_text = _(
            "Vetëm %(asked)s të fundit. Karta mund të jetë juaja ose e biznesit, debiti ose krediti."
        ) % {"asked": settings.CARD_DIGITS_ASKED}

    def claim(self) -> Claim:
        typed = self.cleaned_data
        return Claim(typed["customer_number"], typed["nipt"], typed["card_number"], typed["card_expiry"])


class RecoveryForm(ProofForm):
    """The same; whoever the contact centre allowed it, in a call, says so instead of giving a card."""

    has_permit = forms.BooleanField(
        label=_("Nuk e kam kartën pranë: Contact Center ma lejoi tani në telefon"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.is_bound and self.data.get(self.add_prefix("has_permit")):
            for name in ("card_number", "card_expiry"):
                asked = self.fields[name]
                self.fields[name] = forms.CharField(
                    label=asked.label, help_text=asked.help_text, widget=asked.widget, required=False
                )

    def claim(self) -> Claim:
        typed = self.cleaned_data
        return Claim(typed["customer_number"], typed["nipt"]) if typed["has_permit"] else super().claim()


def _password(label: Any, autocomplete: str, required: Any) -> forms.CharField:
    return forms.CharField(
        label=label,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": autocomplete}),
        error_messages={"required": required},
    )


class NewPasswordForm(forms.Form):
    """Two times the new password; whether it keeps the rules is asked by auth_flow/passwords.py."""

    new_password1 = _password(_("Fjalëkalimi i ri"), "new-password", _("Shkruani fjalëkalimin e ri."))
    new_password2 = _password(
        _("Edhe një herë, që të mos ketë gabim"), "new-password", _("Shkruajeni fjalëkalimin e ri edhe një herë.")
    )

    def clean_new_password2(self) -> str:
        """Refuses two that differ; an empty first one has its own sentence."""
        first, second = self.cleaned_data.get("new_password1"), str(self.cleaned_data["new_password2"])
        if first and first != second:
            raise ValidationError(_("Dy fjalëkalimet nuk janë njësoj. Shkruajini përsëri."), code="differ")
        return second


class FirstPasswordForm(NewPasswordForm):
    """The last step of registration."""

    accept_terms = forms.BooleanField(
        label=_("I pranoj kushtet e përdorimit të Degës Internet"),
        error_messages={"required": _("Për t’u regjistruar, pranoni kushtet e përdorimit.")},
    )


class ChangePasswordForm(NewPasswordForm):
    """Personalizime: the present password first."""

    old_password = _password(_("Fjalëkalimi i tanishëm"), "current-password", _("Shkruani fjalëkalimin e tanishëm."))
    field_order = ("old_password", "new_password1", "new_password2")

    def clean_old_password(self) -> str:
        """Longer than any password is: wrong, without the cost of a hash."""
        old = str(self.cleaned_data["old_password"])
        if len(old) > PASSWORD_MAX_LENGTH:
            raise ValidationError(_("Fjalëkalimi ka më së shumti %(max)s shenja."), params={"max": PASSWORD_MAX_LENGTH})
        return old
