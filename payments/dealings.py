"""What a company has had to do with the payee of an order: known since when, paid what, and like what. One query."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import Case, Exists, Max, Min, OuterRef, Q, QuerySet, Sum, Value, When
from django.db.models.functions import Coalesce, JSONArray

from payments import payee_names
from payments.models import Beneficiary, NameCheck, PaymentOrder, StandingOrder
from payments.models.orders import OrderKind, OrderStatus
from payments.models.standing import StandingStatus
from payments.payee_names import Likeness

# What goes to the company itself or to the state is no payee that somebody typed.
NO_PAYEE = (OrderKind.OWN, OrderKind.BUDGET)
SUBMITTED = (OrderStatus.AWAITING, OrderStatus.RELEASED, OrderStatus.EXECUTED)
RELEASED = (OrderStatus.RELEASED, OrderStatus.EXECUTED)


@dataclass(frozen=True, slots=True)
class Known:
    """One IBAN under which a company knows a payee: since when, and when it was first and last paid (None: never)."""

    iban: str
    name_key: str
    since: datetime
    first_paid_at: datetime | None = None
    paid_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Alike:
    """An order that was submitted lately, to the same IBAN over the same amount."""

    order_id: UUID
    number: str
    submitted_at: datetime
    description: str
    invoice_code: str


@dataclass(frozen=True, slots=True)
class Twin:
    """A series that is submitted or runs, to the same IBAN over the same amount each time."""

    standing_id: UUID
    number: str


@dataclass(frozen=True, slots=True)
class Dealings:
    """`replaced` are IBANs that the book had before, also of payees that were removed. `released_minor` is the sum
    released to this IBAN in the order's currency, with one payment of each series that runs and has released none yet.
    `alike` and `twins` begin with the latest. `likeness` is the last answer about this name at this IBAN."""

    known: tuple[Known, ...]
    replaced: tuple[Known, ...]
    released_minor: int
    alike: tuple[Alike, ...]
    twins: tuple[Twin, ...]
    likeness: Likeness | None

    def since(self, iban: str) -> datetime | None:
        """From when on the company knows this IBAN; None for a new one."""
        return min((one.since for one in self.known if one.iban == iban), default=None)

    def is_proven(self, iban: str, *, at: datetime) -> bool:
        """Whether the company paid this IBAN long enough ago that a wrong payee would have been noticed."""
        return any(one.iban == iban and one.first_paid_at and at >= ripens_at(one.first_paid_at) for one in self.known)

    def under_name(self, name_key: str, *, besides: str) -> Known | None:
        """The IBAN by which the company knows this name already, other than `besides`; the last one that it paid."""
        others = [one for one in (*self.known, *self.replaced) if one.name_key == name_key and one.iban != besides]
        return max(others, key=lambda one: (one.paid_at or one.since, one.since), default=None)


def of(order: PaymentOrder, *, at: datetime) -> Dealings:
    """All that the company of this order knows of its payee, by IBAN and by name; the order itself not counted."""
    name_key = payee_names.key(order.beneficiary_name)
    to_it = PaymentOrder.objects.filter(
        company=order.company_id, beneficiary_iban=order.beneficiary_iban, currency=order.currency
    ).exclude(pk=order.pk)
    book, paid = _book(order, name_key), _paid(order, name_key)
    series = StandingOrder.objects.filter(
        company=order.company_id, beneficiary_iban=order.beneficiary_iban, currency=order.currency
    )
    lately = (
        _released(to_it),
        _begun(series),
        _twins(series, order),
        _alike(to_it, order, at),
        _answers(order, name_key),
    )
    rows = list(book.union(paid, *lately, all=True))

    def told(what: str) -> list[Any]:
        return [fact for kind, fact in rows if kind == what]

    alike = [Alike(UUID(one[0]), one[1], _moment(one[2]), one[3], one[4]) for one in told("alike")]
    answers = sorted((_moment(asked_at), answer) for asked_at, answer in told("answer"))
    return Dealings(
        known=(
            *(Known(iban, key, _moment(since)) for iban, key, since, _before, _made in told("book")),
            *(
                Known(iban, key, _moment(first), _moment(first), _moment(last))
                for iban, key, first, last in told("paid")
            ),
        ),
        replaced=(
            *(
                Known(before, key, _moment(made))
                for _iban, key, _since, before, made in (*told("book"), *told("removed"))
                if before
            ),
            *(Known(iban, key, _moment(since)) for iban, key, since, _before, _made in told("removed")),
        ),
        released_minor=sum(minor for (minor,) in told("released")),
        alike=tuple(sorted(alike, key=lambda one: (one.submitted_at, one.number), reverse=True)),
        twins=tuple(Twin(UUID(key), number) for number, key in sorted(told("twin"), reverse=True)),
        likeness=Likeness(answers[-1][1]) if answers else None,
    )


def ripens_at(since: datetime) -> datetime:
    """From when on a payee known since a moment is new no more."""
    return since + timedelta(hours=settings.NEW_PAYEE_HOURS)


# --- The parts of the query: each row a word and its facts ------------------------------------------------------------

Told = QuerySet[Any, tuple[str, list[Any]]]


def _book(order: PaymentOrder, name_key: str) -> Told:
    """Who was removed is known by name alone: taking a payee out and adding it anew is a changed IBAN too."""
    in_book = Case(When(removed_at=None, then=Value("book")), default=Value("removed"))
    rows = Beneficiary.objects.filter(
        Q(iban=order.beneficiary_iban, removed_at=None) | Q(name_key=name_key), company=order.company_id
    )
    return rows.values_list(in_book, JSONArray("iban", "name_key", "iban_since", "previous_iban", "created_at"))


def _paid(order: PaymentOrder, name_key: str) -> Told:
    rows = PaymentOrder.objects.filter(
        Q(beneficiary_iban=order.beneficiary_iban) | Q(payee_key=name_key),
        company=order.company_id,
        status=OrderStatus.EXECUTED,
    )
    by_iban = (
        rows.order_by()
        .values("beneficiary_iban", "payee_key")
        .annotate(
            word=Value("paid"), facts=JSONArray("beneficiary_iban", "payee_key", Min("ended_at"), Max("ended_at"))
        )
    )
    return by_iban.values_list("word", "facts")


def _released(to_it: QuerySet[PaymentOrder]) -> Told:
    rows = to_it.filter(status__in=RELEASED).exclude(kind__in=NO_PAYEE)
    sums = rows.order_by().values("currency").annotate(word=Value("released"), facts=JSONArray(Sum("amount_minor")))
    return sums.values_list("word", "facts")


def _begun(series: QuerySet[StandingOrder]) -> Told:
    """Those whose first payment is still to come: signed like an order, they will release it by themselves."""
    made = PaymentOrder.objects.filter(standing=OuterRef("pk"), status__in=RELEASED)
    rows = series.filter(~Exists(made), status=StandingStatus.RUNNING)
    sums = rows.order_by().values("currency").annotate(word=Value("released"), facts=JSONArray(Sum("amount_minor")))
    return sums.values_list("word", "facts")


def _twins(series: QuerySet[StandingOrder], order: PaymentOrder) -> Told:
    rows = series.filter(amount_minor=order.amount_minor, status__in=[StandingStatus.AWAITING, StandingStatus.RUNNING])
    return rows.values_list(Value("twin"), JSONArray("number", "id"))


def _alike(to_it: QuerySet[PaymentOrder], order: PaymentOrder, at: datetime) -> Told:
    """The same amount, submitted within DUPLICATE_DAYS, or released as long ago by a series, which submits nothing."""
    rows = to_it.annotate(went_on_at=Coalesce("submitted_at", "released_at")).filter(
        amount_minor=order.amount_minor,
        status__in=SUBMITTED,
        went_on_at__gt=at - timedelta(days=settings.DUPLICATE_DAYS),
    )
    return rows.values_list(Value("alike"), JSONArray("id", "number", "went_on_at", "description", "invoice_code"))


def _answers(order: PaymentOrder, name_key: str) -> Told:
    rows = NameCheck.objects.filter(company=order.company_id, iban=order.beneficiary_iban, name_key=name_key)
    return rows.values_list(Value("answer"), JSONArray("checked_at", "answer"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)
