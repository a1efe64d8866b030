"""Orders that were executed, or brought home, after the core told of it: what waits on the list for its posting is
ticked off.

The clock looks, and a posting knows nothing of it. An entry that made up several orders waits for a run of its file,
which alone knows its parts.
"""

import logging
from datetime import datetime
from typing import Final

from django.db import DataError, IntegrityError
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.core_feed import entries
from accounts.core_feed.camt import CoreEntry
from accounts.core_feed.known import ORDERS
from accounts.models import BankAccount, Posting, ReconciliationItem
from accounts.models.core import Why
from accounts.models.ledger import Channel, Kind
from accounts.refusals import Refusal

logger = logging.getLogger(__name__)

AT_ONCE: Final = 500
Status = ReconciliationItem.Status


def match(*, at: datetime) -> int:
    """Judge again, as a new run of its file would, each entry whose order has been executed meanwhile; how many.

    Each in its own transaction; one that cannot be judged is told, waits, and holds up no other.
    """
    judged = 0
    for item in _with_their_order()[:AT_ONCE]:
        try:
            entries.judge_again(_entry_of(item), file=item.file, at=at)
            judged += 1
        except (Refusal, IntegrityError, DataError):
            logger.exception("an entry of the core was not judged again", extra={"subject": f"item:{item.pk}"})
    return judged


def _with_their_order() -> QuerySet[ReconciliationItem]:
    """Those that waited for nothing else: for an order to be executed, or for the clearing to bring one home. The few
    that wait are read along their index."""
    ours = Posting.objects.filter(end_to_end_id=OuterRef("end_to_end_id"), source__startswith=ORDERS)
    executed = Q(Exists(ours.exclude(kind=Kind.CORE)), why=Why.NO_SUCH_ORDER, is_reversal=False)
    came_home = Q(Exists(ours.filter(kind=Kind.RETURN)), why=Why.HAS_LEFT)
    is_waiting = {"status__in": [Status.CONTRADICTING, Status.UNMATCHED], "settled_at": None}
    waiting = ReconciliationItem.objects.filter(executed | came_home, **is_waiting)
    waiting = waiting.exclude(account__status=BankAccount.Status.CLOSED)  # staff alone can say what became of it
    return waiting.select_related("account", "file").order_by("brought_at", "pk")


def _entry_of(item: ReconciliationItem) -> CoreEntry:
    """The entry as the list keeps it: all that it is judged by, and nothing of what would be booked."""
    return CoreEntry(
        line=item.line,
        iban=item.account.iban or "",
        currency=item.account.currency,
        amount_minor=item.amount_minor,
        reference=item.reference,
        is_booked=True,
        is_reversal=item.is_reversal,
        value_on=item.value_on,
        channel=Channel.SYSTEM,
        end_to_end_id=item.end_to_end_id,
        debtor_name="",
        debtor_iban="",
        creditor_name="",
        creditor_iban="",
        remittance_information="",
        clearing_names=(),
        transactions=(),
    )
