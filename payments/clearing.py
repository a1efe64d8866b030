"""What leaves for other banks: at each session of a rail, its executed orders become one pacs.008 file.

A session takes what was executed until its moment, so that the bank's clock alone decides: a tick that comes late, or
twice, makes the same file or none. An order waits in `ClearingItem` from the moment it is executed (a trigger puts it
there) and goes out once.
"""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Final

from django.db import connection

from accounts import business_day, clock
from accounts.identifiers import check_iban
from accounts.verbs import verb
from accounts.working_days import Calendar
from payments import sent_files
from payments.iso20022 import pacs008
from payments.iso20022.pacs008 import Bank, CreditTransfers, Party, Transfer
from payments.models import ClearingItem, ClearingSession, ParticipantBank, PaymentOrder, SentFile
from payments.models.clearing import Message
from payments.models.orders import Rail

# More than this leave in a second file of the same session.
ITEMS_MAX: Final = 20_000
COUNTRY: Final = "AL"

MARK_SENT = """
UPDATE payments_clearingitem i
   SET status = 'sent', file_id = %s, place = u.place, transaction_id = %s || '-' || lpad(u.place::text, 6, '0')
  FROM unnest(%s::bigint[]) WITH ORDINALITY AS u(id, place)
 WHERE i.id = u.id AND i.status = 'waiting'
"""


def make_due(*, at: datetime) -> list[SentFile]:
    """Make the file of every session that has come; none for an empty session, none the second time."""
    made: list[SentFile] = []
    waiting = ClearingItem.objects.filter(status=ClearingItem.Status.WAITING)
    for rail, currency in sorted(set(waiting.values_list("rail", "currency").distinct())):
        until = taken_until(Rail(rail), at=at, calendar=business_day.calendar())
        while until is not None:
            file = make_file(rail=Rail(rail), currency=currency, until=until, at=at)
            if file is None:
                break
            made.append(file)
    return made


def taken_until(rail: Rail, *, at: datetime, calendar: Calendar) -> datetime | None:
    """Up to which moment executed orders leave by a rail now: its last session of today, or now while it is open.

    None on days off, before the first session, and outside of the hours of a rail that is open or shut.
    """
    local = clock.tirana(at)
    if not calendar.is_working(local.date()):
        return None
    moments: list[datetime] = []
    for session in in_force(rail, on=local.date()):
        if session.until_time is None and session.at_time <= local.time():
            moments.append(datetime.combine(local.date(), session.at_time, clock.TIRANA))
        elif session.until_time is not None and session.at_time <= local.time() <= session.until_time:
            moments.append(at)
    return max(moments, default=None)


def in_force(rail: Rail, *, on: date) -> list[ClearingSession]:
    """The sessions of a rail on a day: the newest set that has begun, whole."""
    rows = list(ClearingSession.objects.filter(rail=rail, valid_from__lte=on).order_by("at_time"))
    newest = max((row.valid_from for row in rows), default=None)
    return [row for row in rows if row.valid_from == newest]


@verb("payments.clearing.sent")
def make_file(*, rail: Rail, currency: str, until: datetime, at: datetime) -> SentFile | None:
    """One file of what was executed on a rail until a moment, oldest first; None where nothing waits, or while
    another worker makes files."""
    if not sent_files.take_turn():
        return None
    waiting = ClearingItem.objects.filter(
        rail=rail, currency=currency, status=ClearingItem.Status.WAITING, executed_at__lte=until
    )
    related = waiting.select_related("order__company", "order__debit_account").order_by("executed_at", "id")
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
    """What is paid; the code of its e-invoice and the fields of a payment for the budget on lines of their own."""
    yield order.description
    if order.invoice_code:
        yield f"NIVF/EIC {order.invoice_code}"
    if order.budget_scheme:
        fields = ", ".join(f"{name}: {value}" for name, value in sorted(order.budget_fields.items()))
        yield f"{order.budget_scheme} {fields}"
