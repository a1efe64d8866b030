"""What the pages of payments show: each function fetches what its template needs, in one go, and says it in words."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Paginator
from django.db.models import Count
from django.urls import reverse
from django.utils.translation import get_language, gettext as _

from accounts import clock
from accounts.days import on_day
from accounts.identifiers import mask_phone
from accounts.models import Mandate
from accounts.money import format_amount, format_money
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from payments import approvals, cards, promises, selectors
from payments.bank_day import bank_day
from payments.forms import DomesticForm
from payments.models import PaymentOrder, Tariff
from payments.models.orders import OrderKind, OrderStatus

PAGE_SIZE = 25
PPM_IN_PERCENT = 10_000
HIDDEN_CODE = "••••••"


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


def domestic_page(form: DomesticForm) -> dict[str, Any]:
    """The form beside the promise as it stands and the fees."""
    by = promises.rules(kind=OrderKind.DOMESTIC, at=form.at)
    day = bank_day(form.at, by=by)
    promised = promises.promise_now(kind=OrderKind.DOMESTIC, requested_on=None, at=form.at, by=by)
    today = clock.tirana_day(form.at)
    sentence = cards.promise_card(promised, today=today).sentence
    if promised.execute_on == today:
        sentence = _("Sot, nëse nënshkruhet deri në %(time)s") % {"time": day.cut_off_label}
    return {
        "form": form,
        "amount_currency": form.only_currency,
        "bank_day": day,
        "preview": {"sentence": sentence, "execute_on": promised.execute_on, "cut_off_label": day.cut_off_label},
        "tariff_rows": [row for currency in form.currencies for row in _tariff_rows(form.tariffs[currency])],
    }


def order_page(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """One order: where it stands, why that day, who signed, what may still be done."""
    signatures = selectors.signatures(order)
    is_live = order.status in {OrderStatus.DRAFT, OrderStatus.AWAITING}
    promise = None
    if is_live or order.released_at:
        promised = promises.promised_or_expected(order, at=at)
        promise = cards.promise_card(
            promised,
            today=clock.tirana_day(at),
            afterwards=not is_live,
            executed_on=clock.tirana_day(order.ended_at) if order.posting_id and order.ended_at else None,
        )
    preparer_may = order.prepared_by_id == mandate.user_id and is_live
    return {
        "order": cards.order_card(order, with_bank=True),
        "promise": promise if order.status not in {OrderStatus.CANCELLED, OrderStatus.REJECTED} else None,
        "timeline": cards.timeline(order, signatures),
        "signatures": cards.signer_lines(signatures),
        "signatures_wanted": order.signatures_wanted,
        "dots": cards.dots(len(signatures), order.signatures_wanted),
        "booking": _booking(order),
        "may_review": action_on(order, mandate, at=at) != "none",
        "may_cancel": preparer_may
        or (mandate.may_sign and order.status in {OrderStatus.DRAFT, OrderStatus.AWAITING, OrderStatus.RELEASED}),
        "may_reject": mandate.may_sign and order.status == OrderStatus.AWAITING,
    }


def review_page(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """What will be signed, with its fee, its day and the SMS as it will read."""
    signatures = selectors.signatures(order)
    others = selectors.signers_wanted(order, on=clock.tirana_day(at))
    action = _action(order, mandate, others)
    wanted = max(1, others)
    promised = promises.promised_or_expected(order, at=at)
    missing = order.total_minor - order.debit_account.available_minor
    return {
        "order": cards.order_card(order, with_bank=True),
        "promise": cards.promise_card(promised, today=clock.tirana_day(at), afterwards=bool(order.released_at)),
        "signatures": cards.signer_lines(signatures),
        "signatures_wanted": wanted,
        "dots": cards.dots(len(signatures), wanted),
        "action": action,
        "no_action_reason": _why_nothing(order, mandate) if action == "none" else "",
        "version": order.version,
        "sms_preview": sms_as_it_reads(order) if action == "sign" else "",
        "missing_money": format_money(missing, order.currency) if missing > 0 and not order.released_at else "",
    }


def sign_page(order: PaymentOrder, challenge: FnpChallenge, *, at: datetime) -> dict[str, Any]:
    """The code's own page: where it went, until when it is good, and for what alone."""
    promised = promises.promised_or_expected(order, at=at)
    delivery = fnp.delivery(challenge, clock.machine())
    return {
        "order": cards.order_card(order),
        "promise": cards.promise_card(promised, today=clock.tirana_day(at)),
        "masked_phone": mask_phone(challenge.phone),
        "sent_at": clock.shown(delivery.sent_at),
        "expires_at": clock.shown(challenge.expires_at),
        "attempts_left": challenge.attempts_max - challenge.attempts,
        "delivery": delivery,
        "resend_after": fnp.resend_after(challenge, at=clock.machine()),
        "sms_preview": sms_as_it_reads(order),
    }


