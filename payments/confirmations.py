"""The confirmation of an executed order, as a paper: who paid whom, how much, when, and who signed.

It is made when it is first asked for, once a language, and kept. An order whose money came back afterwards, from the
clearing house or by the bank itself, gets a paper of its own that says so; the first one stays as it was given.
"""

from collections.abc import Iterator
from datetime import datetime

from django.utils import translation
from django.utils.translation import gettext as _

from accounts import audit, clock, papers
from accounts.days import full_day, on_day
from accounts.identifiers import group_iban
from accounts.models import Entry, Mandate, Paper
from accounts.money import format_money, in_words
from accounts.papers import Compared, Content, Section
from payments import cards, selectors
from payments.models import PaymentOrder
from payments.models.orders import OrderStatus

KINDS = {
    OrderStatus.EXECUTED: "payment.confirmation",
    OrderStatus.RETURNED: "payment.confirmation.returned",
}
GIVEN_BACK = "payment.confirmation.given_back"


def is_confirmed(order: PaymentOrder) -> bool:
    """Whether there is anything to confirm."""
    return order.status in KINDS and order.posting is not None


def paper_of(order: PaymentOrder, mandate: Mandate, *, language: str, at: datetime) -> Paper:
    """The paper of an executed order, as it was made or made now. The order comes with all that its page shows."""
    kind = GIVEN_BACK if _given_back_at(order) else KINDS[OrderStatus(order.status)]
    key = {"kind": kind, "subject": f"order:{order.pk}", "language": language}
    kept = papers.find(**key)
    if kept:
        return kept
    with translation.override(language):
        content = _content(order, language)
    return papers.make(
        **key,
        company=order.company,
        content=content,
        actor=audit.actor_of(mandate),
        at=at,
        compared=Compared(order.debit_account.iban or "", order.amount_minor),
    )


def _content(order: PaymentOrder, language: str) -> Content:
    card = cards.order_card(order, is_whole=True)
    sections = (
        Section(_("Paguesi"), list(_payer(order))),
        Section(_("Përfituesi"), list(_payee(order, card))),
        Section(_("Pagesa"), list(_payment(order, card))),
        Section(_("Nënshkrimet"), list(_signatures(order))),
    )
    mark = ""
    if order.returned_at:
        facts = {"on_day": on_day(clock.tirana_day(order.returned_at)), "why": _(order.end_reason)}
        mark = _("E kthyer %(on_day)s: %(why)s") % facts
    elif back_at := _given_back_at(order):
        day = on_day(clock.tirana_day(back_at))
        mark = _("Banka e ktheu %(on_day)s: paratë janë përsëri te paguesi.") % {"on_day": day}
    return Content(
        title=_("Konfirmim pagese"),
        headline=format_money(order.amount_minor, order.currency),
        in_words=in_words(order.amount_minor, order.currency, "en" if language == "en" else "sq"),
        sections=sections,
        mark=mark,
        notes=[_("Ky dokument tregon si ishte urdhri kur u bë. Gjendja e sotme shihet te urdhri në Degën Internet.")],
    )


def _given_back_at(order: PaymentOrder) -> datetime | None:
    """When the core or staff gave the whole of an executed order back; a returned one came from the clearing house."""
    return selectors.home_at(order) if order.status == OrderStatus.EXECUTED else None


def _payer(order: PaymentOrder) -> Iterator[tuple[str, str]]:
    yield _("Emri"), order.company.name
    yield "NIPT", order.company.nipt
    yield "IBAN", group_iban(order.debit_account.iban or "")


def _payee(order: PaymentOrder, card: cards.OrderCard) -> Iterator[tuple[str, str]]:
    yield _("Emri"), order.beneficiary_name
    yield "IBAN", group_iban(order.beneficiary_iban)
    yield _("Banka"), card.bank_label


def _payment(order: PaymentOrder, card: cards.OrderCard) -> Iterator[tuple[str, str]]:
    assert order.posting is not None, "an executed order has its posting"
    yield _("Urdhri"), f"{order.number}, {card.kind_label}"
    yield _("Komisioni"), format_money(order.fee_minor, order.currency)
    yield _("Gjithsej nga llogaria"), format_money(order.total_minor, order.currency)
    yield _("Përshkrimi"), order.description or "–"
    yield from card.details
    yield _("Dita e premtuar"), full_day(order.promise.execute_on)
    yield _("Kryer më"), _moment(order.ended_at)
    yield _("Regjistruar më"), full_day(order.posting.booked_on)
    yield _("Data e valutës"), full_day(order.posting.value_on)
    yield _("Referenca"), order.posting.end_to_end_id
    for back in selectors.given_back(order):
        label = _("Komisioni u kthye") if back.part == Entry.Part.FEE else _("U kthye nga banka")
        yield label, f"{format_money(back.amount_minor, order.currency)}, {_moment(back.at)}"
    if order.returned_at and order.return_posting:
        yield _("Kthyer më"), _moment(order.returned_at)
        yield _("Kthimi u regjistrua më"), full_day(order.return_posting.booked_on)


def _signatures(order: PaymentOrder) -> Iterator[tuple[str, str]]:
    prepared_at = order.standing.created_at if order.standing else order.created_at
    yield _("Përgatiti"), f"{order.prepared_by.full_name}\n{_moment(prepared_at)}"
    for signature in selectors.signatures(order):
        yield _("Nënshkroi me FNP"), f"{signature.user.full_name}\n{_moment(signature.signed_at)}"


def _moment(moment: datetime | None) -> str:
    return f"{clock.tirana(moment):%d.%m.%Y %H:%M}" if moment else "–"
