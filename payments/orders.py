"""The life of one order before it is signed, and its end before it is executed: prepare, submit, cancel."""

import json
from collections.abc import Collection
from datetime import date, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, mandates, selectors as books
from accounts.models import BankAccount, Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import budget, execution, limits, name_checks, order_warnings, payees, rails, selectors, tariffs, wishes
from payments.models import PaymentOrder
from payments.models.orders import OrderKind, OrderStatus
from payments.wishes import Wish as Wish


class NoSuchOrder(Refusal):
    """Also for another company's order: it is as if it did not exist."""

    sentence = _("Ky urdhër nuk gjendet. Shihni listën e urdhrave tuaj.")


class MandateEnded(Refusal):
    sentence = _("E drejta juaj për këtë kompani nuk vlen më. Telefononi bankën nëse duhet të vlejë.")


class MayNotPrepare(Refusal):
    sentence = _("Mandati juaj nuk lejon përgatitjen e pagesave. Flisni me administratorin e kompanisë.")


class AccountNotUsable(Refusal):
    sentence = _("Nga kjo llogari nuk mund të paguhet tani. Zgjidhni një llogari tjetër.")


class OrderAlreadySent(Refusal):
    sentence = _("Ky formular u dërgua tashmë si urdhri %(number)s. Për një pagesë tjetër hapni një formular të ri.")


class OrderHasChanged(Refusal):
    sentence = _("Urdhri ndryshoi në një dritare tjetër. Kontrollojeni përsëri para se të vazhdoni.")


class OrderHasMovedOn(Refusal):
    sentence = _("Urdhri është tani në gjendjen “%(status)s”, prandaj ky veprim nuk bëhet më.")


class MayNotCancel(Refusal):
    sentence = _("Këtë urdhër e anulon vetëm kush e përgatiti ose kush nënshkruan për kompaninë.")


UNSIGNED = (OrderStatus.DRAFT, OrderStatus.AWAITING)


@verb("payments.order.prepared")
def prepare(*, mandate: Mandate, wish: Wish, submit_key: str, at: datetime) -> PaymentOrder:
    """Put a wish down as a draft. The same key gives the same order: unchanged, or edited while it is a draft.

    Refuses MayNotPrepare, AccountNotUsable, a payee whom this kind does not reach, and OrderAlreadySent when the key
    belongs to an order that went on with other content, or to somebody else's.
    """
    mandate = acting(mandate, at=at)
    if not mandate.may_prepare:
        raise MayNotPrepare
    account = books.account_of(mandate.company, wish.debit_account)
    if account is None or account.status != BankAccount.Status.OPEN:
        raise AccountNotUsable
    payload = wishes.payload(wish, account, on=clock.tirana_day(at))
    order, is_new = PaymentOrder.objects.get_or_create(
        submit_key=submit_key,
        defaults=payload
        | {"number": next_number(at), "company": mandate.company, "prepared_by": mandate.user, "created_at": at},
    )
    if not is_new:
        order = _edited(order.pk, mandate, payload)
    limits.require_possible(order, on=clock.tirana_day(at))
    if order.kind == OrderKind.INTERNAL:
        name_checks.check(mandate=mandate, iban=order.beneficiary_iban, name=order.beneficiary_name, at=at)
    if wish.keeps_payee:
        payees.keep(mandate=mandate, name=order.beneficiary_name, iban=order.beneficiary_iban, at=at)
    audit.record(
        "payments.order.prepared",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details=signing_facts(order),
    )
    return order


@verb("payments.order.submitted")
def submit(
    *, order_id: UUID, mandate: Mandate, version: int | None, answered: Collection[str] = (), at: datetime
) -> PaymentOrder:
    """Send a draft to its signers, with a snapshot of how many others must sign. Only its preparer may.

    `answered` are the keys of the warnings that she answered for. Refuses NoSuchOrder, MayNotPrepare, OrderHasChanged
    (another version than the one seen), OrderHasMovedOn and order_warnings.WarningNotAnswered. Submitting what is
    submitted already changes nothing.
    """
    mandate = acting(mandate, at=at)
    order = taken(order_id, mandate)
    if order.status == OrderStatus.AWAITING and order.prepared_by_id == mandate.user_id:
        return order
    return submitted(order, mandate, version, at, answered=answered)