def approvals_page(mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """What awaits this person; apart, what she prepared herself and others must sign, so that nobody looks for it."""
    by = promises.rules(kind=OrderKind.DOMESTIC, at=at)
    return {
        "awaiting": cards.approval_cards(mandate, at=at, by=by),
        "own_cards": [cards.own_card(order, at=at, by=by) for order in selectors.own_awaiting(mandate)],
        "bank_day": bank_day(at, by=by),
    }


def action_on(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> str:
    """What this person can do next with the order: submit, sign, or none. The verbs ask again."""
    return _action(order, mandate, selectors.signers_wanted(order, on=clock.tirana_day(at)))


def _action(order: PaymentOrder, mandate: Mandate, others: int) -> str:
    if order.status == OrderStatus.DRAFT:
        is_mine = order.prepared_by_id == mandate.user_id and mandate.may_prepare
        return "none" if not is_mine else "sign" if others == 0 and mandate.may_sign else "submit"
    if order.status == OrderStatus.AWAITING and selectors.awaiting(mandate).filter(pk=order.pk).exists():
        return "sign"
    return "none"


def signed_sentence(order: PaymentOrder) -> str:
    """What happened by this signature, and what comes next."""
    if order.status == OrderStatus.AWAITING:
        return _("Nënshkrimi juaj u mor. Urdhri pret edhe nënshkrimin e një kolegu.")
    assert order.execute_on is not None, "a released order has its day"
    return _("Urdhri u nënshkrua dhe u pranua. Kryhet %(on_day)s.") % {"on_day": on_day(order.execute_on)}


def sms_as_it_reads(order: PaymentOrder) -> str:
    """The SMS with dots where the code will stand, so that the person can compare amount and payee."""
    return approvals.sms_sentence(order).replace(fnp.MARK, HIDDEN_CODE).replace(fnp.REFERENCE_MARK, "••••••••")


def _why_nothing(order: PaymentOrder, mandate: Mandate) -> str:
    if order.status != OrderStatus.AWAITING:
        return _("Ky urdhër është në gjendjen “%(status)s”.") % {"status": order.get_status_display()}
    if not mandate.may_sign:
        return _("Urdhri pret nënshkrimin e një kolegu që ka të drejtë nënshkrimi.")
    if order.prepared_by_id == mandate.user_id:
        return _("Urdhrin e përgatitët ju vetë, prandaj e nënshkruan një koleg.")
    return _("Ju e keni nënshkruar tashmë. Urdhri pret edhe nënshkrimin e një kolegu.")


def _booking(order: PaymentOrder) -> dict[str, Any] | None:
    if order.posting is None:
        return None
    url = reverse("statements:activity", args=[order.debit_account.uuid])
    day = order.posting.booked_on.isoformat()
    return {
        "booked_on": order.posting.booked_on,
        "value_on": order.posting.value_on,
        "reference": order.posting.end_to_end_id,
        "activity_url": f"{url}?{urlencode({'from': day, 'to': day})}",
    }


def _tariff_rows(bands: list[Tariff]) -> list[tuple[str, str]]:
    return [(_band_label(band), _price_label(band)) for band in bands]


def _band_label(band: Tariff) -> str:
    if band.up_to_minor is None:
        return _("Mbi këtë shumë, %(currency)s") % {"currency": band.currency} if not band.rate_ppm else band.currency
    return _("Deri në %(amount)s") % {"amount": format_money(band.up_to_minor, band.currency)}


def _price_label(band: Tariff) -> str:
    if band.rate_ppm:
        percent = f"{band.rate_ppm / PPM_IN_PERCENT:g}".replace(".", "," if get_language() == "sq" else ".")
        return _("%(percent)s %%, %(min)s–%(max)s %(currency)s") % {
            "percent": percent,
            "min": format_amount(band.min_minor),
            "max": format_amount(band.max_minor or 0),
            "currency": band.currency,
        }
    return format_money(band.fixed_minor, band.currency) if band.fixed_minor else _("pa pagesë")
