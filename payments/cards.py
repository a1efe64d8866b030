"""What pages show of an order: values put together in Python, so that templates neither query nor decide."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import TYPE_CHECKING
from uuid import UUID

from django.utils.translation import gettext as _, gettext_lazy, ngettext

from accounts import clock
from accounts.days import on_day, weekday
from accounts.models import Mandate
from payments import banks, cutoff, promises, reasons, selectors
from payments.models import PaymentOrder, Signature, StandingSignature
from payments.models.orders import OrderKind, OrderStatus, Rail

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# A longer wait is told by its headline and its reasons alone.
STRIP_MAX = 10
KIND_LABELS: "dict[OrderKind, StrOrPromise]" = {
    OrderKind.OWN: gettext_lazy("mes llogarive tuaja"),
    OrderKind.INTERNAL: gettext_lazy("brenda bankës"),
    OrderKind.DOMESTIC: gettext_lazy("brenda vendit"),
    OrderKind.BUDGET: gettext_lazy("për buxhetin"),
}
CHIPS = {
    OrderStatus.AWAITING: "wait",
    OrderStatus.RELEASED: "told",
    OrderStatus.EXECUTED: "ok",
    OrderStatus.REJECTED: "stop",
    OrderStatus.FAILED: "stop",
    OrderStatus.RETURNED: "stop",
    OrderStatus.SENT_BACK: "wait",
}


@dataclass(frozen=True, slots=True)
class OrderCard:
    """One order as it is read; amounts in minor units of `currency`. `details` are what only some kinds have, each with
    its label."""

    id: UUID
    number: str
    kind_label: str
    beneficiary_name: str
    beneficiary_iban: str
    bank_label: str
    debit_iban: str
    debit_name: str
    amount_minor: int
    fee_minor: int
    total_minor: int
    currency: str
    description: str
    status: str
    status_label: str
    status_kind: str
    execute_on: date | None
    requested_on: date | None
    prepared_by_name: str
    created_at: datetime
    details: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class SignerLine:
    name: str
    signed_at: datetime


@dataclass(frozen=True, slots=True)
class SentBackCard:
    """Which order was sent back for a change, by whom and why."""

    id: UUID
    number: str
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class PromiseCard:
    """The promised day in words: the headline, the strip of days and the reasons."""

    execute_on: date
    sentence: str
    days: list[tuple[date, str, str, str]]
    reasons: list[str]


@dataclass(frozen=True, slots=True)
class ApprovalCard:
    """An order that waits for a signature: how many have signed, and until when it must be signed for which day."""

    order: OrderCard
    dots: list[bool]
    signed_text: str
    by_label: str
    by_kind: str


def order_card(order: PaymentOrder, *, is_whole: bool = False) -> OrderCard:
    """The card of one order, selected with its account and its preparer; whole, with the payee's bank and `details`."""
    status = OrderStatus(order.status)
    return OrderCard(
        id=order.pk,
        number=order.number,
        kind_label=str(KIND_LABELS[OrderKind(order.kind)]),
        beneficiary_name=order.beneficiary_name,
        beneficiary_iban=order.beneficiary_iban,
        bank_label=banks.bank_label(order.beneficiary_iban) if is_whole else "",
        debit_iban=order.debit_account.iban or "",
        debit_name=f"{order.debit_account.name} {order.currency}",
        amount_minor=order.amount_minor,
        fee_minor=order.fee_minor,
        total_minor=order.total_minor,
        currency=order.currency,
        description=order.description,
        status=order.status,
        status_label=str(status.label),
        status_kind=CHIPS.get(status, ""),
        execute_on=order.execute_on,
        requested_on=order.requested_on,
        prepared_by_name=order.prepared_by.full_name,
        created_at=order.created_at,
        details=list(_details(order)) if is_whole else [],
    )


def _details(order: PaymentOrder) -> Iterator[tuple[str, str]]:
    if order.rail != Rail.BOOK:
        way = _("urgjente, me %(rail)s") if order.is_urgent else _("me %(rail)s")
        yield _("Mënyra"), way % {"rail": order.get_rail_display()}
    if order.invoice_code:
        yield "NIVF / EIC", order.invoice_code
    if order.budget_fields:
        yield from selectors.budget_lines(order)


def signer_lines(signatures: Sequence[Signature | StandingSignature]) -> list[SignerLine]:
    return [SignerLine(signature.user.full_name, signature.signed_at) for signature in signatures]


