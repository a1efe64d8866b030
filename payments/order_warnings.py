"""What a careful clerk would ask before an order goes on: is this IBAN new for this payee, was this paid already, does
the name fit. Found anew at each look; the preparer's answers are rows, and without them the order stays a draft."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from accounts import audit, clock
from accounts.models import Company, Mandate
from accounts.refusals import Refusal
from payments import dealings, payee_names
from payments.dealings import Alike, Dealings
from payments.models import OrderWarning, PaymentOrder
from payments.models.orders import OrderKind
from payments.payee_names import Likeness

Kind = OrderWarning.Kind


class WarningNotAnswered(Refusal):
    sentence = _("Ky urdhër ka një paralajmërim. Lexojeni dhe shënoni që e verifikuat, pastaj vazhdoni.")


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to be answered for; `key` names it, `facts` are JSON values for the page and for the row."""

    kind: str
    key: str
    facts: dict[str, Any]


def findings(order: PaymentOrder, *, at: datetime, known: Dealings | None = None) -> list[Finding]:
    """What the preparer of this draft has to answer for; nothing of transfers between own accounts.

    `known` are the dealings with its payee where the caller has asked for them already.
    """
    if order.kind == OrderKind.OWN:
        return []
    known = known or dealings.of(order, at=at)
    return [*_changed_iban(order, known, at), *_duplicate(order, known), *_name_differs(order, known)]


def require_answers(order: PaymentOrder, mandate: Mandate, answered: Collection[str], *, at: datetime) -> None:
    """Write down the answers to all that is found, or refuse with WarningNotAnswered.

    Call it under the lock of the draft. Locks the company, so that of two equal orders at once the second is warned.
    """
    if order.kind == OrderKind.OWN:
        return
    Company.objects.select_for_update(no_key=True).get(pk=order.company_id)
    found = findings(order, at=at)
    if any(one.key not in answered for one in found):
        raise WarningNotAnswered
    for one in found:
        OrderWarning.objects.create(
            order=order,
            version=order.version,
            kind=one.kind,
            key=one.key,
            facts=one.facts,
            acknowledged_by=mandate.user,
            acknowledged_at=at,
        )
        audit.record(
            "payments.order.warning_answered",
            actor=audit.actor_of(mandate),
            at=at,
            subject=f"order:{order.pk}",
            details={"kind": one.kind, "key": one.key, "facts": one.facts},
        )


# --- What is looked for ----------------------------------------------------------------------------------------------


def _changed_iban(order: PaymentOrder, known: Dealings, at: datetime) -> Iterator[Finding]:
    """A payee known by name, an IBAN that was not paid before: the commonest fraud with invoices."""
    iban = order.beneficiary_iban
    if order.kind in dealings.NO_PAYEE or known.is_proven(iban, at=at):
        return
    before = known.under_name(payee_names.key(order.beneficiary_name), besides=iban)
    if before:
        facts = {
            "name": order.beneficiary_name,
            "iban": iban,
            "known_iban": before.iban,
            "paid_on": clock.tirana_day(before.paid_at).isoformat() if before.paid_at else None,
        }
        yield Finding(Kind.CHANGED_IBAN, f"{Kind.CHANGED_IBAN}:{before.iban}>{iban}", facts)


def _duplicate(order: PaymentOrder, known: Dealings) -> Iterator[Finding]:
    """The same payee, amount and reference within DUPLICATE_DAYS; an empty reference fits every other."""
    like = [other for other in known.alike if _refers_alike(order, other)]
    if like:
        latest = like[0]
        facts = {
            "order": str(latest.order_id),
            "number": latest.number,
            "submitted_on": clock.tirana_day(latest.submitted_at).isoformat(),
            "count": len(like),
        }
        yield Finding(Kind.DUPLICATE, f"{Kind.DUPLICATE}:{latest.number}", facts)


def _refers_alike(one: PaymentOrder, other: Alike) -> bool:
    if one.invoice_code and other.invoice_code:
        return one.invoice_code == other.invoice_code
    first, second = (" ".join(text.casefold().split()) for text in (one.description, other.description))
    return not first or not second or first == second


def _name_differs(order: PaymentOrder, known: Dealings) -> Iterator[Finding]:
    if order.kind == OrderKind.INTERNAL and known.likeness == Likeness.DIFFERENT:
        key = f"{Kind.NAME_DIFFERS}:{order.beneficiary_iban}"
        yield Finding(Kind.NAME_DIFFERS, key, {"name": order.beneficiary_name, "iban": order.beneficiary_iban})