@verb("payments.order.cancelled")
def cancel(*, order_id: UUID, mandate: Mandate, reason: str, at: datetime) -> PaymentOrder:
    """Take an order back before it is executed; what it held becomes available again.

    A draft or a submitted order is cancelled by its preparer or a signer, a released one by a signer alone.
    """
    mandate = acting(mandate, at=at)
    order = taken(order_id, mandate)
    if order.status not in {OrderStatus.DRAFT, OrderStatus.AWAITING, OrderStatus.RELEASED}:
        raise OrderHasMovedOn(status=str(order.get_status_display()))
    is_preparer = order.prepared_by_id == mandate.user_id and order.status != OrderStatus.RELEASED
    if not (mandate.may_sign or is_preparer):
        raise MayNotCancel
    execution.give_back(order, at=at)
    end(order, OrderStatus.CANCELLED, mandate=mandate, reason=reason, at=at)
    audit.record(
        "payments.order.cancelled",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details={"reason": reason},
    )
    return order


def expire_due(*, at: datetime) -> int:
    """End what nobody signed within ORDER_LIFE_DAYS of its making, each order in its own transaction; how many."""
    oldest = at - timedelta(days=settings.ORDER_LIFE_DAYS)
    stale = PaymentOrder.objects.filter(status__in=UNSIGNED, created_at__lte=oldest).order_by("created_at")
    return sum(expire(order_id=order_id, at=at) for order_id in stale.values_list("pk", flat=True))


@verb("payments.order.expired")
def expire(*, order_id: UUID, at: datetime) -> bool:
    """End one order that is too old to be signed; False where somebody else has it or it has moved on."""
    order = PaymentOrder.objects.select_for_update(skip_locked=True).filter(pk=order_id, status__in=UNSIGNED).first()
    if order is None:
        return False
    end(order, OrderStatus.EXPIRED, mandate=None, reason="", at=at)
    actor = audit.Actor(name=audit.THE_CLOCK.name, role=audit.THE_CLOCK.role, company_id=str(order.company_id))
    audit.record("payments.order.expired", actor=actor, at=at, subject=f"order:{order.pk}")
    return True


# --- Steps that other verbs of this room take inside their own transaction ---------------------------------------


def acting(mandate: Mandate, *, at: datetime) -> Mandate:
    """The mandate as it is now, or MandateEnded: the page may have been open for a while."""
    now = mandates.held(mandate, at=at)
    if now is None:
        raise MandateEnded
    return now


def taken(order_id: UUID, mandate: Mandate) -> PaymentOrder:
    """The order under its lock, or NoSuchOrder."""
    order = selectors.locked(order_id, company=mandate.company)
    if order is None:
        raise NoSuchOrder
    return order


def submitted(
    order: PaymentOrder, mandate: Mandate, version: int | None, at: datetime, *, answered: Collection[str] = ()
) -> PaymentOrder:
    """A locked draft, submitted by its preparer as she saw it; still a draft where the fee has changed since."""
    if not mandate.may_prepare or order.prepared_by_id != mandate.user_id:
        raise MayNotPrepare
    if order.status != OrderStatus.DRAFT:
        raise OrderHasMovedOn(status=str(order.get_status_display()))
    require_version(order, version)
    if _repriced(order, on=clock.tirana_day(at)):
        return order
    _require_scheme(order)
    order_warnings.require_answers(order, mandate, answered, at=at)
    order.status = OrderStatus.AWAITING
    order.other_signers = selectors.other_signers(order.company, on=clock.tirana_day(at))
    order.submitted_at = at
    order.save(update_fields=["status", "other_signers", "submitted_at"])
    audit.record(
        "payments.order.submitted",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"order:{order.pk}",
        details={"version": order.version, "other_signers": order.other_signers},
    )
    return order


