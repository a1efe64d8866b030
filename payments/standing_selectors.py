"""Reads of standing orders: the rows, their days, and the plan of what they will pay."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import JSONArray, Substr

from accounts import clock
from accounts.models import Company, Mandate
from accounts.working_days import Calendar, CalendarUnknown
from payments import rhythm
from payments.models import ParticipantBank, PaymentOrder, SkippedDay, StandingOrder, StandingSignature
from payments.models.orders import OrderStatus
from payments.models.standing import StandingStatus
from payments.rhythm import PayDay

PLANNED_DAYS = 12
UNSIGNED = (StandingStatus.DRAFT, StandingStatus.AWAITING)
PAID = (OrderStatus.RELEASED, OrderStatus.EXECUTED)


class Signed(NamedTuple):
    """One signature as it is read."""

    user_id: int
    name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class Plan:
    """The next days on which a series pays, oldest first, and among them those that its owner left out.

    `calendar_ends_on` is the last day that the bank's calendar knows, where the plan breaks off there; `is_whole` says
    that nothing comes after its last day; `is_capped` that the cap allows no more.
    """

    days: tuple[PayDay, ...]
    skipped: frozenset[date]
    is_whole: bool
    is_capped: bool
    calendar_ends_on: date | None

    @property
    def paying(self) -> list[PayDay]:
        return [day for day in self.days if day.nominal_on not in self.skipped]


def of_company(company: Company) -> QuerySet[StandingOrder]:
    """The company's series, those that still do something first, the newest before older ones."""
    rows = StandingOrder.objects.filter(company=company).select_related("debit_account", "prepared_by__person")
    is_alive = Q(status__in=(*UNSIGNED, StandingStatus.RUNNING))
    return rows.annotate(alive=is_alive).order_by("-alive", "-created_at", "-number")


def standing_of(company: Company, standing_id: UUID) -> StandingOrder | None:
    """One series of this company with what its page shows; None for anybody else's, as if it did not exist.

    `signed` are its signatures in their order, `bank_name` is the payee's bank where the staff's table knows it.
    """
    rows = StandingOrder.objects.select_related("company", "debit_account", "prepared_by__person", "ended_by__person")
    signed = StandingSignature.objects.filter(standing=OuterRef("pk")).order_by("signed_at")
    facts = JSONArray("user_id", "user__person__first_name", "user__person__last_name", "signed_at")
    bank = ParticipantBank.objects.filter(code=Substr(OuterRef("beneficiary_iban"), 5, 3)).values("name")
    rows = rows.annotate(signed=ArraySubquery(signed.values_list(facts)), bank_name=Subquery(bank))
    return rows.filter(company=company, pk=standing_id).first()


def locked(standing_id: UUID, *, company: Company) -> StandingOrder | None:
    """The series under its row's lock, for a verb of this company."""
    return StandingOrder.objects.select_for_update().filter(pk=standing_id, company=company).first()


def signatures(series: StandingOrder) -> list[Signed]:
    """Who has signed, in the order of signing; of a series as `standing_of` brings it."""
    return [
        Signed(user_id, f"{first_name} {last_name}", datetime.fromisoformat(signed_at))
        for user_id, first_name, last_name, signed_at in series.signed  # type: ignore[attr-defined]  # annotated
    ]


def orders_of(series: StandingOrder) -> QuerySet[PaymentOrder]:
    """What the series has made, the newest first."""
    return series.orders.select_related("debit_account", "prepared_by__person").order_by("-due_on")


def awaiting(mandate: Mandate) -> QuerySet[StandingOrder]:
    """What waits for this person's signature, by the same rule as orders."""
    if not mandate.may_sign:
        return StandingOrder.objects.none()
    rows = awaiting_of(company=mandate.company_id, user=mandate.user_id)
    return rows.select_related("debit_account", "prepared_by__person").order_by("submitted_at", "number")


def awaiting_of(*, company: Any, user: Any) -> QuerySet[StandingOrder]:
    """The same by keys, or by places in a question, for whoever may sign."""
    signed_by_her = StandingSignature.objects.filter(standing=OuterRef("pk"), user=user)
    submitted = StandingOrder.objects.filter(company=company, status=StandingStatus.AWAITING)
    return submitted.filter(~Q(prepared_by=user) | Q(other_signers=0)).exclude(Exists(signed_by_her))


def awaits(mandate: Mandate, standing_id: UUID) -> bool:
    """Whether this series waits for this person's signature."""
    return awaiting(mandate).filter(pk=standing_id).exists()


# --- Days ------------------------------------------------------------------------------------------------------------


def days_of(series: StandingOrder, calendar: Calendar, *, paid: Collection[date] = ()) -> Iterator[PayDay]:
    """All days of a series, some of which have `paid`; raises CalendarUnknown where the calendar ends before it."""
    return rhythm.days(
        rhythm=series.rhythm,
        first_on=series.first_on,
        calendar=calendar,
        prefers_previous=series.prefers_previous,
        last_on=series.last_on,
        times=series.times,
        paid=paid,
    )


