"""Reads of payments; each list in one go."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime, time
from functools import cache
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce, JSONArray

from accounts import clock
from accounts.models import Company, Entry, Mandate
from accounts.models.ledger import Kind
from accounts.questions import Given, Question
from accounts.working_days import Calendar
from payments import rails
from payments.models import (
    ApprovalRule,
    BudgetField,
    ClearingSession,
    OrderWarning,
    PaymentOrder,
    Signature,
    StandingSignature,
)
from payments.models.orders import OrderStatus


class Waiting(NamedTuple):
    """A submitted order, with its account and its preparer, and how many have signed it."""

    order: PaymentOrder
    signed: int


class GivenBack(NamedTuple):
    """What the core or staff gave back of an order at one moment: of its amount, or of its fee, in minor units."""

    at: datetime
    part: str
    amount_minor: int


def of_company(company: Company) -> QuerySet[PaymentOrder]:
    """The company's orders with what a list shows of them, newest first."""
    return _told(PaymentOrder.objects.filter(company=company)).order_by("-created_at", "-number")


def order_of(company: Company, order_id: UUID) -> PaymentOrder | None:
    """One order of this company with all that its page shows, and what came back of it (`given_back`, `home_at`);
    None for anybody else's, as if it did not exist."""
    return next(iter(_ORDER(company=company.pk, order=order_id)), None)


def given_back(order: PaymentOrder) -> list[GivenBack]:
    """Of an order as `order_of` brings it, as it came, but for what the clearing house returned."""
    return [GivenBack(datetime.fromisoformat(at), *rest) for at, *rest in getattr(order, "came_back", None) or []]


def home_at(order: PaymentOrder) -> datetime | None:
    """When the amount of an order was home whole by the core or by staff; None where it is not, or not by them."""
    amounts = [one for one in given_back(order) if one.part == Entry.Part.PRINCIPAL]
    return amounts[-1].at if sum(one.amount_minor for one in amounts) == order.amount_minor else None


def budget_lines(order: PaymentOrder) -> Iterator[tuple[str, str]]:
    """What an order for the budget says by its scheme, each value with its label there, in the order of the scheme.

    A field that staff have taken out of the scheme meanwhile stands last, under its code.
    """
    written = dict(order.budget_fields)
    fields = BudgetField.objects.filter(scheme=order.budget_scheme, code__in=written)
    for code, label in fields.values_list("code", "label"):
        yield label, str(written.pop(code))
    yield from ((code, str(value)) for code, value in sorted(written.items()))


def locked(order_id: UUID, *, company: Company) -> PaymentOrder | None:
    """The order under its row's lock, for a verb of this company."""
    return PaymentOrder.objects.select_for_update().filter(pk=order_id, company=company).first()


def signatures(order: PaymentOrder) -> Sequence[Signature | StandingSignature]:
    """Who has signed, in the order of signing: it, or the series that made it. A draft asks nothing of the database."""
    if order.standing_id:
        signed = StandingSignature.objects.filter(standing=order.standing_id)
        return list(signed.select_related("user__person").order_by("signed_at"))
    if order.submitted_at is None:
        return []
    return list(order.signatures.select_related("user__person").order_by("signed_at"))


def awaiting(mandate: Mandate) -> QuerySet[PaymentOrder]:
    """What waits for this person's signature: submitted, not yet signed by her, and not her own unless sole."""
    if not mandate.may_sign:
        return PaymentOrder.objects.none()
    return awaiting_of(company=mandate.company_id, user=mandate.user_id)


def awaiting_of(*, company: Any, user: Any) -> QuerySet[PaymentOrder]:
    """The same by keys, or by places in a question, for whoever may sign."""
    signed_by_her = Signature.objects.filter(order=OuterRef("pk"), user=user)
    submitted = PaymentOrder.objects.filter(company=company, status=OrderStatus.AWAITING)
    return submitted.filter(~Q(prepared_by=user) | Q(other_signers=0)).exclude(Exists(signed_by_her))


def waiting_for(mandate: Mandate, *, limit: int | None = None) -> list[Waiting]:
    """The orders that await this person, the longest wait first; none, without a query, for who may not sign."""
    if not mandate.may_sign:
        return []
    return _with_signed(_waiting_for(limit)(company=mandate.company_id, user=mandate.user_id))


def own_waiting(mandate: Mandate) -> list[Waiting]:
    """What this person prepared and others must sign, newest first."""
    return _with_signed(_OWN_WAITING(company=mandate.company_id, user=mandate.user_id))


def awaits(mandate: Mandate, order_id: UUID) -> bool:
    """Whether this order waits for this person's signature."""
    return mandate.may_sign and bool(_AWAITS(company=mandate.company_id, user=mandate.user_id, order=order_id))


def awaiting_count(mandate: Mandate) -> int:
    """How many orders wait for this person's signature; 0 without a query for who may not sign."""
    return awaiting(mandate).count() if mandate.may_sign else 0


