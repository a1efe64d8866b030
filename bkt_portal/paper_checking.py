"""The public check of a paper: what is asked, how often, and what is answered. The page is in views.py.

Two ways: what stands on the paper, or the file itself. The file is read once for its SHA-256 and kept nowhere.
"""

import hashlib
import re
from datetime import datetime
from typing import Any, Final

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest
from django.utils.text import format_lazy
from django.utils.translation import gettext, gettext_lazy as _

from accounts import paper_checks, paper_marks
from accounts.fields import AmountField
from accounts.money import MINUS
from accounts.paper_checks import Claim, Verdict
from accounts.refusals import Refusal
from auth_flow import keys, lockout

PER_NETWORK_MAX: Final = 30  # checks in settings.NETWORK_WINDOW_SECONDS
PER_NUMBER_MAX: Final = 60  # of one number, from all networks together, in the same time
PER_FACTS_MAX: Final = 60  # of one account and amount, whatever number is tried with them
NUMBER: Final = re.compile(r"D-[0-9]{4}-[0-9]{6,10}")
# By the first words of `Paper.kind`, as the rooms name them.
KINDS: Final = {
    "payment.confirmation": _("Konfirmim pagese"),
    "complaint.thread": _("Biseda e një rasti"),
    "statement.provisional": _("Pasqyrë llogarie, e përkohshme"),
    "statement": _("Pasqyrë llogarie"),
}


class TooManyChecks(Refusal):
    sentence = _(
        "U bënë shumë kontrolle njëri pas tjetrit. Provoni përsëri pas %(minutes)s minutash ose telefononi %(phone)s."
    )


class PrintedAmountField(AmountField):
    """An amount as a paper shows it: 0,00 is one too, and neither the minus nor the currency is asked for."""

    def clean(self, value: Any) -> Any:
        figures = re.sub(r"\s*[A-Z]{3}$", "", str(value or "").strip().lstrip(f"-{MINUS} "))
        try:
            return super().clean(figures)
        except ValidationError as error:
            if error.code == "zero":
                return 0
            raise


