"""The close of the bank's day (R59, R60): open, closing, closed; one way, and never closed unless it adds up.

    begin      the day takes no more bookings: whatever comes now is booked on the next working day
    totals     one checkpoint an account, some accounts at a time, each time a transaction of its own
    hooks      what the bank books at the end of a day, e.g. interest and fees: see `at_close`
    proof      the totals against the entries, read by another way; a day that does not add up stays closing
    finish     the books of the day are final

The close may stop anywhere and goes on from there; the clock and staff may start it twice or at once (close_run.py).
"""

import logging
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date, datetime

from celery import current_app
from django.conf import settings
from django.db import DatabaseError, IntegrityError, OperationalError
from django.utils.translation import gettext_lazy as _
from kombu.exceptions import OperationalError as QueueAway

from accounts import audit, business_day, clock, close_run, day_totals, ledger
from accounts.close_run import CloseRun, OutOfPatience, TakenOver
from accounts.days import short_day
from accounts.ledger import Facts, Leg
from accounts.models import BankAccount, BankDay, DayClose, Posting
from accounts.refusals import Refusal
from accounts.verbs import verb

logger = logging.getLogger(__name__)
ACCOUNTS_A_STEP = 200


class DayIsNotOpen(Refusal):
    sentence = _("Kjo ditë e bankës nuk është e hapur, prandaj mbyllja nuk mund të fillojë.")


class DayIsNotClosing(Refusal):
    sentence = _("Mbyllja e kësaj dite nuk ka filluar ose ka përfunduar tashmë.")


class TooEarlyToClose(Refusal):
    sentence = _("Mbyllja e ditës mund të fillojë nga ora %(time)s. Provoni përsëri atëherë.")


class NotADayToClose(Refusal):
    sentence = _("Kjo ditë nuk pret mbylljen: mbyllet vetëm dita që vjen me radhë në librat e bankës.")


class CloseIsAtWork(Refusal):
    sentence = _("Mbyllja po punon pikërisht tani. Prisni pak dhe rifreskoni faqen.")


class EarlierDayComesFirst(Refusal):
    sentence = _("Dita e bankës %(day)s nuk është mbyllur ende. Mbyllni më parë atë.")


class DoesNotAddUp(Exception):  # noqa: N818  what went wrong is said by its text
    """The day cannot be closed; the text says why."""


# --- Its two ends ----------------------------------------------------------------------------------------------------


@verb("bank.day.closing")
def begin(*, day: date, at: datetime, actor: audit.Actor = audit.THE_CLOCK) -> BankDay | None:
    """Start closing the day that is next to close, from 20:00 of it; what is booked later goes further.

    Waits for the postings that are on their way to this day, and they for nobody. Refuses every other day, and one that
    is not open; the clock, which may be slower than somebody else, gets None of that one.
    """
    if clock.tirana(at) < datetime.combine(day, settings.DAY_CLOSE_STARTS, clock.TIRANA):
        raise TooEarlyToClose(time=f"{settings.DAY_CLOSE_STARTS:%H:%M}")
    if not _is(day, BankDay.Status.CLOSING) and not _is(day, BankDay.Status.CLOSED):
        _refuse_out_of_turn(day, at)
        BankDay.objects.get_or_create(day=day)
    bank_day = BankDay.objects.select_for_update().get(day=day)
    if bank_day.status != BankDay.Status.OPEN:
        if actor == audit.THE_CLOCK:
            return None
        raise DayIsNotOpen
    bank_day.status, bank_day.closing_at = BankDay.Status.CLOSING, at
    bank_day.save(update_fields=["status", "closing_at"])
    DayClose.objects.update_or_create(bank_day=bank_day, defaults={"begun_by": actor.name})
    audit.record("bank.day.closing", actor=actor, at=at, subject=f"day:{day}")
    return bank_day


def _refuse_out_of_turn(day: date, at: datetime) -> None:
    """The first day that waits for its close is next; no day before the first that the books know ever is."""
    waiting = business_day.to_close(at)
    if day not in waiting and not _is(day, BankDay.Status.CLOSED):  # by somebody who was quicker
        raise NotADayToClose
    if day in waiting and waiting[0] != day:
        raise EarlierDayComesFirst(day=short_day(waiting[0]))


