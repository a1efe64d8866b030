"""Templates of payments: what a company pays again and again, kept from an order. They fill a form and pay nothing."""

from datetime import datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.models import Company, Mandate
from accounts.refusals import Refusal
from accounts.verbs import verb
from payments import budget, orders
from payments.models import PaymentOrder, PaymentTemplate
from payments.models.orders import OrderKind


class NoSuchTemplate(Refusal):
    """Also for another company's: it is as if it did not exist."""

    sentence = _("Ky model nuk gjendet më. Shihni listën e modeleve.")


class TemplateStandsThere(Refusal):
    sentence = _("Keni tashmë një model me emrin %(name)s. Shkruani një emër tjetër, ose hiqni modelin e vjetër.")


def of_company(company: Company) -> QuerySet[PaymentTemplate]:
    """The company's templates by name, with their accounts."""
    rows = PaymentTemplate.objects.filter(company=company, removed_at=None)
    return rows.select_related("debit_account").order_by("name")


def template_of(company: Company, template_id: UUID) -> PaymentTemplate | None:
    """One template of this company; None for anybody else's and for one that was removed."""
    return of_company(company).filter(pk=template_id).first()


def own_words(order: PaymentOrder) -> str:
    """The description as its payer wrote it: of a budget payment without the codes that its form adds itself."""
    scheme = budget.scheme_of(order.budget_scheme) if order.kind == OrderKind.BUDGET else None
    codes = budget.remittance(scheme, order.budget_fields, "") if scheme else ""
    return order.description.removeprefix(codes).strip()


@verb("payments.template.kept")
def keep(*, order_id: UUID, mandate: Mandate, name: str, with_amount: bool, at: datetime) -> PaymentTemplate:
    """Keep an order as a template under a name. Refuses orders.NoSuchOrder, MayNotPrepare and TemplateStandsThere."""
    mandate = _keeper(mandate, at=at)
    order = orders.taken(order_id, mandate)
    made, is_new = PaymentTemplate.objects.get_or_create(
        company=mandate.company,
        name=name,
        removed_at=None,
        defaults={
            "kind": order.kind,
            "debit_account": order.debit_account,
            "beneficiary_name": order.beneficiary_name,
            "beneficiary_iban": order.beneficiary_iban,
            "amount_minor": order.amount_minor if with_amount else None,
            "description": own_words(order),
            "is_urgent": order.is_urgent,
            "budget_scheme": order.budget_scheme,
            "budget_fields": order.budget_fields,
            "created_by": mandate.user,
            "created_at": at,
        },
    )
    if not is_new:
        raise TemplateStandsThere(name=name)
    audit.record(
        "payments.template.kept",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"template:{made.pk}",
        details={"name": name, "order": str(order.pk), "with_amount": with_amount},
    )
    return made


@verb("payments.template.removed")
def remove(*, template_id: UUID, mandate: Mandate, at: datetime) -> None:
    """Take a template off the list. Refuses MayNotPrepare and NoSuchTemplate."""
    mandate = _keeper(mandate, at=at)
    row = (
        PaymentTemplate.objects.select_for_update()
        .filter(company=mandate.company, pk=template_id, removed_at=None)
        .first()
    )
    if row is None:
        raise NoSuchTemplate
    row.removed_at, row.removed_by = at, mandate.user
    row.save(update_fields=["removed_at", "removed_by"])
    audit.record(
        "payments.template.removed",
        actor=audit.actor_of(mandate),
        at=at,
        subject=f"template:{row.pk}",
        details={"name": row.name},
    )


def _keeper(mandate: Mandate, *, at: datetime) -> Mandate:
    mandate = orders.acting(mandate, at=at)
    if not mandate.may_prepare:
        raise orders.MayNotPrepare
    return mandate
