"""The one door for money: post, hold, capture, release, reverse.

The work is done by functions in the database (migrations 0017, 0018 and 0021), which alone may write postings and
holds: they lock the accounts in the order of their ids and give moment and day; the laws of migration 0016 number the
entries and move the balances. What is refused comes back here as the name of a law and leaves as a Refusal with a
sentence.
Call these inside a verb's transaction; a refusal inside it needs a savepoint of the caller's if work shall go on.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils.translation import gettext_lazy as _

from accounts.models import Hold, Posting
from accounts.models.ledger import Channel, Entry, Kind
from accounts.refusals import Refusal


class NotEnoughMoney(Refusal):
    sentence = _("Gjendja e disponueshme nuk mjafton. Ulni shumën ose zgjidhni një llogari tjetër.")


class AccountTakesNoDebit(Refusal):
    sentence = _("Nga kjo llogari nuk mund të paguhet tani, sepse është e ngrirë ose e mbyllur. Telefononi bankën.")


class AccountIsClosed(Refusal):
    sentence = _("Llogaria është e mbyllur dhe nuk pranon më veprime.")


class PostingAlreadyReversed(Refusal):
    sentence = _("Ky regjistrim është kthyer tashmë, ose është vetë një kthim, prandaj nuk mund të kthehet.")


class MoreComesBackThanWent(Refusal):
    sentence = _("Ky kthim do të kalonte shumën që doli: një pjesë ose e gjitha është kthyer tashmë. Shihni pasqyrën.")


class HoldAlreadyEnded(Refusal):
    sentence = _("Shuma e rezervuar është kryer ose liruar tashmë.")


REFUSED_BY_LAW: dict[str, type[Refusal]] = {
    "available_is_never_negative": NotEnoughMoney,
    "no_overdraft_beyond_the_agreed_limit": NotEnoughMoney,
    "frozen_and_closed_accounts_take_no_debit": AccountTakesNoDebit,
    "closed_accounts_take_no_entry": AccountIsClosed,
    "hold_ends_once": HoldAlreadyEnded,
    "posting_is_reversed_once": PostingAlreadyReversed,
    "reversal_is_never_reversed": PostingAlreadyReversed,
    "no_more_comes_back_than_went": MoreComesBackThanWent,
}


# The posting comes back with the statement that books it, in the order in which Django makes objects of rows.
_COLUMNS = [field.attname for field in Posting._meta.concrete_fields]
_POST = f"SELECT {', '.join(_COLUMNS)} FROM ledger_post({', '.join(['%s'] * 18)})"  # noqa: S608  # nosec B608  our own columns


@dataclass(frozen=True, slots=True)
class Leg:
    """One side of a posting: signed minor units, positive in favour of the account."""

    account_id: int
    amount_minor: int
    part: str = Entry.Part.PRINCIPAL


@dataclass(frozen=True, slots=True)
class Facts:
    """What a posting or a hold says of itself, so that a statement reads nothing else."""

    kind: Kind
    channel: Channel
    debtor_name: str = ""
    debtor_iban: str = ""
    creditor_name: str = ""
    creditor_iban: str = ""
    remittance_information: str = ""
    end_to_end_id: str = ""
    source: str = ""


@dataclass(frozen=True, slots=True)
class Item:
    """One posting of a batch: what `post` takes. With `hold_id` the hold is captured by it; `gives_back_id` as
    in `post`."""

    key: str
    legs: Sequence[Leg]
    facts: Facts
    value_on: date
    hold_id: UUID | None = None
    gives_back_id: int | None = None


def post(
    *,
    key: str,
    legs: Sequence[Leg],
    facts: Facts,
    value_on: date,
    at: datetime,
    hold_id: UUID | None = None,
    reverses: Posting | None = None,
    gives_back: Posting | None = None,
) -> Posting:
    """Book one posting; a second call with the same key and legs returns the first.

    With `hold_id` the hold is captured in the same statement: the legs on its account may not exceed it, what is
    left over becomes available. `gives_back` is the posting whose money comes home by this one; what `reverses` gives
    back is what it mirrors. Refuses NotEnoughMoney, AccountTakesNoDebit, AccountIsClosed, HoldAlreadyEnded, and
    MoreComesBackThanWent whoever gave back before.
    """
    assert len(legs) >= 2, "a posting has two sides"
    with _laws(), connection.cursor() as cursor:
        cursor.execute(
            _POST,
            [
                key,
                facts.kind,
                facts.channel,
                at,
                value_on,
                facts.debtor_name,
                facts.debtor_iban,
                facts.creditor_name,
                facts.creditor_iban,
                facts.remittance_information,
                facts.end_to_end_id,
                facts.source,
                reverses.pk if reverses else None,
                _plain(leg.account_id for leg in legs),
                _plain(leg.amount_minor for leg in legs),
                _texts(leg.part for leg in legs),
                hold_id,
                gives_back.pk if gives_back else None,
            ],
        )
        row = cursor.fetchone()
    return Posting.from_db(connection.alias, _COLUMNS, row)


def post_many(items: Sequence[Item], *, at: datetime) -> list[int]:
    """Book thousands of postings in one statement, all or none; the ids of the postings, in the order of `items`.

    Entries are numbered and balances run in the order of `items`, as if they were posted one after the other. An
    item whose key is in the books already returns the first posting. Refuses what `post` refuses.
    """
    if not items:
        return []
    facts = [item.facts for item in items]
    legs = [leg for item in items for leg in item.legs]
    with _laws(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_post_many(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                at,
                _texts(item.key for item in items),
                _texts(fact.kind for fact in facts),
                _texts(fact.channel for fact in facts),
                _plain(item.value_on for item in items),
                _texts(fact.debtor_name for fact in facts),
                _texts(fact.debtor_iban for fact in facts),
                _texts(fact.creditor_name for fact in facts),
                _texts(fact.creditor_iban for fact in facts),
                _texts(fact.remittance_information for fact in facts),
                _texts(fact.end_to_end_id for fact in facts),
                _texts(fact.source for fact in facts),
                _plain(item.hold_id for item in items),
                _plain(place for place, item in enumerate(items, start=1) for _leg in item.legs),
                _plain(leg.account_id for leg in legs),
                _plain(leg.amount_minor for leg in legs),
                _texts(leg.part for leg in legs),
                _given_back(items),
            ],
        )
        (ids,) = cursor.fetchone()
    return list(ids)


def _given_back(items: Sequence[Item]) -> str | None:
    """None where nothing is given back: then the law is not asked."""
    if all(item.gives_back_id is None for item in items):
        return None
    return _plain(item.gives_back_id for item in items)


def _texts(values: Iterable[str]) -> str:
    """A column of texts in PostgreSQL's own notation; the driver's takes ten times as long an element."""
    column = list(values)
    joined = '","'.join(column)
    if "\\" in joined or joined.count('"') != 2 * (len(column) - 1):
        joined = '","'.join(text.replace("\\", "\\\\").replace('"', '\\"') for text in column)
    return f'{{"{joined}"}}'


def _plain(values: Iterable[object]) -> str:
    """A column of numbers, days or ids, where None is NULL."""
    return "{" + ",".join("NULL" if value is None else str(value) for value in values) + "}"


def hold(*, key: str, account_id: int, amount_minor: int, facts: Facts, expected_on: date, at: datetime) -> Hold:
    """Set an amount aside on one account, for a debit expected on a day; the same key returns the first hold.

    Refuses NotEnoughMoney and AccountTakesNoDebit.
    """
    with _laws(), connection.cursor() as cursor:
        cursor.execute(
            "SELECT ledger_hold(%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
            [
                key,
                account_id,
                amount_minor,
                facts.kind,
                facts.channel,
                at,
                expected_on,
                facts.creditor_name,
                facts.creditor_iban,
                facts.remittance_information,
                facts.end_to_end_id,
                facts.source,
            ],
        )
        (hold_id,) = cursor.fetchone()
    return Hold.objects.get(pk=hold_id)


def release(*, hold_id: UUID, at: datetime, expired: bool = False) -> None:
    """Give a held amount back to the available balance; refuses HoldAlreadyEnded."""
    with _laws(), connection.cursor() as cursor:
        cursor.execute("SELECT ledger_release(%s, %s, %s)", [hold_id, at, expired])


def reverse(*, posting: Posting, key: str, value_on: date, at: datetime, reason: str) -> Posting:
    """Book the mirror image of a posting, which is never edited. Once; and a mirror image has none of its own.

    It may take from an account what its customer could pay, no more: money that came by mistake and was spent is not
    taken below the limit. Refuses what `post` refuses, and PostingAlreadyReversed.
    """
    legs = [Leg(entry.account_id, -entry.amount_minor, entry.part) for entry in posting.entries.order_by("id")]
    facts = Facts(
        kind=Kind.REVERSAL,
        channel=Channel.SYSTEM,
        debtor_name=posting.creditor_name,
        debtor_iban=posting.creditor_iban,
        creditor_name=posting.debtor_name,
        creditor_iban=posting.debtor_iban,
        remittance_information=reason,
        end_to_end_id=posting.end_to_end_id,
        source=posting.source,
    )
    return post(key=key, legs=legs, facts=facts, value_on=value_on, at=at, reverses=posting)


@contextmanager
def _laws() -> Iterator[None]:
    """Turn the name of a broken law into its Refusal; a law without one is a bug and stays loud."""
    try:
        yield
    except IntegrityError as error:
        diagnosis = getattr(error.__cause__, "diag", None)
        refusal = REFUSED_BY_LAW.get(getattr(diagnosis, "constraint_name", None) or "")
        if refusal is None:
            raise
        raise refusal() from error
