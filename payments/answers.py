"""What became of the orders that we sent: accepted, or home again with the reason in words (pacs.002)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts import audit, business_day, clock, notices
from accounts.models import BankAccount
from accounts.money import format_money
from accounts.verbs import verb
from payments import interbank, selectors
from payments.iso20022 import pacs002, reasons
from payments.iso20022.pacs002 import StatusReport
from payments.models import ArrivedFile, ClearingItem, Difference, PaymentOrder
from payments.models.orders import OrderStatus

BATCH: Final = 500
RETURNED: Final = "payments.order.returned"

notices.declare(
    RETURNED, _("Pagesa %(number)s prej %(amount)s u kthye në llogarinë tuaj. Arsyen e gjeni te ecuria e urdhrit.")
)

Items = Sequence[ClearingItem]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last word on one payment: by our transaction id, or by the order's number where the answer has only that."""

    transaction_id: str
    number: str
    is_accepted: bool
    reason: str = ""

    @property
    def reference(self) -> str:
        return self.transaction_id or self.number


def take(reports: Sequence[StatusReport], *, file: ArrivedFile, at: datetime) -> None:
    """Apply every last word of a file, batch by batch; those applied by an earlier run of the same file are left."""
    for report in reports:
        batch: list[Ruling] = []
        for ruling in _rulings(report):
            batch.append(ruling)
            if len(batch) == BATCH:
                apply(rulings=batch, file=file, at=at)
                batch = []
        if batch:
            apply(rulings=batch, file=file, at=at)


def _rulings(report: StatusReport) -> Iterator[Ruling]:
    """Of the named payments, and of all others of the original file where its group has a last word."""
    named = set()
    for status in report.statuses:
        named.add(status.transaction_id or status.end_to_end_id)
        yield from _ruling(
            status.transaction_id,
            status.end_to_end_id,
            status.status or report.group_status,
            status.reason or report.group_reason,
        )
    if report.group_status in pacs002.ACCEPTED | {pacs002.REJECTED}:
        rest = ClearingItem.objects.filter(file__message_id=report.original_message_id).order_by("place")
        for transaction_id, number in rest.values_list("transaction_id", "order__number"):
            if not {transaction_id, number} & named:
                yield from _ruling(str(transaction_id), number, report.group_status, report.group_reason)


def _ruling(transaction_id: str, number: str, status: str, reason: str) -> Iterable[Ruling]:
    """Nothing for a status that is not the last word."""
    if status == pacs002.REJECTED:
        yield Ruling(transaction_id, number, is_accepted=False, reason=reason)
    elif status in pacs002.ACCEPTED:
        yield Ruling(transaction_id, number, is_accepted=True)


@verb("payments.clearing.answered")
def apply(*, rulings: Sequence[Ruling], file: ArrivedFile, at: datetime) -> None:
    """Accept or bring back the payments of one batch. What was ruled on before stays: another word is a difference."""
    items = _locked(rulings)
    accepted: list[ClearingItem] = []
    rejected: list[ClearingItem] = []
    for ruling in rulings:
        item = items.get(ruling.reference)
        if item is None:
            _differs(file, Difference.What.UNKNOWN_ANSWER, ruling.reference, at=at)
        elif item.status == ClearingItem.Status.SENT:
            item.reason_code = ruling.reason[:35]
            item.answer, item.answered_at = file, at
            item.status = ClearingItem.Status.ACCEPTED if ruling.is_accepted else ClearingItem.Status.REJECTED
            (accepted if ruling.is_accepted else rejected).append(item)
        elif (item.status == ClearingItem.Status.ACCEPTED) != ruling.is_accepted:
            _differs(file, Difference.What.OTHER_ANSWER, ruling.reference, at=at)
    ClearingItem.objects.filter(pk__in=[item.pk for item in accepted], status=ClearingItem.Status.SENT).update(
        status=ClearingItem.Status.ACCEPTED, answer=file, answered_at=at
    )
    _bring_back(rejected, file=file, at=at)


def _locked(rulings: Sequence[Ruling]) -> dict[str, ClearingItem]:
    """Items and their orders under their locks, by the reference that the answer knows them by."""
    own = [ruling.transaction_id for ruling in rulings if ruling.transaction_id]
    numbers = [ruling.number for ruling in rulings if not ruling.transaction_id]
    sent = ClearingItem.objects.select_for_update(of=("self", "order"), no_key=True).select_related(
        "order__company", "order__debit_account"
    )
    found: dict[str, ClearingItem] = {}
    for item in sent.filter(transaction_id__in=own).order_by("pk"):
        found[str(item.transaction_id)] = item
    if numbers:
        for item in sent.exclude(transaction_id=None).filter(order__number__in=numbers).order_by("pk"):
            found[item.order.number] = item
    return found


def _bring_back(items: Items, *, file: ArrivedFile, at: datetime) -> None:
    """Book rejected payments home; where the account has been closed meanwhile, staff must find the money a way."""
    if not items:
        return
    ClearingItem.objects.bulk_update(items, ["status", "answer", "answered_at", "reason_code"])
    homeless = [item for item in items if item.order.debit_account.status == BankAccount.Status.CLOSED]
    for item in homeless:
        _differs(file, Difference.What.NOT_RETURNED, item.order.number, at=at)
    home = [item for item in items if item not in homeless]
    if not home:
        return
    sentences = [reasons.sentence(item.reason_code) for item in home]
    value_on = business_day.calendar().on_or_after(clock.tirana_day(at))
    orders = [item.order for item in home]
    postings = interbank.bring_back(orders, reasons=sentences, value_on=value_on, at=at)
    for order, posting_id, sentence in zip(orders, postings, sentences, strict=True):
        order.status, order.end_reason = OrderStatus.RETURNED, sentence
        order.returned_at, order.return_posting_id = at, posting_id
    PaymentOrder.objects.bulk_update(orders, ["status", "end_reason", "returned_at", "return_posting"])
    for item in home:
        _tell(item, at=at)


def _tell(item: ClearingItem, *, at: datetime) -> None:
    """The trace in the company's chain, and a notice to who prepared the order and to all who signed it."""
    order = item.order
    audit.record(
        RETURNED,
        actor=audit.Actor(name="clearing", role="system", company_id=str(order.company_id)),
        at=at,
        subject=f"order:{order.pk}",
        reason=item.reason_code,
        details={"posting": order.return_posting_id, "transaction": item.transaction_id},
    )
    facts = {"number": order.number, "amount": format_money(order.amount_minor, order.currency)}
    signatures = selectors.signatures(order)
    people = {order.prepared_by_id: order.prepared_by} | {signature.user_id: signature.user for signature in signatures}
    for user in people.values():
        notices.tell(user, RETURNED, facts, at, company=order.company)


def _differs(file: ArrivedFile, what: Difference.What, reference: str, *, at: datetime) -> None:
    Difference.objects.get_or_create(file=file, what=what, reference=reference[:80], defaults={"noted_at": at})
