"""What the pages of standing orders show: the list, the form, one series with its plan, its review and its code."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.core.paginator import Paginator
from django.urls import reverse
from django.utils.translation import gettext as _

from accounts import business_day, clock
from accounts.identifiers import mask_phone
from accounts.models import Mandate
from auth_flow import fnp
from auth_flow.models import FnpChallenge
from payments import cards, dealings, selectors, series as one_series, standing_notices, standing_selectors
from payments.forms.standing import StandingForm
from payments.models import StandingOrder
from payments.models.orders import OrderStatus
from payments.models.standing import StandingStatus
from payments.pages.signing import HIDDEN_CODE
from payments.pages.standing_cards import plan_card, standing_card
from payments.pages.transfers import tariff_rows
from payments.pages.warnings import finding_cards, notes

PAGE_SIZE = 25
LAST_ORDERS = 12
ALIVE = {*standing_selectors.UNSIGNED, StandingStatus.RUNNING}


def standing_page(mandate: Mandate, *, page: str, at: datetime) -> dict[str, Any]:
    """The company's series: what waits and what runs first, each running one with its next day."""
    shown = Paginator(standing_selectors.of_company(mandate.company), PAGE_SIZE).get_page(page)
    plans = standing_selectors.plans(list(shown), calendar=business_day.calendar(), at=at, most=1)
    next_on = {key: next((day.due_on for day in one.paying), None) for key, one in plans.items()}
    rows = [(standing_card(series), next_on[series.pk]) for series in shown]
    return {
        "rows": rows,
        "may_prepare": mandate.may_prepare,
        "older_url": _page_url(shown.next_page_number()) if shown.has_next() else None,
        "newer_url": _page_url(shown.previous_page_number()) if shown.has_previous() else None,
    }


def _page_url(number: int) -> str:
    return f"{reverse('payments:standing')}?{urlencode({'page': number})}"


def new_page(form: StandingForm) -> dict[str, Any]:
    """The form of one kind with what each payment costs."""
    return {
        "form": form,
        "kind": form.kind,
        "amount_currency": form.only_currency,
        "tariff_rows": tariff_rows(form),
    }