def other_signers(company: Company, *, on: date) -> int:
    """The rule in force on a day; without one, another person must sign."""
    rule = ApprovalRule.objects.filter(company=company, valid_from__lte=on).order_by("-valid_from").first()
    return rule.other_signers if rule else 1


def signers_wanted(order: PaymentOrder, *, on: date) -> int:
    """How many others must sign: the order's snapshot, or for a draft the rule that it would get now."""
    return other_signers(order.company, on=on) if order.other_signers is None else order.other_signers


def due(*, calendar: Calendar, at: datetime) -> QuerySet[PaymentOrder]:
    """Released orders whose moment has come, oldest promise first.

    What stays in our own books and holds its money is due at any hour of any day (D5). All else on working days alone:
    promised for today, it is due from 08:00, or at once if a signature released it today; a missed day is caught up.
    Where a feast was declared after the promise, the next working day takes the order.
    """
    local = clock.tirana(at)
    today = local.date()
    moment = Q(kind__in=rails.IN_OUR_BOOKS, hold_id__isnull=False)
    if calendar.is_working(today):
        todays = Q(execute_on=today)
        if local.time() < settings.EXECUTION_STARTS:
            todays &= Q(released_at__gte=datetime.combine(today, time(0), clock.TIRANA), standing=None)
        moment |= Q(execute_on__lt=today) | todays
    released = PaymentOrder.objects.filter(moment, status=OrderStatus.RELEASED)
    return released.order_by("execute_on", "released_at", "number")


# --- Asked by many pages: written once, see accounts/questions.py -----------------------------------------------------


def _told(orders: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    return orders.select_related("debit_account", "prepared_by__person")


def _counted(orders: QuerySet[PaymentOrder]) -> QuerySet[PaymentOrder]:
    given = Signature.objects.filter(order=OuterRef("pk")).order_by().values("order").annotate(count=Count("pk"))
    return _told(orders).annotate(signed=Coalesce(Subquery(given.values("count"), output_field=IntegerField()), 0))


def _with_signed(orders: list[PaymentOrder]) -> list[Waiting]:
    return [Waiting(order, order.signed) for order in orders]  # type: ignore[attr-defined]  # annotated by _counted


_COMPANY, _USER = Given("company"), Given("user")
# What came home of an order and of its fee, but for what the clearing house returned.
_CAME_BACK = (
    Entry.objects.filter(posting__gives_back=OuterRef("posting"), account=OuterRef("debit_account"))
    .exclude(posting__kind=Kind.RETURN)
    .order_by("posting__booked_at", "pk")
    .values_list(JSONArray("posting__booked_at", "part", "amount_minor"))
)
# What the preparer was warned of and answered for, read with the order itself.
_ANSWERED = OrderWarning.objects.filter(order=OuterRef("pk")).order_by("pk")
_AS_ANSWERED = (
    "kind",
    "key",
    "facts",
    "acknowledged_by__person__first_name",
    "acknowledged_by__person__last_name",
    "acknowledged_at",
)
_ORDER = Question(
    lambda: (
        _told(PaymentOrder.objects.filter(company=_COMPANY, pk=Given("order")))
        .select_related(
            "debit_account",
            "prepared_by__person",
            "company",
            "promise",
            "posting",
            "ended_by__person",
            "standing",
            "replaces__ended_by__person",
            "replaces__prepared_by__person",
            "replaced_by",
            "clearing_item__file",
        )
        .defer("clearing_item__file__content")
        .annotate(
            came_back=ArraySubquery(_CAME_BACK),
            answered=ArraySubquery(_ANSWERED.values_list(JSONArray(*_AS_ANSWERED))),
        )
    )
)
_AWAITS = Question(lambda: awaiting_of(company=_COMPANY, user=_USER).filter(pk=Given("order")).values_list("pk"))
_OWN_WAITING = Question(
    lambda: (
        _counted(PaymentOrder.objects.filter(company=_COMPANY, status=OrderStatus.AWAITING, prepared_by=_USER))
        .exclude(other_signers=0)
        .order_by("-created_at", "-number")
    )
)


@cache
def _waiting_for(limit: int | None) -> Question[PaymentOrder]:
    return Question(
        lambda: _counted(awaiting_of(company=_COMPANY, user=_USER)).order_by("submitted_at", "number")[:limit]
    )


def sessions(rail: str, *, on: date) -> list[ClearingSession]:
    """The sessions of a rail on a day: the newest set that has begun, whole."""
    rows = list(ClearingSession.objects.filter(rail=rail, valid_from__lte=on).order_by("at_time"))
    newest = max((row.valid_from for row in rows), default=None)
    return [row for row in rows if row.valid_from == newest]


def last_taken(sessions: Iterable[ClearingSession]) -> time | None:
    """Until when a day's sessions take orders; None without any."""
    return max((session.until_time or session.at_time for session in sessions), default=None)
