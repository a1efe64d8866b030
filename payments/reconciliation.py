"""Clearing reconciled: what left, what was accepted, what came back, what is open, and whether the books say the same.

The clearing account of a currency owes the clearing house what left our customers, and is owed what came in for them.
Its balance is therefore, at every moment: what waits or is unanswered, what was rejected and could not go home, and
the accepted less what was given back, less the credited, less what the central bank has settled. Settlement comes as
net amounts that name no payment, so that the last four are told as one sum. What staff or the core gave back is in none
of them. A difference means a posting that clearing does not know.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet, Sum
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, selectors as books
from accounts.models import Entry
from accounts.models.ledger import Kind
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments.interbank import CLEARING
from payments.models import (
    ArrivedFile,
    ClearingItem,
    Difference,
    IncomingCredit,
    PaymentReturn,
    SentFile,
    Settlement,
)
from payments.models.clearing import Message
from payments.models.orders import OrderStatus, Rail

DAYS_SHOWN: Final = 10
LISTED_MAX: Final = 50
NOTE_MIN: Final = 5
NOTE_MAX: Final = 200

Status = ClearingItem.Status


class TellsNothing(Refusal):
    """Fact: at_least."""

    sentence = _("Shkruani në shënim çfarë gjetët, me të paktën %(at_least)s shkronja.")


class NothingToSettle(Refusal):
    sentence = _("Kjo mospërputhje është sqaruar tashmë nga dikush tjetër.")


@dataclass(frozen=True, slots=True)
class Tally:
    """How many payments, and their sum in minor units."""

    count: int = 0
    sum_minor: int = 0


@dataclass(frozen=True, slots=True)
class DayOfRail:
    """One rail's files of one day, and what became of their payments; the oldest open one was executed `open_since`."""

    day: date
    rail: str
    currency: str
    files: int
    left: Tally
    accepted: Tally
    returned: Tally
    open: Tally
    open_since: datetime | None


@dataclass(frozen=True, slots=True)
class Balance:
    """The clearing account of one currency, and what its balance is made of; all in minor units."""

    currency: str
    booked_minor: int
    waiting_minor: int
    unanswered_minor: int
    homeless_minor: int
    unsettled_minor: int

    @property
    def explained_minor(self) -> int:
        return self.waiting_minor + self.unanswered_minor + self.homeless_minor + self.unsettled_minor

    @property
    def difference_minor(self) -> int:
        return self.booked_minor - self.explained_minor


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """All that the staff's page shows."""

    at: datetime
    days: list[DayOfRail]
    balances: list[Balance]
    waiting: list[tuple[str, str, Tally, datetime]]
    differences: list[Difference]
    refused: list[IncomingCredit]
    bad_files: list[ArrivedFile]
    unwritten: list[SentFile]

    @property
    def is_even(self) -> bool:
        return not any(balance.difference_minor for balance in self.balances)


def reconcile(*, at: datetime) -> Reconciliation:
    """The last days of clearing and all that is open, in a fixed number of queries but for one a currency."""
    refused = IncomingCredit.objects.filter(status=IncomingCredit.Status.REFUSED).select_related("file__answer")
    return Reconciliation(
        at=at,
        days=_days(at),
        balances=_balances(),
        waiting=_waiting(),
        differences=list(unsettled()[:LISTED_MAX]),
        refused=list(refused.order_by("-pk")[:LISTED_MAX]),
        bad_files=list(ArrivedFile.objects.filter(status=ArrivedFile.Status.BAD).order_by("-pk")[:LISTED_MAX]),
        unwritten=list(SentFile.objects.filter(written_at=None).defer("content").order_by("pk")[:LISTED_MAX]),
    )


def unsettled() -> QuerySet[Difference]:
    """What somebody of staff must look into, oldest first."""
    return Difference.objects.filter(settled_at=None).select_related("file").order_by("noted_at", "pk")


@verb("payments.difference.settled")
def settle(*, difference_id: int, note: str, actor: audit.Actor, at: datetime) -> Difference:
    """Take one difference off the list with a note of what was found; it books nothing.

    Refuses a note that tells nothing, and a difference that somebody settled already.
    """
    found = " ".join(note.split())[:NOTE_MAX]
    if len(found) < NOTE_MIN:
        raise TellsNothing(at_least=NOTE_MIN)
    row = Difference.objects.select_for_update(no_key=True).filter(pk=difference_id, settled_at=None).first()
    if row is None:
        raise NothingToSettle
    row.settled_at, row.settled_by, row.note = at, actor.name, found
    row.save(update_fields=["settled_at", "settled_by", "note"])
    facts = {"what": row.what, "reference": row.reference}
    audit.record(
        "payments.difference.settled", actor=actor, at=at, subject=f"difference:{row.pk}", reason=found, details=facts
    )
    return row


