"""Payments for the budget: which schemes there are, and whether what was written keeps the one that was chosen."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from payments import pictures
from payments.models import BudgetScheme

REMITTANCE_MAX = 140


class SchemeNotServed(Refusal):
    sentence = _("Kjo pagesë për buxhetin nuk pranohet më këtu. Zgjidhni një nga lista ose paguani në degë.")


class SchemeFieldsWrong(Refusal):
    sentence = _("Fushat e kësaj pagese kanë ndryshuar. Hapni një formular të ri dhe plotësojini përsëri.")


def schemes() -> list[BudgetScheme]:
    """What can be paid, by group and name, with their fields."""
    return list(BudgetScheme.objects.filter(is_active=True).prefetch_related("fields"))


def scheme_of(code: str) -> BudgetScheme | None:
    """One scheme that can be paid."""
    return BudgetScheme.objects.filter(code=code, is_active=True).prefetch_related("fields").first()


class CodesTooLong(Refusal):
    """Fact: at_most."""

    sentence = _(
        "Kodet e kësaj pagese nuk hyjnë në %(at_most)s shenja, aq sa lexon institucioni. Shkurtoni fushat e lira."
    )


def require(code: str, fields: Mapping[str, str], *, iban: str, name: str, currency: str) -> BudgetScheme:
    """Refuse what does not keep the scheme as staff keep it now: payee, currency, and each field by its picture; and
    codes that would not reach the payee whole."""
    scheme = scheme_of(code)
    if scheme is None or scheme.currency != currency:
        raise SchemeNotServed
    known = {field.code: field for field in scheme.fields.all()}
    is_kept = (
        (scheme.beneficiary_iban, scheme.beneficiary_name) == (iban, name)
        and fields.keys() <= known.keys()
        and all(pictures.fits(known[code].picture, value) for code, value in fields.items() if value)
        and all(fields.get(code) for code, field in known.items() if field.is_required)
    )
    if not is_kept:
        raise SchemeFieldsWrong
    require_room(scheme, fields)
    return scheme


def require_room(scheme: BudgetScheme, fields: Mapping[str, str]) -> None:
    """Refuse codes that do not fit what the payee reads."""
    if len(_codes(scheme, fields)) > REMITTANCE_MAX:
        raise CodesTooLong(at_most=REMITTANCE_MAX)


def remittance(scheme: BudgetScheme, fields: Mapping[str, str], words: str) -> str:
    """What the payee reads: each value in the order of the scheme, whole, then as much of the payer's own words as
    140 signs hold."""
    codes = _codes(scheme, fields)
    room = max(0, REMITTANCE_MAX - len(codes) - bool(codes))
    return f"{codes} {' '.join(words.split())[:room]}".strip()


def _codes(scheme: BudgetScheme, fields: Mapping[str, str]) -> str:
    return " ".join(fields[field.code] for field in scheme.fields.all() if fields.get(field.code))