class FactsForm(forms.Form):
    """What stands on the paper. Account and amount may be missing where the code is there: some papers have neither."""

    number = forms.CharField(
        label=_("Numri i dokumentit"),
        max_length=30,
        widget=forms.TextInput(
            attrs={
                "class": "short",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
                "placeholder": "D-2026-000123",
            }
        ),
        error_messages={"required": _("Shkruani numrin e dokumentit, si D-2026-000123.")},
    )
    iban_last4 = forms.CharField(
        label=_("4 shenjat e fundit të IBAN-it"),
        max_length=8,
        help_text=_("Te pasqyra: IBAN-i i llogarisë. Te konfirmimi: IBAN-i i paguesit."),
        widget=forms.TextInput(
            attrs={"class": "short", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
        error_messages={"required": _("Shkruani 4 shenjat e fundit të IBAN-it në dokument.")},
    )
    amount = PrintedAmountField(
        label=_("Shuma"),
        help_text=_("Te pasqyra: gjendja në fund. Te konfirmimi: shuma e pagesës."),
        widget=forms.TextInput(attrs={"class": "short"}),
        error_messages={"required": _("Shkruani shumën siç është në dokument, për shembull 1.234,50.")},
    )
    code = forms.CharField(
        label=_("Kodi i kontrollit"),
        required=False,
        max_length=12,
        help_text=_("Pranë kodit QR. Për bisedën e një ankese mjaftojnë numri dhe kodi."),
        widget=forms.TextInput(
            attrs={"class": "short", "autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}
        ),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        has_facts = any(self.data.get(name) for name in ("iban_last4", "amount"))
        if self.data.get("code") and not has_facts:
            for name in ("iban_last4", "amount"):
                self.fields[name].required = False

    def clean_number(self) -> str:
        number: str = "".join(self.cleaned_data["number"].split()).upper()
        if not NUMBER.fullmatch(number):
            raise ValidationError(_("Numri ka këtë formë: D-2026-000123. Krahasojeni me dokumentin."))
        return number

    def clean_iban_last4(self) -> str:
        signs: str = "".join(self.cleaned_data["iban_last4"].split()).upper()
        if signs and not re.fullmatch(r"[0-9A-Z]{4}", signs):
            raise ValidationError(_("Shkruani vetëm 4 shenjat e fundit të IBAN-it, shkronja ose shifra."))
        return signs

    def clean_code(self) -> str:
        return paper_marks.plain(self.cleaned_data["code"])

    def claim(self) -> Claim:
        said = self.cleaned_data
        return Claim(
            number=said["number"], code=said["code"], iban_last4=said["iban_last4"], amount_minor=said["amount"]
        )


class FileForm(forms.Form):
    """The file as it was downloaded."""

    file = forms.FileField(
        label=_("Skedari PDF"),
        help_text=format_lazy(
            _("Ashtu siç u shkarkua, deri në {megabytes} MB. E lexojmë një herë dhe nuk e ruajmë."),
            megabytes=settings.ATTACHMENTS["bytes_max"] // 1024**2,
        ),
        widget=forms.FileInput(attrs={"accept": "application/pdf"}),
        error_messages={
            "required": _("Zgjidhni skedarin PDF që doni të kontrolloni."),
            "empty": _("Ky skedar është bosh. Zgjidhni skedarin PDF siç u shkarkua."),
        },
    )

    def clean_file(self) -> "UploadedFile[Any]":
        file: UploadedFile[Any] = self.cleaned_data["file"]
        if (file.size or 0) > settings.ATTACHMENTS["bytes_max"]:
            raise ValidationError(_("Ky skedar është tepër i madh. Kontrolloni dokumentin me numrin e tij."))
        return file

    def claim(self) -> Claim:
        digest = hashlib.sha256()
        for portion in self.cleaned_data["file"].chunks():
            digest.update(portion)
        return Claim(sha256=digest.hexdigest())


def asked(request: HttpRequest) -> FactsForm | FileForm:
    """The form that was sent; an open one, with what the QR says filled in, where there is nothing to judge yet."""
    if request.method == "POST":
        by_file = "file" in request.FILES or "number" not in request.POST
        return FileForm(request.POST, request.FILES) if by_file else FactsForm(request.POST)
    if request.GET.get("amount") or request.GET.get("iban_last4"):
        return FactsForm(request.GET)
    return FactsForm(initial={name: request.GET.get(name, "")[:30] for name in ("number", "code")})


def answer(form: FactsForm | FileForm, *, network: str, at: datetime) -> Verdict:
    """The verdict on a form that is whole; refuses whoever asks too often. `at` is the machine's moment."""
    claim = form.claim()
    try:
        lockout.count_or_refuse("paper", network, at, most=PER_NETWORK_MAX)
        _count_guess(claim, at)
    except lockout.TooManyFromHere as refusal:
        raise TooManyChecks(minutes=refusal.facts["minutes"], phone=settings.BANK["phone_display"]) from None
    return paper_checks.judge(claim)


def _count_guess(claim: Claim, at: datetime) -> None:
    """Of all networks together: who tries amounts on one number, and who tries one amount on all numbers, to learn
    whether it was paid. Whoever has the code holds the paper and is counted apart, so that no guesser shuts her out.
    """
    if not claim.number:
        return
    if paper_checks.has_code(claim):
        lockout.count_of_all_or_refuse(f"paper held {claim.number}", at, most=PER_NUMBER_MAX)
        return
    lockout.count_of_all_or_refuse(f"paper {claim.number}", at, most=PER_NUMBER_MAX)
    if claim.iban_last4:
        facts = keys.keyed("paper facts", claim.iban_last4, str(claim.amount_minor))[:32]
        lockout.count_of_all_or_refuse(f"paper facts {facts}", at, most=PER_FACTS_MAX)


def kind_of(verdict: Verdict | None) -> str:
    """What a genuine paper is, in the reader's language; nothing of any other."""
    if verdict is None or verdict.paper is None:
        return ""
    kind = verdict.paper.kind
    return next((str(name) for start, name in KINDS.items() if kind.startswith(start)), gettext("Dokument i bankës"))