def one_page(series: StandingOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """One series: its plan, what it has made, who signed, what may still be done."""
    signatures = standing_selectors.signatures(series)
    made = list(standing_selectors.orders_of(series)[:LAST_ORDERS]) if series.started_at else []
    may_end = (mandate.may_sign or series.prepared_by_id == mandate.user_id) and series.status in ALIVE
    failures = standing_notices.failing(order.status for order in made)
    is_running = series.status == StandingStatus.RUNNING
    return {
        "series": standing_card(series, on=clock.tirana_day(at)),
        "plan": plan_card(series, at=at),
        "made": [(cards.order_card(order), order.due_on) for order in made],
        "open_orders": sum(order.status == OrderStatus.RELEASED for order in made) if mandate.may_sign else 0,
        "failures": failures if is_running and failures >= settings.STANDING_FAILURES_TOLD else 0,
        "signatures": signatures,
        "signatures_wanted": series.signatures_wanted,
        "dots": cards.dots(len(signatures), series.signatures_wanted),
        "ending": _ending(series),
        "ended_at": series.ended_at,
        "may_review": action_on(series, mandate, at=at) != "none",
        "may_skip": may_end and is_running,
        "may_stop": may_end,
        "is_running": is_running,
        "may_reject": mandate.may_sign and series.status == StandingStatus.AWAITING,
        "again_url": _again_url(series) if mandate.may_prepare else "",
    }


def _again_url(series: StandingOrder) -> str:
    page = reverse("payments:standing_new", args=[series.kind])
    return f"{page}?{urlencode({'from': series.pk})}"


def _ending(series: StandingOrder) -> str:
    """Who ended it and why; the clock's reasons are msgids of paydays."""
    if series.ended_at is None:
        return ""
    if series.ended_by:
        return f"{series.ended_by.full_name}: {series.end_reason}"
    if series.status == StandingStatus.EXPIRED:
        return _("Nuk u nënshkrua para ditës së parë ose brenda afatit. Bëni një të ri nga ky.")
    return _(series.end_reason) if series.end_reason else ""


# --- Signing ---------------------------------------------------------------------------------------------------------


def review_page(series: StandingOrder, mandate: Mandate, *, at: datetime) -> dict[str, Any]:
    """What will be signed once for all its payments: every part of it, its first days, and the SMS as it will read."""
    signatures = standing_selectors.signatures(series)
    others = _signers_wanted(series, at)
    action = _action(series, mandate, others)
    is_asked = series.status == StandingStatus.DRAFT and series.prepared_by_id == mandate.user_id
    payment = one_series.as_order(series)
    known = dealings.of(payment, at=at) if series.status in standing_selectors.UNSIGNED else None
    plan = plan_card(series, at=at)
    return {
        "series": standing_card(series, on=clock.tirana_day(at)),
        "plan": plan,
        "sign_before": min([series.first_on, *(row.due_on for row in plan.rows)]),
        "signatures": signatures,
        "signatures_wanted": max(1, others),
        "dots": cards.dots(len(signatures), max(1, others)),
        "action": action,
        "no_action_reason": _why_nothing(series, mandate) if action == "none" else "",
        "version": series.version,
        "sms_preview": sms_as_it_reads(series) if action == "sign" else "",
        "warnings": finding_cards(one_series.findings(series, at=at, known=known)) if known else [],
        "are_warnings_asked": is_asked,
        "notes": notes(payment, at=at, known=known) if known else [],
    }


def sign_page(series: StandingOrder, challenge: FnpChallenge) -> dict[str, Any]:
    """The code's own page: where it went, until when it is good, and for what alone."""
    delivery = fnp.delivery(challenge, clock.machine())
    return {
        "series": standing_card(series),
        "masked_phone": mask_phone(challenge.phone),
        "sent_at": clock.shown(delivery.sent_at),
        "expires_at": clock.shown(challenge.expires_at),
        "attempts_left": challenge.attempts_max - challenge.attempts,
        "delivery": delivery,
        "resend_after": fnp.resend_after(challenge, at=clock.machine(), asked_at=delivery.asked_at),
        "sms_preview": sms_as_it_reads(series),
    }


def action_on(series: StandingOrder, mandate: Mandate, *, at: datetime) -> str:
    """What this person can do next with the series: submit, sign, or none. The verbs ask again."""
    return _action(series, mandate, _signers_wanted(series, at))


def signed_sentence(series: StandingOrder) -> str:
    """What happened by this signature, and what comes next."""
    if series.status == StandingStatus.AWAITING:
        return _("Nënshkrimi juaj u mor. Urdhri i përhershëm pret edhe një koleg: njoftojeni, e gjen te Nënshkrime.")
    return _("Urdhri i përhershëm u nënshkrua. Pagesat kryhen vetë, sipas planit më poshtë.")


def sms_as_it_reads(series: StandingOrder) -> str:
    """The SMS with dots where the code will stand."""
    text = one_series.sms_sentence(series)
    return text.replace(fnp.MARK, HIDDEN_CODE).replace(fnp.REFERENCE_MARK, "••••••••")


def _signers_wanted(series: StandingOrder, at: datetime) -> int:
    if series.other_signers is not None:
        return series.other_signers
    return selectors.other_signers(series.company, on=clock.tirana_day(at))


def _action(series: StandingOrder, mandate: Mandate, others: int) -> str:
    if series.status == StandingStatus.DRAFT:
        is_mine = series.prepared_by_id == mandate.user_id and mandate.may_prepare
        return "none" if not is_mine else "sign" if others == 0 and mandate.may_sign else "submit"
    is_hers = series.prepared_by_id != mandate.user_id or others == 0
    has_signed = mandate.user_id in {one.user_id for one in standing_selectors.signatures(series)}
    is_open = series.status == StandingStatus.AWAITING and mandate.may_sign
    return "sign" if is_open and is_hers and not has_signed else "none"


def _why_nothing(series: StandingOrder, mandate: Mandate) -> str:
    if series.status != StandingStatus.AWAITING:
        return _(
            "Ky urdhër i përhershëm është në gjendjen “%(status)s”. Shihni te faqja e tij çfarë mund të bëhet."
        ) % {"status": series.get_status_display()}
    if not mandate.may_sign:
        return _("Urdhri pret nënshkrimin e një kolegu që ka të drejtë nënshkrimi. Njoftojeni: e gjen te Nënshkrime.")
    if series.prepared_by_id == mandate.user_id:
        return _("Urdhrin e përgatitët ju vetë, prandaj e nënshkruan një koleg. Njoftojeni: e gjen te Nënshkrime.")
    return _("Ju e keni nënshkruar tashmë. Urdhri pret edhe një koleg: njoftojeni, e gjen te Nënshkrime.")
