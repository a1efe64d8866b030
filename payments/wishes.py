"""What a customer asks for, before it is an order: whether the bank can do it, by which rail, and for what fee."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from accounts import selectors as books
from accounts.identifiers import check_iban
from accounts.models import BankAccount
from accounts.refusals import Refusal
from payments import banks, budget, payee_names, rails, tariffs
from payments.models.orders import OrderKind


class NoSuchAccountHere(Refusal):
    sentence = _(
        "Ky IBAN nuk merr pagesa në %(currency)s te banka jonë. Kontrollojeni me përfituesin, ose zgjidhni një "
        "llogari tuajën në këtë monedhë."
    )


class PayeeIsElsewhere(Refusal):
    sentence = _("Ky IBAN është i një banke tjetër. Përdorni “Brenda vendit”.")


class PayeeIsHere(Refusal):
    sentence = _("Ky IBAN është i bankës sonë. Përdorni “Brenda bankës”: kryhet menjëherë dhe pa komision.")


class PayeeIsThePayer(Refusal):
    sentence = _("Llogaria që paguan dhe ajo që merr janë e njëjta. Zgjidhni një tjetër.")


@dataclass(frozen=True, slots=True)
class Wish:
    """What a customer asks: amounts in minor units of the debit account's currency, the IBAN in its normal form.

    `prefers_previous` turns a requested day off into the working day before it; `budget_fields` are by field code;
    `keeps_payee` puts the payee into the company's book with the order.
    """

    kind: OrderKind
    debit_account: UUID
    beneficiary_name: str
    beneficiary_iban: str
    amount_minor: int
    description: str
    requested_on: date | None = None
    prefers_previous: bool = False
    is_urgent: bool = False
    invoice_code: str = ""
    budget_scheme: str = ""
    budget_fields: Mapping[str, str] = field(default_factory=dict)
    keeps_payee: bool = False


# The columns that a wish fills as it stands.
ASKED = (
    "kind",
    "is_urgent",
    "beneficiary_name",
    "beneficiary_iban",
    "amount_minor",
    "description",
    "requested_on",
    "prefers_previous",
    "invoice_code",
    "budget_scheme",
    "budget_fields",
)


def payload(wish: Wish, account: BankAccount, *, on: date) -> dict[str, object]:
    """The columns of the order that this wish becomes, with its rail and its fee of this day.

    Refuses a payee whom the kind does not reach, and CurrencyNotServed.
    """
    require_payee(wish, account)
    try:
        rail = rails.rail_of(
            kind=wish.kind, currency=account.currency, amount_minor=wish.amount_minor, is_urgent=wish.is_urgent
        )
    except rails.NotCarriedError as error:
        raise tariffs.CurrencyNotServed(currency=account.currency) from error
    key = rails.rule_key(kind=wish.kind, is_urgent=wish.is_urgent)
    price = tariffs.fee(kind=key, currency=account.currency, amount_minor=wish.amount_minor, on=on)
    return {
        **{name: getattr(wish, name) for name in ASKED},
        "debit_account": account,
        "currency": account.currency,
        "fee_minor": price,
        "rail": rail,
        "payee_key": payee_names.key(wish.beneficiary_name),
    }


def require_payee(wish: Wish, account: BankAccount) -> None:
    """Refuse a payee whom this kind does not reach: in our own books an open account of the same currency."""
    is_here = banks.is_ours(check_iban(wish.beneficiary_iban))
    if wish.kind == OrderKind.BUDGET:
        budget.require(
            wish.budget_scheme,
            wish.budget_fields,
            iban=wish.beneficiary_iban,
            name=wish.beneficiary_name,
            currency=account.currency,
        )
    if not rails.executes_at_once(wish.kind):
        if is_here:
            raise PayeeIsHere
        return
    if not is_here:
        raise PayeeIsElsewhere
    if wish.beneficiary_iban == account.iban:
        raise PayeeIsThePayer
    owner = account.company if wish.kind == OrderKind.OWN else None
    if books.payee_account(wish.beneficiary_iban, currency=account.currency, owner=owner) is None:
        raise NoSuchAccountHere(currency=account.currency)
