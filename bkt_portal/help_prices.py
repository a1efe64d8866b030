"""What each kind of payment costs, in words, from the table that charges it."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from django.utils.translation import gettext as _, gettext_lazy

from accounts.money import format_money
from payments import rails, tariffs
from payments.models import Tariff
from payments.models.orders import OrderKind

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

PPM_PER_CENT: Final = 10_000
KINDS: "Final[tuple[tuple[str, StrOrPromise], ...]]" = (
    (OrderKind.DOMESTIC, gettext_lazy("Brenda vendit")),
    (rails.URGENT, gettext_lazy("Brenda vendit, urgjente")),
    (OrderKind.BUDGET, gettext_lazy("Për buxhetin")),
)
FREE: "Final[tuple[StrOrPromise, ...]]" = (gettext_lazy("Mes llogarive tuaja"), gettext_lazy("Brenda bankës"))


@dataclass(frozen=True, slots=True)
class Price:
    """One line: for which amounts, and what it costs."""

    amounts: str
    fee: str


@dataclass(frozen=True, slots=True)
class Prices:
    """The lines of one kind of payment, currency by currency, the smallest amounts first."""

    kind: "StrOrPromise"
    lines: list[Price]


def price_list(*, on: date) -> list[Prices]:
    """Every kind with its lines in force on a day; what stays in our own books is free and has no row in the table."""
    sets = tariffs.in_force_by_kind(on=on)
    priced = [
        Prices(label, [line for bands in sets.get(str(kind), {}).values() for line in _lines(bands)])
        for kind, label in KINDS
    ]
    return priced + [Prices(label, [Price(amounts=_("çdo shumë"), fee=_("0 Lek"))]) for label in FREE]


def _lines(bands: list[Tariff]) -> Iterator[Price]:
    """Of one currency; the last band has no end."""
    below: Tariff | None = None
    for band in bands:
        yield Price(amounts=_amounts(band, below), fee=_fee(band))
        below = band


def _amounts(band: Tariff, below: Tariff | None) -> str:
    if band.up_to_minor is not None:
        return _("deri në %(sum)s") % {"sum": format_money(band.up_to_minor, band.currency)}
    if below is not None and below.up_to_minor is not None:
        return _("mbi %(sum)s") % {"sum": format_money(below.up_to_minor, band.currency)}
    return _("çdo shumë në %(currency)s") % {"currency": band.currency}


def _fee(band: Tariff) -> str:
    """A fixed sum, a part of the amount, or both; with the least and the most where there are any."""
    parts = []
    if band.fixed_minor or not band.rate_ppm:
        parts.append(format_money(band.fixed_minor, band.currency))
    if band.rate_ppm:
        parts.append(_("%(rate)s%% e shumës") % {"rate": _decimal(band.rate_ppm)})
    said = " + ".join(parts)
    if band.min_minor:
        said += ", " + _("të paktën %(sum)s") % {"sum": format_money(band.min_minor, band.currency)}
    if band.max_minor is not None:
        said += ", " + _("më së shumti %(sum)s") % {"sum": format_money(band.max_minor, band.currency)}
    return said


def _decimal(rate_ppm: int) -> str:
    """Millionths as per cent: 1500 is 0,15."""
    whole, rest = divmod(rate_ppm, PPM_PER_CENT)
    return f"{whole},{rest:04d}".rstrip("0").rstrip(",")
