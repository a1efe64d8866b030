"""What the form of a payment is filled with when it comes from the payee book, a template or an order paid before.

It only writes into fields; the form checks it and its sender reads it as if it were typed.
"""

from collections.abc import Mapping
from urllib.parse import urlencode
from uuid import UUID

from django.urls import reverse

from accounts import selectors as books
from accounts.identifiers import check_iban, group_iban
from accounts.models import Company, Mandate
from accounts.money import format_amount
from payments import banks, order_templates, payees, selectors
from payments.models import Beneficiary, PaymentOrder, PaymentTemplate
from payments.models.orders import OrderKind, OrderStatus

# The names in the address: ?payee=, ?template=, ?order= with an id; ?draft= edits the draft itself.
PAYEE, TEMPLATE, ORDER, DRAFT = "payee", "template", "order", "draft"


class NothingToFillError(Exception):
    """The address names what this company does not have."""


def typed(company: Company, asked: Mapping[str, str]) -> dict[str, str]:
    """The fields by name, as they would be typed; empty where the address asks for nothing.

    Raises NothingToFillError for an id that is none, or none of this company.
    """
    for name, fields_of in ((PAYEE, _of_payee), (TEMPLATE, _of_template), (ORDER, _of_order)):
        if name in asked:
            return fields_of(company, _uuid(asked[name]))
    return {}


def draft_of(mandate: Mandate, asked: Mapping[str, str]) -> PaymentOrder | None:
    """The draft that the form edits: only its preparer may; None where the address asks for none.

    Raises NothingToFillError for what is no draft of hers any more.
    """
    if DRAFT not in asked:
        return None
    row = selectors.order_of(mandate.company, _uuid(asked[DRAFT]))
    if row is None or row.status != OrderStatus.DRAFT or row.prepared_by_id != mandate.user_id:
        raise NothingToFillError
    return row


def of_draft(draft: PaymentOrder) -> dict[str, str]:
    """All that its form was filled with, the day and the invoice too."""
    fields = _fields(draft.company, draft, order_templates.own_words(draft), draft.amount_minor)
    if draft.requested_on:
        fields["execute_on"] = f"{draft.requested_on:%d.%m.%Y}"
    if draft.prefers_previous:
        fields["prefers_previous"] = "on"
    return fields | {"invoice_code": draft.invoice_code}


def edit_url(order: PaymentOrder) -> str:
    """The form that edits a draft."""
    return _address(order.kind, order.budget_scheme, DRAFT, order.pk)


def pay_url(beneficiary: Beneficiary) -> str:
    """The form that pays this payee, by where its account is."""
    is_here = banks.is_ours(check_iban(beneficiary.iban))
    return _address(OrderKind.INTERNAL if is_here else OrderKind.DOMESTIC, "", PAYEE, beneficiary.pk)


def keep_url(order: PaymentOrder) -> str:
    """The form that puts the payee of an order into the book."""
    return f"{reverse('payments:new_beneficiary')}?{urlencode({ORDER: order.pk})}"


def again_url(order: PaymentOrder) -> str:
    """The form of an order's kind, filled with what it was."""
    return _address(order.kind, order.budget_scheme, ORDER, order.pk)


def use_url(template: PaymentTemplate) -> str:
    """The form of a template's kind, filled with it."""
    return _address(template.kind, template.budget_scheme, TEMPLATE, template.pk)


def _address(kind: str, scheme: str, name: str, row_id: UUID) -> str:
    args = [scheme] if kind == OrderKind.BUDGET else []
    page = reverse(f"payments:new_{kind}", args=args)
    return f"{page}?{urlencode({name: row_id})}"


def _of_payee(company: Company, row_id: UUID) -> dict[str, str]:
    row = payees.entry(company, row_id)
    if row is None:
        raise NothingToFillError
    return {"beneficiary_name": row.name, "beneficiary_iban": group_iban(row.iban)}


def _of_template(company: Company, row_id: UUID) -> dict[str, str]:
    row = order_templates.template_of(company, row_id)
    if row is None:
        raise NothingToFillError
    return _fields(company, row, row.description, row.amount_minor)


def _of_order(company: Company, row_id: UUID) -> dict[str, str]:
    row = selectors.order_of(company, row_id)
    if row is None:
        raise NothingToFillError
    return _fields(company, row, order_templates.own_words(row), row.amount_minor)


def _fields(
    company: Company, row: PaymentOrder | PaymentTemplate, description: str, amount_minor: int | None
) -> dict[str, str]:
    fields = {
        "debit_account": str(row.debit_account.uuid),
        "beneficiary_name": row.beneficiary_name,
        "beneficiary_iban": group_iban(row.beneficiary_iban),
        "description": description,
        **{f"field_{code}": str(value) for code, value in row.budget_fields.items()},
    }
    if row.kind == OrderKind.OWN:
        credit = books.payee_account(row.beneficiary_iban, currency=row.debit_account.currency, owner=company)
        fields["credit_account"] = str(credit.uuid) if credit else ""
    if amount_minor is not None:
        fields["amount"] = format_amount(amount_minor)
    if row.is_urgent:
        fields["is_urgent"] = "on"
    return fields


def _uuid(text: str) -> UUID:
    try:
        return UUID(text)
    except ValueError as error:
        raise NothingToFillError from error
