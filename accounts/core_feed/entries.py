"""Entries of the core come into the books: booked once, ticked off, or put on the reconciliation list.

A batch is one transaction. Where a batch is refused, each of its entries is tried alone, so that a bad one costs no
other; a run that was cut off goes on where it was, for what is booked already is left as it is. A database that does
not answer, or not in time, speaks against no entry: the run ends there.
"""

import logging
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime

from django.db import DataError, IntegrityError, connection, transaction
from django.utils.translation import gettext_noop

from accounts import clock, ledger, money_came, selectors
from accounts.core_feed import matching
from accounts.core_feed.camt import CoreEntry
from accounts.core_feed.known import Known, key_of, known_of
from accounts.core_feed.matching import Verdict
from accounts.core_feed.records import CORE, Bad, NotTaken, Outcome
from accounts.ledger import Facts, Item, Leg
from accounts.models import BankAccount, CoreFile, ReconciliationItem
from accounts.models.core import Reason
from accounts.models.ledger import Kind
from accounts.refusals import Refusal

logger = logging.getLogger(__name__)

BATCH = 500
MOVED = ("status", "why", "posting", "part", "settled_at", "settled_by", "note")
FITS_BY_PARTS = gettext_noop("Përputhet sipas pjesëve.")
BOOKED_ALL_THE_SAME = gettext_noop("U regjistrua si hyrje e zakonshme: asnjë urdhër yni nuk e ka këtë numër.")
# Two runs at once take turns, batch by batch: what one has ticked off the other sees.
TURN = "SELECT pg_advisory_xact_lock(hashtext('accounts.core_feed'))"
REASONS = {ledger.AccountIsClosed: Reason.CLOSED, ledger.AccountTakesNoDebit: Reason.FROZEN}


def take(brought: Iterable[CoreEntry | Bad], *, file: CoreFile, at: datetime) -> Iterator[Outcome | Bad]:
    """What became of every entry of a file, in its order but for bad ones, which may come before their neighbours."""
    for batch in _batches(brought):
        if isinstance(batch, Bad):
            yield batch
            continue
        try:
            yield from _take_batch(batch, file=file, at=at)
        except (Refusal, IntegrityError, DataError):
            for entry in batch:
                yield _take_alone(entry, file=file, at=at)


def judge_again(entry: CoreEntry, *, file: CoreFile, at: datetime) -> Outcome | Bad:
    """One entry that waits on the list, as a new run of its file would."""
    (outcome,) = _take_batch([entry], file=file, at=at)
    return outcome


def _batches(brought: Iterable[CoreEntry | Bad]) -> Iterator[list[CoreEntry] | Bad]:
    """A reversal stands alone: what it takes back may have come just before it."""
    batch: list[CoreEntry] = []
    for entry in brought:
        if isinstance(entry, Bad):
            yield entry
            continue
        if batch and (entry.is_reversal or len(batch) == BATCH):
            yield batch
            batch = []
        batch.append(entry)
        if entry.is_reversal:
            yield batch
            batch = []
    if batch:
        yield batch


def _take_alone(entry: CoreEntry, *, file: CoreFile, at: datetime) -> Outcome | Bad:
    try:
        (outcome,) = _take_batch([entry], file=file, at=at)
    except Refusal as refusal:
        return Bad(entry.line, "Ntry", REASONS.get(type(refusal), Reason.LAW))
    except (IntegrityError, DataError) as error:
        # By the name of the law alone: what the entry says belongs into no log.
        law = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        logger.warning("an entry of the core broke a law", extra={"subject": f"core_file:{file.pk}", "law": law})
        return Bad(entry.line, "Ntry", Reason.LAW)
    return outcome


def take_turn() -> None:
    """One writes down what the core brought, until the end of her transaction; before all other locks."""
    with connection.cursor() as cursor:
        cursor.execute(TURN)


def _take_batch(batch: Sequence[CoreEntry], *, file: CoreFile, at: datetime) -> list[Outcome | Bad]:
    with transaction.atomic(durable=True):
        take_turn()
        known = known_of(batch)
        work = _Work(file, at)
        outcomes = [work.judged(entry, known) for entry in batch]
        work.do()
    return outcomes


