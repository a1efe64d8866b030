"""Fees, effective-dated: what a payment costs, said before it is signed."""

from datetime import date

from django.db.models import F, Q, QuerySet

from payments.models import Tariff

PPM = 1_000_000


def fee(*, kind: str, currency: str, amount_minor: int, on: date) -> int:
    """The fee in minor units of the same currency, rounded half up; a missing tariff is a bug and stays loud."""
    band = (
        _in_force(kind, currency, on)
        .filter(Q(up_to_minor__isnull=True) | Q(up_to_minor__gte=amount_minor))
        .order_by(F("up_to_minor").asc(nulls_last=True))[0]
    )
    charged = band.fixed_minor + (amount_minor * band.rate_ppm + PPM // 2) // PPM
    charged = max(charged, band.min_minor)
    return charged if band.max_minor is None else min(charged, band.max_minor)


def bands(*, kind: str, currency: str, on: date) -> list[Tariff]:
    """The bands in force, smallest first."""
    return list(_in_force(kind, currency, on).order_by(F("up_to_minor").asc(nulls_last=True)))


def _in_force(kind: str, currency: str, on: date) -> QuerySet[Tariff]:
    rows = Tariff.objects.filter(kind=kind, currency=currency, valid_from__lte=on)
    return rows.filter(valid_from=rows.order_by("-valid_from").values("valid_from")[:1])