def day_named(series: StandingOrder, nominal_on: date, *, calendar: Calendar) -> PayDay | None:
    """The day of the rhythm by its name; None where the rhythm has no such day."""
    for day in days_of(series, calendar):
        if day.nominal_on >= nominal_on:
            return day if day.nominal_on == nominal_on else None
    return None


def open_days(series: StandingOrder, calendar: Calendar, *, today: date) -> Iterator[PayDay]:
    """The days that have no order and still ask for a look: a day left out may be taken back until it has come."""
    made = _days(PaymentOrder.objects.filter(standing=series), "requested_on")[series.pk]
    skipped = _days(_skipped([series]), "nominal_on")[series.pk]
    for day in days_of(series, calendar, paid=made):
        if day.nominal_on not in made and not (day.nominal_on in skipped and day.due_on <= today):
            yield day


def room_for(series: StandingOrder) -> int | None:
    """How many more payments the cap allows; None without a cap. What failed or came back counts no more."""
    if series.cap_minor is None:
        return None
    spent = series.orders.filter(status__in=PAID).aggregate(sum=Sum("amount_minor"))["sum"] or 0
    return max(0, series.cap_minor - spent) // series.amount_minor


def plan(series: StandingOrder, *, calendar: Calendar, at: datetime, most: int = PLANNED_DAYS) -> Plan:
    """The next days of a series that has not ended; of one that has, nothing."""
    return plans([series], calendar=calendar, at=at, most=most)[series.pk]


def plans(
    rows: Sequence[StandingOrder], *, calendar: Calendar, at: datetime, most: int = PLANNED_DAYS
) -> dict[UUID, Plan]:
    """The plans of several series by their keys, in one query; without any while none of them runs."""
    today = clock.tirana_day(at)
    running = [one for one in rows if one.status == StandingStatus.RUNNING]
    made, skipped, spent = _so_far(running, calendar, today)
    return {
        one.pk: _plan(one, calendar, today, made[one.pk], frozenset(skipped[one.pk]), sum(spent[one.pk]), most)
        for one in rows
    }


def _so_far(
    rows: Sequence[StandingOrder], calendar: Calendar, today: date
) -> tuple[dict[UUID, Any], dict[UUID, Any], dict[UUID, Any]]:
    """Of each series the days that have their order, from today on and on feasts; those left out; and what left."""
    found: dict[str, dict[UUID, Any]] = {name: defaultdict(list) for name in ("made", "skipped", "spent")}
    if rows:
        orders = PaymentOrder.objects.filter(standing__in=rows).order_by()
        counting = orders.filter(Q(due_on__gte=today) | Q(requested_on__in=calendar.holidays.keys()))
        made = counting.values_list(Value("made"), "standing", JSONArray("requested_on"))
        skipped = _skipped(rows).order_by().values_list(Value("skipped"), "standing", JSONArray("nominal_on"))
        paid = orders.filter(status__in=PAID).values("standing").annotate(word=Value("spent"))
        spent = paid.annotate(facts=JSONArray(Sum("amount_minor"))).values_list("word", "standing", "facts")
        for name, standing_id, (fact,) in made.union(skipped, spent, all=True):
            found[name][standing_id].append(fact if name == "spent" else date.fromisoformat(fact))
    return found["made"], found["skipped"], found["spent"]


def _plan(
    series: StandingOrder,
    calendar: Calendar,
    today: date,
    made: Collection[date],
    skipped: frozenset[date],
    spent: int,
    most: int,
) -> Plan:
    if series.status not in {*UNSIGNED, StandingStatus.RUNNING}:
        return Plan((), frozenset(), is_whole=True, is_capped=False, calendar_ends_on=None)
    room = None if series.cap_minor is None else max(0, series.cap_minor - spent) // series.amount_minor
    found: list[PayDay] = []
    paying, is_whole, is_capped, ends_on = 0, False, False, None
    try:
        for day in days_of(series, calendar, paid=made):
            if day.nominal_on in made or day.due_on < today:
                continue
            if paying in {room, most}:
                is_whole = is_capped = paying == room
                break
            found.append(day)
            paying += day.nominal_on not in skipped
        else:
            is_whole = True
    except CalendarUnknown:
        ends_on = calendar.until
    return Plan(tuple(found), skipped, is_whole, is_capped, ends_on)


def _skipped(rows: Sequence[StandingOrder]) -> QuerySet[SkippedDay]:
    return SkippedDay.objects.filter(standing__in=rows, taken_back_at=None)


def _days(rows: "QuerySet[Any]", name: str) -> dict[UUID, set[date]]:
    """A column of days by the series of the row."""
    found: dict[UUID, set[date]] = defaultdict(set)
    for standing_id, day in rows.values_list("standing", name):
        found[standing_id].add(day)
    return found