def _require_scheme(order: PaymentOrder) -> None:
    """A draft may be older than what staff keep of its scheme now: its payee may have another account."""
    if order.kind == OrderKind.BUDGET:
        payee = {"iban": order.beneficiary_iban, "name": order.beneficiary_name}
        budget.require(order.budget_scheme, order.budget_fields, currency=order.currency, **payee)


def _repriced(order: PaymentOrder, *, on: date) -> bool:
    """Whether another day's tariff changed the fee of this draft: then it is a new version, to be looked at again."""
    key = rails.rule_key(kind=order.kind, is_urgent=order.is_urgent)
    fee = tariffs.fee(kind=key, currency=order.currency, amount_minor=order.amount_minor, on=on)
    if fee == order.fee_minor:
        return False
    order.fee_minor, order.version = fee, order.version + 1
    order.save(update_fields=["fee_minor", "version"])
    return True


def require_version(order: PaymentOrder, version: int | None) -> None:
    """Refuse to act on an order that is no longer what the page showed; None where the page could not say."""
    if version is not None and version != order.version:
        raise OrderHasChanged


def end(order: PaymentOrder, status: OrderStatus, *, mandate: Mandate | None, reason: str, at: datetime) -> None:
    """Close a locked order without executing it."""
    order.status, order.ended_at, order.end_reason = status, at, reason[:200]
    order.ended_by = mandate.user if mandate else None
    order.save(update_fields=["status", "ended_at", "end_reason", "ended_by"])


def signing_facts(order: PaymentOrder) -> dict[str, object]:
    """All that a signature is bound to, but for the day (RTS 2018/389 art. 5)."""
    return {
        "order": str(order.pk),
        "number": order.number,
        "version": order.version,
        "kind": order.kind,
        "debit_iban": order.debit_account.iban,
        "amount_minor": order.amount_minor,
        "fee_minor": order.fee_minor,
        "currency": order.currency,
        "beneficiary_name": order.beneficiary_name,
        "beneficiary_iban": order.beneficiary_iban,
        "description": order.description,
        "requested_on": order.requested_on.isoformat() if order.requested_on else None,
        "prefers_previous": order.prefers_previous,
        "rail": order.rail,
        "is_urgent": order.is_urgent,
        "invoice_code": order.invoice_code,
        "budget_scheme": order.budget_scheme,
        "budget_fields": order.budget_fields,
    }


def signing_body(order: PaymentOrder, *, releases_on: date | None) -> bytes:
    """The exact bytes that a code is bound to; `releases_on` is the promised day when this signature is the last."""
    facts = signing_facts(order) | {"releases_on": releases_on.isoformat() if releases_on else None}
    return json.dumps(facts, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def _edited(order_id: UUID, mandate: Mandate, payload: dict[str, object]) -> PaymentOrder:
    order = PaymentOrder.objects.select_for_update().get(pk=order_id)
    is_mine = order.company_id == mandate.company_id and order.prepared_by_id == mandate.user_id
    if not is_mine:
        raise OrderAlreadySent(number="—")
    changed = [name for name, value in payload.items() if getattr(order, name) != value]
    if not changed:
        return order
    if order.status != OrderStatus.DRAFT:
        raise OrderAlreadySent(number=order.number)
    for name in changed:
        setattr(order, name, payload[name])
    order.version += 1
    order.save(update_fields=[*changed, "version"])
    return order


def next_number(at: datetime) -> str:
    """The number of the next order, of the year in Tirana."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_order_number')")
        (number,) = cursor.fetchone()
    return f"P-{clock.tirana(at):%Y}-{number:06d}"
