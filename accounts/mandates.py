"""Questions about rights; only questions. The acts ask again under their locks."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime

from django.db.models import Q, QuerySet

from accounts import clock
from accounts.models import Company, Mandate, User


def in_force(at: datetime) -> QuerySet[Mandate]:
    """Mandates that hold at this moment: inside their dates, of an active user, for an active company."""
    return in_force_on(clock.tirana_day(at))


def in_force_on(day: date) -> QuerySet[Mandate]:
    """The same by the day in Tirana."""
    return Mandate.objects.filter(
        Q(valid_until__isnull=True) | Q(valid_until__gte=day),
        valid_from__lte=day,
        user__is_active=True,
        company__status=Company.Status.ACTIVE,
    ).select_related("user__person", "company")


def held(mandate: Mandate, *, at: datetime) -> Mandate | None:
    """The mandate as it is now, locked until the transaction ends, so that nobody withdraws it meanwhile; None when it
    does not hold any more. Lock it before the order that it acts on."""
    return in_force(at).filter(pk=mandate.pk).select_for_update(of=("self",), no_key=True).first()


def of_user(user: User, *, at: datetime) -> QuerySet[Mandate]:
    """The companies that this user may act for, by name."""
    return in_force(at).filter(user=user).order_by("company__name")


def signers_of(company: Company, *, at: datetime) -> QuerySet[Mandate]:
    """Everybody who may sign for this company at this moment."""
    return in_force(at).filter(company=company, may_sign=True)


def readers(companies: Iterable[int], *, at: datetime) -> dict[int, list[Mandate]]:
    """Everybody who may look into the portal for these companies, by company; whoever has not registered has no portal
    to look into."""
    by_company: dict[int, list[Mandate]] = defaultdict(list)
    registered = in_force(at).filter(company__in=list(companies), user__password_changed_at__isnull=False)
    for mandate in registered.order_by("pk"):
        by_company[mandate.company_id].append(mandate)
    return by_company
