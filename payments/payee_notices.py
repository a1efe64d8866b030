"""What the bank tells of a payee book: whoever has stolen a session begins with a payee of his own."""

from datetime import datetime
from typing import Final

from django.utils.translation import gettext_lazy as _

from accounts import mandates, notices
from accounts.identifiers import account_tail
from accounts.models import Mandate, Notice
from payments.models import Beneficiary

ADDED: Final = "payments.payee.added"
IBAN_CHANGED: Final = "payments.payee.iban_changed"

notices.declare(
    ADDED,
    _("%(by)s shtoi te përfituesit %(name)s, IBAN %(account)s. Nëse nuk e prisnit, pyeteni, ose telefononi bankën."),
)
notices.declare(
    IBAN_CHANGED,
    _(
        "%(by)s i vuri përfituesit %(name)s IBAN-in %(account)s në vend të %(before)s. Para se të nënshkruani, "
        "verifikojeni me përfituesin në një numër që dinit më parë."
    ),
)


def tell(payee: Beneficiary, *, by: Mandate, before: str, at: datetime) -> None:
    """Tell of a payee that was just kept or changed, in its transaction; `before` is the IBAN known until then, if any.

    Told are all others who sign for the company; where nobody else does, whoever did it: it may not have been her.
    """
    signing = [one for one in mandates.readers({payee.company_id}, at=at)[payee.company_id] if one.may_sign]
    told = [one for one in signing if one.user_id != by.user_id] or signing
    facts = {"by": by.user.full_name, "name": payee.name, "account": account_tail(payee.iban)}
    kind = ADDED
    if before:
        kind, facts["before"] = IBAN_CHANGED, account_tail(before)
    notices.tell_many(
        [Notice(user=one.user, company=one.company, kind=kind, facts=facts, created_at=at) for one in told]
    )
