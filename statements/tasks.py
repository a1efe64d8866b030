"""What the clock does to statements: words follow the books, and closed months are filed. Nobody waits for either."""

from datetime import timedelta

from celery import shared_task

from accounts import clock
from statements import archive, export_jobs, low_balances, ready_notices, words

LATELY = timedelta(hours=1)
TURN = timedelta(seconds=20)


@shared_task(name="statements.write_words")
def write_words() -> None:
    """Words for what was booked lately; the ticks of two beats at once do no harm."""
    words.write_new(since=clock.now() - LATELY)


@shared_task(name="statements.write_left_words")
def write_left_words() -> None:
    """Words for whatever has none, however old: a worker may have been away for longer than we look back.

    A whole bank that has none yet is a matter for `manage.py search_words`.
    """
    words.write_new(lines_max=words.LINES_A_LONG_TURN)


@shared_task(name="statements.make_exports")
def make_exports() -> None:
    """Make the file that waits longest, if no other worker makes one, and remove those whose day is over."""
    export_jobs.expire(machine_at=clock.machine())
    export_jobs.make_next(at=clock.now(), machine_at=clock.machine())


@shared_task(name="statements.file_months")
def file_months() -> None:
    """File the last closed month of accounts that lack it, in turns, so that a worker is never kept from payments."""
    gives_up_at = clock.machine() + TURN
    archive.file_due(at=clock.now(), is_over=lambda: clock.machine() >= gives_up_at)


@shared_task(name="statements.tell_low_balances")
def tell_low_balances() -> int:
    """Tell of balances that fell below what somebody chose since the last tick; returns how many were told."""
    return low_balances.tell(at=clock.now())


@shared_task(name="statements.tell_ready")
def tell_ready() -> int:
    """Tell of the statements of the last closed month that were filed since the last tick; of how many accounts."""
    return ready_notices.tell_filed(at=clock.now())
