"""Who has the close of a day in hand: one run at a time, by a token with a lease, each step a transaction of its own.

A step locks the row of the close, never an account and never the day, and asks first whether the token is still its
own. A run that slept longer than its lease finds another token there and changes nothing (a fence).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import Q

from accounts import clock
from accounts.models import BankDay, DayClose

LEASE = timedelta(seconds=60)  # how long a run that died or sleeps keeps its claim
TRY_AGAIN_AFTER = timedelta(minutes=10)  # a day in trouble; at once when staff ask
TROUBLE_LENGTH = 300


class TakenOver(Exception):  # noqa: N818  it ends a run, and nothing is wrong
    """Another run has the close in hand."""


class OutOfPatience(Exception):  # noqa: N818  it ends a run, and nothing is wrong
    """The run has used its time; the next one goes on from here."""


@dataclass(frozen=True, slots=True)
class CloseRun:
    """One run over the close of one day; `gives_up_at` is a moment of the machine's clock, None for never."""

    day: date
    token: UUID
    gives_up_at: datetime | None

    @contextmanager
    def step(self) -> Iterator[DayClose]:
        """One transaction of this run with the row of the close, which is saved at its end and the lease prolonged.

        Raises TakenOver and OutOfPatience before anything is done.
        """
        if self.gives_up_at and clock.machine() >= self.gives_up_at:
            raise OutOfPatience
        with transaction.atomic(durable=True):
            close = self.held()
            yield close
            close.run_until = _lease_end()
            close.save()

    def held(self) -> DayClose:
        """The row of the close under its lock, in the caller's transaction; raises TakenOver."""
        close = DayClose.objects.select_for_update().filter(pk=self.day, run_token=self.token).first()
        if close is None:
            raise TakenOver
        return close

    def note_trouble(self, trouble: str) -> None:
        """Write down why the day cannot be closed, in the caller's transaction; raises TakenOver."""
        close = self.held()
        close.trouble, close.trouble_at = trouble[:TROUBLE_LENGTH], clock.machine()
        close.save(update_fields=["trouble", "trouble_at"])

    def let_go(self) -> None:
        """Let the next run begin at once; nothing if another has the close already."""
        DayClose.objects.filter(pk=self.day, run_token=self.token).update(run_token=None, run_until=None)


def take(day: date, *, gives_up_at: datetime | None = None) -> CloseRun | None:
    """Take the close of a closing day in hand; None while another run has it, or the last trouble is too fresh.

    Waits for nobody: a row that is locked is in somebody's hands.
    """
    now = clock.machine()
    is_closing = Q(bank_day__status=BankDay.Status.CLOSING)
    is_free = Q(run_until=None) | Q(run_until__lt=now)
    is_quiet = Q(trouble_at=None) | Q(trouble_at__lt=now - TRY_AGAIN_AFTER)
    with transaction.atomic(durable=True):
        unlocked = DayClose.objects.select_for_update(skip_locked=True, of=("self",))
        close = unlocked.filter(is_closing, is_free, is_quiet, pk=day).first()
        if close is None:
            return None
        close.run_token, close.run_until = uuid4(), _lease_end()
        close.save(update_fields=["run_token", "run_until"])
        return CloseRun(day, close.run_token, gives_up_at)


def _lease_end() -> datetime:
    return clock.machine() + LEASE
