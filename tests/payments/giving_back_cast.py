"""What the core brings back of an order, booked by two of staff; and whether clearing and the books stay even."""

from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection

from accounts import books_check, four_eyes
from accounts.core_feed.booking import propose_booking
from accounts.models import BankAccount, Posting, ReconciliationItem
from payments import reconciliation, selectors
from payments.models import PaymentOrder
from payments.timeline import Step, timeline
from tests import builders
from tests.core_messages import Ntry, brought
from tests.payments.clearing_cast import AT_10_30, AT_15, executed

AMOUNT, FEE, PART = 5_000_000, 5_000, 4_000
SETTLEMENT = settings.CLEARING_SETTLEMENT_ACCOUNT
OPENING = 10_000_000


@pytest.fixture
def order(firm, folder) -> PaymentOrder:
    return executed(firm, amount_minor=AMOUNT)


def balance(account: BankAccount) -> int:
    return BankAccount.objects.get(pk=account.pk).balance_minor


def booked_by_two(path: Path, account: BankAccount, amount: str, number: str, *, is_reversal: bool = False) -> Posting:
    """An entry of the core under the number of ours that fits no amount of it, or the wrong direction."""
    brought(path, account, Ntry(amount, end_to_end_id=number, is_reversal=is_reversal))
    return booked_item()


def booked_item() -> Posting:
    item = ReconciliationItem.objects.select_related("account").get(settled_at=None)
    proposal = propose_booking(item_id=item.pk, words="Kthim", reason="E takon", actor=builders.STAFF, at=AT_10_30)
    four_eyes.approve(proposal_id=proposal.pk, actor=builders.SECOND, at=AT_10_30)
    connection.check_constraints()  # what the end of the transaction asks
    return Posting.objects.get(key=f"core:{item.account.iban}:{item.reference}")


def part_of(order: PaymentOrder, path: Path, *, is_reversal: bool = False) -> Posting:
    return booked_by_two(path, order.debit_account, "40.00", order.number, is_reversal=is_reversal)


def whole_of(order: PaymentOrder, path: Path, amount_minor: int = AMOUNT) -> Posting:
    """Not flagged as a reversal, so that staff must say so."""
    return booked_by_two(path, order.debit_account, f"{amount_minor // 100}.00", order.number)


def seen(order: PaymentOrder) -> PaymentOrder:
    """As its page shows it now."""
    now = selectors.order_of(order.company, order.pk)
    assert now is not None
    return now


def way(order: PaymentOrder) -> list[Step]:
    return timeline(seen(order), [])


def is_even() -> bool:
    """Clearing as staff see it, and every law of the books."""
    broken = books_check.breached(books_check.check(at=AT_15))
    return reconciliation.reconcile(at=AT_15).is_even and not broken
