"""What the payee book and the templates show."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.paginator import Page, Paginator
from django.urls import reverse

from accounts.models import Mandate
from accounts.money import format_money
from payments import banks, cards, dealings, order_templates, payees, prefill
from payments.forms.beneficiaries import BeneficiaryForm
from payments.models import Beneficiary
from payments.models.orders import OrderKind

PAGE_SIZE = 25


@dataclass(frozen=True, slots=True)
class PayeeLine:
    """One payee of the book; `new_until` while little may be paid to it."""

    id: UUID
    name: str
    nickname: str
    iban: str
    place: str
    new_until: datetime | None
    pay_url: str


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One template; the amount is empty where it is another each time."""

    id: UUID
    name: str
    kind_label: str
    beneficiary_name: str
    amount: str
    use_url: str


def beneficiaries_page(mandate: Mandate, *, search: str, page: str, at: datetime) -> dict[str, Any]:
    """The book, by name."""
    shown = Paginator(payees.book(mandate.company, search=search), PAGE_SIZE).get_page(page)
    places = banks.places(row.iban for row in shown)
    return {
        "lines": [_payee_line(row, places[row.iban], at) for row in shown],
        "search": search,
        "may_prepare": mandate.may_prepare,
        **_pager(shown, "payments:beneficiaries", q=search),
        "section": "beneficiaries",
    }


def beneficiary_page(row: Beneficiary | None, form: BeneficiaryForm, *, at: datetime) -> dict[str, Any]:
    """The form of one payee, beside what the bank knows of it."""
    line = _payee_line(row, banks.places([row.iban])[row.iban], at) if row else None
    return {"form": form, "line": line, "section": "beneficiaries"}


def templates_page(mandate: Mandate, *, page: str) -> dict[str, Any]:
    """The company's templates, by name."""
    shown = Paginator(order_templates.of_company(mandate.company), PAGE_SIZE).get_page(page)
    lines = [
        TemplateLine(
            id=row.pk,
            name=row.name,
            kind_label=str(cards.KIND_LABELS[OrderKind(row.kind)]),
            beneficiary_name=row.beneficiary_name,
            amount=format_money(row.amount_minor, row.debit_account.currency) if row.amount_minor else "",
            use_url=prefill.use_url(row),
        )
        for row in shown
    ]
    return {
        "lines": lines,
        "may_prepare": mandate.may_prepare,
        **_pager(shown, "payments:templates"),
        "section": "templates",
    }


def _pager(shown: Page[Any], name: str, **asked: str) -> dict[str, str | None]:
    """The ways to the pages before and after, with what was asked for."""

    def link(number: int) -> str:
        return f"{reverse(name)}?{urlencode({**asked, 'page': number})}"

    return {
        "next_url": link(shown.next_page_number()) if shown.has_next() else None,
        "previous_url": link(shown.previous_page_number()) if shown.has_previous() else None,
    }


def _payee_line(row: Beneficiary, place: str, at: datetime) -> PayeeLine:
    ripens_at = dealings.ripens_at(row.iban_since)
    return PayeeLine(
        id=row.pk,
        name=row.name,
        nickname=row.nickname,
        iban=row.iban,
        place=place,
        new_until=ripens_at if at < ripens_at else None,
        pay_url=prefill.pay_url(row),
    )
