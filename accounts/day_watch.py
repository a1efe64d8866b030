"""The watchdog of the close: a day that is not closed by its midnight is told loudly, and again every hour (R60)."""

import logging
from datetime import date, datetime, timedelta

from accounts import audit, business_day, clock
from accounts.models import BankDay, DayClose
from accounts.verbs import verb

logger = logging.getLogger(__name__)
WARNED_EVERY = timedelta(hours=1)


def watch(*, at: datetime) -> list[date]:
    """Warn of every day that is late at this moment; the days warned of. Nothing within an hour of the last time."""
    warned = [day for day in late(at) if not _is_warned_of(day, at)]
    for day in warned:
        # Said before anything is locked: a run that hangs may have the row, and is the very thing to warn of.
        facts = {"event": "bank.day.late", "subject": f"day:{day}"}
        logger.error("the bank's day %s was not closed by midnight", day, extra=facts)
        _note(day=day, at=at)
    return warned


def _is_warned_of(day: date, at: datetime) -> bool:
    """Within the last hour."""
    return DayClose.objects.filter(pk=day, late_warned_at__gt=at - WARNED_EVERY).exists()


def late(at: datetime) -> list[date]:
    """Days that are not closed although their midnight has passed, oldest first; a close that never began counts."""
    today = clock.tirana_day(at)
    return [day for day in business_day.to_close(at) if day < today]


def warned_of() -> list[date]:
    """Days that the watchdog warned of and that are not closed yet, in one query."""
    rows = DayClose.objects.filter(late_warned_at__isnull=False).exclude(bank_day__status=BankDay.Status.CLOSED)
    return list(rows.order_by("pk").values_list("pk", flat=True))


@verb("bank.day.late")
def _note(*, day: date, at: datetime) -> None:
    """Note the warning on the day, unless a run has its row just now: then the next watch does. The trail keeps the
    first one of a day."""
    bank_day, _is_new = BankDay.objects.get_or_create(day=day)
    DayClose.objects.get_or_create(bank_day=bank_day)
    unlocked = DayClose.objects.select_for_update(skip_locked=True, of=("self",), no_key=True)
    close = unlocked.select_related("bank_day").filter(pk=day).first()
    if close is None or close.bank_day.status == BankDay.Status.CLOSED:
        return
    if close.late_warned_at is None:
        audit.record("bank.day.late", actor=audit.THE_CLOCK, at=at, subject=f"day:{day}")
    close.late_warned_at = at
    close.save(update_fields=["late_warned_at"])