def sent_back_card(order: PaymentOrder) -> SentBackCard | None:
    """Of the order that this one replaces, if any; of an order as `selectors.order_of` brings it."""
    before = order.replaces
    if before is None or before.ended_by is None:
        return None
    return SentBackCard(before.pk, before.number, before.ended_by.full_name, before.end_reason)


def dots(given: int, wanted: int) -> list[bool]:
    """One dot for each wanted signature; filled has signed."""
    return [place < given for place in range(wanted)]


def promise_card(
    promised: cutoff.Promised,
    *,
    today: date,
    afterwards: bool = False,
    executed_on: date | None = None,
    home_on: date | None = None,
) -> PromiseCard:
    """The promise as it reads today: before the release as it would be, afterwards looking back at what was done.

    `home_on` is the day on which the money of an executed order came back.
    """
    sentence, *why = promise_words(promised, today=today, afterwards=afterwards)
    if executed_on and executed_on == home_on:
        sentence = _("U krye dhe u kthye %(on_day)s") % {"on_day": on_day(executed_on)}
    elif executed_on and home_on:
        sentence = _("U krye %(on_day)s, u kthye %(home_on)s") % {
            "on_day": on_day(executed_on),
            "home_on": on_day(home_on),
        }
    elif executed_on:
        sentence = _("U krye %(on_day)s") % {"on_day": on_day(executed_on)}
    notes = {
        "passed": _("afati %(time)s kaloi") % {"time": _time(promised.cut_off)},
        "weekend": _("fundjavë"),
        "holiday": _("festë"),
        "moved": _("pushim i shtyrë"),
        "executes": _("u krye") if executed_on else _("kryhet"),
        "working": "",
    }
    states = {"executes": "act", "weekend": "off", "holiday": "off", "moved": "off"}
    days = [(day, weekday(day), notes[code], states.get(code, "")) for day, code in promised.days]
    return PromiseCard(promised.execute_on, sentence, days if 1 < len(days) <= STRIP_MAX else [], why)


def promise_words(promised: cutoff.Promised, *, today: date, afterwards: bool = False) -> tuple[str, ...]:
    """The headline and the reasons, in the language of the screen."""
    return reasons.words(promised, today=today, afterwards=afterwards)


def approval_cards(
    mandate: Mandate, *, at: datetime, limit: int | None = None, by: promises.Rules | None = None
) -> list[ApprovalCard]:
    """What waits for this person, what is lost soonest first (N2). `by` are the rules of domestic transfers."""
    waiting = selectors.waiting_for(mandate, limit=limit)
    if not waiting:
        return []
    by = by or promises.rules(at=at)
    promised = [promises.promised_or_expected(order, at=at, by=by) for order, _signed in waiting]
    soonest_first = sorted(zip(promised, waiting, strict=True), key=lambda pair: pair[0].execute_on)
    return [_approval_card(one, day, at) for day, one in soonest_first]


def own_cards(mandate: Mandate, *, at: datetime, by: promises.Rules) -> list[ApprovalCard]:
    """The same cards for who prepared the orders and cannot sign them."""
    return [
        _approval_card(one, promises.promised_or_expected(one.order, at=at, by=by), at)
        for one in selectors.own_waiting(mandate)
    ]


def _approval_card(waiting: selectors.Waiting, promised: cutoff.Promised, at: datetime) -> ApprovalCard:
    order, given = waiting
    wanted = order.signatures_wanted
    facts = {"given": given, "wanted": wanted}
    today = clock.tirana_day(at)
    is_today = promised.execute_on == today and promised.cut_off is not None
    if is_today:
        by_label = _("Deri sot në %(time)s, që të kryhet sot") % {"time": _time(promised.cut_off)}
    elif promised.is_at_once:
        by_label = _("Kryhet sapo të nënshkruhet")
    else:
        by_label = _("Kryhet %(on_day)s") % {"on_day": on_day(promised.execute_on)}
    text = ngettext("%(given)s nga %(wanted)s nënshkrim.", "%(given)s nga %(wanted)s nënshkrime.", wanted)
    return ApprovalCard(order_card(order), dots(given, wanted), text % facts, by_label, "wait" if is_today else "told")


def _time(cut_off: time | None) -> str:
    return f"{cut_off:%H:%M}" if cut_off else ""
