"""Days that a running series leaves out: marked one by one, and taken back until they are due."""

from datetime import date, datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import business_day, clock
from accounts.models import Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import orders, standing, standing_selectors
from payments.models import SkippedDay, StandingOrder
from payments.models.standing import StandingStatus
from payments.rhythm import PayDay


class NoSuchDay(Refusal):
    sentence = _("Kjo ditë nuk është në planin e urdhrit të përhershëm. Zgjidhni një ditë nga lista.")


class DayHasItsOrder(Refusal):
    sentence = _("Urdhri i kësaj dite u bë tashmë. Nëse nuk është kryer, anulojeni te faqja e tij.")


class DayIsNotSkipped(Refusal):
    sentence = _("Kjo ditë nuk është e anashkaluar. Shihni planin e urdhrit të përhershëm.")


class DayHasCome(Refusal):
    sentence = _("Kjo ditë ka ardhur, prandaj nuk rikthehet më. Paguajeni me një urdhër të zakonshëm.")


class MayNotTakeBack(Refusal):
    sentence = _(
        "Këtë ditë e rikthen vetëm kush e anashkaloi ose kush nënshkruan për kompaninë. Kërkojani njërit prej tyre."
    )


@verb("payments.standing.skipped")
def skip(*, standing_id: UUID, mandate: Mandate, nominal_on: date, at: datetime) -> StandingOrder:
    """Leave out one day of the rhythm before its order is made; twice is once. Its preparer or a signer may.

    Refuses NoSuchDay for a day that the rhythm does not name or that is past, and DayHasItsOrder.
    """
    series, mandate = _running(standing_id, mandate, at=at)
    standing.require_owner(series, mandate)
    if series.orders.filter(requested_on=nominal_on).exists():
        raise DayHasItsOrder
    day = _named(series, nominal_on)
    if day is None or day.due_on < clock.tirana_day(at):
        raise NoSuchDay
    _row, is_new = SkippedDay.objects.get_or_create(
        standing=series,
        nominal_on=nominal_on,
        taken_back_at=None,
        defaults={"skipped_by": mandate.user, "skipped_at": at},
    )
    if is_new:
        standing.record("payments.standing.skipped", series, mandate, at=at, details={"day": nominal_on.isoformat()})
    return series


@verb("payments.standing.day_taken_back")
def take_back(*, standing_id: UUID, mandate: Mandate, nominal_on: date, at: datetime) -> StandingOrder:
    """Let a day that was left out pay after all, as it was signed. Who left it out may, or a signer.

    Refuses DayIsNotSkipped, MayNotTakeBack, and DayHasCome from the day on which it would have been paid.
    """
    series, mandate = _running(standing_id, mandate, at=at)
    row = SkippedDay.objects.filter(standing=series, nominal_on=nominal_on, taken_back_at=None).first()
    if row is None:
        raise DayIsNotSkipped
    if not (mandate.may_sign or row.skipped_by_id == mandate.user_id):
        raise MayNotTakeBack
    day = _named(series, nominal_on)
    if day is None or day.due_on <= clock.tirana_day(at):
        raise DayHasCome
    row.taken_back_by, row.taken_back_at = mandate.user, at
    row.save(update_fields=["taken_back_by", "taken_back_at"])
    details = {"day": nominal_on.isoformat()}
    standing.record("payments.standing.day_taken_back", series, mandate, at=at, details=details)
    return series


def _running(standing_id: UUID, mandate: Mandate, *, at: datetime) -> tuple[StandingOrder, Mandate]:
    """The series under its lock, while it runs."""
    mandate = orders.acting(mandate, at=at)
    series = standing.taken(standing_id, mandate)
    if series.status != StandingStatus.RUNNING:
        raise orders.OrderHasMovedOn(status=str(series.get_status_display()))
    return series, mandate


def _named(series: StandingOrder, nominal_on: date) -> PayDay | None:
    return standing_selectors.day_named(series, nominal_on, calendar=business_day.calendar())
