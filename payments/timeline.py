"""The way of an order: every state that it went through, and what comes next (row 69 of the feature table)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext as _, ngettext

from accounts.days import on_day
from payments.models import PaymentOrder, Signature, StandingSignature
from payments.models.orders import OrderStatus

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
    order: PaymentOrder, signatures: Sequence[Signature | StandingSignature], answers: Iterable[Answer] = ()
) -> list[Step]:
    """Its beginning, the warnings that were answered for, its signatures, its release and its end, or what is next."""
    prepared, prepared_at = _("U përgatit nga %(name)s"), order.created_at
    if order.standing:
        prepared, prepared_at = _("%(name)s përgatiti urdhrin e përhershëm %(number)s"), order.standing.created_at
    facts = {"name": order.prepared_by.full_name, "number": order.standing.number if order.standing else ""}
    steps = [Step(prepared % facts, "done", prepared_at)]
    steps += [Step(title, "done", at, _("E verifikoi %(name)s") % {"name": name}) for title, name, at in answers]
    if order.submitted_at:
        steps.append(Step(_("U dërgua për nënshkrim"), "done", order.submitted_at))
    steps += [
        Step(_("Nënshkroi %(name)s") % {"name": signature.user.full_name}, "done", signature.signed_at)
        for signature in signatures
    ]
    return [*steps, *_released(order), *_ending(order, len(signatures))]


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
            return [Step(_("Kryhet %(on_day)s") % {"on_day": on_day(order.execute_on)}, "now")]
        case OrderStatus.EXECUTED:
            done = Step(_("U krye"), "done", order.ended_at)
            # By the core or by staff: the clearing house would have made it a returned order.
            back_at: datetime | None = getattr(order, "given_back_at", None)
            return [done, Step(_("Banka e ktheu në llogarinë tuaj"), "now", back_at)] if back_at else [done]
        case OrderStatus.RETURNED:
            # The stored reason is one of iso20022.reasons, marked for translation there.
            home = Step(_("U kthye në llogarinë tuaj"), "now", order.returned_at, _reason(order))
            return [Step(_("U krye"), "done", order.ended_at), home]
        case OrderStatus.FAILED:
            # The stored reason is one of verdicts, marked for translation there.
            return [Step(_("Nuk u krye"), "now", order.ended_at, _reason(order))]
        case OrderStatus.EXPIRED:
            text = _("Nuk u nënshkrua brenda %(days)s ditëve. Bëni një urdhër të ri, nëse duhet ende.")
            return [Step(_("Skadoi"), "now", order.ended_at, text % {"days": settings.ORDER_LIFE_DAYS})]
    title = _("U refuzua") if order.status == OrderStatus.REJECTED else _("U anulua")
    by = f"{order.ended_by.full_name}: {order.end_reason}" if order.ended_by else _reason(order)
    return [Step(title, "now", order.ended_at, by)]


def _reason(order: PaymentOrder) -> str:
    """A stored sentence of ours, in the reader's language."""
    return _(order.end_reason) if order.end_reason else ""
