"""Reads of payments; each list in one go."""

from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Company, Mandate
from payments import rails
from payments.models import ApprovalRule, PaymentOrder, Signature
from payments.models.orders import OrderStatus


def of_company(company: Company) -> QuerySet[PaymentOrder]:
    """The company's orders with what a page shows of them, newest first."""
    return (
        PaymentOrder.objects.filter(company=company)
        .select_related("debit_account", "prepared_by__person", "company", "promise", "posting", "ended_by__person")
        .order_by("-created_at", "-number")
    )


def order_of(company: Company, order_id: UUID) -> PaymentOrder | None:
    """One order of this company; None for anybody else's, as if it did not exist."""
    return of_company(company).filter(pk=order_id).first()


def locked(order_id: UUID, *, company: Company) -> PaymentOrder | None:
    """The order under its row's lock, for a verb of this company."""
    return PaymentOrder.objects.select_for_update().filter(pk=order_id, company=company).first()


def signatures(order: PaymentOrder) -> list[Signature]:
    """Who has signed, in the order of signing; a draft asks nothing of the database."""
    if order.submitted_at is None:
        return []
    return list(order.signatures.select_related("user__person").order_by("signed_at"))


def awaiting(mandate: Mandate) -> QuerySet[PaymentOrder]:
    """What waits for this person's signature: submitted, not yet signed by her, and not her own unless sole."""
    if not mandate.may_sign:
        return PaymentOrder.objects.none()
    signed_by_me = Signature.objects.filter(order=OuterRef("pk"), user=mandate.user_id)
    return (
        of_company(mandate.company)
        .filter(status=OrderStatus.AWAITING)
        .filter(~Q(prepared_by=mandate.user_id) | Q(other_signers=0))
        .exclude(Exists(signed_by_me))
        .prefetch_related("signatures")
        .order_by("submitted_at", "number")
    )


def own_awaiting(mandate: Mandate) -> QuerySet[PaymentOrder]:
    """What this person prepared and others must sign."""
    own = of_company(mandate.company).filter(status=OrderStatus.AWAITING, prepared_by=mandate.user_id)
    return own.exclude(other_signers=0).prefetch_related("signatures")


def awaiting_count(mandate: Mandate) -> int:
    """How many orders wait for this person's signature; 0 without a query for who may not sign."""
    return awaiting(mandate).count() if mandate.may_sign else 0


def other_signers(company: Company, *, on: date) -> int:
    """The rule in force on a day; without one, another person must sign."""
    rule = ApprovalRule.objects.filter(company=company, valid_from__lte=on).order_by("-valid_from").first()
    return rule.other_signers if rule else 1


def signers_wanted(order: PaymentOrder, *, on: date) -> int:
    """How many others must sign: the order's snapshot, or for a draft the rule that it would get now."""
    return other_signers(order.company, on=on) if order.other_signers is None else order.other_signers


def due(*, today: date) -> list[UUID]:
    """All released orders whose day has come, oldest promise first; those that wait or break hold up nobody.

    What moves within our own books and holds its money is due whatever day it will be booked on.
    """
    has_come = Q(execute_on__lte=today) | Q(kind__in=rails.IN_OUR_BOOKS, hold_id__isnull=False)
    rows = PaymentOrder.objects.filter(has_come, status=OrderStatus.RELEASED)
    return list(rows.order_by("execute_on", "released_at", "number").values_list("pk", flat=True))