class _Work:
    """What a batch has to write, gathered while it is judged."""

    def __init__(self, file: CoreFile, at: datetime) -> None:
        self.file = file
        self.at = at
        self.items: list[Item] = []
        self.fresh: list[ReconciliationItem] = []
        self.moved: list[ReconciliationItem] = []
        self.house: dict[str, BankAccount] = {}
        self.news: list[money_came.Credit | None] = []

    def judged(self, entry: CoreEntry, known: Known) -> Outcome | Bad:
        if not entry.is_booked:
            return Outcome.SKIPPED
        try:
            account = _account_of(entry, known)
            if matching.is_taken(entry, account, known):
                raise NotTaken("AcctSvcrRef", Reason.REFERENCE_TAKEN)
        except NotTaken as problem:
            return Bad(entry.line, problem.field, problem.reason)
        verdicts = matching.judge(entry, account, known)
        if verdicts[0].outcome == Outcome.BOOKED:
            self._book(entry, account, verdicts[0])
            known.booked[key_of(entry)] = entry.amount_minor
        if verdicts[0].outcome == Outcome.UNCHANGED:
            return Outcome.UNCHANGED
        listed = [verdict for verdict in verdicts if verdict.outcome != Outcome.BOOKED or verdict.part or verdict.why]
        news = [self._list(entry, account, verdict, known) for verdict in listed]
        if len(verdicts) > 1:
            self._drop_whole(known.items[account.pk, entry.reference])
        return verdicts[0].outcome if any(news) or not listed else Outcome.UNCHANGED

    def do(self) -> None:
        """Write it all; the caller's transaction holds it together."""
        if self.items:
            ledger.post_many(self.items, at=self.at)
        money_came.tell(filter(None, self.news), at=self.at)
        ReconciliationItem.objects.bulk_create(self.fresh)
        for item in self.moved:
            item.save(update_fields=MOVED)

    def _book(self, entry: CoreEntry, account: BankAccount, verdict: Verdict) -> None:
        value_on = entry.value_on or clock.tirana_day(self.at)
        facts = _facts_of(entry, account, self.file)
        if verdict.reverses is None:
            legs = verdict.legs or self._legs_of(entry, account)
            gives_back = verdict.posting.pk if verdict.posting else None
            self.items.append(Item(key_of(entry), legs, facts, value_on, gives_back_id=gives_back))
            self.news.append(_news(entry, value_on))
            return
        ledger.post(
            key=key_of(entry),
            legs=verdict.legs,
            facts=facts,
            value_on=value_on,
            at=self.at,
            reverses=verdict.reverses,
        )
        self.news.append(_news(entry, value_on))

    def _legs_of(self, entry: CoreEntry, account: BankAccount) -> tuple[Leg, Leg]:
        """Against the core's own account in this currency."""
        if account.currency not in self.house:
            self.house[account.currency] = selectors.house_account("core", account.currency)
        return Leg(account.pk, entry.amount_minor), Leg(self.house[account.currency].pk, -entry.amount_minor)

    def _list(self, entry: CoreEntry, account: BankAccount, verdict: Verdict, known: Known) -> bool:
        """Put a verdict on the list; whether that is news."""
        status = _status_of(verdict)
        listed = known.items[account.pk, entry.reference]
        waiting = (item for item in listed if item.is_waiting and item.end_to_end_id == verdict.end_to_end_id)
        item = next(waiting, None)
        if item is None:
            item = ReconciliationItem(
                file=self.file,
                line=entry.line,
                account=account,
                reference=entry.reference,
                end_to_end_id=verdict.end_to_end_id,
                amount_minor=verdict.amount_minor or entry.amount_minor,
                value_on=entry.value_on or clock.tirana_day(self.at),
                is_reversal=entry.is_reversal,
                brought_at=self.at,
            )
            listed.append(item)
            self.fresh.append(item)
        elif (item.status, item.why) == (status, verdict.why) and verdict.outcome != Outcome.BOOKED:
            return False
        else:
            self.moved.append(item)
        item.status, item.why, item.posting, item.part = status, verdict.why, verdict.posting, verdict.part
        if verdict.outcome == Outcome.BOOKED and verdict.why:
            item.settled_at, item.settled_by, item.note = self.at, CORE.name, BOOKED_ALL_THE_SAME
        return True

    def _drop_whole(self, listed: list[ReconciliationItem]) -> None:
        """An entry that waited as a whole and now fits by its parts waits no more."""
        for item in listed:
            if item.is_waiting:
                item.settled_at, item.settled_by, item.note = self.at, CORE.name, FITS_BY_PARTS
                self.moved.append(item)


def _status_of(verdict: Verdict) -> ReconciliationItem.Status:
    """How an item begins; one that is booked although its number is nobody's is on the list as seen."""
    if verdict.outcome == Outcome.MATCHED or (verdict.outcome == Outcome.BOOKED and verdict.part):
        return ReconciliationItem.Status.MATCHED
    if verdict.outcome == Outcome.BOOKED:
        return ReconciliationItem.Status.UNMATCHED
    return ReconciliationItem.Status(verdict.outcome.value)


def _account_of(entry: CoreEntry, known: Known) -> BankAccount:
    account = known.accounts.get(entry.iban)
    if account is None:
        raise NotTaken("Acct", Reason.UNKNOWN_ACCOUNT)
    if account.status == BankAccount.Status.CLOSED:
        raise NotTaken("Acct", Reason.CLOSED)
    if account.currency != entry.currency:
        raise NotTaken("Amt", Reason.CURRENCY)
    return account


def _news(entry: CoreEntry, value_on: date) -> money_came.Credit | None:
    """Of a customer's account that gets money, also what comes home to it."""
    return (
        money_came.Credit(entry.iban, entry.amount_minor, entry.debtor_name, value_on)
        if entry.amount_minor > 0
        else None
    )


def _facts_of(entry: CoreEntry, account: BankAccount, file: CoreFile) -> Facts:
    """What the statement will say; the customer's own side is known here better than to the core."""
    own_name, own_iban = account.company.name if account.company else "", account.iban or ""
    is_credit = entry.amount_minor > 0
    return Facts(
        kind=Kind.CORE,
        channel=entry.channel,
        debtor_name=entry.debtor_name if is_credit else own_name,
        debtor_iban=entry.debtor_iban if is_credit else own_iban,
        creditor_name=own_name if is_credit else entry.creditor_name,
        creditor_iban=own_iban if is_credit else entry.creditor_iban,
        remittance_information=entry.remittance_information,
        end_to_end_id=entry.end_to_end_id,
        source=f"core.file:{file.pk}",
    )
