"""Payments that were settled and come back all the same (pacs.004): home once, with the reason in words.

Whoever gives back has taken: a payment that no answer named yet is accepted by its return. What names no payment of
ours, or brings back another sum than went, is not guessed at; staff see it and book it by two.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import datetime

from accounts.verbs import verb
from payments import answers
from payments.iso20022.pacs002 import Status
from payments.iso20022.pacs004 import PaymentReturns, Return
from payments.models import ArrivedFile, ClearingItem, Difference, PaymentReturn
from payments.models.orders import OrderStatus

REASON_MAX = 35

What = Difference.What
_REJECTED = ClearingItem.Status.REJECTED


def take(message: PaymentReturns, *, file: ArrivedFile, at: datetime) -> None:
    """Bring home every payment that a file gives back, batch by batch; those of an earlier run of it are left.

    A return of a whole file that names no payment is left to staff.
    """
    if message.is_group and not message.returns:
        withhold(reference=message.original_message_id or message.message_id, file=file, at=at)
    by_file = defaultdict(list)
    for one in message.returns:
        by_file[one.original_message_id].append(one)
    for original, returns in by_file.items():
        for batch in answers.batches(returns):
            book(returns=batch, original_message_id=original, file=file, at=at)


@verb("payments.return.booked")
def withhold(*, reference: str, file: ArrivedFile, at: datetime) -> None:
    """Leave a return of a whole file to staff."""
    _differs(file, What.WHOLE_FILE, reference, at=at)


@verb("payments.return.booked")
def book(*, returns: Sequence[Return], original_message_id: str, file: ArrivedFile, at: datetime) -> None:
    """Bring home the payments of one batch; what cannot go home becomes a difference."""
    names = list(answers.named_by([_as_status(one) for one in returns], original_message_id))
    items = answers.locked([name.item_id for name in names if name.item_id is not None])
    home: dict[int, Return] = {}
    earlier = dict(PaymentReturn.objects.filter(item__in=items).values_list("item", "file"))
    for one, name in zip(returns, names, strict=True):
        item = items.get(name.item_id or 0)
        if item is None:
            _differs(file, What.UNKNOWN_RETURN, name.reference or one.return_id, at=at)
        elif earlier.get(item.pk) == file.pk:  # by a run of this file that was cut off
            continue
        elif item.pk in home or item.order.status != OrderStatus.EXECUTED or item.status == _REJECTED:
            _differs(file, What.GIVEN_BACK, item.order.number, at=at)
        elif (one.amount_minor, one.currency) != (item.amount_minor, item.currency):
            _differs(file, What.OTHER_SUM, item.order.number, at=at)
        else:
            home[item.pk] = one
    _bring_home([items[pk] for pk in home], list(home.values()), file=file, at=at)


def _as_status(one: Return) -> Status:
    return Status(one.transaction_id, one.end_to_end_id, "", uetr=one.uetr)


def _bring_home(items: Sequence[ClearingItem], returns: Sequence[Return], *, file: ArrivedFile, at: datetime) -> None:
    unanswered = [item.pk for item in items if item.status == ClearingItem.Status.SENT]
    ClearingItem.objects.filter(pk__in=unanswered).update(
        status=ClearingItem.Status.ACCEPTED, answer=file, answered_at=at
    )
    return_of = dict(zip([item.pk for item in items], returns, strict=True))
    came = answers.bring_home(items, [one.reason for one in returns], file=file, at=at)
    PaymentReturn.objects.bulk_create(_rows(came, return_of, file=file, at=at))


def _rows(
    came: Sequence[ClearingItem], return_of: dict[int, Return], *, file: ArrivedFile, at: datetime
) -> Iterator[PaymentReturn]:
    for item in came:
        one, posting_id = return_of[item.pk], item.order.return_posting_id
        assert posting_id is not None, "it has just been booked home"
        yield PaymentReturn(
            item=item,
            file=file,
            return_id=one.return_id,
            reason_code=one.reason[:REASON_MAX],
            posting_id=posting_id,
            taken_at=at,
        )


def _differs(file: ArrivedFile, what: Difference.What, reference: str, *, at: datetime) -> None:
    Difference.objects.get_or_create(file=file, what=what, reference=reference[:80], defaults={"noted_at": at})