@verb("bank.day.resumed")
def resume(*, day: date, at: datetime, actor: audit.Actor) -> None:
    """Let the clock try a day in trouble again without waiting; refuses a day that is not closing, and one at which a
    run is at work this moment."""
    if not _is(day, BankDay.Status.CLOSING):
        raise DayIsNotClosing
    close = DayClose.objects.select_for_update(skip_locked=True, no_key=True).filter(pk=day).first()
    if close is None:
        raise CloseIsAtWork
    close.trouble_at = None
    close.save(update_fields=["trouble_at"])
    audit.record("bank.day.resumed", actor=actor, at=at, subject=f"day:{day}")


@verb("bank.day.closed")
def _finish(*, day: date, at: datetime, run: CloseRun) -> None:
    """The books of a proved day are final from here on. The database refuses it while a total is missing."""
    close = run.held()
    bank_day = BankDay.objects.select_for_update().get(day=day)
    bank_day.status, bank_day.closed_at = BankDay.Status.CLOSED, at
    bank_day.save(update_fields=["status", "closed_at"])
    close.run_token, close.run_until, close.trouble, close.trouble_at = None, None, "", None
    close.save()
    details = {"accounts": close.accounts_done, "begun_by": close.begun_by}
    audit.record("bank.day.closed", actor=audit.THE_CLOCK, at=at, subject=f"day:{day}", details=details)


def hurry() -> None:
    """Ask a worker to look at the close now; when the queue is away, the clock's next tick does."""
    try:
        current_app.send_task("accounts.close_day", ignore_result=True)
    except (QueueAway, OSError):
        logger.warning("queue away, the close waits for the tick", extra={"event": "bank.day.waits"})


# --- Which days ------------------------------------------------------------------------------------------------------


def close_due(*, at: datetime, gives_up_at: datetime | None = None) -> list[date]:
    """Close every day whose 20:00 has passed, oldest first; the days that this call closed.

    Days on which nothing was booked are closed too, so that nothing can be booked on them later. No day is closed
    before an earlier one: the first that another run has in hand, that does not add up, or for which no time is left
    until `gives_up_at` (the machine's clock) ends the call.
    """
    closed = []
    for day in business_day.to_close(at):
        if not _is(day, BankDay.Status.CLOSING):
            begin(day=day, at=at)
        if carry_on(day=day, at=at, gives_up_at=gives_up_at):
            closed.append(day)
        elif not _is(day, BankDay.Status.CLOSED):
            break
    return closed


def _is(day: date, status: str) -> bool:
    return BankDay.objects.filter(day=day, status=status).exists()


# --- One run ---------------------------------------------------------------------------------------------------------


def carry_on(*, day: date, at: datetime, gives_up_at: datetime | None = None) -> bool:
    """Carry a closing day on from where it stands, to its end if it can; whether this call closed it.

    Nothing when another run has it in hand. What keeps a day from being closed is written down and told loudly, and
    tried again later; the day stays closing.
    """
    run = close_run.take(day, gives_up_at=gives_up_at)
    if run is None:
        return False
    try:
        _write_totals(run, at=at)
        for name, hook in HOOKS.items():
            _run_hook(run, name, hook, at=at)
        _prove(run)
        _finish(day=day, at=at, run=run)
    except OutOfPatience:
        return False
    except TakenOver:
        logger.warning(
            "another run took the close over", extra={"event": "bank.day.taken_over", "subject": f"day:{day}"}
        )
        return False
    except IntegrityError as error:
        _keep_trouble(day=day, at=at, run=run, trouble=_law_of(error))
        return False
    except DoesNotAddUp as trouble:
        _keep_trouble(day=day, at=at, run=run, trouble=str(trouble))
        return False
    finally:
        with suppress(DatabaseError):
            run.let_go()
    return True


def _law_of(error: IntegrityError) -> str:
    """The law that refused, and the row that it refused."""
    diagnosis = getattr(error.__cause__, "diag", None)
    law, row = (getattr(diagnosis, part, None) for part in ("constraint_name", "message_detail"))
    return f"refused by law: {law}. {row or ''}"


def _write_totals(run: CloseRun, *, at: datetime) -> None:
    is_done = False
    while not is_done:
        with run.step() as close:
            if close.totals_at is None:
                _write_some(close, at=at)
            is_done = close.totals_at is not None


