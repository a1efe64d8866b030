"""By which way an order leaves, pure: our own books, AECH, AIPS or AIPS EURO; and whose price and cut-off it takes."""

from typing import Final

from payments.models.orders import OrderKind, Rail

# The ACH takes up to this amount; whatever is larger is settled one by one in the RTGS (Bank of Albania's rules).
AECH_MOST_MINOR: Final = 150_000_000
IN_OUR_BOOKS: Final = frozenset({OrderKind.OWN, OrderKind.INTERNAL})
URGENT: Final = "urgent"
# By which ways the orders of a rule leave.
RAILS_OF: Final = {
    str(OrderKind.DOMESTIC): (Rail.AECH, Rail.AIPS, Rail.AIPS_EURO),
    str(OrderKind.BUDGET): (Rail.AECH, Rail.AIPS, Rail.AIPS_EURO),
    URGENT: (Rail.AIPS, Rail.AIPS_EURO),
}


class NotCarriedError(Exception):
    """No payment system of the country carries this currency."""


def rail_of(*, kind: str, currency: str, amount_minor: int, is_urgent: bool) -> Rail:
    """The way of an order; 1.500.000,00 ALL still go by AECH unless urgent. NotCarriedError for other currencies."""
    if kind in IN_OUR_BOOKS:
        return Rail.BOOK
    if currency == "EUR":
        return Rail.AIPS_EURO
    if currency != "ALL":
        raise NotCarriedError(currency)
    return Rail.AIPS if is_urgent or amount_minor > AECH_MOST_MINOR else Rail.AECH


def rule_key(*, kind: str, is_urgent: bool) -> str:
    """Under which name staff keep the cut-off and the tariff of such an order."""
    return URGENT if kind == OrderKind.DOMESTIC and is_urgent else str(kind)


def executes_at_once(kind: str) -> bool:
    """Whether no cut-off applies: our own books are never away (D5)."""
    return kind in IN_OUR_BOOKS
