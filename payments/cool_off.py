"""A new payee gets little at first: whoever was fooled, or whose session was stolen, has a day to notice.

An IBAN is new until the company has known it for NEW_PAYEE_HOURS: by an order that was executed, or by its payee book,
where a changed IBAN begins anew. Until then all orders to it together may release NEW_PAYEE_LIMIT_MINOR per currency.
"""

from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from accounts import clock
from accounts.models import Company
from accounts.money import format_money
from accounts.refusals import Refusal
from payments import dealings
from payments.dealings import Dealings
from payments.models import PaymentOrder

EXEMPT = frozenset(dealings.NO_PAYEE)


class PayeeIsNew(Refusal):
    """Facts: name, limit, left, until."""

    sentence = _(
        "%(name)s është përfitues i ri për ju: deri më %(until)s mund t’i paguani gjithsej %(limit)s dhe mbeten "
        "%(left)s. Bëni një pagesë më të vogël, ose nënshkruajeni këtë pas asaj ore."
    )


class PayeeIsUnknown(Refusal):
    """One whom the company has neither paid nor put into its book. Facts: name, limit, left, hours."""

    sentence = _(
        "%(name)s është përfitues i ri për ju: tani mund t’i paguani gjithsej %(limit)s dhe mbeten %(left)s. Ruajeni "
        "te përfituesit: ky kufi bie %(hours)s orë pas ruajtjes."
    )


@dataclass(frozen=True, slots=True)
class Allowance:
    """What may still be released to a new payee, in minor units; `until` is None where no clock runs for it yet."""

    limit_minor: int
    left_minor: int
    until: datetime | None


def require(order: PaymentOrder, *, at: datetime) -> None:
    """Refuse to release more to a new payee than the bank lets, with PayeeIsNew or PayeeIsUnknown.

    Call it under the order's lock, at the signature that releases it. Locks the company, as `limits.require` does.
    """
    if order.kind in EXEMPT:
        return
    Company.objects.select_for_update(no_key=True).get(pk=order.company_id)
    allowance = allowed(order, at=at)
    if allowance and order.amount_minor > allowance.left_minor:
        raise refusal(order, allowance)


def allowed(order: PaymentOrder, *, at: datetime, known: Dealings | None = None) -> Allowance | None:
    """What is left for the payee of this order, the order itself not counted; None for one that is new no more.

    `known` are the dealings with the payee where the caller has asked for them already.
    """
    if order.kind in EXEMPT:
        return None
    known = known or dealings.of(order, at=at)
    since = known.since(order.beneficiary_iban)
    until = dealings.ripens_at(since) if since else None
    if until and at >= until:
        return None
    limit = settings.NEW_PAYEE_LIMIT_MINOR.get(order.currency, 0)
    return Allowance(limit, max(0, limit - known.released_minor), until)


def refusal(order: PaymentOrder, allowance: Allowance) -> Refusal:
    """The no, in words."""
    facts = {
        "name": order.beneficiary_name,
        "limit": format_money(allowance.limit_minor, order.currency),
        "left": format_money(allowance.left_minor, order.currency),
    }
    if allowance.until is None:
        return PayeeIsUnknown(**facts, hours=settings.NEW_PAYEE_HOURS)
    return PayeeIsNew(**facts, until=f"{clock.tirana(allowance.until):%d.%m.%Y %H:%M}")