def _write_some(close: DayClose, *, at: datetime) -> None:
    """The next accounts; the cursor moves in the transaction that writes their totals."""
    if not close.accounts_count:
        close.accounts_count = BankAccount.objects.count()
    written = day_totals.write_some(close.pk, after=close.last_account_id, limit=ACCOUNTS_A_STEP)
    close.last_account_id = written.last_account_id or close.last_account_id
    close.accounts_done += written.looked_at
    if written.looked_at < ACCOUNTS_A_STEP:
        close.accounts_count, close.totals_at = close.accounts_done, at


def _prove(run: CloseRun) -> None:
    """Raises DoesNotAddUp; else the bank's own line stands in the books."""
    with run.step():
        differences = day_totals.differences(run.day)
        if differences:
            raise DoesNotAddUp("; ".join(map(str, differences)))
        day_totals.write_bank(run.day)


def _keep_trouble(*, day: date, at: datetime, run: CloseRun, trouble: str) -> None:
    """Nobody may overlook it: on the row, in the trail, and in the log where the operators' alarms read."""
    with suppress(TakenOver):
        _record_trouble(day=day, at=at, run=run, trouble=trouble)
    facts = {"event": "bank.day.does_not_add_up", "subject": f"day:{day}"}
    logger.error("the bank's day stays closing: %s", trouble, extra=facts)


@verb("bank.day.in_trouble")
def _record_trouble(*, day: date, at: datetime, run: CloseRun, trouble: str) -> None:
    run.note_trouble(trouble)
    audit.record(
        "bank.day.in_trouble",
        actor=audit.THE_CLOCK,
        at=at,
        subject=f"day:{day}",
        outcome=audit.REFUSED,
        reason=trouble,
    )


# --- What the bank books at the end of a day -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a hook, in a transaction of its own; `after` is what it returned last for this day, "" at first."""

    name: str
    day: date
    at: datetime
    after: str

    def post(self, *, key: str, legs: Sequence[Leg], facts: Facts) -> Posting:
        """Book for the closing day: its value date, and the next working day's books, for those of the day take no
        more. `key` names the fact within hook and day: asked a second time it is booked once."""
        key = f"close:{self.day}:{self.name}:{key}"
        return ledger.post(key=key, legs=legs, facts=facts, value_on=self.day, at=self.at)


Hook = Callable[[Step], str | None]
HOOKS: dict[str, Hook] = {}


def at_close(name: str) -> Callable[[Hook], Hook]:
    """Let a function run in the close of every day, once a day, in the order of registration.

        @at_close("interest")
        def book_interest(step: Step) -> str | None:
            ...  # some accounts after `step.after`, booked by step.post(key=...)
            return str(last_account_id)  # or None when nothing is left

    It is asked step by step until it returns None. Where it stands is kept in the transaction of the step, so that a
    step happens wholly and once. Register where every worker imports it (tasks.py, apps.py).
    """

    def register(hook: Hook) -> Hook:
        assert name not in HOOKS, f"two hooks called {name}"
        HOOKS[name] = hook
        return hook

    return register


def _run_hook(run: CloseRun, name: str, hook: Hook, *, at: datetime) -> None:
    is_done = False
    while not is_done:
        with run.step() as close, audit.written_last():
            kept, _is_new = close.steps.get_or_create(name=name)
            if kept.done_at is None:
                after = _asked(hook, Step(name, run.day, at, kept.after))
                kept.after, kept.done_at = after or kept.after, None if after else at
                kept.save(update_fields=["after", "done_at"])
            is_done = kept.done_at is not None


def _asked(hook: Hook, step: Step) -> str | None:
    """A hook that breaks keeps the day from being closed, like a sum that does not add up."""
    try:
        after = hook(step)
    except OperationalError:
        raise  # the database is away or busy: the next tick tries again
    except Exception as error:
        logger.exception("a hook of the close broke", extra={"event": "bank.day.hook_broke"})
        raise DoesNotAddUp(f"hook {step.name}: {type(error).__name__}") from error
    if after is not None and after in {"", step.after}:
        raise DoesNotAddUp(f"hook {step.name}: stands still at {after}")
    return after
