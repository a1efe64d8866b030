"""What the pages of signing show: the review, the code's own page, and what awaits this person."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from accounts import clock
from accounts.days import on_day
from accounts.identifiers import mask_phone
from accounts.models import Mandate
from accounts.money import format_money
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from payments import approvals, cards, cutoff, prefill, promises, reasons, selectors
from payments.bank_day import bank_day
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus
from payments.pages.standing_cards import awaiting_cards
from payments.pages.warnings import review_warnings

HIDDEN_CODE = "••••••"


def review_page(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """What will be signed, with its fee, its day and the SMS as it will read."""
    signatures = selectors.signatures(order)
    others = selectors.signers_wanted(order, on=clock.tirana_day(at))
    action = _action(order, mandate, others)
    wanted = max(1, others)
    promised = promises.promised_or_expected(order, at=at)
    missing = order.total_minor - order.debit_account.available_minor
    return {
        "order": cards.order_card(order, is_whole=True),
        "promise": cards.promise_card(promised, today=clock.tirana_day(at), afterwards=bool(order.released_at)),
        "signatures": cards.signer_lines(signatures),
        "signatures_wanted": wanted,
        "dots": cards.dots(len(signatures), wanted),
        "action": action,
        "sent_back": cards.sent_back_card(order),
        "edit_url": prefill.edit_url(order) if may_edit(order, mandate) else "",
        "no_action_reason": _why_nothing(order, mandate) if action == "none" else "",
        "version": order.version,
        "sms_preview": sms_as_it_reads(order) if action == "sign" else "",
        **review_warnings(order, mandate, at=at),
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
        "resend_after": fnp.resend_after(challenge, at=clock.machine(), asked_at=delivery.asked_at),
        "sms_preview": sms_as_it_reads(order),
    }


def approvals_page(mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """What awaits this person; apart, what she prepared herself and others must sign, so that nobody looks for it."""
    by = promises.rules(at=at)
    awaiting, standing = cards.approval_cards(mandate, at=at, by=by), awaiting_cards(mandate, calendar=by.calendar)
    return {
        "awaiting": awaiting,
        "awaiting_count": len(awaiting) + len(standing),
        "own_cards": cards.own_cards(mandate, at=at, by=by),
        "standing": standing,
        "bank_day": bank_day(at, by=by),
    }


def action_on(order: PaymentOrder, mandate: Mandate, *, at: datetime) -> str:
    """What this person can do next with the order: submit, sign, or none. The verbs ask again."""
    return _action(order, mandate, selectors.signers_wanted(order, on=clock.tirana_day(at)))


def may_edit(order: PaymentOrder, mandate: Mandate) -> bool:
    """Whether it is a draft of hers; one of a series is made by the clock."""
    is_hers = order.prepared_by_id == mandate.user_id and mandate.may_prepare
    return is_hers and order.status == OrderStatus.DRAFT and not order.standing_id


def _action(order: PaymentOrder, mandate: Mandate, others: int) -> str:
    if order.status == OrderStatus.DRAFT:
        is_mine = order.prepared_by_id == mandate.user_id and mandate.may_prepare
        return "none" if not is_mine else "sign" if others == 0 and mandate.may_sign else "submit"
    if order.status == OrderStatus.AWAITING and selectors.awaits(mandate, order.pk):
        return "sign"
    return "none"


def signed_sentence(order: PaymentOrder) -> str:
    """What happened by this signature, and what comes next."""
    if order.status == OrderStatus.AWAITING:
        return _("Nënshkrimi juaj u mor. Urdhri pret edhe nënshkrimin e një kolegu.")
    assert order.execute_on is not None, "a released order has its day"
    promised = cutoff.Promised.from_facts(order.promise.reasons)
    if promised.is_at_once:
        return _("Urdhri u nënshkrua dhe u pranua. %(promise)s.") % {"promise": reasons.headline(promised)}
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
