"""Which bank an IBAN belongs to: our own, one of the staff's table, or one that we know only by its number."""

from collections.abc import Iterable

from django.conf import settings
from django.utils.translation import gettext as _

from accounts.identifiers import Iban, check_iban
from payments.models import ParticipantBank


def bank_label(iban: str) -> str:
    """The bank's name for a valid IBAN; its number where the table has no name."""
    names = ParticipantBank.objects.filter(code=check_iban(iban).bank_code).values_list("name", flat=True)
    return label_of(iban, None if is_ours(check_iban(iban)) else names.first())


def label_of(iban: str, known: str | None) -> str:
    """The same where the name that the table has, if any, was read already."""
    parts = check_iban(iban)
    if is_ours(parts):
        return str(settings.BANK["name"])
    if known:
        return known
    return _("Banka %(bank)s, dega %(branch)s") % {"bank": parts.bank_code, "branch": parts.branch_code}


def places(ibans: Iterable[str]) -> dict[str, str]:
    """Bank and branch of each valid IBAN, in one query."""
    parts = [check_iban(iban) for iban in ibans]
    names = dict(ParticipantBank.objects.filter(code__in={one.bank_code for one in parts}).values_list("code", "name"))
    names[settings.BANK["code"]] = str(settings.BANK["name"])
    facts = ({"bank": names.get(one.bank_code, one.bank_code), "branch": one.branch_code} for one in parts)
    return {
        one.value: (_("%(bank)s, dega %(branch)s") if one.bank_code in names else _("Banka %(bank)s, dega %(branch)s"))
        % fact
        for one, fact in zip(parts, facts, strict=True)
    }


def is_ours(iban: Iban) -> bool:
    return iban.is_albanian and iban.bank_code == settings.BANK["code"]
