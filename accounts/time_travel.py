"""Moving the bank's clock, in the demo and the tests only: never to before the last booking, so that no book runs
backwards."""

from datetime import UTC, datetime, timedelta

from django.conf import settings
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from accounts import audit, business_day, clock
from accounts.days import short_day
from accounts.models import BankAccount, BankClock
from accounts.refusals import Refusal
from accounts.verbs import verb

DAYS_AWAY_MAX = 3_650
# An order may ask for a day a year ahead; near the end of the calendar that is refused in words, two weeks are not.
CALENDAR_AHEAD = timedelta(days=14)


class MomentNotUnderstood(Refusal):
    sentence = _("Nuk e kuptuam “%(typed)s”. Shkruani ditën dhe orën si 2026-11-27T13:59.")


class ClockStandsStill(Refusal):
    sentence = _("Ora e bankës zhvendoset vetëm në demonstrim; në punë ajo është ora e vërtetë.")


class BeforeTheLastBooking(Refusal):
    sentence = _("Veprimi i fundit u regjistrua më %(day)s në %(time)s. Zgjidhni një çast pas tij.")


class AfterTheCalendar(Refusal):
    sentence = _("Kalendari i bankës njihet deri më %(day)s. Zgjidhni një çast më të hershëm.")


class TooFarAway(Refusal):
    sentence = _("Ora e bankës zhvendoset më së shumti %(days)s ditë. Zgjidhni një çast më të afërt.")


def moment_of(text: str) -> datetime:
    """The aware moment of an ISO text, in Tirana time when it names no zone; refuses any other text."""
    try:
        moment = datetime.fromisoformat(text.strip())
        return (moment if moment.tzinfo else moment.replace(tzinfo=clock.TIRANA)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise MomentNotUnderstood(typed=text.strip()[:40]) from error


@verb("bank.clock.moved")
def move(*, to: datetime, actor: audit.Actor = audit.A_VISITOR) -> timedelta:
    """Let the bank's clock go on from this aware moment; returns its new offset from the machine's.

    Refuses production, a moment before the last booking, one for whose promises the calendar has no days, and one ten
    years or more away from the machine's clock.
    """
    assert to.tzinfo is not None, "the bank's clock takes an aware moment"
    if not settings.BANK_CLOCK_OFFSET:
        raise ClockStandsStill
    last_booked_at = BankAccount.objects.aggregate(last=Max("last_booked_at"))["last"]
    if last_booked_at and to < last_booked_at:
        local = clock.tirana(last_booked_at)
        raise BeforeTheLastBooking(day=short_day(local.date()), time=f"{local:%H:%M:%S}")
    if clock.tirana_day(to) > (ends_on := business_day.calendar_ends_on() - CALENDAR_AHEAD):
        raise AfterTheCalendar(day=short_day(ends_on))
    offset = to - clock.machine()
    if abs(offset) > timedelta(days=DAYS_AWAY_MAX):
        raise TooFarAway(days=DAYS_AWAY_MAX)
    BankClock.objects.update_or_create(id=1, defaults={"offset": offset})
    audit.record("bank.clock.moved", actor=actor, at=to, details={"offset_seconds": offset.total_seconds()})
    return offset
