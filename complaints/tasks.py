"""What the clock does to cases: it tells of their deadlines. A short tick; the bank's clock says what is due."""

from celery import shared_task

from accounts import clock
from complaints import deadline_watch


@shared_task(name="complaints.watch_deadlines")
def watch_deadlines() -> None:
    """Tell once of each case that is near its day or past it; nothing is left to do the second time."""
    deadline_watch.watch(at=clock.now())
