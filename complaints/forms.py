"""The forms of complaints: shape only. Files are judged by `attachments.accept`, programs by `spam.judge`."""

import re
from typing import Any, ClassVar

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from accounts.fields import CustomerNumberField
from complaints import selectors
from complaints.attachments import ACCEPT
from complaints.cases import TEXT_MAX
from complaints.models import Case

NO_SECRETS = _("Mos shkruani fjalëkalime, FNP ose numra të plotë kartash.")


class FilesInput(forms.ClearableFileInput):
    """Several files at once."""

    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Cleans to a list of uploads, empty where none was chosen. Nothing is believed of them here."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(
            label=_("Skedarë"),
            required=False,
            allow_empty_file=True,
            help_text=format_lazy(
                _("PDF, JPG ose PNG: deri në {files} skedarë, secili deri në {megabytes} MB."),
                files=settings.ATTACHMENTS["files_max"],
                megabytes=settings.ATTACHMENTS["bytes_max"] // 1024**2,
            ),
            widget=FilesInput(attrs={"accept": ACCEPT}),
            **kwargs,
        )

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        chosen = data if isinstance(data, list | tuple) else [data]
        return [file for file in chosen if isinstance(file, UploadedFile)]


# What cannot be seen and changes how the rest is read: controls, and marks that turn the direction of writing.
UNSEEN = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]")


class LineField(forms.CharField):
    """A name or a subject: one line of what can be seen."""

    def to_python(self, value: Any) -> Any:
        typed = super().to_python(value)
        return " ".join(UNSEEN.sub(" ", typed).split()) if isinstance(typed, str) else typed


class TextField(forms.CharField):
    """What somebody has to say; line ends are those of one system, whatever hers is."""

    def __init__(self, *, label: Any, help_text: Any = NO_SECRETS, rows: int = 7, **kwargs: Any) -> None:
        super().__init__(
            label=label,
            help_text=help_text,
            max_length=TEXT_MAX,
            widget=forms.Textarea(attrs={"rows": rows}),
            error_messages={
                "required": _("Shkruani se për çfarë bëhet fjalë."),
                "max_length": _("Shkruani deri në %(limit_value)d shenja, ose bashkëngjitni një skedar PDF."),
            },
            **kwargs,
        )

    def to_python(self, value: Any) -> Any:
        return super().to_python(UNSEEN.sub("", re.sub(r"\r\n?", "\n", value)) if isinstance(value, str) else value)


class ComplaintForm(forms.Form):
    """The public form (R61). An e-mail or a phone: without any the bank could not answer."""

    kind = forms.ChoiceField(
        label=_("Çfarë doni të na dërgoni?"),
        choices=[(kind.value, kind.label) for kind in (Case.Kind.COMPLAINT, Case.Kind.SUGGESTION)],
        error_messages={"required": _("Zgjidhni ankesë ose sugjerim.")},
    )
    name = LineField(
        label=_("Emri dhe mbiemri"),
        max_length=140,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": _("Shkruani emrin dhe mbiemrin.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        required=False,
        max_length=254,
        help_text=_("Aty ju dërgojmë numrin dhe lidhjen me të cilën e ndiqni."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={"invalid": _("Kjo adresë e-maili nuk është e plotë. Shkruajeni si emri@shembull.al.")},
    )
    phone = forms.CharField(
        label=_("Telefoni"),
        required=False,
        max_length=30,
        help_text=_("Që t’ju telefonojmë, nëse duhet. Mjafton e-maili ose telefoni."),
        widget=forms.TextInput(attrs={"autocomplete": "tel", "inputmode": "tel"}),
    )
    customer_number = CustomerNumberField(
        label=_("Numri i klientit"), required=False, help_text=_("9 shifra, nëse jeni klient.")
    )
    message = TextField(label=_("Ankesa ose sugjerimi"))
    files = FilesField()  # type: ignore[assignment]  # a field; what arrived stands in the form's own `files`
    consent = forms.BooleanField(
        label=_("Pajtohem që banka t’i përdorë këto të dhëna për ta shqyrtuar dhe për t’iu përgjigjur kësaj kërkese."),
        error_messages={"required": _("Pa pajtimin tuaj nuk mund ta shqyrtojmë. Shënojeni kutinë, ose na telefononi.")},
    )
    # People do not see it; whoever fills in every field does.
    website = forms.CharField(
        label=_("Lëreni bosh këtë fushë"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )
    mark = forms.CharField(required=False, max_length=400, widget=forms.HiddenInput)

    HERS: ClassVar[frozenset[str]] = frozenset({"name", "email", "phone", "customer_number", "consent"})

    def __init__(self, *args: Any, is_known: bool = False, **kwargs: Any) -> None:
        """`is_known`: whoever is signed in is asked nothing that the bank knows."""
        super().__init__(*args, **kwargs)
        for name in self.HERS if is_known else ():
            del self.fields[name]

    def clean_phone(self) -> str:
        phone: str = self.cleaned_data["phone"]
        if phone and (not re.fullmatch(r"\+?[\d\s()/.-]+", phone) or not re.search(r"(\d\D*){6}", phone)):
            raise ValidationError(_("Shkruani një numër telefoni, për shembull +355 67 200 0018."), code="phone")
        return phone

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        asked = "email" in self.fields and not {"email", "phone"} & self.errors.keys()
        if asked and not (cleaned.get("email") or cleaned.get("phone")):
            self.add_error("email", _("Shkruani e-mailin ose telefonin, që t’ju përgjigjemi."))
        return cleaned


class FindForm(forms.Form):
    """Which case somebody wants to see again, and with which e-mail she filed it."""

    number = forms.CharField(
        label=_("Numri i rastit"),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Shkruani numrin e rastit.")},
    )
    email = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        help_text=_("E-maili me të cilin na shkruat."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        error_messages={
            "required": _("Shkruani e-mailin me të cilin na shkruat."),
            "invalid": _("Kjo adresë e-maili nuk është e plotë. Shkruajeni si emri@shembull.al."),
        },
    )

    def clean_number(self) -> str:
        number = "".join(self.cleaned_data["number"].split()).upper()
        if not selectors.is_number(number):
            raise ValidationError(_("Numri i rastit është si A-2026-0000123. E gjeni në e-mailin tonë."), code="number")
        return number


class MessageForm(forms.Form):
    """Kontaktet (R62): what somebody who is signed in writes to the bank."""

    subject = LineField(
        label=_("Tema"),
        max_length=120,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
        error_messages={"required": _("Shkruani temën me pak fjalë.")},
    )
    message = TextField(label=_("Mesazhi"))
    files = FilesField()  # type: ignore[assignment]  # a field; what arrived stands in the form's own `files`
    form_mark = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput)


class ReplyForm(forms.Form):
    """One more word of the customer on her case."""

    message = TextField(label=_("Përgjigjja juaj"), rows=5)
    files = FilesField()  # type: ignore[assignment]  # a field; what arrived stands in the form's own `files`
