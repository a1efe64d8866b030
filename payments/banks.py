"""Which bank an IBAN belongs to: our own, one of the staff's table, or one that we know only by its number."""

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.identifiers import Iban, check_iban
from payments.models import ParticipantBank


def bank_label(iban: str) -> str:
    """The bank's name for a valid IBAN; its number where the table has no name."""
    parts = check_iban(iban)
    if is_ours(parts):
        return str(settings.BANK["name"])
    known = ParticipantBank.objects.filter(code=parts.bank_code).first()
    if known:
        return known.name
    return _("Banka %(bank)s, dega %(branch)s") % {"bank": parts.bank_code, "branch": parts.branch_code}


def is_ours(iban: Iban) -> bool:
    return iban.is_albanian and iban.bank_code == settings.BANK["code"]
