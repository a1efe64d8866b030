"""What the list of orders and the page of one order show."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import clock
from accounts.models import Mandate
from payments import cards, prefill, promises, selectors
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus
from payments.pages.signing import action_on, may_edit
from payments.pages.warnings import answered_cards
from payments.timeline import timeline

PAGE_SIZE = 25
# What a customer ended herself: nothing is promised any more.
UNDONE = (OrderStatus.CANCELLED, OrderStatus.REJECTED, OrderStatus.SENT_BACK, OrderStatus.FAILED, OrderStatus.EXPIRED)
# Whose page leads to the same order made anew.
AGAIN = (OrderStatus.EXECUTED, OrderStatus.RETURNED, OrderStatus.FAILED, OrderStatus.REJECTED, OrderStatus.EXPIRED)


def orders_page(mandate: Mandate, *, status: str, page: str) -> dict[str, Any]:
    """The list with its tabs; an unknown state shows all."""
    counts = dict(
        PaymentOrder.objects.filter(company=mandate.company).values_list("status").annotate(Count("pk")).order_by()
    )
    chosen = status if status in OrderStatus.values else ""
    orders = selectors.of_company(mandate.company)
    shown = Paginator(orders.filter(status=chosen) if chosen else orders, PAGE_SIZE).get_page(page)
    url = reverse("payments:orders")

    def link(number: int) -> str:
        return f"{url}?{urlencode({'status': chosen, 'page': number})}"

    tabs = [{"url": url, "label": _("Të gjitha"), "count": sum(counts.values()), "current": not chosen}]
    tabs += [
        {"url": f"{url}?status={value}", "label": label, "count": counts[value], "current": value == chosen}
        for value, label in OrderStatus.choices
        if value in counts
    ]
    return {
        "orders": [cards.order_card(order) for order in shown],
        "tabs": tabs,
        "may_prepare": mandate.may_prepare,
        "older_url": link(shown.next_page_number()) if shown.has_next() else None,
        "newer_url": link(shown.previous_page_number()) if shown.has_previous() else None,
    }


def order_page(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """One order: where it stands, why that day, who signed, what may still be done."""
    signatures, warnings = selectors.signatures(order), answered_cards(order)
    is_live = order.status in {OrderStatus.DRAFT, OrderStatus.AWAITING}
    promise, home_at = None, order.returned_at or selectors.home_at(order)
    if is_live or order.released_at:
        promised = promises.promised_or_expected(order, at=at)
        promise = cards.promise_card(
            promised,
            today=clock.tirana_day(at),
            afterwards=not is_live,
            executed_on=clock.tirana_day(order.ended_at) if order.posting_id and order.ended_at else None,
            home_on=clock.tirana_day(home_at) if home_at else None,
        )
    preparer_may = order.prepared_by_id == mandate.user_id and is_live
    return {
        "order": cards.order_card(order, is_whole=True),
        "promise": promise if order.status not in UNDONE else None,
        "timeline": timeline(
            order,
            signatures,
            [(one.title, one.answered_by, one.answered_at) for one in warnings],
            void=selectors.signatures(order.replaces) if order.replaces else (),
        ),
        "sent_back": cards.sent_back_card(order),
        "goes_on_as": getattr(order, "replaced_by", None),
        "signatures": cards.signer_lines(signatures),
        "signatures_wanted": order.signatures_wanted,
        "dots": cards.dots(len(signatures), order.signatures_wanted),
        "booking": _booking(order),
        "series": order.standing,
        "warnings": warnings,
        "again_url": prefill.again_url(order) if mandate.may_prepare and order.status in AGAIN else "",
        "may_prepare": mandate.may_prepare,
        "edit_url": prefill.edit_url(order) if may_edit(order, mandate) else "",
        "may_review": action_on(order, mandate, at=at) != "none",
        "may_cancel": preparer_may
        or (mandate.may_sign and order.status in {OrderStatus.DRAFT, OrderStatus.AWAITING, OrderStatus.RELEASED}),
        "may_reject": mandate.may_sign and order.status == OrderStatus.AWAITING,
        "may_send_back": mandate.may_sign and order.status == OrderStatus.AWAITING,
    }


def _booking(order: PaymentOrder) -> dict[str, Any] | None:
    if order.posting is None:
        return None
    url = reverse("statements:activity", args=[order.debit_account.uuid])
    day = order.posting.booked_on.isoformat()
    return {
        "booked_on": order.posting.booked_on,
        "value_on": order.posting.value_on,
        "reference": order.posting.end_to_end_id,
        "confirmation_url": reverse("payments:confirmation", args=[order.pk]),
        "activity_url": f"{url}?{urlencode({'from': day, 'to': day})}",
    }
