"""What the clock does to the books. Short ticks; each asks the bank's clock what is due."""

import logging
from datetime import timedelta

from celery import shared_task

from accounts import business_day, clock, day_close, day_watch, four_eyes, night_watch
from accounts.core_feed import late_postings

log = logging.getLogger(__name__)
TURN = timedelta(seconds=20)


@shared_task(name="accounts.close_day")
def close_day() -> None:
    """Close every day of the bank whose 20:00 has passed (R59); nothing is left to do the second time.

    A long close is done in turns, so that it never keeps a worker from payments: after its time the task lets go and
    asks for the next turn, which goes on where this one stood.
    """
    at = clock.now()
    gives_up_at = clock.machine() + TURN
    for day in day_close.close_due(at=at, gives_up_at=gives_up_at):
        log.info("bank day closed", extra={"event": "bank.day.closed", "subject": f"day:{day}"})
    if clock.machine() >= gives_up_at and business_day.to_close(at):
        day_close.hurry()


@shared_task(name="accounts.watch_day")
def watch_day() -> None:
    """Warn of days that were not closed by midnight (R60), once an hour each."""
    day_watch.watch(at=clock.now())


@shared_task(name="accounts.match_late")
def match_late() -> None:
    """Tick off what the core told before its order was executed here."""
    late_postings.match(at=clock.now())


@shared_task(name="accounts.expire_proposals")
def expire_proposals() -> None:
    """End proposals that no colleague decided in time; what is personal in them goes with that."""
    four_eyes.expire(at=clock.now())


@shared_task(name="accounts.verify_books")
def verify_books() -> None:
    """Ask every law of the books once after each close; a breach is an error in the log (`books.breach`)."""
    night_watch.verify_books(at=clock.now(), clock_of_books=clock.now)


@shared_task(name="accounts.export_audit_heads")
def export_audit_heads() -> None:
    """Keep the heads of the audit chains once a day, in a file and in the log."""
    night_watch.export_heads(at=clock.now())
