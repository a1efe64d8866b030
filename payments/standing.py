"""The life of a standing order: prepare, submit, stop. Its days are made by paydays.py, left out by skipped_days.py."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.utils.translation import gettext_lazy as _

from accounts import audit, clock, selectors as books
from accounts.models import BankAccount, Company, Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import (
    execution,
    limits,
    name_checks,
    order_warnings,
    orders,
    payees,
    selectors,
    series as one_series,
    standing_selectors,
    wishes,
)
from payments.models import StandingOrder
from payments.models.orders import OrderKind, OrderStatus
from payments.models.standing import StandingStatus
from payments.series import PAID, RECURRING, Series as Series


class NoSuchStandingOrder(Refusal):
    """Also for another company's: it is as if it did not exist."""

    sentence = _("Ky urdhër i përhershëm nuk gjendet. Shihni listën e urdhrave të përhershëm.")


class FirstDayHasPassed(Refusal):
    sentence = _(
        "Dita e parë e urdhrit të përhershëm duhet të jetë nga nesër e tutje. Bëni një urdhër të ri me një ditë tjetër."
    )


class ReleasedIsForSigners(Refusal):
    sentence = _(
        "Pagesat që janë bërë gati i anulon vetëm kush nënshkruan për kompaninë. Ndaleni urdhrin pa to, ose kërkojani "
        "një kolegu që nënshkruan."
    )


@verb("payments.standing.prepared")
def prepare(*, mandate: Mandate, series: Series, submit_key: str, at: datetime) -> StandingOrder:
    """Put a series down as a draft. The same key gives the same one: unchanged, or edited while it is a draft.

    Refuses what `orders.prepare` refuses, and FirstDayHasPassed when it would not begin tomorrow at the earliest.
    """
    mandate = orders.acting(mandate, at=at)
    if not mandate.may_prepare:
        raise orders.MayNotPrepare
    account = books.account_of(mandate.company, series.wish.debit_account)
    if account is None or account.status != BankAccount.Status.OPEN:
        raise orders.AccountNotUsable
    today = clock.tirana_day(at)
    payment = wishes.payload(series.wish, account, on=today)
    payload = {name: payment[name] for name in PAID} | {name: getattr(series, name) for name in RECURRING}
    made, is_new = StandingOrder.objects.get_or_create(
        submit_key=submit_key,
        defaults=payload
        | {"number": _next_number(at), "company": mandate.company, "prepared_by": mandate.user, "created_at": at},
    )
    if not is_new:
        made = _edited(made.pk, mandate, payload)
    require_first_day(made, at=at)
    limits.require_possible(one_series.as_order(made), on=today)
    if made.kind == OrderKind.INTERNAL:
        name_checks.check(mandate=mandate, iban=made.beneficiary_iban, name=made.beneficiary_name, at=at)
    if series.wish.keeps_payee:
        payees.keep(mandate=mandate, name=made.beneficiary_name, iban=made.beneficiary_iban, at=at)
    record("payments.standing.prepared", made, mandate, at=at, details=one_series.signing_facts(made))
    return made


@verb("payments.standing.submitted")
def submit(
    *, standing_id: UUID, mandate: Mandate, version: int | None, answered: Collection[str] = (), at: datetime
) -> StandingOrder:
    """Send a draft to its signers, with a snapshot of how many others must sign. Only its preparer may.

    Refuses as `orders.submit` does, and FirstDayHasPassed. Submitting what is submitted already changes nothing.
    """
    mandate = orders.acting(mandate, at=at)
    series = taken(standing_id, mandate)
    if series.status == StandingStatus.AWAITING and series.prepared_by_id == mandate.user_id:
        return series
    return submitted(series, mandate, version, at, answered=answered)


@verb("payments.standing.stopped")
def stop(*, standing_id: UUID, mandate: Mandate, reason: str, with_orders: bool, at: datetime) -> StandingOrder:
    """End a series at once; `with_orders` cancels what it has made and nobody has executed. Its preparer or a signer.

    One that does not run yet is cancelled. Refuses ReleasedIsForSigners: a released order is cancelled by a signer
    alone, as by `orders.cancel`.
    """
    mandate = orders.acting(mandate, at=at)
    series = taken(standing_id, mandate)
    require_owner(series, mandate)
    if with_orders and not mandate.may_sign:
        raise ReleasedIsForSigners
    if series.status not in {*standing_selectors.UNSIGNED, StandingStatus.RUNNING}:
        raise orders.OrderHasMovedOn(status=str(series.get_status_display()))
    is_running = series.status == StandingStatus.RUNNING
    end(
        series,
        StandingStatus.STOPPED if is_running else StandingStatus.CANCELLED,
        mandate=mandate,
        reason=reason,
        at=at,
    )
    event = "payments.standing.stopped" if is_running else "payments.standing.cancelled"
    record(event, series, mandate, at=at, details={"reason": reason, "with_orders": with_orders})
    if with_orders:
        for order in series.orders.select_for_update().filter(status=OrderStatus.RELEASED):
            execution.give_back(order, at=at)
            orders.end(order, OrderStatus.CANCELLED, mandate=mandate, reason=reason, at=at)
            audit.record(
                "payments.order.cancelled",
                actor=audit.actor_of(mandate),
                at=at,
                subject=f"order:{order.pk}",
                details={"reason": reason, "standing": series.number},
            )
    return series


