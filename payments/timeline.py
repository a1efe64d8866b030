"""The way of an order: every state that it went through, and what comes next (row 69 of the feature table)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _, ngettext

from accounts import clock
from accounts.days import on_day
from accounts.models import Entry
from accounts.money import format_money
from payments import cutoff, reasons as promise_words, selectors
from payments.iso20022 import reasons
from payments.models import ClearingItem, PaymentOrder, SentFile, Signature, StandingSignature
from payments.models.orders import OrderStatus, Rail

# What was warned of, who answered for it and when.
Answer = tuple[str, str, datetime | None]


@dataclass(frozen=True, slots=True)
class Step:
    """One step of an order's way: `state` is done, now or next."""

    title: str
    state: str
    at: datetime | None = None
    text: str = ""


def timeline(
    order: PaymentOrder,
    signatures: Sequence[Signature | StandingSignature],
    answers: Iterable[Answer] = (),
    void: Sequence[Signature | StandingSignature] = (),
) -> list[Step]:
    """Its beginning, the warnings that were answered for, its signatures, its release and its end, or what is next.

    `void` are the signatures of the order that it replaces, given before that one was sent back for a change.
    """
    steps = _before(order.replaces, void) if order.replaces else [_prepared(order)]
    steps += [Step(title, "done", at, _("E verifikoi %(name)s") % {"name": name}) for title, name, at in answers]
    if order.submitted_at:
        steps.append(Step(_("U dërgua për nënshkrim"), "done", order.submitted_at))
    steps += [_signed(signature) for signature in signatures]
    return [*steps, *_released(order), *_ending(order, len(signatures))]


def _prepared(order: PaymentOrder) -> Step:
    prepared, prepared_at = _("U përgatit nga %(name)s"), order.created_at
    if order.standing:
        prepared, prepared_at = _("%(name)s përgatiti urdhrin e përhershëm %(number)s"), order.standing.created_at
    facts = {"name": order.prepared_by.full_name, "number": order.standing.number if order.standing else ""}
    return Step(prepared % facts, "done", prepared_at)


def _before(sent_back: PaymentOrder, void: Sequence[Signature | StandingSignature]) -> list[Step]:
    """The way of the order that was sent back, which this one goes on with."""
    facts = {"name": sent_back.prepared_by.full_name, "number": sent_back.number}
    prepared = Step(_("U përgatit nga %(name)s si urdhri %(number)s") % facts, "done", sent_back.created_at)
    signed = [_signed(signature, _("Ky nënshkrim nuk vlen më.")) for signature in void]
    return [prepared, *signed, Step(_("U kthye për ndryshim"), "done", sent_back.ended_at, _who_and_why(sent_back))]


def _signed(signature: Signature | StandingSignature, text: str = "") -> Step:
    return Step(_("Nënshkroi %(name)s") % {"name": signature.user.full_name}, "done", signature.signed_at, text)


def _released(order: PaymentOrder) -> list[Step]:
    if order.released_at is None:
        return []
    text = ""
    if order.status == OrderStatus.RELEASED:
        text = _("Shuma është e rezervuar.") if order.hold_id else _("Shuma merret ditën e kryerjes.")
    return [Step(_("U lëshua"), "done", order.released_at, text)]


