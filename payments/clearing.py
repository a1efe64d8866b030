"""What leaves for other banks: at each session of a rail, its executed orders become one pacs.008 file.

A session takes what was executed until its moment, so that the bank's clock alone decides: a tick that comes late, or
twice, makes the same file or none. An order waits in `ClearingItem` from the moment it is executed (a trigger puts it
there) and goes out once.
"""

import logging
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Final

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from accounts import business_day, clock
from accounts.identifiers import check_iban
from accounts.models import Posting
from accounts.refusals import Refusal
from accounts.verbs import verb
from accounts.working_days import Calendar
from payments import selectors, sent_files
from payments.iso20022 import pacs008
from payments.iso20022.pacs008 import Bank, CreditTransfers, Party, Transfer
from payments.models import ClearingItem, ParticipantBank, PaymentOrder, SentFile
from payments.models.clearing import Message
from payments.models.orders import Rail

logger = logging.getLogger(__name__)

# More than this leave in a second file of the same session.
ITEMS_MAX: Final = 20_000
COUNTRY: Final = "AL"

MARK_SENT = """
UPDATE payments_clearingitem i
   SET status = 'sent', file_id = %s, place = u.place, transaction_id = %s || '-' || lpad(u.place::text, 6, '0')
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS u(id, place)
 WHERE i.id = u.id AND i.status = 'waiting'
"""


class HasLeft(Refusal):
    sentence = _(
        "Kjo pagesë ka dalë për në klerim dhe nuk kthehet këtu. Nëse banka tjetër nuk e pranon, paratë kthehen vetë; "
        "përndryshe kërkojani asaj banke."
    )


def make_due(*, at: datetime) -> list[SentFile]:
    """Make the file of every session that has come; none for an empty session, none the second time.

    What breaks one rail in one currency is told, waits, and holds up no other.
    """
    made: list[SentFile] = []
    waiting = ClearingItem.objects.filter(status=ClearingItem.Status.WAITING)
    for rail, currency in sorted(set(waiting.values_list("rail", "currency").distinct())):
        try:
            _make_files(Rail(rail), currency, made, at=at)
        except Exception:
            extra = {"event": "clearing.file.not_made", "subject": f"{rail} {currency}"}
            logger.exception("the file of a clearing session was not made", extra=extra)
    return made


def _make_files(rail: Rail, currency: str, made: list[SentFile], *, at: datetime) -> None:
    until = taken_until(rail, at=at, calendar=business_day.calendar())
    while until is not None:
        file = make_file(rail=rail, currency=currency, until=until, at=at)
        if file is None:
            return
        made.append(file)


def require_not_left(posting: Posting) -> None:
    """Refuse to reverse the posting of an order that is under way or has arrived; one that waits is withdrawn by the
    reversal, one that was rejected has its money here. Holds the item until the end of the caller's transaction."""
    with transaction.atomic():
        item = ClearingItem.objects.select_for_update(no_key=True).filter(order__posting=posting).first()
    if item is not None and item.status in (ClearingItem.Status.SENT, ClearingItem.Status.ACCEPTED):
        raise HasLeft


def taken_until(rail: Rail, *, at: datetime, calendar: Calendar) -> datetime | None:
    """Up to which moment executed orders leave by a rail now: its last session of today, or now while it is open.

    None on days off, before the first session, and outside of the hours of a rail that is open or shut.
    """
    local = clock.tirana(at)
    if not calendar.is_working(local.date()):
        return None
    moments: list[datetime] = []
    for session in selectors.sessions(rail, on=local.date()):
        if session.until_time is None and session.at_time <= local.time():
            moments.append(datetime.combine(local.date(), session.at_time, clock.TIRANA))
        elif session.until_time is not None and session.at_time <= local.time() <= session.until_time:
            moments.append(at)
    return max(moments, default=None)


@verb("payments.clearing.sent")
def make_file(*, rail: Rail, currency: str, until: datetime, at: datetime) -> SentFile | None:
    """One file of what was executed on a rail until a moment, oldest first; None where nothing waits, or while
    another worker makes files."""
    if not sent_files.take_turn():
        return None
    waiting = ClearingItem.objects.filter(
        rail=rail, currency=currency, status=ClearingItem.Status.WAITING, executed_at__lte=until
    )
    free = waiting.select_for_update(of=("self",), no_key=True, skip_locked=True)
    related = free.select_related("order__company", "order__debit_account").order_by("executed_at", "id")
    items = list(related[:ITEMS_MAX])
    if not items:
        return None
    number = sent_files.next_number(Message.PACS_008, rail, day=clock.tirana_day(at))
    message = CreditTransfers(
        message_id=number.message_id,
        made_at=at,
        settles_on=number.day,
        system=sent_files.CODES[rail],
        channel=sent_files.CHANNELS[rail],
        sender=Bank(bic=sent_files.our_bic()),
        transfers=_transfers(items, number.message_id),
        is_urgent=rail != Rail.AECH,
    )
    file = sent_files.keep(
        number,
        content=pacs008.write(message),
        currency=currency,
        count=len(items),
        sum_minor=message.sum_minor,
        session_at=until,
        at=at,
    )
    _mark_sent(items, file)
    return file


def _mark_sent(items: Sequence[ClearingItem], file: SentFile) -> None:
    with connection.cursor() as cursor:
        cursor.execute(MARK_SENT, [file.pk, file.message_id, [item.pk for item in items]])
        assert cursor.rowcount == len(items), "an order goes out once"


def _transfers(items: Iterable[ClearingItem], message_id: str) -> list[Transfer]:
    bics = dict(ParticipantBank.objects.exclude(bic="").values_list("code", "bic"))
    return [_transfer(item.order, f"{message_id}-{place:06d}", bics=bics) for place, item in enumerate(items, start=1)]


def _transfer(order: PaymentOrder, transaction_id: str, *, bics: dict[str, str]) -> Transfer:
    """Payer's name, account and NIPT go with every transfer (Reg. 43/2024)."""
    code = check_iban(order.beneficiary_iban).bank_code
    return Transfer(
        transaction_id=transaction_id,
        end_to_end_id=order.number,
        amount_minor=order.amount_minor,
        currency=order.currency,
        debtor=Party(
            name=order.company.name,
            iban=order.debit_account.iban or "",
            bank=Bank(bic=sent_files.our_bic()),
            tax_number=order.company.nipt,
            country=COUNTRY,
        ),
        creditor=Party(
            name=order.beneficiary_name,
            iban=order.beneficiary_iban,
            bank=Bank(bic=bics[code]) if code in bics else Bank(code=code),
        ),
        remittance=tuple(_remittance(order)),
        uetr=str(order.pk),
    )


def _remittance(order: PaymentOrder) -> Iterable[str]:
    """What is paid, with the codes of a payment for the budget as they were written; that of an e-invoice on a line of
    its own."""
    yield order.description
    if order.invoice_code:
        yield f"NIVF/EIC {order.invoice_code}"
