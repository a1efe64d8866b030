"""What became of the orders that we sent: accepted, or home again with the reason in words (pacs.002)."""

from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

from django.utils.translation import gettext_lazy as _

from accounts import audit, business_day, clock, notices
from accounts.models import BankAccount
from accounts.money import format_money
from accounts.verbs import verb
from payments import interbank, selectors
from payments.iso20022 import pacs002, reasons
from payments.iso20022.pacs002 import Status, StatusReport
from payments.models import ArrivedFile, ClearingItem, Difference, PaymentOrder
from payments.models.orders import OrderStatus

BATCH: Final = 500
RETURNED: Final = "payments.order.returned"
LAST_WORDS: Final = pacs002.ACCEPTED | {pacs002.REJECTED}

notices.declare(
    RETURNED, _("Pagesa %(number)s prej %(amount)s u kthye në llogarinë tuaj. Arsyen e gjeni te ecuria e urdhrit.")
)

T = TypeVar("T")
Items = Sequence[ClearingItem]


@dataclass(frozen=True, slots=True)
class Ruling:
    """The last word on one payment of ours, by the id of its item; `reference` is what the answer called it."""

    item_id: int
    reference: str
    is_accepted: bool
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """One status and the payment that it names: None where it is none of ours, or none of the file that it answers."""

    status: Status
    item_id: int | None

    @property
    def reference(self) -> str:
        return self.status.transaction_id or self.status.uetr or self.status.end_to_end_id


def take(reports: Sequence[StatusReport], *, file: ArrivedFile, at: datetime) -> None:
    """Apply every last word of a file, batch by batch; those applied by an earlier run of the same file are left.

    A word on a whole file speaks for the payments that nothing in the answer names. Where it names one that we do not
    know, nobody can say which are the others: then it speaks for none, and staff see it.
    """
    named = [
        [known for some in batches(report.statuses) for known in named_by(some, report.original_message_id)]
        for report in reports
    ]
    ours = {one.item_id for names in named for one in names}
    strangers = [one.reference for names in named for one in names if one.item_id is None]
    groups = [report for report in reports if report.group_status in LAST_WORDS]
    if strangers:
        withheld = [report.original_message_id for report in groups]
        note_strangers(references=strangers, withheld=withheld, file=file, at=at)
        groups = []
    rulings = [ruling for report, names in zip(reports, named, strict=True) for ruling in _rulings(report, names)]
    for batch in batches([*rulings, *(ruling for report in groups for ruling in _rest(report, ours))]):
        apply(rulings=batch, file=file, at=at)


def batches(rows: Sequence[T]) -> Iterator[Sequence[T]]:
    return (rows[start : start + BATCH] for start in range(0, len(rows), BATCH))


def named_by(statuses: Sequence[Status], original_message_id: str) -> Iterator[Named]:
    """Which payment of a file of ours, or of any where no file is named, each status is about.

    By our transaction id, by the UETR, which is the order's own id, or by the order's number where the answer has only
    that. Two names that disagree name nothing.
    """
    sent = ClearingItem.objects.exclude(file=None)
    if original_message_id:
        sent = sent.filter(file__message_id=original_message_id)
    by_id = sent.filter(transaction_id__in=[one.transaction_id for one in statuses if one.transaction_id])
    by_uetr = sent.filter(order__in=[one.uetr for one in statuses if one.uetr])
    by_number = sent.filter(order__number__in=[one.end_to_end_id for one in statuses if one.end_to_end_id])
    ids = dict(by_id.values_list("transaction_id", "pk"))
    uetrs = {str(order): pk for order, pk in by_uetr.values_list("order", "pk")}
    numbers = dict(by_number.values_list("order__number", "pk"))
    for one in statuses:
        found = {ids.get(one.transaction_id), uetrs.get(one.uetr)} - {None}
        if not (one.transaction_id or one.uetr):
            found = {numbers.get(one.end_to_end_id)}
        yield Named(one, found.pop() if len(found) == 1 else None)


def _rulings(report: StatusReport, names: Iterable[Named]) -> Iterator[Ruling]:
    """Of the payments that are named; nothing for a status that is not the last word."""
    for one in names:
        status = one.status.status or report.group_status
        if one.item_id is not None and status in LAST_WORDS:
            reason = one.status.reason or report.group_reason
            yield _ruling(one.item_id, one.reference, status, reason)


def _rest(report: StatusReport, named: Container[int | None]) -> Iterator[Ruling]:
    """Of all others of a file, by the word on the whole of it."""
    items = ClearingItem.objects.filter(file__message_id=report.original_message_id).order_by("place")
    for item_id, transaction_id in items.values_list("pk", "transaction_id"):
        if item_id not in named:
            yield _ruling(item_id, str(transaction_id), report.group_status, report.group_reason)


