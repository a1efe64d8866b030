"""Limits and signers on the staff's desk: what only narrows holds at once, what widens waits for a colleague."""

from datetime import datetime
from typing import Any, ClassVar

from django.contrib import admin
from django.utils.translation import gettext_lazy as _

from accounts import audit
from accounts.desk import Shown
from accounts.desk_acts import Act, Acting
from accounts.identifiers import group_iban
from accounts.models import Proposal
from accounts.money import format_money
from payments import limit_changes, signing_rules
from payments.desk_limit_forms import BankLimitForm, LimitForm, SignersForm, SumsForm
from payments.models import ApprovalRule, PaymentLimit

Typed = dict[str, Any]
RULES_BY_TWO = _("Rreshtat e vjetër mbeten. Një kufi i ri vendoset nga një ditë e caktuar, me butonat sipër.")
NARROWS_AT_ONCE = _("Një kufi më i ulët vlen menjëherë. Një më i lartë, ose heqja e tij, pret miratimin e një kolegu.")
MORE_AT_ONCE = _("Më shumë nënshkrues vlen menjëherë. Më pak pret një koleg. Urdhrat e dërguar mbajnë numrin e tyre.")


def _set_limit(_row: Any, typed: Typed, actor: audit.Actor, at: datetime) -> PaymentLimit | Proposal:
    return limit_changes.set_limit(
        owner=typed["owner"],
        sums=SumsForm.sums(typed),
        valid_from=typed["valid_from"],
        reason=typed["reason"],
        actor=actor,
        at=at,
    )


def _set_signers(_row: Any, typed: Typed, actor: audit.Actor, at: datetime) -> ApprovalRule | Proposal:
    return signing_rules.set_signers(
        company=typed["company"],
        other_signers=typed["other_signers"],
        valid_from=typed["valid_from"],
        reason=typed["reason"],
        actor=actor,
        at=at,
    )


def _is_the_banks(row: PaymentLimit) -> bool:
    return row.company_id is None and row.account_id is None


def _is_of_a_company(row: PaymentLimit) -> bool:
    return not _is_the_banks(row)


def _limit_now(row: PaymentLimit | None) -> Typed:
    """The form of a new row, from the one it stands on."""
    if row is None:
        return {}
    company = row.account.company if row.account else row.company
    return {
        "scope": row.scope,
        "nipt": company.nipt if company else "",
        "customer_number": row.user.person.customer_number if row.user and row.user.person else "",
        "iban": row.account.iban if row.account else "",
        "currency": row.currency,
        "single_minor": row.single_minor,
        "daily_minor": row.daily_minor,
        "monthly_minor": row.monthly_minor,
    }


def _signers_now(row: ApprovalRule | None) -> Typed:
    return {"nipt": row.company.nipt, "other_signers": row.other_signers} if row else {}


LIMIT: Typed = {
    "intro": NARROWS_AT_ONCE,
    "permission": "payments.set_limit",
    "form": LimitForm,
    "do": _set_limit,
    "said": _("Kufiri u ul."),
}
BANK_LIMIT: Typed = LIMIT | {"permission": "payments.set_bank_limit", "form": BankLimitForm}
SIGNERS: Typed = {
    "intro": MORE_AT_ONCE,
    "button": _("Vendos"),
    "permission": "payments.set_signers",
    "form": SignersForm,
    "do": _set_signers,
    "said": _("Rregulli u vendos."),
}


@admin.register(PaymentLimit)
class PaymentLimitDesk(Acting, Shown):
    of_company = ("company", "account__company")
    of_user = "user"
    note = RULES_BY_TWO
    acts: ClassVar[tuple[Act, ...]] = (
        Act(
            name="again",
            title=_("Ndrysho kufirin"),
            button=_("Vendos"),
            is_offered=_is_of_a_company,
            initial=_limit_now,
            **LIMIT,
        ),
        Act(
            name="bank_again",
            title=_("Ndrysho kufirin e bankës"),
            button=_("Vendos"),
            is_offered=_is_the_banks,
            initial=_limit_now,
            **BANK_LIMIT,
        ),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (
        Act(name="set", title=_("Vendos një kufi"), button=_("Vendos"), **LIMIT),
        Act(name="set_bank", title=_("Vendos një kufi të bankës"), button=_("Vendos"), **BANK_LIMIT),
    )
    list_display = ("scope", "owner", "single", "daily", "monthly", "valid_from")
    list_filter = ("scope", "currency")
    list_select_related = ("company", "user__person", "account__company")
    search_fields = ("company__name", "company__nipt", "account__iban", "user__username")
    ordering = ("scope", "company__name", "-valid_from")
    fields = (("scope", "owner"), ("single", "daily", "monthly"), ("valid_from", "source"))
    readonly_fields = ("owner", "single", "daily", "monthly")

    @admin.display(description=_("për"))
    def owner(self, row: PaymentLimit) -> str:
        company = row.account.company if row.account else row.company
        who = row.user.full_name if row.user else group_iban(row.account.iban or "") if row.account else ""
        return ", ".join(filter(None, (company.name if company else str(_("e bankës")), who)))

    @admin.display(description=_("Për një urdhër"), ordering="single_minor")
    def single(self, row: PaymentLimit) -> str:
        return _sum(row.single_minor, row.currency)

    @admin.display(description=_("Në ditë"), ordering="daily_minor")
    def daily(self, row: PaymentLimit) -> str:
        return _sum(row.daily_minor, row.currency)

    @admin.display(description=_("Në muaj"), ordering="monthly_minor")
    def monthly(self, row: PaymentLimit) -> str:
        return _sum(row.monthly_minor, row.currency)


def _sum(minor: int | None, currency: str) -> str:
    return str(_("pa kufi")) if minor is None else format_money(minor, currency)


@admin.register(ApprovalRule)
class ApprovalRuleDesk(Acting, Shown):
    of_company = ("company",)
    note = RULES_BY_TWO
    acts: ClassVar[tuple[Act, ...]] = (
        Act(name="again", title=_("Ndrysho nënshkruesit"), initial=_signers_now, **SIGNERS),
    )
    list_acts: ClassVar[tuple[Act, ...]] = (Act(name="set", title=_("Vendos nënshkruesit e një kompanie"), **SIGNERS),)
    list_display = ("company", "other_signers", "valid_from")
    search_fields = ("company__name", "company__nipt")
    ordering = ("company__name", "-valid_from")
    fields = ("company", "other_signers", "valid_from")