# --- By day and rail -------------------------------------------------------------------------------------------------


def _days(at: datetime) -> list[DayOfRail]:
    since = clock.tirana_day(at) - timedelta(days=DAYS_SHOWN)
    sent = SentFile.objects.filter(message=Message.PACS_008, day__gte=since)
    given_back = Q(items__payment_return__isnull=False)
    accepted, unanswered = Q(items__status=Status.ACCEPTED) & ~given_back, Q(items__status=Status.SENT)
    rejected = Q(items__status=Status.REJECTED) | given_back
    amounts = "items__amount_minor"
    rows = sent.values("day", "rail", "currency").annotate(
        files=Count("pk", distinct=True),
        left=Count("items"),
        left_sum=Sum(amounts, default=0),
        accepted=Count("items", filter=accepted),
        accepted_sum=Sum(amounts, filter=accepted, default=0),
        rejected=Count("items", filter=rejected),
        rejected_sum=Sum(amounts, filter=rejected, default=0),
        unanswered=Count("items", filter=unanswered),
        unanswered_sum=Sum(amounts, filter=unanswered, default=0),
        oldest=Min("items__executed_at", filter=unanswered),
    )
    return [
        DayOfRail(
            day=row["day"],
            rail=str(Rail(row["rail"]).label),
            currency=row["currency"],
            files=row["files"],
            left=Tally(row["left"], row["left_sum"]),
            accepted=Tally(row["accepted"], row["accepted_sum"]),
            returned=Tally(row["rejected"], row["rejected_sum"]),
            open=Tally(row["unanswered"], row["unanswered_sum"]),
            open_since=row["oldest"],
        )
        for row in rows.order_by("-day", "rail")
    ]


def _waiting() -> list[tuple[str, str, Tally, datetime]]:
    """Executed and in no file yet, by rail and currency, with the moment of the oldest."""
    rows = (
        ClearingItem.objects.filter(status=Status.WAITING)
        .values("rail", "currency")
        .annotate(count=Count("pk"), total=Sum("amount_minor"), oldest=Min("executed_at"))
        .order_by("rail", "currency")
    )
    return [
        (str(Rail(row["rail"]).label), row["currency"], Tally(row["count"], row["total"]), row["oldest"])
        for row in rows
    ]


# --- By the books ----------------------------------------------------------------------------------------------------


def _balances() -> list[Balance]:
    there = ClearingItem.objects.filter(~_taken_out_again("order__posting"))
    items = _sums(there.values_list("currency", "status").annotate(Sum("amount_minor")))
    rejected = there.filter(status=Status.REJECTED, order__status=OrderStatus.EXECUTED)
    homeless = _sums(rejected.values_list("currency", "status").annotate(Sum("amount_minor")))
    back = PaymentReturn.objects.filter(~_taken_out_again("posting"))
    returned = dict(back.values_list("item__currency").annotate(Sum("item__amount_minor")))
    booked = IncomingCredit.objects.filter(~_taken_out_again("posting"), status=IncomingCredit.Status.BOOKED)
    credits = dict(booked.values_list("currency").annotate(Sum("amount_minor")))
    standing = Settlement.objects.filter(~_taken_out_again("posting"))
    settled = dict(standing.values_list("currency").annotate(Sum("amount_minor")))
    named = set(ClearingItem.objects.values_list("currency", flat=True).distinct())
    currencies = sorted(named | credits.keys() | settled.keys())
    return [
        Balance(
            currency=currency,
            booked_minor=books.house_account(CLEARING, currency).balance_minor,
            waiting_minor=items.get((currency, Status.WAITING), 0),
            unanswered_minor=items.get((currency, Status.SENT), 0),
            homeless_minor=homeless.get((currency, Status.REJECTED), 0),
            unsettled_minor=items.get((currency, Status.ACCEPTED), 0)
            - returned.get(currency, 0)
            - credits.get(currency, 0)
            + settled.get(currency, 0),
        )
        for currency in currencies
    ]


def _taken_out_again(posting: str) -> Exists:
    """Whether staff or the core gave the money of a posting back from the clearing account, and not a part of it from
    elsewhere. A return has its own row.

    To be asked in a WHERE, where the few that were are looked for once, and not for every row.
    """
    legs = Entry.objects.filter(posting__gives_back=OuterRef(posting)).exclude(posting__kind=Kind.RETURN)
    return Exists(legs.filter(account__house_code__startswith=CLEARING))


def _sums(rows: QuerySet[ClearingItem, tuple[str, str, int]]) -> dict[tuple[str, str], int]:
    return {(currency, status): total for currency, status, total in rows}
