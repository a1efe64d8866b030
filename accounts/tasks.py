"""What the clock does to the books. Short ticks; each asks the bank's clock what is due."""

import logging

from celery import shared_task

from accounts import clock, day_close

log = logging.getLogger(__name__)


@shared_task(name="accounts.close_day")
def close_day() -> None:
    """Close every day of the bank whose 20:00 has passed (R59); nothing is left to do the second time."""
    for day in day_close.close_due(at=clock.now()):
        log.info("bank day closed", extra={"event": "bank.day.closed", "subject": f"day:{day}"})
