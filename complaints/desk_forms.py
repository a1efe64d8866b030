"""The forms of the desk of cases: shape only. What goes to the customer is her words' length and no longer."""

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from accounts.desk_forms import ReasonField
from accounts.fields import CustomerNumberField, NiptField
from accounts.models import User
from complaints import selectors
from complaints.forms import FilesField, LineField, TextField
from complaints.models import Case

Channel = Case.Channel
# How cases reach an agent; the other two channels are the customer's own.
LOGGED = (Channel.PHONE, Channel.EMAIL, Channel.WHATSAPP, Channel.SOCIAL, Channel.BRANCH)
THE_CUSTOMER_READS = _("Këtë e lexon klienti. Mos shkruani fjalëkalime, FNP ose numra të plotë kartash.")


class NothingForm(forms.Form):
    """An act that asks nothing."""


class ColleagueField(forms.ModelChoiceField):  # type: ignore[type-arg]  # not generic when Django runs
    """Whoever of staff may follow a case, by the name that she signs in with."""

    def label_from_instance(self, obj: Any) -> str:
        return str(obj.username)


class ColleagueForm(forms.Form):
    colleague = ColleagueField(label=_("Kush e ndjek"), queryset=User.objects.none(), empty_label=None)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["colleague"]
        assert isinstance(field, ColleagueField), "as it stands above"
        field.queryset = selectors.colleagues()


class NoteForm(forms.Form):
    text = TextField(label=_("Shënimi"), help_text=_("E lexojnë vetëm kolegët."), rows=5)


class AnswerForm(forms.Form):
    text = TextField(label=_("Përgjigjja"), help_text=THE_CUSTOMER_READS, rows=10)
    files = FilesField()  # type: ignore[assignment]  # as in forms.py


class CloseForm(forms.Form):
    text = TextField(label=_("Pse mbyllet"), help_text=THE_CUSTOMER_READS, rows=5)


class ReopenForm(forms.Form):
    reason = ReasonField()


class LogForm(forms.Form):
    """What somebody said on the phone, wrote or brought to a branch; for a customer her number is enough."""

    kind = forms.ChoiceField(label=_("Lloji"), choices=Case.Kind.choices)
    channel = forms.ChoiceField(label=_("Kanali"), choices=[(one.value, one.label) for one in LOGGED])
    customer_number = CustomerNumberField(
        label=_("Numri i klientit"), required=False, help_text=_("Rasti del edhe te lista e vetë klientit.")
    )
    nipt = NiptField(label="NIPT", required=False, help_text=_("Kompania për të cilën bëhet fjalë, nëse ka."))
    name = LineField(
        label=_("Emri dhe mbiemri"), required=False, max_length=140, help_text=_("Vetëm pa numër klienti.")
    )
    email = forms.EmailField(label=_("E-mail"), required=False, max_length=254)
    phone = forms.CharField(label=_("Telefoni"), required=False, max_length=30)
    subject = LineField(label=_("Tema"), required=False, max_length=120)
    message = TextField(label=_("Çfarë tha ose shkroi"))
    files = FilesField()  # type: ignore[assignment]  # as in forms.py
    mark = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors and not cleaned.get("customer_number"):
            if not cleaned.get("name"):
                raise ValidationError(_("Shkruani numrin e klientit, ose emrin dhe si i përgjigjemi."))
            if not (cleaned.get("email") or cleaned.get("phone")):
                raise ValidationError(_("Shkruani e-mailin ose telefonin: pa njërin nuk i përgjigjemi dot."))
        return cleaned