def _ending(order: PaymentOrder, given: int) -> list[Step]:
    executes = Step(_("Kryhet dhe regjistrohet"), "next")
    match OrderStatus(order.status):
        case OrderStatus.DRAFT:
            return [Step(_("Draft: pret kontrollin tuaj"), "now"), Step(_("Nënshkrimi"), "next"), executes]
        case OrderStatus.AWAITING:
            missing = order.signatures_wanted - given
            title = ngettext("Mungon %(count)s nënshkrim", "Mungojnë %(count)s nënshkrime", missing)
            return [Step(title % {"count": missing}, "now"), executes]
        case OrderStatus.RELEASED:
            assert order.execute_on is not None, "a released order has its day"
            promised = cutoff.Promised.from_facts(order.promise.reasons)
            title = _("Kryhet %(on_day)s") % {"on_day": on_day(order.execute_on)}
            return [Step(promise_words.headline(promised) if promised.is_at_once else title, "now")]
        case OrderStatus.EXECUTED:
            return [Step(_("U krye"), "done", order.ended_at), *_afterwards(order)]
        case OrderStatus.RETURNED:
            # The stored reason is one of iso20022.reasons, marked for translation there.
            home = Step(_("U kthye në llogarinë tuaj"), "now", order.returned_at, _reason(order))
            return [Step(_("U krye"), "done", order.ended_at), *_afterwards(order), home]
        case OrderStatus.FAILED:
            # The stored reason is one of verdicts, marked for translation there.
            return [Step(_("Nuk u krye"), "now", order.ended_at, _reason(order))]
        case OrderStatus.EXPIRED:
            text = _("Nuk u nënshkrua brenda %(days)s ditëve. Bëni një urdhër të ri, nëse duhet ende.")
            return [Step(_("Skadoi"), "now", order.ended_at, text % {"days": settings.ORDER_LIFE_DAYS})]
        case OrderStatus.SENT_BACK:
            void = " " + _("Nënshkrimet e dhëna nuk vlejnë më.") if given else ""
            return [Step(_("U kthye për ndryshim"), "now", order.ended_at, _who_and_why(order) + void)]
    title = _("U refuzua") if order.status == OrderStatus.REJECTED else _("U anulua")
    return [Step(title, "now", order.ended_at, _who_and_why(order))]


def _clearing(order: PaymentOrder) -> Iterator[Step]:
    """What became of it between the banks; nothing while it waits for its session, or stays in our own books."""
    item: ClearingItem | None = getattr(order, "clearing_item", None)
    if item is None:
        return
    if item.status == ClearingItem.Status.WITHDRAWN:
        yield Step(_("U tërhoq nga klerimi"), "done", selectors.home_at(order), _("Nuk doli nga banka jonë."))
    if item.file is None:
        return
    yield Step(_("U dërgua në klerim"), "done", item.file.made_at, _session(item, item.file))
    if item.status == ClearingItem.Status.ACCEPTED:
        yield Step(_("U pranua në klerim"), "done", item.answered_at)
    elif item.status == ClearingItem.Status.REJECTED:
        # Where the money came home, its own step says why.
        why = "" if order.status == OrderStatus.RETURNED else _(reasons.sentence(item.reason_code))
        yield Step(_("U refuzua nga klerimi"), "done", item.answered_at, why)


def _session(item: ClearingItem, file: SentFile) -> str:
    """AECH alone has sessions; the other rails take an order as it comes."""
    if item.rail == Rail.AECH and file.session_at:
        return _("Seanca e orës %(time)s.") % {"time": f"{clock.tirana(file.session_at):%H:%M}"}
    return _("Me %(rail)s, pa pritur seancë.") % {"rail": item.get_rail_display()}


def _given_back(order: PaymentOrder) -> Iterator[Step]:
    """By the core or by staff: the clearing house would have made it a returned order."""
    came, state = selectors.given_back(order), "now" if order.status == OrderStatus.EXECUTED else "done"
    last = max((place for place, one in enumerate(came) if one.part == Entry.Part.PRINCIPAL), default=None)
    for place, back in enumerate(came):
        amount = format_money(back.amount_minor, order.currency)
        if back.part == Entry.Part.FEE:
            yield Step(_("Banka ktheu komisionin në llogarinë tuaj"), "done", back.at, amount)
        elif back.amount_minor == order.amount_minor:
            yield Step(_("Banka e ktheu në llogarinë tuaj"), state, back.at, amount)
        elif place == last and selectors.home_at(order):
            yield Step(_("Banka ktheu pjesën e mbetur në llogarinë tuaj"), state, back.at, amount)
        else:
            yield Step(_("Banka ktheu një pjesë në llogarinë tuaj"), "done", back.at, amount)


def _afterwards(order: PaymentOrder) -> list[Step]:
    """What became of an executed order, in the order in which it did."""
    return sorted([*_clearing(order), *_given_back(order)], key=lambda step: step.at or order.created_at)


def _who_and_why(order: PaymentOrder) -> str:
    return f"{order.ended_by.full_name}: {order.end_reason}" if order.ended_by else _reason(order)


def _reason(order: PaymentOrder) -> str:
    """A stored sentence of ours, in the reader's language."""
    return _(order.end_reason) if order.end_reason else ""