def _ruling(item_id: int, reference: str, status: str, reason: str) -> Ruling:
    is_accepted = status in pacs002.ACCEPTED
    return Ruling(item_id, reference, is_accepted, reason="" if is_accepted else reason)


@verb("payments.clearing.answered")
def note_strangers(*, references: Sequence[str], withheld: Sequence[str], file: ArrivedFile, at: datetime) -> None:
    """Leave to staff what names no payment of ours, and the words on whole files that hence speak for nobody."""
    for reference in references:
        _differs(file, Difference.What.UNKNOWN_ANSWER, reference, at=at)
    for message_id in withheld:
        _differs(file, Difference.What.GROUP_WITHHELD, message_id, at=at)


@verb("payments.clearing.answered")
def apply(*, rulings: Sequence[Ruling], file: ArrivedFile, at: datetime) -> None:
    """Accept or bring back the payments of one batch. What was ruled on before stays: another word is a difference."""
    items = locked([ruling.item_id for ruling in rulings])
    accepted: list[ClearingItem] = []
    rejected: list[ClearingItem] = []
    for ruling in rulings:
        item = items[ruling.item_id]
        if item.status == ClearingItem.Status.SENT:
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


def locked(item_ids: Sequence[int]) -> dict[int, ClearingItem]:
    """Items and their orders under their locks; one item once, however many words there are on it."""
    items = ClearingItem.objects.select_for_update(of=("self", "order"), no_key=True).select_related(
        "order__company", "order__debit_account"
    )
    return {item.pk: item for item in items.filter(pk__in=item_ids).order_by("pk")}


def _bring_back(items: Items, *, file: ArrivedFile, at: datetime) -> None:
    """Write the rejections down, and book their payments home."""
    if items:
        ClearingItem.objects.bulk_update(items, ["status", "answer", "answered_at", "reason_code"])
        bring_home(items, [item.reason_code for item in items], file=file, at=at)


def bring_home(items: Items, codes: Sequence[str], *, file: ArrivedFile, at: datetime) -> Items:
    """Book locked payments home, each for the reason of its code, and tell their people; those that came home.

    But for those whose money the core or staff took out of clearing before, or the core gave and took again; where the
    account has been closed, staff must find the money a way. All these are differences.
    """
    code_of = dict(zip([item.pk for item in items], codes, strict=True))
    homes = interbank.home_of([item.order for item in items])
    home = []
    for item in items:
        if homes[item.order_id].taken_minor or not homes[item.order_id].is_known:
            _differs(file, Difference.What.GIVEN_BACK, item.order.number, at=at)
        elif item.order.debit_account.status == BankAccount.Status.CLOSED:
            _differs(file, Difference.What.NOT_RETURNED, item.order.number, at=at)
        else:
            home.append(item)
    sentences = [reasons.sentence(code_of[item.pk]) for item in home]
    value_on = business_day.calendar().on_or_after(clock.tirana_day(at))
    orders = [item.order for item in home]
    postings = interbank.bring_back(orders, homes, reasons=sentences, value_on=value_on, at=at)
    for order, posting_id, sentence in zip(orders, postings, sentences, strict=True):
        order.status, order.end_reason = OrderStatus.RETURNED, sentence
        order.returned_at, order.return_posting_id = at, posting_id
    PaymentOrder.objects.bulk_update(orders, ["status", "end_reason", "returned_at", "return_posting"])
    for item in home:
        _tell(item, code_of[item.pk], rest_minor=item.amount_minor - homes[item.order_id].amount_minor, at=at)
    return home


def _tell(item: ClearingItem, reason_code: str, *, rest_minor: int, at: datetime) -> None:
    """The trace in the company's chain, and a notice of what came now to who prepared the order and to all who signed
    it."""
    order = item.order
    audit.record(
        RETURNED,
        actor=audit.Actor(name="clearing", role="system", company_id=str(order.company_id)),
        at=at,
        subject=f"order:{order.pk}",
        reason=reason_code,
        details={"posting": order.return_posting_id, "transaction": item.transaction_id},
    )
    facts = {"number": order.number, "amount": format_money(rest_minor, order.currency)}
    signatures = selectors.signatures(order)
    people = {order.prepared_by_id: order.prepared_by} | {signature.user_id: signature.user for signature in signatures}
    for user in people.values() if rest_minor else ():
        notices.tell(user, RETURNED, facts, at, company=order.company)


def _differs(file: ArrivedFile, what: Difference.What, reference: str, *, at: datetime) -> None:
    Difference.objects.get_or_create(file=file, what=what, reference=reference[:80], defaults={"noted_at": at})
