"""Fees, effective-dated: what a payment costs, said before it is signed."""

from datetime import date

from django.db.models import F, QuerySet
from django.utils.translation import gettext_lazy as _

from accounts.refusals import Refusal
from payments.models import Tariff

PPM = 1_000_000


class CurrencyNotServed(Refusal):
    sentence = _("Për pagesa në %(currency)s nuk ka ende tarifë. Zgjidhni një llogari tjetër ose paguani në degë.")


def fee(*, kind: str, currency: str, amount_minor: int, on: date) -> int:
    """The fee in minor units of the same currency, rounded half up. Refuses a currency without a tariff."""
    for band in in_force(kind=kind, on=on).get(currency, []):
        if band.up_to_minor is None or amount_minor <= band.up_to_minor:
            charged = band.fixed_minor + (amount_minor * band.rate_ppm + PPM // 2) // PPM
            charged = max(charged, band.min_minor)
            return charged if band.max_minor is None else min(charged, band.max_minor)
    raise CurrencyNotServed(currency=currency)


def in_force(*, kind: str, on: date) -> dict[str, list[Tariff]]:
    """The bands of each currency in which this kind can be paid, smallest first; one query.

    The latest set counts that is whole: its last band has no end. A set that staff are still writing waits.
    """
    return _whole(Tariff.objects.filter(kind=kind, valid_from__lte=on)).get(kind, {})


def in_force_by_kind(*, on: date) -> dict[str, dict[str, list[Tariff]]]:
    """The same for every kind that has a tariff; one query too."""
    return _whole(Tariff.objects.filter(valid_from__lte=on))


def _whole(rows: QuerySet[Tariff]) -> dict[str, dict[str, list[Tariff]]]:
    sets: dict[tuple[str, str, date], list[Tariff]] = {}
    for band in rows.order_by("kind", "currency", "valid_from", F("up_to_minor").asc(nulls_last=True)):
        sets.setdefault((band.kind, band.currency, band.valid_from), []).append(band)
    found: dict[str, dict[str, list[Tariff]]] = {}
    for (kind, currency, _from), bands in sets.items():
        if bands[-1].up_to_minor is None:
            found.setdefault(kind, {})[currency] = bands
    return found