def expire_due(*, at: datetime) -> int:
    """End what nobody signed before its first day, or within ORDER_LIFE_DAYS, each in its own transaction; how many."""
    oldest = at - timedelta(days=settings.ORDER_LIFE_DAYS)
    unsigned = StandingOrder.objects.filter(status__in=standing_selectors.UNSIGNED)
    stale = unsigned.filter(created_at__lte=oldest) | unsigned.filter(first_on__lte=clock.tirana_day(at))
    return sum(expire(standing_id=pk, at=at) for pk in stale.order_by("created_at").values_list("pk", flat=True))


@verb("payments.standing.expired")
def expire(*, standing_id: UUID, at: datetime) -> bool:
    """End one series that can be signed no more; False where somebody else has it or it has moved on."""
    rows = StandingOrder.objects.select_for_update(skip_locked=True)
    series = rows.filter(pk=standing_id, status__in=standing_selectors.UNSIGNED).first()
    if series is None:
        return False
    end(series, StandingStatus.EXPIRED, mandate=None, reason="", at=at)
    record("payments.standing.expired", series, None, at=at)
    return True


# --- Steps that other verbs of this room take inside their own transaction ---------------------------------------


def taken(standing_id: UUID, mandate: Mandate) -> StandingOrder:
    """The series under its lock, or NoSuchStandingOrder."""
    series = standing_selectors.locked(standing_id, company=mandate.company)
    if series is None:
        raise NoSuchStandingOrder
    return series


def submitted(
    series: StandingOrder, mandate: Mandate, version: int | None, at: datetime, *, answered: Collection[str] = ()
) -> StandingOrder:
    """A locked draft, submitted by its preparer as she saw it; the warnings that she answered for are recorded."""
    if not mandate.may_prepare or series.prepared_by_id != mandate.user_id:
        raise orders.MayNotPrepare
    if series.status != StandingStatus.DRAFT:
        raise orders.OrderHasMovedOn(status=str(series.get_status_display()))
    require_version(series, version)
    require_first_day(series, at=at)
    Company.objects.select_for_update(no_key=True).get(pk=series.company_id)  # of two equal ones the second is warned
    found = one_series.findings(series, at=at)
    if any(one.key not in answered for one in found):
        raise order_warnings.WarningNotAnswered
    series.status = StandingStatus.AWAITING
    series.other_signers = selectors.other_signers(series.company, on=clock.tirana_day(at))
    series.submitted_at = at
    series.save(update_fields=["status", "other_signers", "submitted_at"])
    details = {
        "version": series.version,
        "other_signers": series.other_signers,
        "answered": [{"kind": one.kind, "key": one.key, "facts": one.facts} for one in found],
    }
    record("payments.standing.submitted", series, mandate, at=at, details=details)
    return series


def require_version(series: StandingOrder, version: int | None) -> None:
    """Refuse to act on a series that is no longer what the page showed; None where the page could not say."""
    if version is not None and version != series.version:
        raise orders.OrderHasChanged


def require_first_day(series: StandingOrder, *, at: datetime) -> None:
    """Refuse a series whose first payment would be today or before."""
    if not one_series.begins_in_time(series, at=at):
        raise FirstDayHasPassed


def require_owner(series: StandingOrder, mandate: Mandate) -> None:
    """Refuse whoever neither prepared the series nor signs for its company."""
    if not (mandate.may_sign or series.prepared_by_id == mandate.user_id):
        raise orders.MayNotCancel


def end(series: StandingOrder, status: StandingStatus, *, mandate: Mandate | None, reason: str, at: datetime) -> None:
    """Close a locked series."""
    series.status, series.ended_at, series.end_reason, series.look_on = status, at, reason[:200], None
    series.ended_by = mandate.user if mandate else None
    series.save(update_fields=["status", "ended_at", "end_reason", "look_on", "ended_by"])


def record(
    event: str, series: StandingOrder, by: Mandate | None, *, at: datetime, details: Mapping[str, object] | None = None
) -> None:
    """One line of the trail about a series, in its company's chain; by the clock where nobody acted."""
    company = str(series.company_id)
    actor = audit.actor_of(by) if by else audit.Actor(audit.THE_CLOCK.name, audit.THE_CLOCK.role, company)
    audit.record(event, actor=actor, at=at, subject=f"standing:{series.pk}", details=details)


def _edited(standing_id: UUID, mandate: Mandate, payload: Mapping[str, object]) -> StandingOrder:
    series = StandingOrder.objects.select_for_update().get(pk=standing_id)
    if series.company_id != mandate.company_id or series.prepared_by_id != mandate.user_id:
        raise orders.OrderAlreadySent(number="—")
    changed = [name for name, value in payload.items() if getattr(series, name) != value]
    if not changed:
        return series
    if series.status != StandingStatus.DRAFT:
        raise orders.OrderAlreadySent(number=series.number)
    for name in changed:
        setattr(series, name, payload[name])
    series.version += 1
    series.save(update_fields=[*changed, "version"])
    return series


def _next_number(at: datetime) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('payments_standing_number')")
        (number,) = cursor.fetchone()
    return f"S-{clock.tirana(at):%Y}-{number:06d}"
